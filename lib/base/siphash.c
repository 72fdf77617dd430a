#include "base/siphash.h"

struct state {
    uint64_t a, b, c, d;
};

static inline uint64_t
rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static inline void
mix(struct state *s)
{
    s->a += s->b;
    s->b = rotate(s->b, 13) ^ s->a;
    s->a = rotate(s->a, 32);
    s->c += s->d;
    s->d = rotate(s->d, 16) ^ s->c;
    s->a += s->d;
    s->d = rotate(s->d, 21) ^ s->a;
    s->c += s->b;
    s->b = rotate(s->b, 17) ^ s->c;
    s->c = rotate(s->c, 32);
}

static inline void
absorb(struct state *s, uint64_t word)
{
    s->d ^= word;
    mix(s);
    s->a ^= word;
}

static inline uint64_t
read_word(const char *bytes, size_t count)
{
    uint64_t word = 0;
    for (size_t i = 0; i < count; i++) {
        word |= (uint64_t)(unsigned char)bytes[i] << (8 * i);
    }
    return word;
}

uint64_t
siphash_1_3(struct siphash_key key, sluice_str text)
{
    struct state s = {
        key.low ^ UINT64_C(0x736f6d6570736575),
        key.high ^ UINT64_C(0x646f72616e646f6d),
        key.low ^ UINT64_C(0x6c7967656e657261),
        key.high ^ UINT64_C(0x7465646279746573),
    };
    size_t whole = text.len / 8;
    for (size_t i = 0; i < whole; i++) {
        absorb(&s, read_word(text.ptr + 8 * i, 8));
    }
    uint64_t last = (uint64_t)text.len << 56;
    if (text.len % 8) last |= read_word(text.ptr + 8 * whole, text.len % 8);
    absorb(&s, last);
    s.c ^= 0xff;
    mix(&s);
    mix(&s);
    mix(&s);
    return s.a ^ s.b ^ s.c ^ s.d;
}
