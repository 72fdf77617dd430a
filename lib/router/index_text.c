/* index_text: longer texts. */
#include "router/index_text.h"

void
index_text_advance(struct index_text *it, size_t block)
{
    for (; it->ready < block && it->ready < TEXT_BLOCKS; it->ready++) {
        uint32_t at = it->ready;
        it->states[at + 1] = text_hash_step(it->keys, it->states[at], it->words[at]);
        it->words[at + 1] = index_text_word(it, ((size_t)at + 1) * 8);
    }
}

static uint64_t
steps(const struct index_text *it, uint64_t state, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        state = text_hash_step(it->keys, state, index_text_word(it, i * 8));
    }
    return state;
}

/* The state before a block far on. */
static uint64_t
far_state(struct index_text *it, size_t block)
{
    size_t stride = (block - TEXT_BLOCKS) / TEXT_STRIDE;
    if (stride >= TEXT_STRIDES) stride = TEXT_STRIDES - 1;
    index_text_advance(it, TEXT_BLOCKS);
    it->strides[0] = it->states[TEXT_BLOCKS];
    while (it->strides_ready < stride) {
        size_t from = TEXT_BLOCKS + (size_t)it->strides_ready * TEXT_STRIDE;
        uint64_t state = it->strides[it->strides_ready++];
        it->strides[it->strides_ready] = steps(it, state, from, from + TEXT_STRIDE);
    }
    return steps(it, it->strides[stride], TEXT_BLOCKS + stride * TEXT_STRIDE, block);
}

uint64_t
index_text_far_hash(struct index_text *it, size_t len, enum key_kind kind)
{
    size_t block = len / 8;
    uint64_t rest = index_text_word(it, block * 8) & word_mask(len % 8);
    return index_text_finish(it->keys, far_state(it, block), rest, len, kind);
}
