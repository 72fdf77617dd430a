/*
 * index_text: the hashes of a value and of its prefixes, as the keys of an index have them.
 */
#ifndef SLUICE_ROUTER_INDEX_TEXT_H
#define SLUICE_ROUTER_INDEX_TEXT_H

#include "base/text_hash.h"

enum key_kind { KEY_EXACT, KEY_PREFIX, KEY_GRAM };

/*
 * States of the first blocks are kept, and further on one of every TEXT_STRIDE blocks, up to half a
 * megabyte of text: a hash costs at most that many steps more.
 */
enum { TEXT_BLOCKS = 64, TEXT_STRIDE = 64, TEXT_STRIDES = 1024 };

struct index_text {
    const struct hash_keys *keys;
    sluice_str text;
    bool fold;
    uint32_t ready; /* states that are known, less one */
    uint32_t strides_ready;
    uint64_t states[TEXT_BLOCKS + 1];
    uint64_t strides[TEXT_STRIDES]; /* the state before block TEXT_BLOCKS + n * TEXT_STRIDE */
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
    it->strides_ready = 0;
    it->states[0] = index_text_begin(keys, dimension, name);
}

/* The block of eight bytes at `at`, with zeros behind the end of the text. */
static inline uint64_t
index_text_word(const struct index_text *it, size_t at)
{
    size_t left = it->text.len - at;
    uint64_t word =
        left >= 8 ? word_load(it->text.ptr + at) : word_load_some(it->text.ptr + at, left);
    return it->fold ? word_lower(word) : word;
}

static inline uint64_t
index_text_steps(const struct index_text *it, uint64_t state, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        state = text_hash_step(it->keys, state, index_text_word(it, i * 8));
    }
    return state;
}

/* The state before a block far on. */
static inline uint64_t
index_text_far_state(struct index_text *it, size_t block)
{
    size_t stride = (block - TEXT_BLOCKS) / TEXT_STRIDE;
    if (stride >= TEXT_STRIDES) stride = TEXT_STRIDES - 1;
    it->strides[0] = it->states[TEXT_BLOCKS];
    while (it->strides_ready < stride) {
        size_t from = TEXT_BLOCKS + (size_t)it->strides_ready * TEXT_STRIDE;
        uint64_t state = it->strides[it->strides_ready++];
        it->strides[it->strides_ready] = index_text_steps(it, state, from, from + TEXT_STRIDE);
    }
    return index_text_steps(it, it->strides[stride], TEXT_BLOCKS + stride * TEXT_STRIDE, block);
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
    return block <= TEXT_BLOCKS ? it->states[block] : index_text_far_state(it, block);
}

/* The hash of the first `len` bytes of the text, as a key of that kind. */
static inline uint64_t
index_text_hash(struct index_text *it, size_t len, enum key_kind kind)
{
    uint64_t rest = len % 8 ? index_text_word(it, len / 8 * 8) & word_mask(len % 8) : 0;
    return text_hash_end(it->keys, index_text_state(it, len / 8), rest, (size_t)kind << 40 | len);
}

/* The hash of a gram: `len` bytes, at most eight, in the low part of a word. */
static inline uint64_t
index_text_gram(const struct hash_keys *keys, uint64_t begin, uint64_t word, size_t len)
{
    return text_hash_end(keys, begin, len < 8 ? word & word_mask(len) : word,
                         (size_t)KEY_GRAM << 40 | len);
}

#endif
