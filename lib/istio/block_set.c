#include "istio/block_set.h"

static void
file(struct block_set *set, size_t index)
{
    uint64_t hash = set->places[index].hash;
    size_t mask = set->slot_count - 1, at = (size_t)hash & mask;
    while (set->slots[at]) {
        at = (at + 1) & mask;
    }
    set->slots[at] = (hash >> 32 << 32) | (index + 1);
}

static bool
more_slots(struct block_set *set)
{
    size_t count = set->slot_count ? set->slot_count * 4 : 64;
    if (set->count >= UINT32_MAX / 4) return false;
    uint64_t *slots = ARENA_ARRAY(set->arena, uint64_t, count);
    if (!slots) return false;
    set->slots = slots;
    set->slot_count = count;
    for (size_t i = 0; i < set->count; i++) {
        file(set, i);
    }
    return true;
}

bool
block_set_add(struct block_set *set, struct block_place place)
{
    struct block_place *places =
        arena_grow(set->arena, set->places, set->count, &set->capacity, sizeof(*places));
    if (!places) return false;
    set->places = places;
    if (set->slot_count < 2 * (set->count + 1) && !more_slots(set)) return false;
    set->places[set->count] = place;
    file(set, set->count++);
    return true;
}

const struct block_place *
block_set_next(const struct block_set *set, uint64_t hash, uint64_t *cursor)
{
    if (set->count == 0) return NULL;
    size_t mask = set->slot_count - 1;
    for (;;) {
        uint64_t slot = set->slots[(size_t)(*cursor)++ & mask];
        if (slot == 0) return NULL;
        if (slot >> 32 != hash >> 32) continue;
        const struct block_place *place = &set->places[(uint32_t)slot - 1];
        if (place->hash == hash) return place;
    }
}
