/*
 * sticky_log: the logarithm of sticky version 1, in integers: the same bits on every machine.
 *
 * The table holds -log2 over one octave, rounded up; between its points runs a straight line. The
 * curve lies below its chords, so no value is below the true one: the sieve in sticky.c needs that.
 */
#ifndef SLUICE_SPLIT_STICKY_LOG_H
#define SLUICE_SPLIT_STICKY_LOG_H

#include <stdint.h>

enum {
    STICKY_LOG_BITS = 26, /* fraction bits: a result times a 32-bit weight fits 64 bits */
    STICKY_LOG_CELLS = 1024,
};

/* Entry i is -log2((1024 + i) / 2048) * 2^26, rounded up. */
extern const uint32_t sticky_log_table[STICKY_LOG_CELLS + 1];

static inline uint64_t
sticky_log(uint64_t u)
{
    uint64_t x = u | 1; /* u + 1, or next to it, and never 0 */
    unsigned zeros = (unsigned)__builtin_clzll(x);
    uint64_t mantissa = x << zeros;                      /* leading bit set */
    uint64_t cell = (mantissa >> 53) - STICKY_LOG_CELLS; /* the ten bits behind it */
    uint64_t along = (mantissa >> 21) & UINT32_MAX;      /* of the cell, in 2^-32 */
    uint64_t from = sticky_log_table[cell], to = sticky_log_table[cell + 1];
    return ((uint64_t)zeros << STICKY_LOG_BITS) + from - (((from - to) * along) >> 32);
}

#endif
