#include "split/sticky.h"

#include <stdlib.h>

#include "engine/hash.h"
#include "split/sticky_log.h"

/* 2^63 / ln 2, rounded down. */
#define PACE_OF_ONE UINT64_C(13306513097844322491)

/* From this count on the sieve is faster; every way gives the same answer. */
enum { SIEVE_FROM = 8 };

/* One of xxHash's own multipliers: odd, with bits set evenly. */
static inline uint64_t
mix(uint64_t key_hash, uint64_t identity)
{
    sticky_u128 product = (sticky_u128)(key_hash ^ identity) * UINT64_C(0x9fb21c651e98df25);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t
multiply_high(uint64_t a, uint64_t b)
{
    return (uint64_t)((sticky_u128)a * b >> 64);
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

uint64_t
sticky_salt_seed(sluice_str salt)
{
    return hash_xxh3(salt, 0);
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
    *out = (struct sticky){sticky_salt_seed(salt), identities, paces, weights, places, kept};
    return true;
}

/*
 * The race itself, among the racers that may win: i beats `best` when e_i / w_i < e_best / w_best;
 * e is at most 2^32 and w below it, so the products fit. A tie goes to the smaller identity, which
 * is the smaller index.
 *
 * Most racers are passed over by a bound that needs no logarithm. With p = 1 - (u + 1) / 2^64,
 * -log2(1 - p) >= p / ln 2, so `low` is never above 2^37 times the racer's score e / w.
 */
static inline bool
is_beyond(uint64_t low, uint32_t best_weight, uint64_t best_e)
{
    return (uint64_t)((sticky_u128)low * best_weight >> 37) > best_e;
}

static __attribute__((noinline)) uint32_t
race(const struct sticky *sticky, uint64_t key_hash, uint32_t best)
{
    uint64_t best_e = sticky_log(mix(key_hash, sticky->identities[best]));
    for (uint32_t i = 0; i < sticky->count; i++) {
        uint64_t u = mix(key_hash, sticky->identities[i]);
        if (is_beyond(multiply_high(~u, sticky->paces[i]), sticky->weights[best], best_e)) continue;
        uint64_t e = sticky_log(u);
        uint64_t reached = e * sticky->weights[best], to_beat = best_e * sticky->weights[i];
        if (reached > to_beat || (reached == to_beat && i > best)) continue;
        best = i;
        best_e = e;
    }
    return sticky->entries[best];
}

/*
 * All ones where a < b. Who leads a race cannot be guessed, so that a branch on it would cost more
 * than the rest; compilers turn this form into none.
 */
static inline uint64_t
mask_if_less(uint64_t a, uint64_t b)
{
    return (uint64_t)(((sticky_u128)a - b) >> 64);
}

/* Few racers: every logarithm, then the race among them. */
static __attribute__((noinline)) uint32_t
race_of_few(const struct sticky *sticky, uint64_t key_hash)
{
    uint64_t e[SIEVE_FROM], best = 0;
    const uint32_t *weights = sticky->weights;
    for (uint64_t i = 0; i < sticky->count; i++) {
        e[i] = sticky_log(mix(key_hash, sticky->identities[i]));
    }
    for (uint64_t i = 1; i < sticky->count; i++) {
        best ^= (best ^ i) & mask_if_less(e[i] * weights[best], e[best] * weights[i]);
    }
    return sticky->entries[best];
}

/*
 * Many racers: the bounds. The racer with the smallest has won when the second smallest is beyond
 * it; else (one key in eight with 10 racers, one in sixty with 100) they race.
 */
static __attribute__((noinline)) uint32_t
sieve(const struct sticky *sticky, uint64_t key_hash)
{
    uint64_t smallest = UINT64_MAX, second = UINT64_MAX;
    uint32_t best = 0, count = sticky->count;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t u = mix(key_hash, sticky->identities[i]);
        uint64_t low = multiply_high(~u, sticky->paces[i]);
        uint64_t larger = low > smallest ? low : smallest;
        best = low < smallest ? i : best;
        smallest = low < smallest ? low : smallest;
        second = larger < second ? larger : second;
    }
    uint64_t e = sticky_log(mix(key_hash, sticky->identities[best]));
    if (is_beyond(second, sticky->weights[best], e)) return sticky->entries[best];
    return race(sticky, key_hash, best);
}

/* Two racers, the usual case: the race without a loop. */
static inline uint32_t
race_of_two(const struct sticky *sticky, uint64_t key_hash)
{
    uint64_t e0 = sticky_log(mix(key_hash, sticky->identities[0]));
    uint64_t e1 = sticky_log(mix(key_hash, sticky->identities[1]));
    return sticky->entries[e1 * sticky->weights[0] < e0 * sticky->weights[1]];
}

uint32_t
sticky_pick(const struct sticky *sticky, sluice_str key)
{
    uint64_t key_hash = hash_xxh3(key, sticky->salt_seed);
    if (sticky->count == 2) return race_of_two(sticky, key_hash);
    if (sticky->count >= SIEVE_FROM) return sieve(sticky, key_hash);
    return race_of_few(sticky, key_hash);
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
