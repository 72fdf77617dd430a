/* engine/hash: the published values of xxHash. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "engine/hash.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

/* The text is the bytes 0, 1, 2, ... */
Test(hash, xxh3_has_the_published_values)
{
    static const struct {
        size_t len;
        uint64_t seed_0, seed_42;
    } rows[] = {
        {0,   0x2d06800538d394c2, 0xb029411ff43d84d2},
        {1,   0xc44bdff4074eecdb, 0x5cf10f10bf2dd245},
        {8,   0x3a1c2d7c85af88f8, 0x533b2c25fa397f0b},
        {16,  0x8355e3a6f61770db, 0x74891a34d3fff0a9},
        {32,  0x3523581fe96e4c05, 0xeb1c9b8fb88f9bb6},
        {128, 0x85c6174c7ff4c46b, 0xa7f863935f4a4028},
        {200, 0xf42a8864feaf0703, 0xc335a2de8a09a90e},
        {256, 0x9408a4433b952d71, 0xc1a55ca180b3fd0a},
    };
    char bytes[256];
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (char)i;
    }
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_str text = {bytes, rows[i].len};
        cr_expect(eq(u64, hash_xxh3(text, 0), rows[i].seed_0), "%zu bytes", rows[i].len);
        cr_expect(eq(u64, hash_xxh3(text, 42), rows[i].seed_42), "%zu bytes", rows[i].len);
    }
}

Test(hash, xxh64_has_the_published_values)
{
    static const struct {
        sluice_str text;
        uint64_t seed, hash;
    } rows[] = {
        {STR_INIT(""),      0, 0xef46db3751d8e999},
        {STR_INIT("a"),     0, 0xd24ec4f1a98c6e5b},
        {STR_INIT("a"),     1, 0xdec2bc81c3cd46c6},
        {STR_INIT("foo"),   0, 0x33bf00a859c4ba3f},
        {STR_INIT("alice"), 0, 0x73a3ea485f2e6049},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        cr_expect(eq(u64, hash_xxh64(rows[i].text, rows[i].seed), rows[i].hash));
    }
}

Test(hash, empty_text_needs_no_pointer)
{
    cr_expect(eq(u64, hash_xxh3((sluice_str){NULL, 0}, 42), 0xb029411ff43d84d2));
    cr_expect(eq(u64, hash_xxh64((sluice_str){NULL, 0}, 0), 0xef46db3751d8e999));
}
