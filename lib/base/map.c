#include "base/map.h"

#include "base/alloc.h"

struct map
map_init(const struct arena *arena)
{
    return (struct map){.alloc = arena->alloc, .hash_keys = text_hash_keys(arena->hash_seed)};
}

void
map_free(struct map *map)
{
    alloc_free(map->alloc, map->entries);
    alloc_free(map->alloc, map->slots);
    *map = (struct map){.alloc = map->alloc, .hash_keys = map->hash_keys};
}

static uint64_t
hash_of(const struct map *map, sluice_str key)
{
    return text_hash(&map->hash_keys, 0, key, false);
}

static size_t
find_slot(const struct map *map, sluice_str key, uint64_t hash)
{
    size_t mask = map->slot_count - 1;
    for (size_t slot = (size_t)hash & mask;; slot = (slot + 1) & mask) {
        uint32_t index = map->slots[slot];
        if (index == 0) return slot;
        const struct map_entry *entry = &map->entries[index - 1];
        if (entry->hash == hash && str_equal(entry->key, key)) return slot;
    }
}

/* File every entry; no two have the same key. */
static void
fill_slots(const struct map *map)
{
    size_t mask = map->slot_count - 1;
    for (size_t i = 0; i < map->count; i++) {
        size_t slot = (size_t)map->entries[i].hash & mask;
        while (map->slots[slot]) {
            slot = (slot + 1) & mask;
        }
        map->slots[slot] = (uint32_t)(i + 1);
    }
}

/* Keep at least half of the slots free. */
static bool
make_room(struct map *map)
{
    if (!alloc_grow(map->alloc, (void **)&map->entries, &map->capacity, map->count + 1,
                    sizeof(*map->entries))) {
        return false;
    }
    if (map->slot_count >= 2 * (map->count + 1)) return true;
    if (map->count >= UINT32_MAX / 4) return false;
    size_t slot_count = map->slot_count ? map->slot_count * 2 : 16;
    uint32_t *slots = alloc_zeroed(map->alloc, slot_count, sizeof(*slots));
    if (!slots) return false;
    alloc_free(map->alloc, map->slots);
    map->slots = slots;
    map->slot_count = slot_count;
    fill_slots(map);
    return true;
}

void *
map_get(const struct map *map, sluice_str key)
{
    if (map->count == 0) return NULL;
    uint32_t index = map->slots[find_slot(map, key, hash_of(map, key))];
    return index ? map->entries[index - 1].value : NULL;
}

void **
map_put(struct map *map, sluice_str key)
{
    if (!make_room(map)) return NULL;
    uint64_t hash = hash_of(map, key);
    size_t slot = find_slot(map, key, hash);
    if (map->slots[slot] == 0) {
        map->entries[map->count] = (struct map_entry){key, hash, NULL};
        map->slots[slot] = (uint32_t)++map->count;
    }
    return &map->entries[map->slots[slot] - 1].value;
}

void **
map_put_copy(struct map *map, struct arena *arena, sluice_str key)
{
    size_t before = map->count;
    void **place = map_put(map, key);
    if (!place || map->count == before) return place;
    struct map_entry *entry = &map->entries[before];
    entry->key = arena_dup(arena, key);
    return entry->key.ptr ? place : NULL;
}
