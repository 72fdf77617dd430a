#include "router/build_key_table.h"

#include "base/alloc.h"

void
key_table_free(struct key_table *table)
{
    alloc_free(table->alloc, table->entries);
    alloc_free(table->alloc, table->slots);
    *table = (struct key_table){.alloc = table->alloc};
}

static void
file(struct key_table *table, uint32_t index)
{
    uint64_t hash = table->entries[index].hash;
    size_t mask = table->slot_count - 1, at = (size_t)hash & mask;
    while (table->slots[at]) {
        at = (at + 1) & mask;
    }
    table->slots[at] = (hash >> 32 << 32) | (index + 1);
}

static bool
more_slots(struct key_table *table, size_t count)
{
    if (count > table->slot_room) {
        uint64_t *slots = alloc_array(table->alloc, count, sizeof(*slots));
        if (!slots) return false;
        alloc_free(table->alloc, table->slots);
        table->slots = slots;
        table->slot_room = count;
    }
    memset(table->slots, 0, count * sizeof(*table->slots));
    table->slot_count = count;
    for (size_t i = 0; i < table->count; i++) {
        file(table, (uint32_t)i);
    }
    return true;
}

/* Keep at least a quarter of the slots free: one that is passed over costs no look at its entry. */
static bool
make_room(struct key_table *table, size_t count)
{
    if (count > UINT32_MAX / 4) return false;
    if (!alloc_grow(table->alloc, (void **)&table->entries, &table->capacity, count,
                    sizeof(*table->entries))) {
        return false;
    }
    if (table->slot_count / 4 * 3 >= count) return true;
    size_t slots = table->slot_count ? table->slot_count : 64;
    while (slots / 4 * 3 < count) {
        slots *= 2;
    }
    return more_slots(table, slots);
}

bool
key_table_begin(struct key_table *table, size_t count)
{
    table->count = 0;
    table->slot_count = 0; /* small tables after a large one cost what they hold */
    return make_room(table, count);
}

bool
key_table_add(struct key_table *table, struct key_entry entry)
{
    if (!make_room(table, table->count + 1)) return false;
    table->entries[table->count] = entry;
    file(table, (uint32_t)table->count++);
    return true;
}

struct key_entry *
key_table_next(const struct key_table *table, uint64_t hash, uint64_t *cursor)
{
    if (table->count == 0) return NULL;
    size_t mask = table->slot_count - 1;
    for (;;) {
        uint64_t slot = table->slots[(size_t)(*cursor)++ & mask];
        if (slot == 0) return NULL;
        if (slot >> 32 != hash >> 32) continue;
        struct key_entry *entry = &table->entries[(uint32_t)slot - 1];
        if (entry->hash == hash) return entry;
    }
}
