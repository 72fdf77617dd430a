#include "engine/pcg.h"

static void
store(sluice_rng *rng, pcg_u128 state)
{
    rng->state[0] = (uint64_t)state;
    rng->state[1] = (uint64_t)(state >> 64);
}

void
pcg_seed(sluice_rng *rng, uint64_t seed, uint64_t stream)
{
    pcg_u128 increment =
        ((pcg_u128)stream << 1) | 1; /* odd: the generator's full period needs it */
    rng->increment[0] = (uint64_t)increment;
    rng->increment[1] = (uint64_t)(increment >> 64);
    /* As the PCG library does: one step from 0, add the seed, one more step. */
    store(rng, (increment + seed) * PCG_MULTIPLIER + increment);
}
