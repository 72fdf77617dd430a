/*
 * chooser: choices for generators, from bytes (a fuzzer's) as long as there are any, then from a
 * generator that those bytes seed. Equal bytes and seed give equal choices.
 */
#ifndef SLUICE_TESTS_CHOOSER_H
#define SLUICE_TESTS_CHOOSER_H

#include <stddef.h>
#include <stdint.h>

struct chooser {
    const uint8_t *bytes;
    size_t left;
    uint64_t state;
};

static inline struct chooser
chooser_init(uint64_t seed, const uint8_t *bytes, size_t count)
{
    return (struct chooser){bytes, count, seed + UINT64_C(0x9e3779b97f4a7c15)};
}

/* splitmix64 */
static inline uint64_t
chooser_next(struct chooser *chooser)
{
    uint64_t z = chooser->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* A number below n, at most 2^16. */
static inline uint32_t
choose(struct chooser *chooser, uint32_t n)
{
    if (chooser->left == 0) return (uint32_t)(chooser_next(chooser) % n);
    chooser->left--;
    chooser->state = chooser->state * 31 + *chooser->bytes;
    return *chooser->bytes++ % n;
}

#endif
