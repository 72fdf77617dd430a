#include "split/sticky.h"

#include <stdlib.h>

#include "engine/hash.h"
#include "split/sticky_log.h"

/*
 * One number for a key and an entry: the two halves of a 64x64 product folded together. Both
 * factors are hashes; the added odd constant keeps a factor of 0 from hiding the other.
 */
static inline uint64_t
mix(uint64_t key, uint64_t identity)
{
    __extension__ typedef unsigned __int128 u128;
    u128 product = (u128)(key ^ UINT64_C(0x9e3779b97f4a7c15)) * (identity | 1);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

struct racer {
    uint64_t identity;
    uint32_t weight;
    uint32_t entry;
};

static int
by_identity(const void *a, const void *b)
{
    const struct racer *x = a, *y = b;
    if (x->identity != y->identity) return x->identity < y->identity ? -1 : 1;
    return (x->entry > y->entry) - (x->entry < y->entry);
}

/* Entries of weight above 0, those of one identity as one, in order of identity. */
static uint32_t
line_up(struct racer *racers, const sluice_split_entry *entries, uint32_t count)
{
    uint32_t lined = 0, kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (entries[i].weight == 0) continue;
        racers[lined++] = (struct racer){hash_xxh3(entries[i].identity, 0), entries[i].weight, i};
    }
    qsort(racers, lined, sizeof(*racers), by_identity);
    for (uint32_t i = 0; i < lined; i++) {
        if (kept && racers[kept - 1].identity == racers[i].identity) {
            racers[kept - 1].weight += racers[i].weight;
        } else {
            racers[kept++] = racers[i];
        }
    }
    return kept;
}

bool
sticky_build(struct sticky *out, struct arena *keep, struct arena *scratch, sluice_str salt,
             const sluice_split_entry *entries, uint32_t count)
{
    struct racer *racers = ARENA_ARRAY(scratch, struct racer, count);
    if (!racers) return false;
    uint32_t kept = line_up(racers, entries, count);
    uint64_t *identities = ARENA_ARRAY(keep, uint64_t, kept);
    uint32_t *weights = ARENA_ARRAY(keep, uint32_t, kept);
    uint32_t *places = ARENA_ARRAY(keep, uint32_t, kept);
    if (!identities || !weights || !places) return false;
    for (uint32_t i = 0; i < kept; i++) {
        identities[i] = racers[i].identity;
        weights[i] = racers[i].weight;
        places[i] = racers[i].entry;
    }
    *out = (struct sticky){hash_xxh3(salt, 0), identities, weights, places, kept};
    return true;
}

uint32_t
sticky_pick(const struct sticky *sticky, sluice_str key)
{
    uint64_t hash = hash_xxh3(key, sticky->salt_seed);
    uint32_t best = 0;
    uint64_t best_score = sticky_log(mix(hash, sticky->identities[0]));
    uint64_t best_weight = sticky->weights[0];
    for (uint32_t i = 1; i < sticky->count; i++) {
        uint64_t score = sticky_log(mix(hash, sticky->identities[i]));
        uint64_t weight = sticky->weights[i];
        /* score / weight < best_score / best_weight; below 2^32 each, so the products fit. A tie
         * goes to the smaller identity, which is the earlier one. */
        bool wins = score * best_weight < best_score * weight;
        best = wins ? i : best;
        best_score = wins ? score : best_score;
        best_weight = wins ? weight : best_weight;
    }
    return sticky->entries[best];
}
