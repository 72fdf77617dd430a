#include "split/sticky.h"

#include <stdlib.h>

#include "engine/hash.h"
#include "split/sticky_log.h"

__extension__ typedef unsigned __int128 u128;

/* 2^63 / ln 2, rounded down. */
#define PACE_OF_ONE UINT64_C(13306513097844322491)

/* From this count on the sieve is faster than the plain race; both give the same answer. */
enum { SIEVE_FROM = 8 };

/* One of xxHash's own multipliers: odd, with bits set evenly. */
static inline uint64_t
mix(uint64_t key_hash, uint64_t identity)
{
    u128 product = (u128)(key_hash ^ identity) * UINT64_C(0x9fb21c651e98df25);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t
multiply_high(uint64_t a, uint64_t b)
{
    return (uint64_t)((u128)a * b >> 64);
}

/*
 * All ones where a < b. Who wins a race cannot be guessed, so a branch would cost more than the
 * race; this form keeps compilers from making one.
 */
static inline uint64_t
mask_if_less(uint64_t a, uint64_t b)
{
    return (uint64_t)(((u128)a - b) >> 64);
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
    uint64_t *paces = ARENA_ARRAY(keep, uint64_t, kept);
    uint32_t *weights = ARENA_ARRAY(keep, uint32_t, kept);
    uint32_t *places = ARENA_ARRAY(keep, uint32_t, kept);
    if (!identities || !paces || !weights || !places) return false;
    for (uint32_t i = 0; i < kept; i++) {
        identities[i] = racers[i].identity;
        paces[i] = PACE_OF_ONE / racers[i].weight;
        weights[i] = racers[i].weight;
        places[i] = racers[i].entry;
    }
    *out = (struct sticky){hash_xxh3(salt, 0), identities, paces, weights, places, kept};
    return true;
}

/*
 * The race itself: i beats the best so far when e_i / w_i < e_best / w_best; e is at most 2^32 and
 * w below it, so the products fit. A tie goes to the smaller identity, which came first.
 */
static inline uint32_t
race(const struct sticky *sticky, uint64_t key_hash)
{
    uint64_t best = 0, best_weight = sticky->weights[0];
    uint64_t best_e = sticky_log(mix(key_hash, sticky->identities[0]));
    for (uint64_t i = 1; i < sticky->count; i++) {
        uint64_t weight = sticky->weights[i];
        uint64_t e = sticky_log(mix(key_hash, sticky->identities[i]));
        uint64_t wins = mask_if_less(e * best_weight, best_e * weight);
        best ^= (best ^ i) & wins;
        best_e ^= (best_e ^ e) & wins;
        best_weight ^= (best_weight ^ weight) & wins;
    }
    return (uint32_t)best;
}

/*
 * A bound that needs no logarithm. With p = 1 - (u + 1) / 2^64, -log2(1 - p) >= p / ln 2, so racer
 * i's score e / w, times 2^37, is never below this.
 */
static inline uint64_t
bound(const struct sticky *sticky, uint32_t i, uint64_t u)
{
    return multiply_high(~u, sticky->paces[i]);
}

/* Whether every racer with that bound, or a larger one, loses to racer i, whose exponential is e.
 */
static inline bool
is_beyond(const struct sticky *sticky, uint64_t low, uint32_t i, uint64_t e)
{
    return (uint64_t)((u128)low * sticky->weights[i] >> 37) > e;
}

/* The race where `best` is likely to win: few others come near enough to need their logarithm. */
static __attribute__((noinline)) uint32_t
race_favourite(const struct sticky *sticky, uint64_t key_hash, uint32_t best, uint64_t best_e)
{
    for (uint32_t i = 0; i < sticky->count; i++) {
        uint64_t u = mix(key_hash, sticky->identities[i]);
        if (is_beyond(sticky, bound(sticky, i, u), best, best_e)) continue;
        uint64_t e = sticky_log(u);
        uint64_t reached = e * sticky->weights[best], to_beat = best_e * sticky->weights[i];
        if (reached > to_beat || (reached == to_beat && i > best)) continue;
        best = i;
        best_e = e;
    }
    return best;
}

/*
 * The race among many: the racer with the smallest bound has won when the second smallest bound is
 * beyond it. Else, one key in eight with 10 racers and one in sixty with 100, look closer.
 */
static __attribute__((noinline)) uint32_t
sieve(const struct sticky *sticky, uint64_t key_hash)
{
    uint64_t smallest = UINT64_MAX, second = UINT64_MAX;
    uint32_t best = 0, count = sticky->count;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t low = bound(sticky, i, mix(key_hash, sticky->identities[i]));
        uint64_t larger = low > smallest ? low : smallest;
        best = low < smallest ? i : best;
        smallest = low < smallest ? low : smallest;
        second = larger < second ? larger : second;
    }
    uint64_t e = sticky_log(mix(key_hash, sticky->identities[best]));
    if (is_beyond(sticky, second, best, e)) return best;
    return race_favourite(sticky, key_hash, best, e);
}

uint32_t
sticky_pick(const struct sticky *sticky, sluice_str key)
{
    uint64_t key_hash = hash_xxh3(key, sticky->salt_seed);
    uint32_t best = sticky->count < SIEVE_FROM ? race(sticky, key_hash) : sieve(sticky, key_hash);
    return sticky->entries[best];
}

uint64_t
sticky_mix(uint64_t key_hash, uint64_t identity)
{
    return mix(key_hash, identity);
}

uint64_t
sticky_exponential(uint64_t u)
{
    return sticky_log(u);
}
