/*
 * build_index: from the rules of a long list to its indexes.
 *
 * An index is built in four steps, one file each: every literal of its rules is counted and each
 * rule chooses the rarest (choose), rules with one key become a group (groups), groups that are
 * prefixes are linked (prefixes), and everything moves into the router (seal). Groups of many rules
 * become indexes of their own, which wait in a queue, so that nothing recurses.
 */
#ifndef SLUICE_ROUTER_BUILD_INDEX_H
#define SLUICE_ROUTER_BUILD_INDEX_H

#include "router/build_key_table.h"
#include "router/builder.h"
#include "router/index_text.h"

/* Under what a rule may be filed. */
struct index_key {
    sluice_str text;
    uint32_t name;
    uint8_t kind; /* enum key_kind */
    uint8_t dimension;
    bool lasting; /* the text lives as long as the router */
};

/* The literals of one predicate: a key of its own, and runs from which grams are taken. */
struct index_literals {
    bool has_key;
    struct index_key key;
    const sluice_str *runs;
    uint32_t run_count;
    sluice_str own_run; /* where `runs` points, when there is no regular expression */
};

#define NO_GROUP UINT32_MAX
#define BEATEN (UINT32_MAX - 1) /* a rule that never acts: in no group */
#define NO_RULE UINT32_MAX

/* Rules that share a key. */
struct index_group {
    struct index_key key;
    uint32_t count; /* of its rules */
    uint32_t first; /* the first of them */
    uint32_t ref;   /* when sealed */
    uint32_t list;  /* place of the list while it is filled; its child's place in the queue */

    /* of prefixes: see build_index_prefixes.c */
    uint32_t parent;      /* group, or NO_GROUP */
    uint32_t sure;        /* first rule that holds wherever this prefix does */
    uint32_t sure_beyond; /* and wherever a "/" follows it */
    uint32_t number;      /* among the prefixes of the index */
};
_Static_assert(sizeof(struct index_group) <= 56, "there is one for nearly every rule");

/* A rule with runs, and where its first key is in `seen`. */
struct index_runs {
    uint32_t rule;
    size_t seen;
};

/* Tables of a hundred thousand keys are in no cache: so many look-ups are on their way at once. */
enum { INDEX_BATCH = 16 };

/* An index that waits to be built. */
struct index_work {
    uint32_t *rules; /* of the route list, ascending; owned */
    uint32_t count;
    uint32_t depth;
};

struct index_builder {
    struct builder *builder;
    const struct sluice_router *router;
    const sluice_allocator *alloc;

    /* of one route list */
    const struct route_list *routes;
    uint64_t *used; /* for each rule: bit k says that its predicate k is a key already */

    struct index *indexes; /* of all lists; the work of each is at the same place */
    struct index_work *works;
    size_t count, index_capacity, work_capacity;

    /* of one index */
    const struct index_work *work;
    struct key_table table; /* of each key, how many rules have it and its group; and markers */
    uint64_t waiting[INDEX_BATCH]; /* hashes of the keys to be counted next */
    size_t waiting_count;
    uint32_t *seen; /* entries of `table`, in the order in which keys are looked at */
    size_t seen_count, seen_capacity;
    struct index_runs *runs;
    size_t run_count, run_capacity;
    struct index_group *groups;
    size_t group_count, group_capacity;
    size_t filed;       /* entries of the table that lead to a group */
    uint32_t *group_of; /* for each rule of the work */
    size_t group_of_capacity;
    uint64_t *order; /* prefix groups by dimension and length; twice their number */
    size_t order_count, order_capacity;
};

/* build_index_keys.c */
void index_literals_of(const struct index_builder *ib, const struct predicate *predicate,
                       struct index_literals *out);
uint64_t index_key_hash(const struct index_builder *ib, const struct index_key *key);

/* build_index_choose.c: fills groups, group_of and table. */
bool index_choose_keys(struct index_builder *ib);

/* build_index_groups.c: the group of a key, of which `entry` is the first entry with its hash. */
uint32_t index_group_of(struct index_builder *ib, const struct index_key *key,
                        struct key_entry *entry);
/* File a group under a hash that has no entry, or another one for other keys. */
bool index_file(struct index_builder *ib, uint64_t hash, enum ref_kind kind, uint32_t group);
/* Ascending order by the bits from `from` on, a multiple of 8; stable. Returns items or spare. */
uint64_t *index_sort(uint64_t *items, uint64_t *spare, size_t count, unsigned from);

/* build_index_prefixes.c: parents, markers; rules that a shorter prefix always beats are dropped.
 */
bool index_link_prefixes(struct index_builder *ib);
/* A rule has joined a group: remember the first that is sure to hold wherever the prefix stands. */
void index_note_sure(const struct index_builder *ib, uint32_t number, struct index_group *group);
/* The lengths of a dimension's prefixes, each once, ascending; how many. */
uint32_t index_lengths(const struct index_builder *ib, uint8_t dimension, uint32_t *out);

/* build_index_seal.c: the index into the router's arena; large groups into the queue. */
bool index_seal(struct index_builder *ib, struct index *out);

/* A new index in the queue; takes `rules`, also when it fails. REF_NONE: failed. */
uint32_t index_queue(struct index_builder *ib, uint32_t *rules, uint32_t count, uint32_t depth);

#endif
