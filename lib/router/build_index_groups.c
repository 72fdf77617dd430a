/* build_index_groups: rules that share a key. */
#include "base/alloc.h"
#include "router/build_index.h"

static bool
same_text(const struct index_key *x, const struct index_key *y)
{
    return x->dimension & 1 ? str_equal_ignore_case(x->text, y->text) : str_equal(x->text, y->text);
}

static bool
same_key(const struct index_key *x, const struct index_key *y)
{
    return x->kind == y->kind && x->dimension == y->dimension && x->name == y->name &&
           same_text(x, y);
}

/* A prefix's text is compared for as long as the router lives. */
static bool
keep_text(struct index_builder *ib, struct index_key *key)
{
    if (key->kind != KEY_PREFIX || key->lasting) return true;
    key->text = build_text(ib->builder, key->text);
    key->lasting = true;
    return key->text.ptr != NULL;
}

/* Another key with the same hash made a group before. */
static uint32_t
find_group(const struct index_builder *ib, const struct index_key *key, uint64_t hash)
{
    uint64_t cursor = hash;
    const struct key_entry *entry;
    while ((entry = key_table_next(&ib->table, hash, &cursor)) != NULL) {
        uint32_t group = ref_number(entry->ref);
        if (entry->ref != REF_NONE && same_key(&ib->groups[group].key, key)) return group;
    }
    return NO_GROUP;
}

/* NO_GROUP when memory ran out. */
static uint32_t
make_group(struct index_builder *ib, const struct index_key *key)
{
    uint32_t group = (uint32_t)ib->group_count;
    if (!alloc_grow(ib->alloc, (void **)&ib->groups, &ib->group_capacity, ib->group_count + 1,
                    sizeof(*ib->groups))) {
        return NO_GROUP;
    }
    ib->groups[group] = (struct index_group){
        .key = *key, .parent = NO_GROUP, .sure = NO_RULE, .sure_beyond = NO_RULE};
    if (!keep_text(ib, &ib->groups[group].key)) return NO_GROUP;
    ib->group_count++;
    return group;
}

bool
index_file(struct index_builder *ib, uint64_t hash, enum ref_kind kind, uint32_t group)
{
    ib->filed++;
    return key_table_add(&ib->table,
                         (struct key_entry){.hash = hash, .ref = ref_make(kind, group)});
}

uint32_t
index_group_of(struct index_builder *ib, const struct index_key *key, struct key_entry *entry)
{
    enum ref_kind kind = key->kind == KEY_PREFIX ? REF_PREFIX : REF_LIST;
    if (entry->ref == REF_NONE) {
        uint32_t made = make_group(ib, key);
        if (made != NO_GROUP) entry->ref = ref_make(kind, made);
        ib->filed++;
        return made;
    }
    uint64_t hash = entry->hash;
    uint32_t group = ref_number(entry->ref);
    if (same_key(&ib->groups[group].key, key)) return group;
    group = find_group(ib, key, hash);
    if (group != NO_GROUP) return group;
    group = make_group(ib, key);
    return group != NO_GROUP && index_file(ib, hash, kind, group) ? group : NO_GROUP;
}

/* One pass: into `to` by the eight bits from `shift` on. */
static void
sort_by_byte(uint64_t *to, const uint64_t *items, size_t count, unsigned shift)
{
    size_t next[256] = {0}, at = 0;
    for (size_t i = 0; i < count; i++) {
        next[items[i] >> shift & 0xff]++;
    }
    for (size_t i = 0; i < 256; i++) {
        size_t own = next[i];
        next[i] = at;
        at += own;
    }
    for (size_t i = 0; i < count; i++) {
        to[next[items[i] >> shift & 0xff]++] = items[i];
    }
}

/* By bytes, the lowest first; those in which no two items differ cost nothing. */
uint64_t *
index_sort(uint64_t *items, uint64_t *spare, size_t count, unsigned from)
{
    uint64_t differs = 0;
    for (size_t i = 1; i < count; i++) {
        differs |= items[i] ^ items[0];
    }
    for (unsigned shift = from; shift < 64; shift += 8) {
        if ((differs >> shift & 0xff) == 0) continue;
        sort_by_byte(spare, items, count, shift);
        uint64_t *sorted = spare;
        spare = items;
        items = sorted;
    }
    return items;
}
