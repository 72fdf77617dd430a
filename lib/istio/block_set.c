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
    set->slots = (struct hash_slots){ARENA_ARRAY(arena, uint64_t, slots), slots};
    return set->slots.slots != NULL;
}

void
block_set_add(struct block_set *set, size_t index)
{
    hash_slots_add(&set->slots, set->places[index].hash, (uint32_t)index);
}

const struct block_place *
block_set_next(const struct block_set *set, uint64_t hash, uint64_t *cursor)
{
    uint32_t index;
    while ((index = hash_slots_next(&set->slots, hash, cursor)) != HASH_SLOTS_END) {
        if (set->places[index].hash == hash) return &set->places[index];
    }
    return NULL;
}
