/*
 * sticky: version 1 of the sticky pick (docs/sticky.md): weighted rendezvous in integers.
 *
 * Entries race: entry i scores e_i / w_i, where e_i is an exponential variate made from the key and
 * the entry's identity, and the smallest score wins. No state, no floating point, the same answer
 * on every machine. Frozen: tests/vectors/sticky-v1.json.
 */
#ifndef SLUICE_SPLIT_STICKY_H
#define SLUICE_SPLIT_STICKY_H

#include "base/arena.h"

/* Racers: entries of weight above 0, those of one identity merged, in a layout for the race. */
struct sticky {
    uint64_t salt_seed;         /* XXH3 of the salt */
    const uint64_t *identities; /* XXH3 of each racer's identity, ascending */
    const uint64_t *paces;      /* 2^63 / ln 2 / weight, rounded down: for the sieve */
    const uint32_t *weights;    /* summed over entries of one identity */
    const uint32_t *entries;    /* index of the first entry with weight of that identity */
    uint32_t count;             /* at least 1 */
};

/* Weights' sum must be 1 to UINT32_MAX. False: no memory. */
bool sticky_build(struct sticky *out, struct arena *keep, struct arena *scratch, sluice_str salt,
                  const sluice_split_entry *entries, uint32_t count);

/* Of a split's salt: splits that differ in nothing else share their racers. */
uint64_t sticky_salt_seed(sluice_str salt);

/* Index of the entry that the key belongs to. */
uint32_t sticky_pick(const struct sticky *sticky, sluice_str key);

/* The steps of the race, for tests: u of a hashed key and an identity, then its exponential. */
uint64_t sticky_mix(uint64_t key_hash, uint64_t identity);
/* -log2((u + 1) / 2^64) with STICKY_LOG_BITS fraction bits, 1 to 64 * 2^26. Never below the true
 * value, never growing with u. */
uint64_t sticky_exponential(uint64_t u);

#endif
