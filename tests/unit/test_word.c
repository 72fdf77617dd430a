/* base/word: text by words, against one byte at a time. */
#include <criterion/criterion.h>

#include "base/str.h"
#include "base/word.h"

enum { LONGEST = 40 };

/* Every length at every place within a word, and behind it a byte that must not be looked at. */
static const char text[] = "!The quick Brown fox\xc3\x84 Jumps over the lazy dog, Twice@[`{";

static uint64_t
bytes_of(const char *at, size_t len)
{
    uint64_t word = 0;
    for (size_t i = 0; i < len; i++) {
        word |= (uint64_t)(unsigned char)at[i] << (8 * i);
    }
    return word;
}

Test(word, loads_the_ends_of_a_text)
{
    for (size_t from = 0; from < 8; from++) {
        for (size_t len = 0; len <= LONGEST; len++) {
            const char *at = text + from;
            size_t rest = len % 8;
            cr_assert(word_first(at, len) == bytes_of(at, len < 8 ? len : 8), "%zu", len);
            cr_assert(word_load_end(at, len) == bytes_of(at + len - rest, rest), "%zu", len);
        }
    }
}

Test(word, loads_a_pair_of_a_short_text)
{
    for (size_t len = 0; len < 16; len++) {
        word_pair pair = word_pair_load_some(text, len);
        uint64_t last = len < 8 ? 0 : bytes_of(text + len - 8, 8);
        cr_assert(word_pair_low(pair) == bytes_of(text, len < 8 ? len : 8), "%zu", len);
        cr_assert(word_pair_high(pair) == last, "%zu", len);
    }
    word_pair pair = word_pair_load(text);
    cr_assert(word_pair_low(pair) == bytes_of(text, 8));
    cr_assert(word_pair_high(pair) == bytes_of(text + 8, 8));
    pair = word_pair_splat(0xa5);
    cr_assert(word_pair_low(pair) == 0xa5 * WORD_ONES && word_pair_high(pair) == 0xa5 * WORD_ONES);
}

Test(word, has_a_bit_for_each_byte_of_a_comparison)
{
    for (uint32_t bits = 0; bits <= 0xffff; bits++) {
        unsigned char bytes[16];
        for (size_t i = 0; i < sizeof(bytes); i++) {
            bytes[i] = (bits >> i & 1) ? 0xff : 0;
        }
        word_pair pair = word_pair_load((const char *)bytes);
        cr_assert(word_pair_bits(pair) == bits, "%x", bits);
        /* what machines without an instruction for it do */
        cr_assert(word_bits(word_pair_low(pair)) == (bits & 0xff), "%x", bits);
        cr_assert(word_bits(word_pair_high(pair)) == bits >> 8, "%x", bits);
    }
}

Test(word, tells_texts_apart_that_differ_in_one_byte)
{
    for (size_t len = 0; len <= LONGEST; len++) {
        char other[LONGEST + 1];
        memcpy(other, text, len + 1);
        other[len] ^= 1; /* behind the text */
        cr_assert(word_same_text(text, other, len), "%zu", len);
        cr_assert(word_same_varied(text, other, len), "%zu", len);
        bool middling = len >= 8 && len <= 32;
        cr_assert(!middling || word_same_middling(text, other, len), "%zu", len);
        for (size_t i = 0; i < len; i++) {
            other[i] ^= 1;
            cr_assert(!word_same_text(text, other, len), "byte %zu of %zu", i, len);
            cr_assert(!word_same_varied(text, other, len), "byte %zu of %zu", i, len);
            cr_assert(!middling || !word_same_middling(text, other, len), "byte %zu of %zu", i,
                      len);
            other[i] ^= 1;
        }
    }
}

Test(word, folds_ascii_letters_and_nothing_else)
{
    for (size_t len = 0; len <= LONGEST; len++) {
        char lower[LONGEST];
        for (size_t i = 0; i < len; i++) {
            lower[i] = ascii_lower(text[i]);
        }
        cr_assert(word_same_folded(text, lower, len), "%zu", len);
        for (size_t i = 0; i < len; i++) {
            for (unsigned c = 0; c < 256; c++) {
                char kept = lower[i];
                lower[i] = (char)c;
                cr_assert(word_same_folded(text, lower, len) == ((char)c == kept),
                          "byte %u at %zu of %zu", c, i, len);
                lower[i] = kept;
            }
        }
    }
}
