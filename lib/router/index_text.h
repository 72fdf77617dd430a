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
    uint32_t ready; /* blocks up to this one are known */
    uint32_t strides_ready;
    uint64_t words[TEXT_BLOCKS + 1];  /* each block */
    uint64_t states[TEXT_BLOCKS + 1]; /* before it */
    uint64_t strides[TEXT_STRIDES];   /* before block TEXT_BLOCKS + n * TEXT_STRIDE */
};

static inline uint64_t
index_text_begin(const struct hash_keys *keys, uint8_t dimension, uint32_t name)
{
    return text_hash_begin(keys, (uint64_t)name << 8 | dimension);
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

static inline void
index_text_init(struct index_text *it, const struct hash_keys *keys, uint8_t dimension,
                uint32_t name, sluice_str text)
{
    it->keys = keys;
    it->text = text;
    it->fold = dimension & 1;
    it->ready = 0;
    it->strides_ready = 0;
    it->words[0] = text.len ? index_text_word(it, 0) : 0;
    it->states[0] = index_text_begin(keys, dimension, name);
}

/* index_text.c: know the blocks up to this one, or to the last one that is kept. */
void index_text_advance(struct index_text *it, size_t block);
/* The hash of a text that goes on behind the blocks that are kept. */
uint64_t index_text_far_hash(struct index_text *it, size_t len, enum key_kind kind);

/* The hash of a key of `len` bytes, from the state before its last block and what is in that. */
static inline uint64_t
index_text_finish(const struct hash_keys *keys, uint64_t state, uint64_t rest, size_t len,
                  enum key_kind kind)
{
    return text_hash_end(keys, state, rest, (size_t)kind << 40 | len);
}

/* The hash of the first `len` bytes of the text, as a key of that kind. */
static inline uint64_t
index_text_hash(struct index_text *it, size_t len, enum key_kind kind)
{
    size_t block = len / 8;
    if (block > TEXT_BLOCKS) return index_text_far_hash(it, len, kind);
    if (block > it->ready) index_text_advance(it, block);
    uint64_t rest = it->words[block] & word_mask(len % 8);
    return index_text_finish(it->keys, it->states[block], rest, len, kind);
}

/* The hash of a gram: `len` bytes, at most eight, in the low part of a word. */
static inline uint64_t
index_text_gram(const struct hash_keys *keys, uint64_t begin, uint64_t word, size_t len)
{
    return index_text_finish(keys, begin, len < 8 ? word & word_mask(len) : word, len, KEY_GRAM);
}

#endif
