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

struct placed_label {
    sluice_field label;
    size_t place;
};

static int
by_name_and_place(const void *a, const void *b)
{
    const struct placed_label *x = a, *y = b;
    int order = str_compare(x->label.name, y->label.name);
    return order ? order : (x->place > y->place) - (x->place < y->place);
}

bool
labels_keep_first(struct arena *arena, sluice_field *labels, size_t *count)
{
    struct placed_label *sorted = ARENA_ARRAY(arena, struct placed_label, *count);
    size_t kept = 0;
    if (!sorted) return false;
    for (size_t i = 0; i < *count; i++) {
        sorted[i] = (struct placed_label){labels[i], i};
    }
    if (*count > 1) qsort(sorted, *count, sizeof(*sorted), by_name_and_place);
    for (size_t i = 0; i < *count; i++) {
        if (kept && str_equal(labels[kept - 1].name, sorted[i].label.name)) continue;
        labels[kept++] = sorted[i].label;
    }
    *count = kept;
    return true;
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
