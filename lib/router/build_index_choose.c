/*
 * build_index_choose: each rule's key is the literal that it shares with the fewest others.
 *
 * Among equals, the path is cheaper to ask for than anything else, a whole value cheaper than a
 * prefix, and a gram dearest. Grams are many, and are only counted for rules that have no literal
 * to themselves.
 */
#include "base/alloc.h"
#include "router/build_index.h"

enum { PREDICATES_SEEN = 64 }; /* of one rule: bits of `used` */

/* What is looked at while a rule chooses. */
struct choice {
    struct index_builder *ib;
    uint32_t limit;   /* keys of more rules than this do not count */
    size_t looked_at; /* keys of this rule and those before */
    size_t grams_looked_at;
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

/* No gram costs less than this. */
#define CHEAPEST_GRAM (8 + 4)

static bool
count_hash(struct index_builder *ib, uint64_t hash)
{
    struct key_table *table = &ib->table;
    uint64_t cursor = hash;
    if (!alloc_grow(ib->alloc, (void **)&ib->seen, &ib->seen_capacity, ib->seen_count + 1,
                    sizeof(*ib->seen))) {
        return false;
    }
    struct key_entry *entry = key_table_next(table, hash, &cursor);
    if (entry) {
        entry->count++;
        ib->seen[ib->seen_count++] = (uint32_t)(entry - table->entries);
        return true;
    }
    ib->seen[ib->seen_count++] = (uint32_t)table->count;
    return key_table_add(table, (struct key_entry){hash, 1, REF_NONE});
}

static bool
count_waiting(struct index_builder *ib)
{
    size_t count = ib->waiting_count;
    ib->waiting_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (!count_hash(ib, ib->waiting[i])) return false;
    }
    return true;
}

static bool
count_key(struct index_builder *ib, const struct index_key *key)
{
    uint64_t hash = index_key_hash(ib, key);
    key_table_prefetch(&ib->table, hash);
    ib->waiting[ib->waiting_count++] = hash;
    return ib->waiting_count < INDEX_BATCH || count_waiting(ib);
}

/* A key of the rule that chooses, met before as `seen`. */
static void
consider(struct choice *choice, const struct index_key *key, size_t seen)
{
    struct index_builder *ib = choice->ib;
    struct key_entry *entry = &ib->table.entries[ib->seen[seen]];
    if (entry->count > choice->limit) return;
    uint64_t own = cost(key, entry->count);
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

/* The literals of a rule, one predicate after the other. False at the end. */
struct literal_walk {
    const struct index_builder *ib;
    const struct predicate *predicates;
    uint32_t number, count, at; /* at: the predicate behind the current one */
    struct index_literals literals;
};

static struct literal_walk
walk_literals(const struct index_builder *ib, uint32_t number)
{
    const struct rule *rule = &list_rules(ib->routes)[number];
    uint32_t count = rule->predicate_count;
    return (struct literal_walk){
        .ib = ib,
        .predicates = rule_predicates(ib->router, rule),
        .number = number,
        .count = count < PREDICATES_SEEN ? count : PREDICATES_SEEN,
    };
}

static bool
next_literals(struct literal_walk *walk)
{
    while (walk->at < walk->count) {
        uint32_t i = walk->at++;
        if (walk->ib->used[walk->number] >> i & 1) continue;
        index_literals_of(walk->ib, &walk->predicates[i], &walk->literals);
        return true;
    }
    return false;
}

/* ---- grams: the longest ones that a run has ---- */

/* Counts each when there is no choice, else considers it. */
static bool
each_gram(struct index_builder *ib, struct choice *choice, const struct predicate *predicate,
          sluice_str run)
{
    size_t len = gram_length(run.len);
    struct index_key key = {
        .kind = KEY_GRAM,
        .dimension = index_dimension_id(predicate->subject, false),
        .name = predicate->name,
    };
    for (size_t at = 0; at + len <= run.len; at++) {
        key.text = str_make(run.ptr + at, len);
        if (choice) {
            consider(choice, &key, choice->grams_looked_at++);
        } else if (!count_key(ib, &key)) {
            return false;
        }
    }
    return true;
}

static bool
each_gram_of_rule(struct index_builder *ib, struct choice *choice, uint32_t number)
{
    struct literal_walk walk = walk_literals(ib, number);
    while (next_literals(&walk)) {
        if (choice) choice->predicate = walk.at - 1;
        for (uint32_t i = 0; i < walk.literals.run_count; i++) {
            sluice_str run = walk.literals.runs[i];
            if (!each_gram(ib, choice, &walk.predicates[walk.at - 1], run)) return false;
        }
    }
    return true;
}

/* ---- choosing ---- */

/* The best key that is no gram. Returns whether a gram may be better. */
static bool
choose_key(struct choice *choice, uint32_t number)
{
    struct literal_walk walk = walk_literals(choice->ib, number);
    bool has_runs = false;
    choice->cost = UINT64_MAX;
    while (next_literals(&walk)) {
        choice->predicate = walk.at - 1;
        has_runs |= walk.literals.run_count > 0;
        if (walk.literals.has_key) consider(choice, &walk.literals.key, choice->looked_at++);
    }
    return has_runs && choice->cost >= CHEAPEST_GRAM;
}

static bool
note_runs(struct index_builder *ib, uint32_t number, size_t seen)
{
    if (!alloc_grow(ib->alloc, (void **)&ib->runs, &ib->run_capacity, ib->run_count + 1,
                    sizeof(*ib->runs))) {
        return false;
    }
    ib->runs[ib->run_count++] = (struct index_runs){number, seen};
    return true;
}

static bool
count_keys(struct index_builder *ib)
{
    ib->seen_count = ib->run_count = ib->waiting_count = 0;
    for (uint32_t i = 0; i < ib->work->count; i++) {
        struct literal_walk walk = walk_literals(ib, ib->work->rules[i]);
        size_t seen = ib->seen_count + ib->waiting_count;
        bool has_runs = false;
        while (next_literals(&walk)) {
            has_runs |= walk.literals.run_count > 0;
            if (walk.literals.has_key && !count_key(ib, &walk.literals.key)) return false;
        }
        if (has_runs && !note_runs(ib, ib->work->rules[i], seen)) return false;
    }
    return count_waiting(ib);
}

/* A rule with a better key needs none, and is not counted with them. */
static bool
count_grams(struct choice *choice)
{
    struct index_builder *ib = choice->ib;
    choice->grams_looked_at = ib->seen_count;
    for (size_t i = 0; i < ib->run_count; i++) {
        choice->looked_at = ib->runs[i].seen;
        if (!choose_key(choice, ib->runs[i].rule)) continue;
        if (!each_gram_of_rule(ib, NULL, ib->runs[i].rule)) return false;
    }
    choice->looked_at = 0;
    return count_waiting(ib);
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
    index_note_sure(ib, number, &ib->groups[group]);
    return true;
}

static bool
make_room(struct index_builder *ib, uint32_t rules)
{
    return key_table_begin(&ib->table, rules) &&
           alloc_grow(ib->alloc, (void **)&ib->groups, &ib->group_capacity, rules,
                      sizeof(*ib->groups)) &&
           alloc_grow(ib->alloc, (void **)&ib->group_of, &ib->group_of_capacity, rules,
                      sizeof(*ib->group_of));
}

bool
index_choose_keys(struct index_builder *ib)
{
    const struct index_work *work = ib->work;
    /* An index inside of another must split its rules, or nothing is won. */
    struct choice choice = {.ib = ib, .limit = work->depth ? work->count / 2 : UINT32_MAX};
    ib->group_count = ib->filed = 0;
    if (!make_room(ib, work->count) || !count_keys(ib) || !count_grams(&choice)) {
        return build_fail(ib->builder, SLUICE_ERR_NOMEM);
    }
    for (uint32_t i = 0; i < work->count; i++) {
        if (choose_key(&choice, work->rules[i])) each_gram_of_rule(ib, &choice, work->rules[i]);
        if (!join_group(ib, &choice, i)) return build_fail(ib->builder, SLUICE_ERR_NOMEM);
    }
    return true;
}
