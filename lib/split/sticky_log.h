/*
 * sticky_log: a logarithm in integers, part of sticky version 1: the same bits on every machine.
 *
 * Entry i of the table is round(2^26 * log2(1 + i / 1024)); between entries the line is straight.
 */
#ifndef SLUICE_SPLIT_STICKY_LOG_H
#define SLUICE_SPLIT_STICKY_LOG_H

#include <stdint.h>

enum { STICKY_LOG_BITS = 26 };

extern const uint32_t sticky_log_table[1025];

/* -log2((u + 1) / 2^64) with STICKY_LOG_BITS fraction bits, 0 to 64 * 2^26 - 1. Never grows with u.
 */
static inline uint64_t
sticky_log(uint64_t u)
{
    /* u + 1 without overflow: UINT64_MAX gives the largest value, and the logarithm of 1 is 0. */
    uint64_t x = u + (u != UINT64_MAX);
    unsigned zeros = (unsigned)__builtin_clzll(x);
    uint64_t mantissa = (x << zeros) << 1; /* the bits behind the leading one */
    uint32_t index = (uint32_t)(mantissa >> 54);
    uint64_t rest = (mantissa >> 22) & 0xffffffff;
    uint64_t low = sticky_log_table[index], high = sticky_log_table[index + 1];
    uint64_t log = low + (((high - low) * rest) >> 32);
    uint64_t result = ((uint64_t)(zeros + 1) << STICKY_LOG_BITS) - log;
    return result < ((uint64_t)64 << STICKY_LOG_BITS) ? result
                                                      : ((uint64_t)64 << STICKY_LOG_BITS) - 1;
}

#endif
