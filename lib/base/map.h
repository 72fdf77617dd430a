/*
 * map: text to pointer, for compile time. Open addressing; keys are borrowed; no removal.
 *
 * Iteration goes through `entries` in the order of insertion, so nothing depends on the hash.
 */
#ifndef SLUICE_BASE_MAP_H
#define SLUICE_BASE_MAP_H

#include "base/str.h"

struct map_entry {
    sluice_str key;
    uint64_t hash;
    void *value;
};

struct map {
    const sluice_allocator *alloc;
    struct map_entry *entries; /* in order of insertion */
    size_t count, capacity;
    uint32_t *slots; /* index + 1 into entries; 0 is free */
    size_t slot_count;
};

struct map map_init(const sluice_allocator *alloc);
void map_free(struct map *map);

/* The value stored under key, or NULL. */
void *map_get(const struct map *map, sluice_str key);
/*
 * The place of key's value, made (holding NULL) when it is new. NULL when memory ran out. Valid
 * until the next map_put(). The key's bytes must outlive the map.
 */
void **map_put(struct map *map, sluice_str key);

#endif
