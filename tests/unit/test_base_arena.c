/* base/arena: memory given back at once. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stddef.h>

#include "base/arena.h"
#include "support/failing_alloc.h"
#include "support/rows.h"

Test(base_arena, takes_nothing_before_the_first_allocation)
{
    struct failing_alloc memory;
    failing_alloc_init(&memory, 0);
    struct arena arena = arena_init(&memory.allocator);
    arena_free(&arena);
    cr_expect(eq(sz, memory.calls, 0));
}

Test(base_arena, gives_zeroed_aligned_blocks_that_do_not_overlap)
{
    enum { BLOCKS = 4000 };
    struct failing_alloc memory;
    failing_alloc_init(&memory, FAILING_ALLOC_NEVER);
    struct arena arena = arena_init(&memory.allocator);
    static unsigned char *blocks[BLOCKS];
    for (size_t i = 0; i < BLOCKS; i++) {
        size_t size = i % 97;
        bool any = size % _Alignof(max_align_t) == 0;
        size_t align = any ? _Alignof(max_align_t) : sizeof(void *);
        arena_bytes(&arena, i % 5); /* puts the next one off its alignment */
        blocks[i] = arena_alloc(&arena, size);
        cr_assert(not(zero(ptr, blocks[i])));
        cr_expect(eq(sz, (size_t)((uintptr_t)blocks[i] % align), 0), "block %zu", i);
        for (size_t k = 0; k < size; k++)
            cr_assert(eq(u8, blocks[i][k], 0));
        memset(blocks[i], (int)(i % 251), size);
    }
    for (size_t i = 0; i < BLOCKS; i++) {
        for (size_t k = 0; k < i % 97; k++)
            cr_assert(eq(u8, blocks[i][k], (uint8_t)(i % 251)));
    }
    cr_expect(eq(sz, memory.live_bytes, arena.taken), "taken counts what the allocator gave");
    arena_free(&arena);
    cr_expect(eq(sz, failing_alloc_finish(&memory), 0));
    cr_expect(eq(sz, arena.taken, 0));
}

Test(base_arena, gives_unique_pointers_for_no_bytes)
{
    struct failing_alloc memory;
    failing_alloc_init(&memory, FAILING_ALLOC_NEVER);
    struct arena arena = arena_init(&memory.allocator);
    void *a = arena_alloc(&arena, 0), *b = arena_alloc(&arena, 0);
    cr_expect(not(zero(ptr, a)));
    cr_expect(ne(ptr, a, b));
    arena_free(&arena);
}

Test(base_arena, refuses_sizes_that_overflow)
{
    static const struct {
        int line;
        size_t count, size;
    } rows[] = {
        {__LINE__, SIZE_MAX,          2 },
        {__LINE__, SIZE_MAX / 16 + 1, 16},
        {__LINE__, SIZE_MAX,          1 }, /* no overflow in the product, but with the chunk's own header */
        {__LINE__, SIZE_MAX - 8,      1 },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct failing_alloc memory;
        failing_alloc_init(&memory, FAILING_ALLOC_NEVER);
        struct arena arena = arena_init(&memory.allocator);
        void *array = arena_array(&arena, rows[i].count, rows[i].size);
        void *room = arena_room(&arena, rows[i].count, rows[i].size);
        cr_expect(zero(ptr, array), "line %d", rows[i].line);
        cr_expect(zero(ptr, room), "line %d", rows[i].line);
        cr_expect(arena.failed, "line %d", rows[i].line);
        cr_expect(eq(sz, memory.calls, 0), "line %d", rows[i].line);
        arena_free(&arena);
    }
}

Test(base_arena, refuses_text_longer_than_memory)
{
    struct failing_alloc memory;
    failing_alloc_init(&memory, FAILING_ALLOC_NEVER);
    struct arena arena = arena_init(&memory.allocator);
    const sluice_str parts[] = {
        {"ab", 2           },
        {"x",  SIZE_MAX - 1}
    };
    cr_expect(zero(sz, arena_concat(&arena, parts, 2).len));
    cr_expect(arena.failed);
    arena_free(&arena);
}

Test(base_arena, copies_and_joins_text)
{
    struct failing_alloc memory;
    failing_alloc_init(&memory, FAILING_ALLOC_NEVER);
    struct arena arena = arena_init(&memory.allocator);
    const sluice_str parts[] = {
        STR_INIT("a"), {NULL, 0},
         STR_INIT("b\0c"), STR_INIT("")
    };
    sluice_str joined = arena_concat(&arena, parts, ROWS(parts));
    cr_expect(str_equal(joined, STR("ab\0c")));
    sluice_str copy = arena_dup(&arena, joined);
    cr_expect(str_equal(copy, joined));
    cr_expect(ne(ptr, (void *)copy.ptr, (void *)joined.ptr));
    cr_expect(str_equal(arena_dup(&arena, str_make(NULL, 0)), STR("")));
    cr_expect(str_equal(arena_printf(&arena, "%d-%s", 7, "x"), STR("7-x")));
    cr_expect(str_equal(arena_printf(&arena, "%s", ""), STR("")));
    cr_expect(not(arena.failed));
    arena_free(&arena);
    cr_expect(eq(sz, failing_alloc_finish(&memory), 0));
}

/* Everything that an arena can be asked for, over several chunks. */
static bool
use_arena(struct arena *arena)
{
    bool good = true;
    for (size_t i = 0; i < 40; i++) {
        good = arena_alloc(arena, 700) != NULL && good;
        good = arena_array(arena, 3, 100) != NULL && good;
        good = arena_dup(arena, STR("some text")).ptr != NULL && good;
        good = arena_printf(arena, "%0900d", 1).ptr != NULL && good;
        size_t capacity = 0;
        good = arena_grow(arena, NULL, 0, &capacity, 300) != NULL && good;
    }
    return good;
}

Test(base_arena, remembers_a_failure_and_leaks_nothing)
{
    for (size_t fail_at = 0;; fail_at++) {
        struct failing_alloc memory;
        failing_alloc_init(&memory, fail_at);
        struct arena arena = arena_init(&memory.allocator);
        bool good = use_arena(&arena);
        cr_expect(eq(int, good, !memory.failed), "allocation %zu", fail_at);
        cr_expect(eq(int, arena.failed, memory.failed), "allocation %zu", fail_at);
        arena_free(&arena);
        cr_expect(eq(sz, failing_alloc_finish(&memory), 0), "allocation %zu", fail_at);
        if (!memory.failed) {
            cr_expect(gt(sz, fail_at, 3), "the sweep saw several chunks");
            break;
        }
    }
}

Test(base_arena, grows_lists_and_keeps_what_is_in_them)
{
    enum { COUNT = 1000 };
    struct failing_alloc memory;
    failing_alloc_init(&memory, SIZE_MAX);
    struct arena arena = arena_init(&memory.allocator);
    uint32_t *items = NULL;
    size_t capacity = 0, moves = 0;
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t *grown = arena_grow(&arena, items, i, &capacity, sizeof(*items));
        cr_assert(grown != NULL);
        moves += grown != items;
        items = grown;
        items[i] = i;
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        cr_assert(eq(u32, items[i], i));
    }
    cr_expect(le(sz, moves, 10)); /* doubles: else a list costs the square of its length */
    capacity = SIZE_MAX / 2;
    cr_expect(arena_grow(&arena, items, SIZE_MAX / 2, &capacity, sizeof(*items)) == NULL);
    cr_expect(eq(sz, capacity, SIZE_MAX / 2));
    arena_free(&arena);
    cr_expect(eq(sz, failing_alloc_finish(&memory), 0));
}
