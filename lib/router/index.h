/*
 * index: how the first rule of a long list is found without a look at all of them.
 *
 * Each rule is filed once, under one literal that a request must have for the rule to hold (its
 * key): a whole value, the beginning of a value, or two to eight bytes from inside of one (a gram).
 * A request looks up its own values; what is filed there are candidates, which are then matched in
 * full. So a key that is too weak, and a hash that collides, cost time and never an answer. Buckets
 * are in order of precedence, and are left at the first rule that comes after the best one so far.
 *
 * A bucket of many rules is an index again, by another literal of each. What has no literal at all
 * stands in `rest`, which is looked at last.
 */
#ifndef SLUICE_ROUTER_INDEX_H
#define SLUICE_ROUTER_INDEX_H

#include "base/str.h"

enum {
    INDEX_DEPTH = 8,   /* an index in an index in an index ... */
    INDEX_BUCKET = 16, /* rules that are rather scanned than indexed again */
    GRAM_MIN = 2,
    GRAM_MAX = 8,
};

/* What a slot, or a prefix, leads to: a kind and a number in one. */
enum ref_kind {
    REF_NONE,   /* free slot; nothing filed */
    REF_RULE,   /* one rule, by its place in the route list */
    REF_LIST,   /* place in `lists`: a count, then rules in order */
    REF_INDEX,  /* another index of the router */
    REF_PREFIX, /* a prefix */
    REF_MARKER, /* a place that the search for a longer prefix passes: the shortest such prefix */
};

enum { REF_BITS = 29 };
#define REF_MAX ((UINT32_C(1) << REF_BITS) - 1)

static inline uint32_t
ref_make(enum ref_kind kind, uint32_t number)
{
    return (uint32_t)kind << REF_BITS | number;
}

static inline enum ref_kind
ref_kind(uint32_t ref)
{
    return (enum ref_kind)(ref >> REF_BITS);
}

static inline uint32_t
ref_number(uint32_t ref)
{
    return ref & REF_MAX;
}

/* Open addressing by the low half of a key's hash. Keys of all kinds share the table. */
struct index_slot {
    uint32_t tag; /* high half of the hash */
    uint32_t ref;
};

/* Half of the slots stay free: with more in use, a look for what is not there takes long. */
static inline uint32_t
index_slot_of(uint64_t hash, uint32_t size)
{
    return (uint32_t)((uint64_t)(uint32_t)hash * size >> 32);
}

static inline uint32_t
index_slot_after(uint32_t at, uint32_t size)
{
    return at + 1 == size ? 0 : at + 1;
}

#define NO_PREFIX UINT32_MAX

struct index_prefix {
    const char *text;
    uint32_t len;
    uint32_t name;     /* of the subject, e.g. a header */
    uint32_t parent;   /* longest shorter prefix of this one with rules of its own, or NO_PREFIX */
    uint32_t first;    /* first rule of this one and its parents */
    uint32_t ref;      /* its own rules; REF_NONE: all of them come after a parent's that holds */
    uint8_t dimension; /* identity: index_dimension_id() */
};

/* One kind of value that a request is asked for. */
struct index_dimension {
    uint8_t id;
    uint8_t subject; /* enum subject */
    bool fold;       /* without regard to ASCII case */
    bool exact;      /* some key is a whole value */
    uint16_t grams;  /* bit n: some key is n bytes from inside */
    uint32_t name_count;
    const uint32_t *names;  /* of headers, parameters, ...: those in use, ascending. Else one 0 */
    uint64_t exact_lengths; /* bit n: some whole value is n bytes long (mod 64) */
    uint32_t length_count;
    const uint32_t *lengths;  /* of prefixes: each once, ascending */
    uint32_t first_prefixed;  /* first rule that is filed under a prefix */
    uint64_t lead, lead_mask; /* what all prefixes begin with, of their first eight bytes */
};

static inline uint8_t
index_dimension_id(uint8_t subject, bool fold)
{
    return (uint8_t)(subject << 1 | fold);
}

struct index {
    const struct index_slot *slots;
    uint32_t size;  /* of slots */
    uint32_t first; /* first rule in it */
    uint32_t rest;  /* ref of the rules without a key */
    uint32_t dimension_count;
    const struct index_dimension *dimensions;
    const struct index_prefix *prefixes;
    const uint32_t *lists;
};

#endif
