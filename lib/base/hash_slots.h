/*
 * hash_slots: from a 64-bit hash to the entries of an array that have it, which the caller keeps.
 *
 * A slot has the high half of the hash, so one that is passed over costs no look at its entry. One
 * hash may have several entries.
 */
#ifndef SLUICE_BASE_HASH_SLOTS_H
#define SLUICE_BASE_HASH_SLOTS_H

#include <stddef.h>
#include <stdint.h>

struct hash_slots {
    uint64_t *slots; /* zeroed by the caller; high half of the hash, index + 1; 0 is free */
    size_t count;    /* a power of two, more than there are entries */
};

#define HASH_SLOTS_END UINT32_MAX

static inline void
hash_slots_add(const struct hash_slots *table, uint64_t hash, uint32_t index)
{
    size_t mask = table->count - 1, at = (size_t)hash & mask;
    while (table->slots[at]) {
        at = (at + 1) & mask;
    }
    table->slots[at] = (hash >> 32 << 32) | (index + 1);
}

/* Walk the entries that may have that hash: *cursor is the hash itself at first. */
static inline uint32_t
hash_slots_next(const struct hash_slots *table, uint64_t hash, uint64_t *cursor)
{
    size_t mask = table->count - 1;
    for (;;) {
        uint64_t slot = table->slots[(size_t)(*cursor)++ & mask];
        if (slot == 0) return HASH_SLOTS_END;
        if (slot >> 32 == hash >> 32) return (uint32_t)slot - 1;
    }
}

/* Ask for the memory that a walk, or adding, begins with. */
static inline void
hash_slots_prefetch(const struct hash_slots *table, uint64_t hash)
{
    __builtin_prefetch(&table->slots[(size_t)hash & (table->count - 1)]);
}

#endif
