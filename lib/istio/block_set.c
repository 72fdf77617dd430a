#include "istio/block_set.h"

bool
block_set_init(struct block_set *set, struct arena *arena, const struct block_place *places,
               size_t count)
{
    size_t slots = 2;
    *set = (struct block_set){.places = places, .count = count};
    if (count >= UINT32_MAX / 4) return false;
    while (slots < 2 * count) {
        slots *= 2;
    }
    set->slot_count = slots;
    set->slots = ARENA_ARRAY(arena, uint64_t, slots);
    return set->slots != NULL;
}

void
block_set_add(struct block_set *set, size_t index)
{
    uint64_t hash = set->places[index].hash;
    size_t mask = set->slot_count - 1, at = (size_t)hash & mask;
    while (set->slots[at]) {
        at = (at + 1) & mask;
    }
    set->slots[at] = (hash >> 32 << 32) | (index + 1);
}

const struct block_place *
block_set_next(const struct block_set *set, uint64_t hash, uint64_t *cursor)
{
    size_t mask = set->slot_count - 1;
    for (;;) {
        uint64_t slot = set->slots[(size_t)(*cursor)++ & mask];
        if (slot == 0) return NULL;
        if (slot >> 32 != hash >> 32) continue;
        const struct block_place *place = &set->places[(uint32_t)slot - 1];
        if (place->hash == hash) return place;
    }
}

void
block_set_prefetch(const struct block_set *set, uint64_t hash)
{
    __builtin_prefetch(&set->slots[(size_t)hash & (set->slot_count - 1)]);
}
