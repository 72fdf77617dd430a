#include "router/build_key_table.h"

#include "base/alloc.h"

void
key_table_free(struct key_table *table)
{
    alloc_free(table->alloc, table->entries);
    alloc_free(table->alloc, table->slots.slots);
    *table = (struct key_table){.alloc = table->alloc};
}

static bool
more_slots(struct key_table *table, size_t count)
{
    if (count > table->slot_room) {
        uint64_t *slots = alloc_array(table->alloc, count, sizeof(*slots));
        if (!slots) return false;
        alloc_free(table->alloc, table->slots.slots);
        table->slots.slots = slots;
        table->slot_room = count;
    }
    memset(table->slots.slots, 0, count * sizeof(*table->slots.slots));
    table->slots.count = count;
    for (size_t i = 0; i < table->count; i++) {
        hash_slots_add(&table->slots, table->entries[i].hash, (uint32_t)i);
    }
    return true;
}

/* Keep at least a quarter of the slots free. */
static bool
make_room(struct key_table *table, size_t count)
{
    if (count > UINT32_MAX / 4) return false;
    if (!alloc_grow(table->alloc, (void **)&table->entries, &table->capacity, count,
                    sizeof(*table->entries))) {
        return false;
    }
    if (table->slots.count / 4 * 3 >= count) return true;
    size_t slots = table->slots.count ? table->slots.count : 64;
    while (slots / 4 * 3 < count) {
        slots *= 2;
    }
    return more_slots(table, slots);
}

bool
key_table_begin(struct key_table *table, size_t count)
{
    table->count = 0;
    table->slots.count = 0; /* small tables after a large one cost what they hold */
    return make_room(table, count);
}

bool
key_table_add(struct key_table *table, struct key_entry entry)
{
    if (!make_room(table, table->count + 1)) return false;
    table->entries[table->count] = entry;
    hash_slots_add(&table->slots, entry.hash, (uint32_t)table->count++);
    return true;
}

struct key_entry *
key_table_next(const struct key_table *table, uint64_t hash, uint64_t *cursor)
{
    if (table->count == 0) return NULL;
    uint32_t index;
    while ((index = hash_slots_next(&table->slots, hash, cursor)) != HASH_SLOTS_END) {
        if (table->entries[index].hash == hash) return &table->entries[index];
    }
    return NULL;
}
