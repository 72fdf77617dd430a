/* rng: the random numbers of contexts, for callers. */
#include "engine/pcg.h"

void
sluice_rng_init(sluice_rng *rng, uint64_t seed, uint64_t stream)
{
    pcg_seed(rng, seed, stream);
}

uint64_t
sluice_rng_next(sluice_rng *rng)
{
    return pcg_next(rng);
}
