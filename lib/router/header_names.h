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

struct header_names {
    uint64_t any_length;   /* bit n: some name is n bytes long (mod 64) */
    uint64_t lengths[32];  /* the same of names that end in a letter, by its low five bits */
    const uint32_t *slots; /* open addressing: index + 1, 0 is free; NULL: no header is needed */
    uint32_t mask;
    const sluice_str *names; /* lower-case, by index */
};

/* Whether the request's own parts answer for a header of this name: ":path", "host" and the like.
 */
bool header_names_is_pseudo(sluice_str name);

/* Where among the slots a name is, or the free slot where it belongs. */
uint32_t header_names_slot(const struct header_names *names, const struct hash_keys *keys,
                           sluice_str name);

/* False: nobody needs it. For a name whose length is in use. */
static inline bool
header_names_may_hold(const struct header_names *names, sluice_str name)
{
    if (name.len == 0) return false;
    uint64_t lengths = names->lengths[(unsigned char)name.ptr[name.len - 1] & 31];
    return lengths >> (name.len & 63) & 1;
}

/* NO_HEADER when nobody needs it. */
static inline uint32_t
header_names_find(const struct header_names *names, const struct hash_keys *keys, sluice_str name)
{
    return names->slots[header_names_slot(names, keys, name)] - 1;
}

#endif
