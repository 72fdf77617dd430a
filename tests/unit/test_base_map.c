/* base/map: text to pointer. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "base/map.h"
#include "support/failing_alloc.h"
#include "support/rows.h"

enum { KEYS = 5000 };
static char key_text[KEYS][8];
static int values[KEYS];

static sluice_str
key(size_t i)
{
    int len = snprintf(key_text[i], sizeof(key_text[i]), "k%zu", i);
    return str_make(key_text[i], (size_t)len);
}

/* Put keys 0 to count-1, each with its own value. False when memory ran out. */
static bool
fill(struct map *map, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        void **place = map_put(map, key(i));
        if (!place) return false;
        *place = &values[i];
    }
    return true;
}

Test(base_map, finds_what_was_put_and_nothing_else)
{
    struct failing_alloc memory;
    failing_alloc_init(&memory, FAILING_ALLOC_NEVER);
    struct arena arena = arena_init(&memory.allocator);
    struct map map = map_init(&arena);
    cr_expect(zero(ptr, map_get(&map, STR("k1"))));
    cr_assert(fill(&map, KEYS));
    cr_assert(fill(&map, KEYS), "a second put finds the first");
    cr_expect(eq(sz, map.count, KEYS));
    for (size_t i = 0; i < KEYS; i++) {
        cr_assert(eq(ptr, map_get(&map, key(i)), &values[i]));
        cr_assert(str_equal(map.entries[i].key, key(i)), "entries stand in order of insertion");
    }
    cr_expect(zero(ptr, map_get(&map, STR("k5000"))));
    cr_expect(zero(ptr, map_get(&map, STR("k"))));
    map_free(&map);
    cr_expect(eq(sz, failing_alloc_finish(&memory), 0));
    cr_expect(zero(ptr, map_get(&map, STR("k1"))), "a freed map is empty");
}

Test(base_map, tells_alike_keys_apart)
{
    static const sluice_str keys[] = {
        STR_INIT(""),         STR_INIT("\0"),         STR_INIT("\0\0"),
        STR_INIT("abcdefgh"), STR_INIT("abcdefgh\0"), STR_INIT("abcdefghi"),
        STR_INIT("ABCDEFGH"), STR_INIT("\xff"),       STR_INIT("abcdefghabcdefgh"),
    };
    struct failing_alloc memory;
    failing_alloc_init(&memory, FAILING_ALLOC_NEVER);
    struct arena arena = arena_init(&memory.allocator);
    struct map map = map_init(&arena);
    for (size_t i = 0; i < ROWS(keys); i++) {
        void **place = map_put(&map, keys[i]);
        cr_assert(not(zero(ptr, place)));
        cr_expect(zero(ptr, *place), "key %zu is new", i);
        *place = &values[i];
    }
    for (size_t i = 0; i < ROWS(keys); i++) {
        cr_expect(eq(ptr, map_get(&map, keys[i]), &values[i]), "key %zu", i);
    }
    cr_expect(eq(ptr, map_get(&map, str_make(NULL, 0)), &values[0]), "no text is the empty text");
    map_free(&map);
    cr_expect(eq(sz, failing_alloc_finish(&memory), 0));
}

Test(base_map, keeps_what_it_has_when_memory_runs_out)
{
    for (size_t fail_at = 0;; fail_at++) {
        struct failing_alloc memory;
        failing_alloc_init(&memory, fail_at);
        struct arena arena = arena_init(&memory.allocator);
        struct map map = map_init(&arena);
        bool good = fill(&map, 500);
        cr_expect(eq(int, good, !memory.failed), "allocation %zu", fail_at);
        for (size_t i = 0; i < map.count; i++) {
            cr_assert(eq(ptr, map_get(&map, key(i)), &values[i]), "allocation %zu", fail_at);
        }
        cr_expect(fill(&map, 500), "allocation %zu: works again afterwards", fail_at);
        map_free(&map);
        cr_expect(eq(sz, failing_alloc_finish(&memory), 0), "allocation %zu", fail_at);
        if (!memory.failed) break;
    }
}

Test(base_map, hashes_differently_under_each_seed)
{
    struct failing_alloc memory;
    failing_alloc_init(&memory, FAILING_ALLOC_NEVER);
    struct arena arena = arena_init(&memory.allocator);
    uint64_t hashes[2];
    for (uint64_t seed = 0; seed < 2; seed++) {
        arena.hash_seed = seed;
        struct map map = map_init(&arena);
        cr_assert(not(zero(ptr, map_put(&map, STR("a")))));
        hashes[seed] = map.entries[0].hash;
        map_free(&map);
    }
    cr_expect(ne(u64, hashes[0], hashes[1]));
    cr_expect(eq(sz, failing_alloc_finish(&memory), 0));
}

Test(base_map, copies_a_key_when_it_is_new)
{
    struct failing_alloc memory;
    failing_alloc_init(&memory, FAILING_ALLOC_NEVER);
    struct arena arena = arena_init(&memory.allocator);
    struct map map = map_init(&arena);
    char text[] = "a key of the caller";
    sluice_str given = str_make(text, sizeof(text) - 1);
    void **place = map_put_copy(&map, &arena, given);
    cr_assert(not(zero(ptr, place)));
    *place = values;
    size_t taken = arena.taken;
    const char *copy = map.entries[0].key.ptr, *at = arena.at;
    cr_expect(ne(ptr, (void *)(uintptr_t)copy, text));
    cr_expect(eq(ptr, *map_put_copy(&map, &arena, given), values));
    cr_expect(eq(sz, arena.taken, taken));
    cr_expect(arena.at == at, "what is known takes no memory");
    text[0] = 'A';
    cr_expect(eq(ptr, map_get(&map, STR("a key of the caller")), values));
    map_free(&map);
    arena_free(&arena);
    cr_expect(eq(sz, failing_alloc_finish(&memory), 0));
}

Test(base_map, survives_each_failing_allocation_of_a_copied_key)
{
    for (size_t fail_at = 0;; fail_at++) {
        struct failing_alloc memory;
        failing_alloc_init(&memory, fail_at);
        struct arena arena = arena_init(&memory.allocator);
        struct map map = map_init(&arena);
        bool good = true;
        for (size_t i = 0; good && i < 2000; i++) {
            good = map_put_copy(&map, &arena, key(i)) != NULL;
        }
        cr_expect(eq(int, good, !memory.failed), "allocation %zu", fail_at);
        map_free(&map);
        arena_free(&arena);
        cr_expect(eq(sz, failing_alloc_finish(&memory), 0), "allocation %zu", fail_at);
        if (!memory.failed) break;
    }
}
