#include "split/even.h"

uint32_t
even_pick(const uint32_t *weights, uint32_t count, uint64_t total, int64_t *counters)
{
    uint32_t best = UINT32_MAX;
    for (uint32_t i = 0; i < count; i++) {
        if (weights[i] == 0) continue;
        counters[i] += weights[i];
        if (best == UINT32_MAX || counters[i] > counters[best]) best = i;
    }
    counters[best] -= (int64_t)total;
    return best;
}
