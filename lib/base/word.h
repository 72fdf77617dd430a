/*
 * word: text eight bytes at a time. The first byte is always the lowest, whatever the machine.
 */
#ifndef SLUICE_BASE_WORD_H
#define SLUICE_BASE_WORD_H

#include <string.h>

#include "sluice/sluice.h"

#define WORD_ONES UINT64_C(0x0101010101010101)
#define WORD_TOPS UINT64_C(0x8080808080808080)

static inline uint64_t
word_load(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

static inline uint64_t
word_byte(const char *at, size_t index)
{
    return (uint64_t)(unsigned char)at[index] << (8 * index);
}

static inline uint64_t
word_half(const char *at)
{
    uint32_t half;
    memcpy(&half, at, sizeof(half));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    half = __builtin_bswap32(half);
#endif
    return half;
}

/* `len` bytes, fewer than eight; the rest of the word is 0. Reads nothing else. */
static inline uint64_t
word_load_some(const char *at, size_t len)
{
    if (len >= 4) return word_half(at) | word_half(at + len - 4) << (8 * (len - 4));
    if (len == 0) return 0;
    return word_byte(at, 0) | word_byte(at, len / 2) | word_byte(at, len - 1);
}

/* The last len % 8 bytes of a text. */
static inline uint64_t
word_load_end(const char *at, size_t len)
{
    if (len < 8) return word_load_some(at, len);
    if (len % 8 == 0) return 0;
    return word_load(at + len - 8) >> (64 - 8 * (len % 8));
}

/* The first eight bytes of a text, or all of them and zeros. */
static inline uint64_t
word_first(const char *at, size_t len)
{
    return len >= 8 ? word_load(at) : word_load_some(at, len);
}

/* The top bit of each byte that is an ASCII capital. Sums of seven bits never carry into the next.
 */
static inline uint64_t
word_capitals(uint64_t word)
{
    uint64_t low = word & ~WORD_TOPS;
    uint64_t from_a = low + WORD_ONES * (0x80 - 'A'), past_z = low + WORD_ONES * (0x7f - 'Z');
    return from_a & ~past_z & ~word & WORD_TOPS;
}

/* ASCII capitals become small letters. */
static inline uint64_t
word_lower(uint64_t word)
{
    return word | word_capitals(word) >> 2;
}

/* Two words side by side, for what compilers know to do with both at once. */
typedef unsigned char word_pair __attribute__((vector_size(16)));

#define WORD_PAIR_OF(c)                                                                            \
    (word_pair)                                                                                    \
    {                                                                                              \
        c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c                                             \
    }

static inline word_pair
word_pair_splat(unsigned char byte)
{
    return byte - (word_pair){0};
}

static inline word_pair
word_pair_load(const char *at)
{
    word_pair pair;
    memcpy(&pair, at, sizeof(pair));
    return pair;
}

static inline word_pair
word_pair_of(uint64_t first, uint64_t second)
{
    typedef uint64_t words __attribute__((vector_size(16)));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    first = __builtin_bswap64(first);
    second = __builtin_bswap64(second);
#endif
    return (word_pair)(words){first, second};
}

/* A text of fewer than sixteen bytes: its first eight, and its last eight or zeros. */
static inline word_pair
word_pair_load_some(const char *at, size_t len)
{
    if (len < 8) return word_pair_of(word_load_some(at, len), 0);
    return word_pair_of(word_load(at), word_load(at + len - 8));
}

static inline uint64_t
word_pair_low(word_pair pair)
{
    return word_load((const char *)&pair);
}

static inline uint64_t
word_pair_high(word_pair pair)
{
    return word_load((const char *)&pair + 8);
}

/* Of bytes that are 0 or 255 each, as a comparison leaves them: bit i is set when byte i is. */
static inline uint32_t
word_bits(uint64_t compared)
{
    return (uint32_t)((compared & WORD_ONES) * UINT64_C(0x0102040810204080) >> 56);
}

static inline uint32_t
word_pair_bits(word_pair compared)
{
#ifdef __SSE2__
    typedef char signed_pair __attribute__((vector_size(16)));
    return (uint32_t)__builtin_ia32_pmovmskb128((signed_pair)compared);
#else
    return word_bits(word_pair_low(compared)) | word_bits(word_pair_high(compared)) << 8;
#endif
}

/* Not 0 where they differ. */
static inline uint64_t
word_differs(const char *a, const char *b)
{
    return word_load(a) ^ word_load(b);
}

static inline word_pair
word_pair_same(const char *a, const char *b)
{
    return (word_pair)(word_pair_load(a) == word_pair_load(b));
}

/* Whether two texts of `len` bytes are the same. For short ones: a call of memcmp() costs more. */
static inline bool
word_same_text(const char *a, const char *b, size_t len)
{
    if (len < 8) return word_load_some(a, len) == word_load_some(b, len);
    if (len < 16) return (word_differs(a, b) | word_differs(a + len - 8, b + len - 8)) == 0;
    word_pair same = word_pair_same(a + len - 16, b + len - 16);
    for (size_t at = 0; at + 16 < len; at += 16) {
        same &= word_pair_same(a + at, b + at);
    }
    return word_pair_bits(same) == 0xffff;
}

/* From 8 to 32 bytes four words see all of a text, some of them perhaps twice. */
static inline bool
word_is_middling(size_t len)
{
    return len - 8 <= 24;
}

/* The same for texts of such a length, without a branch. */
static inline bool
word_same_middling(const char *a, const char *b, size_t len)
{
    size_t last = len - 8, at = last < 8 ? last : 8;
    return (word_differs(a, b) | word_differs(a + at, b + at) |
            word_differs(a + last - at, b + last - at) | word_differs(a + last, b + last)) == 0;
}

/* The same as word_same_text(), faster where the length is another one each time. */
static inline bool
word_same_varied(const char *a, const char *b, size_t len)
{
    return word_is_middling(len) ? word_same_middling(a, b, len) : word_same_text(a, b, len);
}

/* The same for a text against one that is lower-case, without regard to ASCII case. */
static inline bool
word_same_folded(const char *a, const char *lower, size_t len)
{
    if (len < 8) return word_lower(word_load_some(a, len)) == word_load_some(lower, len);
    for (size_t at = 0; at + 8 < len; at += 8) {
        if (word_lower(word_load(a + at)) != word_load(lower + at)) return false;
    }
    return word_lower(word_load(a + len - 8)) == word_load(lower + len - 8);
}

/* A mask of the first `len` bytes, fewer than eight. */
static inline uint64_t
word_mask(size_t len)
{
    return (UINT64_C(1) << (8 * len)) - 1;
}

/* Not 0 when some byte is `c`. */
static inline uint64_t
word_has(uint64_t word, char c)
{
    uint64_t zero_where_same = word ^ (WORD_ONES * (unsigned char)c);
    return (zero_where_same - WORD_ONES) & ~zero_where_same & WORD_TOPS;
}

#endif
