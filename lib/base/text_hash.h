/*
 * text_hash: keyed hashes of a text and of its prefixes, inline.
 *
 * A text is read in blocks of eight bytes, and the state after each block is kept: the hash of any
 * prefix then costs one multiplication more. Keys come from the seed that the caller gave, so that
 * nobody who does not know it can choose texts that collide; what is found is always verified, so
 * a collision costs time and never an answer.
 */
#ifndef SLUICE_BASE_TEXT_HASH_H
#define SLUICE_BASE_TEXT_HASH_H

#include "base/str.h"
#include "base/word.h"

struct hash_keys {
    uint64_t begin, step, end;
};

__extension__ typedef unsigned __int128 text_hash_u128;

static inline uint64_t
text_hash_mix(uint64_t a, uint64_t b)
{
    text_hash_u128 product = (text_hash_u128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline struct hash_keys
text_hash_keys(uint64_t seed)
{
    return (struct hash_keys){
        .begin = text_hash_mix(seed ^ UINT64_C(0x9e3779b97f4a7c15), UINT64_C(0xd6e8feb86659fd93)),
        .step =
            text_hash_mix(seed ^ UINT64_C(0xa0761d6478bd642f), UINT64_C(0xe7037ed1a0b428db)) | 1,
        .end = text_hash_mix(seed ^ UINT64_C(0x8ebc6af09c88c6e3), UINT64_C(0x589965cc75374cc3)) | 1,
    };
}

/* Where the texts of one kind begin, so that those of different kinds do not meet. */
static inline uint64_t
text_hash_begin(const struct hash_keys *keys, uint64_t kind)
{
    return keys->begin + kind * UINT64_C(0x9fb21c651e98df25);
}

static inline uint64_t
text_hash_step(const struct hash_keys *keys, uint64_t state, uint64_t word)
{
    return text_hash_mix(state ^ word, keys->step);
}

/* The hash of a text of `len` bytes that ends in `rest`, its last len % 8 bytes. */
static inline uint64_t
text_hash_end(const struct hash_keys *keys, uint64_t state, uint64_t rest, size_t len)
{
    return text_hash_mix(state ^ rest, keys->end ^ (uint64_t)len << 8);
}

/* The state after all whole blocks of a text. */
static inline uint64_t
text_hash_blocks(const struct hash_keys *keys, uint64_t state, sluice_str text, bool fold)
{
    size_t left = text.len;
    const char *at = text.ptr;
    for (; left >= 8; at += 8, left -= 8) {
        uint64_t word = word_load(at);
        state = text_hash_step(keys, state, fold ? word_lower(word) : word);
    }
    return state;
}

/* What stands behind them. */
static inline uint64_t
text_hash_rest(sluice_str text, bool fold)
{
    uint64_t rest = word_load_end(text.ptr, text.len);
    return fold ? word_lower(rest) : rest;
}

static inline uint64_t
text_hash(const struct hash_keys *keys, uint64_t kind, sluice_str text, bool fold)
{
    uint64_t state = text_hash_blocks(keys, text_hash_begin(keys, kind), text, fold);
    return text_hash_end(keys, state, text_hash_rest(text, fold), text.len);
}

#endif
