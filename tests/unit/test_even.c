/* split/even: smooth weighted round robin. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "engine/pcg.h"
#include "split/even.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static uint64_t
sum_of(const uint32_t *weights, uint32_t count)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < count; i++) {
        total += weights[i];
    }
    return total;
}

Test(even, interleaves)
{
    static const struct {
        int line;
        uint32_t weights[4], count;
        const char *order;
    } rows[] = {
        {__LINE__,
         {5, 1, 1},
         3,                         "0010200"
         "0010200"               },
        {__LINE__, {1, 1},       2, "010101"},
        {__LINE__, {0, 3},       2, "1111"  }, /* weight 0 never receives traffic */
        {__LINE__, {2, 0, 1, 0}, 4, "020020"},
        {__LINE__, {7},          1, "000"   },
        {__LINE__, {1, 2, 3},    3, "210212"},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        int64_t counters[4] = {0};
        uint64_t total = sum_of(rows[i].weights, rows[i].count);
        for (size_t k = 0; rows[i].order[k]; k++) {
            uint32_t picked = even_pick(rows[i].weights, rows[i].count, total, counters);
            cr_expect(eq(u32, picked, (uint32_t)(rows[i].order[k] - '0')), "line %d, pick %zu",
                      rows[i].line, k);
        }
    }
}

/* |count - n * weight / total| < 1, in integers, at every n of two whole periods. */
static bool
two_keep_the_share(uint32_t a, uint32_t b)
{
    const uint32_t weights[] = {a, b};
    int64_t counters[2] = {0}, total = (int64_t)a + b, seen = 0;
    for (int64_t n = 1; n <= 2 * total; n++) {
        seen += even_pick(weights, 2, (uint64_t)total, counters) == 0;
        int64_t stray = seen * total - n * (int64_t)a;
        if (stray >= total || stray <= -total) return false;
    }
    return seen == 2 * (int64_t)a;
}

Test(even, two_entries_never_stray_by_one)
{
    static const uint32_t rows[][2] = {
        {90,    10 },
        {99,    1  },
        {1,     99 },
        {50,    50 },
        {1,     1  },
        {997,   3  },
        {613,   387},
        {100,   0  },
        {20000, 7  },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        cr_expect(two_keep_the_share(rows[i][0], rows[i][1]), "%u:%u", rows[i][0], rows[i][1]);
    }
}

Test(even, a_period_holds_each_weight_exactly)
{
    sluice_rng rng;
    pcg_seed(&rng, 3, 3);
    for (int round = 0; round < 300; round++) {
        uint32_t weights[20], seen[20] = {0}, count = (uint32_t)(pcg_next(&rng) % 20) + 1;
        int64_t counters[20] = {0};
        for (uint32_t i = 0; i < count; i++) {
            weights[i] = (uint32_t)(pcg_next(&rng) % 50);
        }
        weights[0] += 1;
        uint64_t total = sum_of(weights, count);
        for (uint64_t n = 0; n < total; n++) {
            seen[even_pick(weights, count, total, counters)]++;
        }
        for (uint32_t i = 0; i < count; i++) {
            cr_assert(eq(u32, seen[i], weights[i]), "round %d, entry %u", round, i);
            cr_assert(eq(i64, counters[i], 0), "round %d, entry %u", round, i);
        }
    }
}

Test(even, spreads_the_rare_entry)
{
    const uint32_t weights[] = {10, 1};
    int64_t counters[2] = {0};
    int since = 0, longest = 0, shortest = 1000, seen = 0;
    for (int n = 0; n < 1100; n++) {
        since++;
        if (even_pick(weights, 2, 11, counters) == 0) continue;
        if (seen++ && since > longest) longest = since;
        if (seen > 1 && since < shortest) shortest = since;
        since = 0;
    }
    cr_expect(eq(int, seen, 100));
    cr_expect(eq(int, longest, 11));
    cr_expect(eq(int, shortest, 11));
}

Test(even, carries_counters_over_a_change_of_weights)
{
    /* The first entry fell to weight 0 while much was owed to it: it gets nothing more. */
    const uint32_t weights[] = {0, 80, 20};
    int64_t counters[] = {90, -50, -40};
    uint32_t seen[3] = {0};
    for (int n = 0; n < 1000; n++) {
        seen[even_pick(weights, 3, 100, counters)]++;
    }
    cr_expect(eq(u32, seen[0], 0));
    cr_expect(ge(u32, seen[1], 798));
    cr_expect(le(u32, seen[1], 802));
}

Test(even, does_not_overflow)
{
    const uint32_t weights[] = {UINT32_MAX / 2, UINT32_MAX - UINT32_MAX / 2};
    int64_t counters[2] = {0};
    uint32_t seen[2] = {0};
    for (int n = 0; n < 1000; n++) {
        seen[even_pick(weights, 2, UINT32_MAX, counters)]++;
    }
    cr_expect(eq(u32, seen[0], 500));
}
