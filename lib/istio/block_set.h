/*
 * block_set: the match blocks of a VirtualService that were met before, by content.
 *
 * Of a block only its place and the hash of its key are kept. Who finds a block with the same hash
 * makes the key of that one again and compares.
 */
#ifndef SLUICE_ISTIO_BLOCK_SET_H
#define SLUICE_ISTIO_BLOCK_SET_H

#include "base/arena.h"
#include "base/hash_slots.h"

struct block_place {
    uint64_t hash;
    size_t rule, block; /* the rule, and which of its blocks */
};

struct block_set {
    const struct block_place *places; /* of all blocks, in the set or not */
    size_t count;
    struct hash_slots slots; /* half of them are free */
};

/* An empty set. False when the arena has no memory. */
bool block_set_init(struct block_set *set, struct arena *arena, const struct block_place *places,
                    size_t count);
/* Each at most once. */
void block_set_add(struct block_set *set, size_t index);
/* Walk the blocks with that hash: *cursor is the hash itself at first. NULL at the end. */
const struct block_place *block_set_next(const struct block_set *set, uint64_t hash,
                                         uint64_t *cursor);
/* See hash_slots_prefetch(). */
static inline void
block_set_prefetch(const struct block_set *set, uint64_t hash)
{
    hash_slots_prefetch(&set->slots, hash);
}

#endif
