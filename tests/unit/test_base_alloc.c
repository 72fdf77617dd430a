/* base/alloc: the caller's allocator. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdint.h>

#include "base/alloc.h"
#include "support/failing_alloc.h"
#include "support/rows.h"

Test(base_alloc, refuses_sizes_that_overflow)
{
    static const struct {
        int line;
        size_t count, size;
    } rows[] = {
        {__LINE__, SIZE_MAX,         2       },
        {__LINE__, 2,                SIZE_MAX},
        {__LINE__, SIZE_MAX / 8 + 1, 8       },
    };
    struct failing_alloc memory;
    failing_alloc_init(&memory, FAILING_ALLOC_NEVER);
    for (size_t i = 0; i < ROWS(rows); i++) {
        void *array = alloc_array(&memory.allocator, rows[i].count, rows[i].size);
        void *zeroed = alloc_zeroed(&memory.allocator, rows[i].count, rows[i].size);
        cr_expect(zero(ptr, array), "line %d", rows[i].line);
        cr_expect(zero(ptr, zeroed), "line %d", rows[i].line);
    }
    cr_expect(eq(sz, memory.calls, 0), "the allocator is not even asked");
}

Test(base_alloc, never_asks_for_nothing)
{
    struct failing_alloc memory;
    failing_alloc_init(&memory, FAILING_ALLOC_NEVER);
    void *none = alloc_array(&memory.allocator, 0, 8);
    cr_expect(not(zero(ptr, none)));
    alloc_free(&memory.allocator, none);
    alloc_free(&memory.allocator, NULL);
    cr_expect(eq(sz, failing_alloc_finish(&memory), 0));
}

Test(base_alloc, zeroes)
{
    struct failing_alloc memory;
    failing_alloc_init(&memory, FAILING_ALLOC_NEVER);
    unsigned char *bytes = alloc_zeroed(&memory.allocator, 16, 4);
    for (size_t i = 0; i < 64; i++)
        cr_expect(eq(u8, bytes[i], 0));
    alloc_free(&memory.allocator, bytes);
    cr_expect(eq(sz, failing_alloc_finish(&memory), 0));
}

Test(base_alloc, grows_and_keeps_what_was_there)
{
    struct failing_alloc memory;
    failing_alloc_init(&memory, FAILING_ALLOC_NEVER);
    uint32_t *items = NULL;
    size_t capacity = 0;
    for (uint32_t n = 0; n < 10000; n++) {
        cr_assert(alloc_grow(&memory.allocator, (void **)&items, &capacity, n + 1, sizeof(*items)));
        items[n] = n;
    }
    for (uint32_t n = 0; n < 10000; n++)
        cr_expect(eq(u32, items[n], n));
    cr_expect(lt(sz, memory.calls, 30), "grows in steps, not one by one: %zu", memory.calls);
    alloc_free(&memory.allocator, items);
    cr_expect(eq(sz, failing_alloc_finish(&memory), 0));
}

Test(base_alloc, changes_nothing_when_it_cannot_grow)
{
    struct failing_alloc memory;
    failing_alloc_init(&memory, 1);
    uint64_t *items = NULL;
    size_t capacity = 0;
    cr_assert(alloc_grow(&memory.allocator, (void **)&items, &capacity, 3, sizeof(*items)));
    uint64_t *before = items;
    size_t capacity_before = capacity;
    cr_expect(not(alloc_grow(&memory.allocator, (void **)&items, &capacity, 100, sizeof(*items))));
    cr_expect(not(
        alloc_grow(&memory.allocator, (void **)&items, &capacity, SIZE_MAX / 4, sizeof(*items))));
    cr_expect(eq(ptr, items, before));
    cr_expect(eq(sz, capacity, capacity_before));
    alloc_free(&memory.allocator, items);
    cr_expect(eq(sz, failing_alloc_finish(&memory), 0));
}

Test(base_alloc, falls_back_to_malloc)
{
    const sluice_allocator *allocator = alloc_or_default(NULL);
    char *text = alloc_array(allocator, 10, 1);
    cr_assert(not(zero(ptr, text)));
    text = allocator->realloc(allocator->user, text, 100000);
    cr_expect(not(zero(ptr, text)));
    alloc_free(allocator, text);
    alloc_free(allocator, NULL);
    struct failing_alloc memory;
    failing_alloc_init(&memory, 0);
    cr_expect(eq(ptr, (void *)alloc_or_default(&memory.allocator), (void *)&memory.allocator));
}
