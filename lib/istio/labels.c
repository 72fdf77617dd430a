#include "istio/labels.h"

#include <stdlib.h>

static int
by_name(const void *a, const void *b)
{
    const sluice_field *x = a, *y = b;
    int order = str_compare(x->name, y->name);
    return order ? order : str_compare(x->value, y->value);
}

sluice_field *
labels_sorted(struct arena *arena, const sluice_field *labels, size_t count)
{
    sluice_field *copy = ARENA_ARRAY(arena, sluice_field, count);
    if (!copy || count == 0) return copy;
    memcpy(copy, labels, count * sizeof(*copy));
    qsort(copy, count, sizeof(*copy), by_name);
    return copy;
}

sluice_str
labels_text(struct arena *arena, const sluice_field *labels, size_t count)
{
    sluice_str *parts = ARENA_ARRAY(arena, sluice_str, count * 4 + 1);
    size_t used = 0;
    if (!parts) return (sluice_str){NULL, 0};
    parts[used++] = STR("labels ");
    for (size_t i = 0; i < count; i++) {
        parts[used++] = labels[i].name;
        parts[used++] = STR("=");
        parts[used++] = labels[i].value;
        parts[used++] = STR(",");
    }
    return arena_concat(arena, parts, used);
}

static bool
has(const sluice_field *labels, size_t count, const sluice_field *wanted)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal(labels[i].name, wanted->name)) {
            return str_equal(labels[i].value, wanted->value);
        }
    }
    return false;
}

bool
labels_contain(const sluice_field *labels, size_t count, const sluice_field *wanted,
               size_t wanted_count)
{
    for (size_t i = 0; i < wanted_count; i++) {
        if (!has(labels, count, &wanted[i])) return false;
    }
    return true;
}
