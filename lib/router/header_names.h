/*
 * header_names: from a header line's name to its index among the needed headers.
 *
 * Most lines of a request are nobody's business: a bit for each length in use, and one for each
 * length and last letter, tell so without looking at the rest of the name. Pseudo headers, which no
 * line can be, are not filed.
 */
#ifndef SLUICE_ROUTER_HEADER_NAMES_H
#define SLUICE_ROUTER_HEADER_NAMES_H

#include "base/text_hash.h"

#define NO_HEADER UINT32_MAX

/* A name, lower-case: short ones whole, of longer ones both ends. */
struct header_name {
    uint64_t first, last; /* eight bytes each; `last` is 0 of names of up to eight */
    uint32_t len;
    uint32_t number; /* index + 1; of a free slot 0 */
};

struct header_names {
    uint64_t any_length;  /* bit n: some name is n bytes long (mod 64) */
    uint64_t lengths[32]; /* the same of names that end in a letter, by its low five bits */
    const struct header_name *slots; /* open addressing; NULL: no header is needed */
    uint32_t mask;
    const sluice_str *names; /* lower-case, by index */
};

/* Whether the request's own parts answer for a header of this name: ":path", "host" and the like.
 */
bool header_names_is_pseudo(sluice_str name);

/* False: nobody needs it. For a name whose length is in use. */
static inline bool
header_names_may_hold(const struct header_names *names, sluice_str name)
{
    if (name.len == 0) return false;
    uint64_t lengths = names->lengths[(unsigned char)name.ptr[name.len - 1] & 31];
    return lengths >> (name.len & 63) & 1;
}

/* How it would be filed: its ends. */
static inline struct header_name
header_name(sluice_str name)
{
    struct header_name key = {.first = word_lower(word_first(name.ptr, name.len))};
    if (name.len > 8) key.last = word_lower(word_load(name.ptr + name.len - 8));
    return key;
}

enum { HEADER_NAME_ENDS = 16 }; /* names up to so long are known by their ends */

static inline bool
header_name_equal(const struct header_names *names, const struct header_name *filed,
                  const struct header_name *key, sluice_str name)
{
    if (filed->first != key->first || filed->last != key->last) return false;
    if (filed->len != name.len) return false;
    return name.len <= HEADER_NAME_ENDS ||
           word_same_folded(name.ptr, names->names[filed->number - 1].ptr, name.len);
}

/* Where among the slots a name is, or the free slot where it belongs. */
static inline uint32_t
header_names_slot(const struct header_names *names, const struct hash_keys *keys,
                  const struct header_name *key, sluice_str name)
{
    uint64_t hash = name.len <= HEADER_NAME_ENDS
                        ? text_hash_end(keys, text_hash_step(keys, keys->begin, key->first),
                                        key->last, name.len)
                        : text_hash(keys, 0, name, true);
    uint32_t at = (uint32_t)hash & names->mask;
    while (names->slots[at].number && !header_name_equal(names, &names->slots[at], key, name)) {
        at = (at + 1) & names->mask;
    }
    return at;
}

/* NO_HEADER when nobody needs it. */
static inline uint32_t
header_names_find(const struct header_names *names, const struct hash_keys *keys, sluice_str name)
{
    struct header_name key = header_name(name);
    return names->slots[header_names_slot(names, keys, &key, name)].number - 1;
}

#endif
