/*
 * even: smooth weighted round robin, the pick that never strays from the configured share.
 *
 * State is one signed counter per entry and belongs to the context, so a router stays immutable.
 * For two entries the count after n picks never differs from n * weight / total by 1 or more.
 */
#ifndef SLUICE_SPLIT_EVEN_H
#define SLUICE_SPLIT_EVEN_H

#include "base/str.h"

/* weights: at least one above 0; total is their sum; counters: count numbers, all 0 at first. */
uint32_t even_pick(const uint32_t *weights, uint32_t count, uint64_t total, int64_t *counters);

#endif
