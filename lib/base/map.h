/*
 * map: text to pointer, for compile time. Open addressing; keys are borrowed; no removal.
 *
 * The hash is keyed by the seed of the arena (the caller's hash_seed), so that who writes the rules
 * cannot choose names that collide. Iteration goes through `entries` in the order of insertion, so
 * nothing depends on the hash.
 */
#ifndef SLUICE_BASE_MAP_H
#define SLUICE_BASE_MAP_H

#include "base/arena.h"
#include "base/text_hash.h"

struct map_entry {
    sluice_str key;
    uint64_t hash;
    void *value;
};

struct map {
    const sluice_allocator *alloc;
    struct hash_keys hash_keys;
    struct map_entry *entries; /* in order of insertion */
    size_t count, capacity;
    uint32_t *slots; /* index + 1 into entries; 0 is free */
    size_t slot_count;
};

/* An empty map; its memory is of the arena's allocator, not of the arena. */
struct map map_init(const struct arena *arena);
void map_free(struct map *map);

/* The value stored under key, or NULL. */
void *map_get(const struct map *map, sluice_str key);
/*
 * The place of key's value, made (holding NULL) when it is new. NULL when memory ran out. Valid
 * until the next map_put(). The key's bytes must outlive the map.
 */
void **map_put(struct map *map, sluice_str key);
/* The same with a key that is copied into `arena` when it is new. */
void **map_put_copy(struct map *map, struct arena *arena, sluice_str key);

#endif
