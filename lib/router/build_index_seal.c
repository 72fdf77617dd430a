/* build_index_seal: a finished index into the router's arena. */
#include "base/alloc.h"
#include "router/build_index.h"

/* ---- buckets ---- */

static bool
is_large(const struct index_builder *ib, const struct index_group *group)
{
    return group->count > INDEX_BUCKET && ib->work->depth + 1 < INDEX_DEPTH;
}

/* Room for the rules of a group: an index of its own when they are many, else a list. */
static bool
open_bucket(struct index_builder *ib, struct index_group *group, uint32_t *list_end)
{
    if (is_large(ib, group)) {
        uint32_t *rules = alloc_array(ib->alloc, group->count, sizeof(*rules));
        group->ref = rules ? index_queue(ib, rules, group->count, ib->work->depth + 1) : REF_NONE;
        group->list = 0;
        return group->ref != REF_NONE || build_fail(ib->builder, SLUICE_ERR_NOMEM);
    }
    group->ref = group->count == 0   ? REF_NONE
                 : group->count == 1 ? ref_make(REF_RULE, group->first)
                                     : ref_make(REF_LIST, *list_end);
    group->list = *list_end + 1;
    if (group->count > 1) *list_end += 1 + group->count;
    return true;
}

static void
put_rule(struct index_builder *ib, struct index_group *group, uint32_t *lists, uint32_t number)
{
    if (ref_kind(group->ref) == REF_INDEX) {
        ib->works[ref_number(group->ref)].rules[group->list++] = number;
    } else if (ref_kind(group->ref) == REF_LIST) {
        lists[ref_number(group->ref)] = group->count;
        lists[group->list++] = number;
    }
}

static bool
fill_buckets(struct index_builder *ib, struct index *out)
{
    struct index_group rest = {.count = 0};
    uint32_t list_end = 0;
    for (uint32_t i = 0; i < ib->work->count; i++) {
        if (ib->group_of[i] == NO_GROUP && rest.count++ == 0) rest.first = ib->work->rules[i];
    }
    for (size_t i = 0; i < ib->group_count; i++) {
        if (!open_bucket(ib, &ib->groups[i], &list_end)) return false;
    }
    rest.ref = rest.count == 0   ? REF_NONE
               : rest.count == 1 ? ref_make(REF_RULE, rest.first)
                                 : ref_make(REF_LIST, list_end);
    rest.list = list_end + 1;
    if (rest.count > 1) list_end += 1 + rest.count;
    if (list_end > REF_MAX) return build_fail(ib->builder, SLUICE_ERR_LIMIT);
    uint32_t *lists = build_array(ib->builder, list_end, sizeof(*lists));
    if (!lists) return false;
    for (uint32_t i = 0; i < ib->work->count; i++) {
        uint32_t group = ib->group_of[i];
        if (group == BEATEN) continue;
        put_rule(ib, group == NO_GROUP ? &rest : &ib->groups[group], lists, ib->work->rules[i]);
    }
    out->lists = lists;
    out->rest = rest.ref;
    return true;
}

/* ---- prefixes ---- */

/* In order of length, so that parents come first. A parent that has no rules left is passed over.
 */
static bool
seal_prefixes(struct index_builder *ib, struct index *out)
{
    struct index_prefix *prefixes = build_array(ib->builder, ib->order_count, sizeof(*prefixes));
    if (!prefixes) return false;
    for (uint32_t i = 0; i < ib->order_count; i++) {
        struct index_group *group = &ib->groups[(uint32_t)ib->order[i]];
        struct index_prefix *prefix = &prefixes[i];
        group->number = i;
        *prefix = (struct index_prefix){
            .text = group->key.text.ptr,
            .len = (uint32_t)group->key.text.len,
            .name = group->key.name,
            .parent = NO_PREFIX,
            .first = group->count ? group->first : NO_RULE,
            .ref = group->ref,
            .dimension = group->key.dimension,
        };
        if (group->parent == NO_GROUP) continue;
        uint32_t parent = ib->groups[group->parent].number;
        if (prefixes[parent].ref == REF_NONE) parent = prefixes[parent].parent;
        prefix->parent = parent;
        if (parent != NO_PREFIX && prefixes[parent].first < prefix->first) {
            prefix->first = prefixes[parent].first;
        }
    }
    out->prefixes = prefixes;
    return true;
}

/* ---- dimensions ---- */

enum { DIMENSIONS = 64 }; /* more than there are subjects, each with and without case */

/* Another prefix of the dimension: keep what it has in common with those before. */
static void
describe_prefix(struct index_dimension *dimension, const struct index_group *group)
{
    if (group->count == 0) return; /* all its rules are beaten */
    sluice_str text = group->key.text;
    bool first = dimension->first_prefixed == NO_RULE;
    uint64_t word = word_first(text.ptr, text.len);
    uint64_t mask = text.len < 8 ? word_mask(text.len) : UINT64_MAX;
    if (dimension->fold) word = word_lower(word);
    if (first) dimension->lead = word;
    mask &= first ? UINT64_MAX : dimension->lead_mask;
    uint64_t differs = (word ^ dimension->lead) & mask;
    if (differs) mask &= word_mask((size_t)__builtin_ctzll(differs) / 8);
    dimension->lead_mask = mask;
    if (group->first < dimension->first_prefixed) dimension->first_prefixed = group->first;
}

static void
describe_dimensions(const struct index_builder *ib, struct index_dimension *all)
{
    uint32_t last[DIMENSIONS] = {0};
    for (size_t i = 0; i < ib->group_count; i++) {
        const struct index_key *key = &ib->groups[i].key;
        struct index_dimension *dimension = &all[key->dimension];
        dimension->id = key->dimension;
        dimension->subject = key->dimension >> 1;
        dimension->fold = key->dimension & 1;
        /* Repeated ones are still in it, but not one behind the other. */
        if (dimension->name_count == 0 || last[key->dimension] != key->name) {
            dimension->name_count++;
        }
        last[key->dimension] = key->name;
        if (key->kind == KEY_EXACT) {
            dimension->exact = true;
            dimension->exact_lengths |= UINT64_C(1) << (key->text.len & 63);
        } else if (key->kind == KEY_GRAM) {
            dimension->grams |= (uint16_t)(1 << key->text.len);
        } else {
            describe_prefix(dimension, &ib->groups[i]);
        }
    }
}

/* Each name of the dimension's keys once, ascending. */
static bool
list_names(struct index_builder *ib, struct index_dimension *dimension)
{
    size_t count = dimension->name_count, kept = 0, at = 0;
    uint64_t *names = alloc_array(ib->alloc, 2 * count, sizeof(*names));
    if (!names) return build_fail(ib->builder, SLUICE_ERR_NOMEM);
    for (size_t i = 0; i < ib->group_count; i++) {
        const struct index_key *key = &ib->groups[i].key;
        if (key->dimension != dimension->id) continue;
        if (at == 0 || names[at - 1] != key->name) names[at++] = key->name;
    }
    uint64_t *sorted = index_sort(names, names + count, count, 0);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || sorted[i] != sorted[i - 1]) sorted[kept++] = sorted[i];
    }
    uint32_t *list = build_array(ib->builder, kept, sizeof(*list));
    for (size_t i = 0; list && i < kept; i++) {
        list[i] = (uint32_t)sorted[i];
    }
    alloc_free(ib->alloc, names);
    dimension->names = list;
    dimension->name_count = (uint32_t)kept;
    return list != NULL;
}

static bool
list_lengths(struct index_builder *ib, struct index_dimension *dimension)
{
    uint32_t *all = alloc_array(ib->alloc, ib->order_count, sizeof(*all));
    if (!all) return build_fail(ib->builder, SLUICE_ERR_NOMEM);
    uint32_t count = index_lengths(ib, dimension->id, all);
    uint32_t *lengths = build_array(ib->builder, count, sizeof(*lengths));
    if (lengths && count) memcpy(lengths, all, count * sizeof(*lengths));
    alloc_free(ib->alloc, all);
    dimension->lengths = lengths;
    dimension->length_count = count;
    return lengths != NULL;
}

static bool
seal_dimensions(struct index_builder *ib, struct index *out)
{
    struct index_dimension all[DIMENSIONS] = {{0}};
    for (size_t i = 0; i < DIMENSIONS; i++) {
        all[i].first_prefixed = NO_RULE;
    }
    describe_dimensions(ib, all);
    uint32_t count = 0;
    for (size_t i = 0; i < DIMENSIONS; i++) {
        if (all[i].name_count) all[count++] = all[i];
    }
    struct index_dimension *dimensions = build_array(ib->builder, count, sizeof(*dimensions));
    if (!dimensions) return false;
    for (uint32_t i = 0; i < count; i++) {
        dimensions[i] = all[i];
        if (!list_names(ib, &dimensions[i]) || !list_lengths(ib, &dimensions[i])) return false;
    }
    out->dimensions = dimensions;
    out->dimension_count = count;
    return true;
}

/* ---- slots ---- */

static bool
seal_slots(struct index_builder *ib, struct index *out)
{
    uint32_t size = (uint32_t)ib->filed * 2 + 1;
    struct index_slot *slots = build_array(ib->builder, size, sizeof(*slots));
    if (!slots) return false;
    enum { AHEAD = 12 };
    for (size_t i = 0; i < ib->table.count; i++) {
        const struct key_entry *entry = &ib->table.entries[i];
        if (i + AHEAD < ib->table.count) {
            __builtin_prefetch(&slots[index_slot_of(entry[AHEAD].hash, size)], 1);
        }
        if (entry->ref == REF_NONE) continue; /* no rule chose that key */
        const struct index_group *group = &ib->groups[ref_number(entry->ref)];
        enum ref_kind kind = ref_kind(entry->ref);
        uint32_t at = index_slot_of(entry->hash, size);
        while (slots[at].ref) {
            at = index_slot_after(at, size);
        }
        slots[at].tag = (uint32_t)(entry->hash >> 32);
        slots[at].ref = kind == REF_LIST ? group->ref : ref_make(kind, group->number);
    }
    out->slots = slots;
    out->size = size;
    return true;
}

bool
index_seal(struct index_builder *ib, struct index *out)
{
    out->first = ib->work->rules[0];
    return fill_buckets(ib, out) && seal_prefixes(ib, out) && seal_dimensions(ib, out) &&
           seal_slots(ib, out);
}
