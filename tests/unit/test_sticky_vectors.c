/* split/sticky against tests/vectors/sticky-v1.json, which a Python program wrote. */
#include <stdlib.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <jansson.h>

#include "engine/hash.h"
#include "split/sticky.h"
#include "split/sticky_log.h"

enum { MAX_COUNT = 256, MAX_BYTES = 512 };

struct bytes {
    char at[MAX_BYTES];
    size_t len;
};

static json_t *
load(void)
{
    json_error_t error;
    json_t *root = json_load_file(SLUICE_SOURCE_DIR "/tests/vectors/sticky-v1.json", 0, &error);
    cr_assert(root != NULL, "line %d: %s", error.line, error.text);
    return root;
}

static uint64_t
hex64(const json_t *text)
{
    cr_assert(ne(ptr, (void *)(uintptr_t)json_string_value(text), NULL));
    return strtoull(json_string_value(text), NULL, 16);
}

static unsigned
hex_digit(char c)
{
    return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a') + 10;
}

/* The field `name` as text, or `name`_hex as bytes. */
static sluice_str
get_bytes(const json_t *object, const char *name, struct bytes *into)
{
    const json_t *plain = json_object_get(object, name);
    if (plain) return (sluice_str){json_string_value(plain), json_string_length(plain)};
    char other[32];
    snprintf(other, sizeof(other), "%s_hex", name);
    const json_t *hex = json_object_get(object, other);
    cr_assert(hex != NULL, "no %s", name);
    const char *text = json_string_value(hex);
    into->len = json_string_length(hex) / 2;
    cr_assert(into->len <= MAX_BYTES);
    for (size_t i = 0; i < into->len; i++) {
        into->at[i] = (char)(hex_digit(text[2 * i]) << 4 | hex_digit(text[2 * i + 1]));
    }
    return (sluice_str){into->at, into->len};
}

static sluice_split *
make_split(const json_t *from, sluice_str salt)
{
    static sluice_split_entry entries[MAX_COUNT];
    static struct bytes names[MAX_COUNT];
    const json_t *destinations = json_object_get(from, "destinations");
    size_t count = json_array_size(destinations);
    cr_assert(count <= MAX_COUNT);
    for (size_t i = 0; i < count; i++) {
        const json_t *one = json_array_get(destinations, i);
        entries[i].identity = get_bytes(one, "identity", &names[i]);
        entries[i].weight = (uint32_t)json_integer_value(json_object_get(one, "weight"));
    }
    sluice_split *split;
    cr_assert(eq(int, sluice_split_new(&split, entries, count, salt, NULL), SLUICE_OK));
    return split;
}

/* The steps on the way to the pick, where the file has them. */
static void
expect_steps(const json_t *pick, sluice_str salt, sluice_str key)
{
    const json_t *racers = json_object_get(pick, "racers");
    if (!racers) return;
    uint64_t k = hash_xxh3(key, hash_xxh3(salt, 0));
    cr_expect(eq(u64, k, hex64(json_object_get(pick, "k"))));
    for (size_t i = 0; i < json_array_size(racers); i++) {
        const json_t *racer = json_array_get(racers, i);
        uint64_t u = sticky_mix(k, hex64(json_object_get(racer, "d")));
        cr_expect(eq(u64, u, hex64(json_object_get(racer, "u"))));
        cr_expect(eq(u64, sticky_exponential(u),
                     (uint64_t)json_integer_value(json_object_get(racer, "e"))));
    }
}

Test(sticky_vectors, every_pick_is_as_written)
{
    json_t *root = load();
    const json_t *splits = json_object_get(root, "splits");
    size_t picked = 0;
    for (size_t s = 0; s < json_array_size(splits); s++) {
        const json_t *from = json_array_get(splits, s);
        struct bytes salt_bytes, key_bytes;
        sluice_str salt = get_bytes(from, "salt", &salt_bytes);
        sluice_split *split = make_split(from, salt);
        const json_t *picks = json_object_get(from, "picks");
        for (size_t p = 0; p < json_array_size(picks); p++) {
            const json_t *pick = json_array_get(picks, p);
            sluice_str key = get_bytes(pick, "key", &key_bytes);
            size_t want = (size_t)json_integer_value(json_object_get(pick, "index"));
            cr_expect(eq(sz, sluice_split_pick_sticky(split, key), want), "split %zu, pick %zu", s,
                      p);
            expect_steps(pick, salt, key);
            picked++;
        }
        sluice_split_free(split);
    }
    cr_expect(ge(sz, picked, 500));
    json_decref(root);
}

Test(sticky_vectors, logarithms_are_as_written)
{
    json_t *root = load();
    const json_t *table = json_object_get(root, "log_table");
    cr_assert(eq(sz, json_array_size(table), STICKY_LOG_CELLS + 1));
    for (size_t i = 0; i < json_array_size(table); i++) {
        cr_expect(
            eq(u64, sticky_log_table[i], (uint64_t)json_integer_value(json_array_get(table, i))));
    }
    const json_t *rows = json_object_get(root, "exponential");
    cr_expect(gt(sz, json_array_size(rows), 50));
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        uint64_t want = (uint64_t)json_integer_value(json_object_get(row, "e"));
        cr_expect(eq(u64, sticky_exponential(hex64(json_object_get(row, "u"))), want), "row %zu",
                  i);
    }
    json_decref(root);
}
