/*
 * build_key_table: what is known of a key by its 64-bit hash, while an index is built. One hash may
 * have several entries.
 */
#ifndef SLUICE_ROUTER_BUILD_KEY_TABLE_H
#define SLUICE_ROUTER_BUILD_KEY_TABLE_H

#include "base/hash_slots.h"
#include "base/str.h"

struct key_entry {
    uint64_t hash;
    uint32_t count; /* of rules that have the key */
    uint32_t ref;   /* the group that is filed here; REF_NONE: none */
};

struct key_table {
    const sluice_allocator *alloc;
    struct key_entry *entries;
    size_t count, capacity;
    struct hash_slots slots;
    size_t slot_room; /* how many there is memory for */
};

void key_table_free(struct key_table *table);
/* Forget everything, keep the memory; make room for `count` entries. False when memory ran out. */
bool key_table_begin(struct key_table *table, size_t count);
/* Add an entry, also where the hash has some. False when memory ran out. */
bool key_table_add(struct key_table *table, struct key_entry entry);

/* See hash_slots_prefetch(). */
static inline void
key_table_prefetch(const struct key_table *table, uint64_t hash)
{
    hash_slots_prefetch(&table->slots, hash);
}

/* Walk the entries of a hash: *cursor is the hash itself at first. NULL at the end. */
struct key_entry *key_table_next(const struct key_table *table, uint64_t hash, uint64_t *cursor);

#endif
