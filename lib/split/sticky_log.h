/*
 * sticky_log: the logarithm of sticky version 1, in integers: the same bits on every machine.
 *
 * The table holds -log2 over one octave, rounded up; between its points runs a straight line. The
 * curve lies below its chords, so no value is below the true one: the sieve in sticky.c needs that.
 */
#ifndef SLUICE_SPLIT_STICKY_LOG_H
#define SLUICE_SPLIT_STICKY_LOG_H

#include <stdint.h>

__extension__ typedef unsigned __int128 sticky_u128;

enum {
    STICKY_LOG_BITS = 26, /* fraction bits: a result times a 32-bit weight fits 64 bits */
    STICKY_LOG_CELLS = 1024,
};

/* Entry i is -log2((1024 + i) / 2048) * 2^26, rounded up. */
extern const uint32_t sticky_log_table[STICKY_LOG_CELLS + 1];

/* Leading zeros of a byte, 1 to 255. */
extern const uint8_t sticky_byte_zeros[256];

/*
 * Leading zeros; x is not 0. Without the processor's own instruction in 255 cases of 256: plain
 * x86-64 has only BSR, which waits for the old value of its result and is slow besides.
 */
static inline uint64_t
sticky_zeros(uint64_t x)
{
    uint64_t top = x >> 56;
    if (__builtin_expect(top == 0, 0)) return (uint64_t)__builtin_clzll(x);
    return sticky_byte_zeros[top];
}

static inline uint64_t
sticky_log(uint64_t u)
{
    uint64_t x = u | 1; /* u + 1, or next to it, and never 0 */
    uint64_t zeros = sticky_zeros(x);
    uint64_t mantissa = x << zeros;                      /* leading bit set */
    uint64_t cell = (mantissa >> 53) - STICKY_LOG_CELLS; /* the ten bits behind it */
    uint64_t along = mantissa << 11;                     /* of the cell, in 2^-64 */
    uint64_t from = sticky_log_table[cell], to = sticky_log_table[cell + 1];
    uint64_t fallen = (uint64_t)((sticky_u128)(from - to) * along >> 64);
    return (zeros << STICKY_LOG_BITS) + from - fallen;
}

#endif
