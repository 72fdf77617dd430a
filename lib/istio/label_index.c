#include "istio/label_index.h"

static sluice_str
label_key(struct arena *arena, sluice_str space, const sluice_field *label)
{
    if (!label) return arena_concat(arena, &space, 1);
    sluice_str parts[] = {space, STR("/"), label->name, STR("="), label->value};
    return arena_concat(arena, parts, 5);
}

static bool
file_label(struct label_index *index, sluice_str space, const sluice_field *label,
           uint32_t position)
{
    struct arena *arena = index->arena;
    sluice_str key = label_key(arena, space, label);
    void **slot = key.ptr ? map_put(&index->lists, key) : NULL;
    if (!slot) return false;
    if (!*slot) *slot = ARENA_NEW(arena, struct label_positions);
    struct label_positions *list = *slot;
    if (!list) return false;
    uint32_t *items = arena_grow(arena, list->items, list->count, &list->capacity, sizeof(*items));
    if (!items) return false;
    list->items = items;
    list->items[list->count++] = position;
    return true;
}

struct label_index
label_index_init(struct arena *arena)
{
    return (struct label_index){arena, map_init(arena)};
}

void
label_index_free(struct label_index *index)
{
    map_free(&index->lists);
}

bool
label_index_add(struct label_index *index, sluice_str space, const sluice_field *labels,
                size_t count, uint32_t position)
{
    if (!file_label(index, space, NULL, position)) return false;
    for (size_t i = 0; i < count; i++) {
        if (!file_label(index, space, &labels[i], position)) return false;
    }
    return true;
}

bool
label_index_find(const struct label_index *index, sluice_str space, const sluice_field *wanted,
                 size_t count, struct label_positions *out)
{
    *out = (struct label_positions){NULL, 0, 0};
    for (size_t i = 0; i == 0 || i < count; i++) {
        sluice_str key = label_key(index->arena, space, count ? &wanted[i] : NULL);
        if (!key.ptr) return false;
        const struct label_positions *list = map_get(&index->lists, key);
        if (!list) {
            *out = (struct label_positions){NULL, 0, 0};
            return true;
        }
        if (i == 0 || list->count < out->count) *out = *list;
    }
    return true;
}
