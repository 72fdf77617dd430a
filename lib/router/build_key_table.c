#include "router/build_key_table.h"

#include "base/alloc.h"

void
key_table_free(struct key_table *table)
{
    alloc_free(table->alloc, table->entries);
    alloc_free(table->alloc, table->slots);
    *table = (struct key_table){.alloc = table->alloc};
}

void
key_table_clear(struct key_table *table)
{
    table->count = 0;
    table->slot_count = 0; /* small tables after a large one cost what they hold */
}

static void
file(struct key_table *table, uint32_t index)
{
    size_t mask = table->slot_count - 1, at = (size_t)table->entries[index].hash & mask;
    while (table->slots[at]) {
        at = (at + 1) & mask;
    }
    table->slots[at] = index + 1;
}

static bool
more_slots(struct key_table *table, size_t count)
{
    if (count > table->slot_room) {
        uint32_t *slots = alloc_array(table->alloc, count, sizeof(*slots));
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

/* Keep at least half of the slots free. */
static bool
make_room(struct key_table *table)
{
    if (table->count >= UINT32_MAX / 4) return false;
    if (!alloc_grow(table->alloc, (void **)&table->entries, &table->capacity, table->count + 1,
                    sizeof(*table->entries))) {
        return false;
    }
    if (table->slot_count >= 2 * (table->count + 1)) return true;
    return more_slots(table, table->slot_count ? table->slot_count * 2 : 64);
}

bool
key_table_add(struct key_table *table, uint64_t hash, uint32_t value)
{
    if (!make_room(table)) return false;
    table->entries[table->count] = (struct key_entry){hash, value};
    file(table, (uint32_t)table->count++);
    return true;
}

struct key_entry *
key_table_next(const struct key_table *table, uint64_t hash, uint64_t *cursor)
{
    if (table->count == 0) return NULL;
    size_t mask = table->slot_count - 1;
    for (;;) {
        uint32_t index = table->slots[(size_t)(*cursor)++ & mask];
        if (index == 0) return NULL;
        if (table->entries[index - 1].hash == hash) return &table->entries[index - 1];
    }
}
