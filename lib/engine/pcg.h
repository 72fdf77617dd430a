/* pcg: pcg64, the XSL-RR 128/64 generator of the PCG paper (O'Neill 2014), from its definition. */
#ifndef SLUICE_ENGINE_PCG_H
#define SLUICE_ENGINE_PCG_H

#include "sluice/sluice.h"

__extension__ typedef unsigned __int128 pcg_u128;

#define PCG_MULTIPLIER                                                                             \
    (((pcg_u128)UINT64_C(2549297995355413924) << 64) | UINT64_C(4865540595714422341))

void pcg_seed(sluice_rng *rng, uint64_t seed, uint64_t stream);

static inline uint64_t
pcg_next(sluice_rng *rng)
{
    pcg_u128 state = ((pcg_u128)rng->state[1] << 64) | rng->state[0];
    pcg_u128 increment = ((pcg_u128)rng->increment[1] << 64) | rng->increment[0];
    state = state * PCG_MULTIPLIER + increment;
    uint64_t high = (uint64_t)(state >> 64), low = (uint64_t)state;
    rng->state[0] = low;
    rng->state[1] = high;
    uint64_t word = high ^ low;
    unsigned turn = (unsigned)(high >> 58);
    return (word >> turn) | (word << (-turn & 63));
}

#endif
