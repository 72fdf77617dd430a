/*
 * build_index_choose: each rule's key is the literal that it shares with the fewest others.
 *
 * Among equals, the path is cheaper to ask for than anything else, a whole value cheaper than a
 * prefix, and a gram dearest.
 */
#include "base/alloc.h"
#include "router/build_index.h"

enum { PREDICATES_SEEN = 64 }; /* of one rule: bits of `used` */

/* What is looked at while a rule chooses. */
struct choice {
    struct index_builder *ib;
    uint32_t limit; /* keys of more rules than this do not count */
    bool counting;  /* first pass: count the keys; else choose */
    bool failed;
    size_t looked_at; /* keys, when choosing */
    struct index_key key;
    uint64_t cost; /* of `key`; UINT64_MAX: none yet */
    struct key_entry *entry;
    uint32_t predicate, chosen;
};

static uint64_t
cost(const struct index_key *key, uint32_t count)
{
    bool path = key->dimension >> 1 == SUBJECT_PATH;
    static const uint64_t classes[2][3] = {
        {2, 3, 5},
        {0, 1, 4}
    };
    return (uint64_t)count * 8 + classes[path][key->kind];
}

static bool
count_key(struct index_builder *ib, const struct index_key *key)
{
    struct key_table *counts = &ib->counts;
    uint64_t hash = index_key_hash(ib, key), cursor = hash;
    if (!alloc_grow(ib->alloc, (void **)&ib->seen, &ib->seen_capacity, ib->seen_count + 1,
                    sizeof(*ib->seen))) {
        return false;
    }
    struct key_entry *entry = key_table_next(counts, hash, &cursor);
    if (entry) {
        entry->value++;
        ib->seen[ib->seen_count++] = (uint32_t)(entry - counts->entries);
        return true;
    }
    ib->seen[ib->seen_count++] = (uint32_t)counts->count;
    return key_table_add(counts, hash, 1);
}

/* The second pass meets the keys in the order of the first. */
static void
consider(struct choice *choice, const struct index_key *key)
{
    struct index_builder *ib = choice->ib;
    if (choice->counting) {
        if (!choice->failed) choice->failed = !count_key(ib, key);
        return;
    }
    struct key_entry *entry = &ib->counts.entries[ib->seen[choice->looked_at++]];
    if (entry->value > choice->limit) return;
    uint64_t own = cost(key, entry->value);
    if (own >= choice->cost) return;
    choice->cost = own;
    choice->key = *key;
    choice->entry = entry;
    choice->chosen = choice->predicate;
}

/* Four lengths are enough: each costs a request a look at every byte. */
static size_t
gram_length(size_t run)
{
    return run >= GRAM_MAX ? GRAM_MAX : run >= 4 ? 4 : run;
}

/* The longest grams that a run has. */
static void
consider_run(struct choice *choice, const struct predicate *predicate, sluice_str run)
{
    size_t len = gram_length(run.len);
    struct index_key key = {
        .kind = KEY_GRAM,
        .dimension = index_dimension_id(predicate->subject, false),
        .name = predicate->name,
    };
    for (size_t at = 0; at + len <= run.len; at++) {
        key.text = str_make(run.ptr + at, len);
        consider(choice, &key);
    }
}

static void
consider_rule(struct choice *choice, uint32_t number)
{
    struct index_builder *ib = choice->ib;
    const struct rule *rule = &ib->router->rules[ib->routes->rule + number];
    const struct predicate *predicates = rule_predicates(ib->router, rule);
    uint32_t count = rule->predicate_count;
    for (uint32_t i = 0; i < count && i < PREDICATES_SEEN; i++) {
        struct index_literals literals;
        if (ib->used[number] >> i & 1) continue;
        choice->predicate = i;
        index_literals_of(ib, &predicates[i], &literals);
        if (literals.has_key) consider(choice, &literals.key);
        for (uint32_t k = 0; k < literals.run_count; k++) {
            consider_run(choice, &predicates[i], literals.runs[k]);
        }
    }
}

static bool
count_keys(struct index_builder *ib)
{
    struct choice choice = {.ib = ib, .counting = true};
    ib->seen_count = 0;
    if (!key_table_begin(&ib->counts, ib->work->count)) return false;
    for (uint32_t i = 0; i < ib->work->count && !choice.failed; i++) {
        consider_rule(&choice, ib->work->rules[i]);
    }
    return !choice.failed;
}

static bool
join_group(struct index_builder *ib, struct choice *choice, uint32_t i)
{
    uint32_t number = ib->work->rules[i];
    ib->group_of[i] = NO_GROUP;
    if (choice->cost == UINT64_MAX) return true;
    uint32_t group = index_group_of(ib, &choice->key, choice->entry);
    if (group == NO_GROUP) return false;
    if (ib->groups[group].count++ == 0) ib->groups[group].first = number;
    ib->group_of[i] = group;
    ib->used[number] |= UINT64_C(1) << choice->chosen;
    return true;
}

bool
index_choose_keys(struct index_builder *ib)
{
    const struct index_work *work = ib->work;
    /* An index inside of another must split its rules, or nothing is won. */
    struct choice choice = {.ib = ib, .limit = work->depth ? work->count / 2 : UINT32_MAX};
    ib->group_count = 0;
    if (!key_table_begin(&ib->table, work->count) ||
        !alloc_grow(ib->alloc, (void **)&ib->group_of, &ib->group_of_capacity, work->count,
                    sizeof(*ib->group_of)) ||
        !count_keys(ib)) {
        return build_fail(ib->builder, SLUICE_ERR_NOMEM);
    }
    for (uint32_t i = 0; i < work->count; i++) {
        choice.cost = UINT64_MAX;
        consider_rule(&choice, work->rules[i]);
        if (!join_group(ib, &choice, i)) return build_fail(ib->builder, SLUICE_ERR_NOMEM);
    }
    return true;
}
