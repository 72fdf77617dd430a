#include "base/map.h"

#include "base/alloc.h"

struct map
map_init(const sluice_allocator *alloc)
{
    return (struct map){.alloc = alloc};
}

void
map_free(struct map *map)
{
    alloc_free(map->alloc, map->entries);
    alloc_free(map->alloc, map->slots);
    *map = map_init(map->alloc);
}

/* Multiply and fold, eight bytes at a time. base/ may not use the hash engine, and need not. */
static uint64_t
hash_bytes(sluice_str key)
{
    uint64_t hash = UINT64_C(0x9e3779b97f4a7c15) ^ key.len;
    const char *at = key.ptr;
    size_t left = key.len;
    while (left > 0) {
        uint64_t word = 0;
        size_t n = left < 8 ? left : 8;
        memcpy(&word, at, n);
        hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
        hash ^= hash >> 32;
        at += n;
        left -= n;
    }
    return hash;
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
    for (size_t i = 0; i < map->count; i++) {
        slots[find_slot(map, map->entries[i].key, map->entries[i].hash)] = (uint32_t)(i + 1);
    }
    return true;
}

void *
map_get(const struct map *map, sluice_str key)
{
    if (map->count == 0) return NULL;
    uint32_t index = map->slots[find_slot(map, key, hash_bytes(key))];
    return index ? map->entries[index - 1].value : NULL;
}

void **
map_put(struct map *map, sluice_str key)
{
    if (!make_room(map)) return NULL;
    uint64_t hash = hash_bytes(key);
    size_t slot = find_slot(map, key, hash);
    if (map->slots[slot] == 0) {
        map->entries[map->count] = (struct map_entry){key, hash, NULL};
        map->slots[slot] = (uint32_t)++map->count;
    }
    return &map->entries[map->slots[slot] - 1].value;
}
