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
    STICKY_LOG_BITS = 26,   /* fraction bits of the result: times a 32-bit weight it fits 64 bits */
    STICKY_TABLE_BITS = 31, /* fraction bits of the table */
    STICKY_TABLE_CELLS = 1024,
};

/* Entry i is -log2((1024 + i) / 2048) * 2^31, rounded up. */
extern const uint32_t sticky_log_table[STICKY_TABLE_CELLS + 1];

static inline uint64_t
sticky_log(uint64_t u)
{
    /* u + 1 where that fits 64 bits; the largest u counts as its neighbour. */
    uint64_t x = u + (u != UINT64_MAX);
    unsigned zeros = (unsigned)__builtin_clzll(x);
    uint64_t behind = (x << zeros) << 1; /* the bits behind the leading one */
    uint32_t cell = (uint32_t)(behind >> 54);
    uint64_t along = (behind >> 22) & UINT32_MAX; /* of the cell, in 2^-32 */
    uint64_t from = sticky_log_table[cell], to = sticky_log_table[cell + 1];
    uint64_t log = ((uint64_t)zeros << STICKY_TABLE_BITS) + from - (((from - to) * along) >> 32);
    return (log + 31) >> (STICKY_TABLE_BITS - STICKY_LOG_BITS);
}

#endif
