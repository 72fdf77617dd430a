/*
 * index_text: the hashes of a value and of its prefixes, as the keys of an index have them.
 */
#ifndef SLUICE_ROUTER_INDEX_TEXT_H
#define SLUICE_ROUTER_INDEX_TEXT_H

#include "router/text_hash.h"

enum key_kind { KEY_EXACT, KEY_PREFIX, KEY_GRAM };

/* States after the first blocks are kept; longer texts begin again behind the last one. */
enum { TEXT_BLOCKS = 64 };

struct index_text {
    const struct hash_keys *keys;
    sluice_str text;
    bool fold;
    uint32_t ready; /* states that are known, less one */
    uint64_t states[TEXT_BLOCKS + 1];
};

static inline uint64_t
index_text_begin(const struct hash_keys *keys, uint8_t dimension, uint32_t name)
{
    return text_hash_begin(keys, (uint64_t)name << 8 | dimension);
}

static inline void
index_text_init(struct index_text *it, const struct hash_keys *keys, uint8_t dimension,
                uint32_t name, sluice_str text)
{
    it->keys = keys;
    it->text = text;
    it->fold = dimension & 1;
    it->ready = 0;
    it->states[0] = index_text_begin(keys, dimension, name);
}

/* The block of eight bytes at `at`, with zeros behind the end of the text. */
static inline uint64_t
index_text_word(const struct index_text *it, size_t at)
{
    size_t left = it->text.len - at;
    uint64_t word = left >= 8 ? word_load(it->text.ptr + at) : word_load_some(it->text.ptr + at, left);
    return it->fold ? word_lower(word) : word;
}

/* The state before block `block`. */
static inline uint64_t
index_text_state(struct index_text *it, size_t block)
{
    while (it->ready < block && it->ready < TEXT_BLOCKS) {
        uint64_t word = index_text_word(it, (size_t)it->ready * 8);
        it->states[it->ready + 1] = text_hash_step(it->keys, it->states[it->ready], word);
        it->ready++;
    }
    if (block <= TEXT_BLOCKS) return it->states[block];
    uint64_t state = it->states[TEXT_BLOCKS];
    for (size_t i = TEXT_BLOCKS; i < block; i++) {
        state = text_hash_step(it->keys, state, index_text_word(it, i * 8));
    }
    return state;
}

/* The hash of the first `len` bytes of the text, as a key of that kind. */
static inline uint64_t
index_text_hash(struct index_text *it, size_t len, enum key_kind kind)
{
    uint64_t rest = len % 8 ? index_text_word(it, len / 8 * 8) & word_mask(len % 8) : 0;
    return text_hash_end(it->keys, index_text_state(it, len / 8), rest, (size_t)kind << 40 | len);
}

/* The hash of a gram: `len` bytes in the low part of a word. */
static inline uint64_t
index_text_gram(const struct hash_keys *keys, uint64_t begin, uint64_t word, size_t len)
{
    return text_hash_end(keys, begin, word & word_mask(len), (size_t)KEY_GRAM << 40 | len);
}

#endif
