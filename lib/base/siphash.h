/*
 * siphash: SipHash-1-3, a keyed hash of text (Aumasson and Bernstein 2012): without the key nobody
 * can choose texts that collide.
 */
#ifndef SLUICE_BASE_SIPHASH_H
#define SLUICE_BASE_SIPHASH_H

#include "base/str.h"

struct siphash_key {
    uint64_t low, high;
};

/* Bytes are read as little-endian words, so that the value is the same on every machine. */
uint64_t siphash_1_3(struct siphash_key key, sluice_str text);

#endif
