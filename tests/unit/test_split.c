/* sluice_split: the public weighted pick. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/str.h"
#include "support/failing_alloc.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static const sluice_split_entry reviews[] = {
    {STR_INIT("reviews|v2"), 90},
    {STR_INIT("reviews|v1"), 0 },
    {STR_INIT("reviews|v3"), 10},
};

Test(split, refuses_what_has_no_weight)
{
    static const struct {
        int line;
        sluice_split_entry entries[2];
        size_t count;
        sluice_status want;
    } rows[] = {
        {__LINE__, {{STR_INIT("a"), 1}},                                  0, SLUICE_ERR_ARGUMENT},
        {__LINE__, {{STR_INIT("a"), 0}, {STR_INIT("b"), 0}},              2, SLUICE_ERR_ARGUMENT},
        {__LINE__, {{STR_INIT("a"), UINT32_MAX}, {STR_INIT("b"), 1}},     2, SLUICE_ERR_ARGUMENT},
        {__LINE__, {{STR_INIT("a"), UINT32_MAX}, {STR_INIT("b"), 0}},     2, SLUICE_OK          },
        {__LINE__, {{STR_INIT("a"), UINT32_MAX - 1}, {STR_INIT("b"), 1}}, 2, SLUICE_OK          },
        {__LINE__, {{STR_INIT("a"), 1}},                                  1, SLUICE_OK          },
        {__LINE__, {{{NULL, 0}, 1}},                                      1, SLUICE_OK          },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_split *split = (sluice_split *)&rows; /* not NULL: it must be written */
        sluice_status got =
            sluice_split_new(&split, rows[i].entries, rows[i].count, STR("s"), NULL);
        cr_expect(eq(int, got, rows[i].want), "line %d", rows[i].line);
        cr_expect(eq(int, split == NULL, got != SLUICE_OK), "line %d", rows[i].line);
        sluice_split_free(split);
    }
}

Test(split, refuses_no_entries_and_no_result)
{
    sluice_split *split;
    cr_expect(eq(int, sluice_split_new(&split, NULL, 3, STR(""), NULL), SLUICE_ERR_ARGUMENT));
    cr_expect(split == NULL);
    cr_expect(eq(int, sluice_split_new(NULL, reviews, 3, STR(""), NULL), SLUICE_ERR_ARGUMENT));
    sluice_split_free(NULL);
}

Test(split, survives_every_failed_allocation)
{
    struct failing_alloc memory;
    size_t failures = 0;
    for (size_t k = 0;; k++) {
        sluice_split *split;
        failing_alloc_init(&memory, k);
        sluice_status got =
            sluice_split_new(&split, reviews, ROWS(reviews), STR("salt"), &memory.allocator);
        cr_assert(eq(int, got, memory.failed ? SLUICE_ERR_NOMEM : SLUICE_OK), "allocation %zu", k);
        cr_assert(eq(int, split == NULL, memory.failed), "allocation %zu", k);
        sluice_split_free(split);
        cr_assert(eq(sz, failing_alloc_finish(&memory), 0), "allocation %zu", k);
        if (!memory.failed) break;
        failures++;
    }
    cr_expect(ge(sz, failures, 3));
}

Test(split, survives_failures_with_many_entries)
{
    static sluice_split_entry many[5000];
    for (size_t i = 0; i < ROWS(many); i++) {
        many[i] = (sluice_split_entry){
            {(const char *)&many[i].weight, sizeof(uint32_t)},
            0
        };
        many[i].weight = (uint32_t)i + 1;
    }
    struct failing_alloc memory;
    for (size_t k = 0;; k++) {
        sluice_split *split;
        failing_alloc_init(&memory, k);
        sluice_status got =
            sluice_split_new(&split, many, ROWS(many), STR("salt"), &memory.allocator);
        cr_assert(eq(int, got, memory.failed ? SLUICE_ERR_NOMEM : SLUICE_OK), "allocation %zu", k);
        sluice_split_free(split);
        cr_assert(eq(sz, failing_alloc_finish(&memory), 0), "allocation %zu", k);
        if (!memory.failed) break;
    }
}

Test(split, keeps_nothing_of_what_was_passed)
{
    char name[] = "reviews|v2", salt[] = "salt";
    sluice_split_entry entries[] = {
        {{name, sizeof(name) - 1}, 50},
        {STR_INIT("reviews|v3"),   50},
    };
    sluice_split *split;
    cr_assert(eq(int, sluice_split_new(&split, entries, 2, sluice_str_of(salt), NULL), SLUICE_OK));
    size_t before = sluice_split_pick_sticky(split, STR("jason"));
    memset(name, 'x', sizeof(name));
    memset(salt, 'x', sizeof(salt));
    entries[0].weight = entries[1].weight = 0;
    cr_expect(eq(sz, sluice_split_pick_sticky(split, STR("jason")), before));
    sluice_split_free(split);
}

Test(split, picks_in_three_ways)
{
    sluice_split *split;
    cr_assert(
        eq(int, sluice_split_new(&split, reviews, 3, STR("default/reviews"), NULL), SLUICE_OK));
    cr_expect(eq(sz, sluice_split_count(split), 3));
    enum { PICKS = 10000 };
    size_t random[3] = {0}, sticky[3] = {0}, even[3] = {0};
    int64_t counters[3] = {0};
    sluice_rng rng;
    sluice_rng_init(&rng, 42, 54);
    for (uint32_t i = 0; i < PICKS; i++) {
        sluice_str key = {(const char *)&i, sizeof(i)};
        random[sluice_split_pick(split, &rng)]++;
        sticky[sluice_split_pick_sticky(split, key)]++;
        even[sluice_split_pick_even(split, counters)]++;
    }
    cr_expect(eq(sz, random[1] + sticky[1] + even[1], 0));
    cr_expect(eq(sz, even[0], 9000));
    cr_expect(random[0] > 8880 && random[0] < 9120); /* 4 sigma */
    cr_expect(sticky[0] > 8880 && sticky[0] < 9120);
    sluice_split_free(split);
}

Test(split, a_random_pick_takes_one_draw)
{
    sluice_split *split;
    cr_assert(eq(int, sluice_split_new(&split, reviews, 3, STR(""), NULL), SLUICE_OK));
    sluice_rng a, b;
    sluice_rng_init(&a, 1, 2);
    sluice_rng_init(&b, 1, 2);
    for (int i = 0; i < 100; i++) {
        sluice_split_pick(split, &a);
        sluice_rng_next(&b);
    }
    cr_expect(eq(u64, sluice_rng_next(&a), sluice_rng_next(&b)));
    sluice_split_free(split);
}

Test(split, one_destination_gets_everything)
{
    const sluice_split_entry entries[] = {
        {STR_INIT("a"), 0},
        {STR_INIT("b"), 7}
    };
    sluice_split *split;
    int64_t counters[2] = {0};
    sluice_rng rng;
    sluice_rng_init(&rng, 0, 0);
    cr_assert(eq(int, sluice_split_new(&split, entries, 2, STR(""), NULL), SLUICE_OK));
    for (uint32_t i = 0; i < 1000; i++) {
        cr_expect(eq(sz, sluice_split_pick(split, &rng), 1));
        cr_expect(eq(sz, sluice_split_pick_sticky(split, (sluice_str){(char *)&i, 4}), 1));
        cr_expect(eq(sz, sluice_split_pick_even(split, counters), 1));
    }
    sluice_split_free(split);
}
