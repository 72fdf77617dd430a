/* split/alias: what is in the table is exactly what was asked for. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/alloc.h"
#include "engine/pcg.h"
#include "split/alias.h"

enum { MAX_COUNT = 1000 };

struct table {
    struct arena keep, scratch;
    struct alias alias;
};

static void
table_make(struct table *table, const uint32_t *weights, uint32_t count)
{
    table->keep = arena_init(alloc_or_default(NULL));
    table->scratch = arena_init(alloc_or_default(NULL));
    cr_assert(alias_build(&table->alias, &table->keep, &table->scratch, weights, count));
}

static void
table_free(struct table *table)
{
    arena_free(&table->keep);
    arena_free(&table->scratch);
}

static uint32_t
below(sluice_rng *rng, uint32_t bound)
{
    return (uint32_t)((pcg_next(rng) >> 32) * bound >> 32);
}

/* Each entry's mass over all columns is weight * count, to the last unit. */
static bool
mass_is_exact(const struct alias *alias, const uint32_t *weights, uint32_t count)
{
    static uint64_t mass[MAX_COUNT];
    memset(mass, 0, sizeof(mass));
    uint64_t total = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct alias_column c = alias->columns[i];
        if (c.threshold > alias->total || c.alias >= count) return false;
        mass[i] += c.threshold;
        mass[c.alias] += alias->total - c.threshold;
        total += weights[i];
    }
    if (alias->count != count || alias->total != total) return false;
    for (uint32_t i = 0; i < count; i++) {
        if (mass[i] != (uint64_t)weights[i] * count) return false;
    }
    return true;
}

/* Draws that end at both sides of every column and every threshold. */
static bool
never_picks_weight_0(const struct alias *alias, const uint32_t *weights, sluice_rng *rng)
{
    uint64_t width = UINT64_MAX / alias->count;
    for (uint32_t i = 0; i < alias->count; i++) {
        uint64_t part = width / alias->total * alias->columns[i].threshold;
        uint64_t draws[] = {
            0, UINT64_MAX, i * width, i * width - 1, i * width + part, pcg_next(rng)};
        for (size_t k = 0; k < sizeof(draws) / sizeof(*draws); k++) {
            uint32_t picked = alias_pick(alias, draws[k]);
            if (picked >= alias->count || weights[picked] == 0) return false;
        }
    }
    return true;
}

static void
fill_weights(uint32_t *weights, uint32_t count, int kind, sluice_rng *rng)
{
    uint64_t left = UINT32_MAX;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t w = 1; /* kind 0: all 1 */
        if (kind == 1) w = below(rng, 101);
        if (kind == 2) w = below(rng, 4) ? 0 : below(rng, 1000000) + 1; /* mostly zeros */
        if (kind == 3) w = below(rng, (uint32_t)(left / 2 + 1));        /* steep */
        left -= w;
        weights[i] = w;
    }
    if (kind == 3) weights[below(rng, count)] += (uint32_t)left; /* sum 2^32 - 1 */
    if (kind == 2) weights[below(rng, count)] = 1;
    if (kind == 1) weights[count - 1] += weights[count - 1] == 0;
}

Test(alias, holds_every_weight_exactly)
{
    static uint32_t weights[MAX_COUNT];
    sluice_rng rng;
    pcg_seed(&rng, 1, 1);
    for (int round = 0; round < 4000; round++) {
        uint32_t count = round % 8 == 0 ? below(&rng, MAX_COUNT) + 1 : below(&rng, 12) + 1;
        if (round == 4) count = MAX_COUNT;
        fill_weights(weights, count, round % 4, &rng);
        struct table table;
        table_make(&table, weights, count);
        cr_assert(mass_is_exact(&table.alias, weights, count), "round %d", round);
        cr_assert(never_picks_weight_0(&table.alias, weights, &rng), "round %d", round);
        table_free(&table);
    }
}

Test(alias, holds_the_extremes)
{
    static const struct {
        int line;
        uint32_t weights[4], count;
    } rows[] = {
        {__LINE__, {UINT32_MAX},                            1},
        {__LINE__, {1},                                     1},
        {__LINE__, {0, UINT32_MAX},                         2},
        {__LINE__, {UINT32_MAX - 1, 1},                     2},
        {__LINE__, {1, 0, UINT32_MAX - 1},                  3},
        {__LINE__, {0, 0, 1, 0},                            4},
        {__LINE__, {1u << 31, (1u << 31) - 3, 1, 1},        4},
        {__LINE__, {1073741824, 1073741824, 1073741824, 1}, 4},
    };
    sluice_rng rng;
    pcg_seed(&rng, 1, 1);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct table table;
        table_make(&table, rows[i].weights, rows[i].count);
        cr_expect(mass_is_exact(&table.alias, rows[i].weights, rows[i].count), "line %d",
                  rows[i].line);
        cr_expect(never_picks_weight_0(&table.alias, rows[i].weights, &rng), "line %d",
                  rows[i].line);
        table_free(&table);
    }
}

/* The sum of (seen - expected)^2 / expected over a million picks. */
static double
chi_square(const uint32_t *weights, uint32_t count, uint64_t seed)
{
    enum { PICKS = 1000000 };
    uint32_t seen[16] = {0};
    struct table table;
    sluice_rng rng;
    pcg_seed(&rng, seed, 0);
    table_make(&table, weights, count);
    for (int i = 0; i < PICKS; i++) {
        seen[alias_pick(&table.alias, pcg_next(&rng))]++;
    }
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        double expected = (double)PICKS * weights[i] / table.alias.total;
        if (expected > 0)
            sum += ((double)seen[i] - expected) * ((double)seen[i] - expected) / expected;
    }
    table_free(&table);
    return sum;
}

Test(alias, picks_in_proportion)
{
    static const struct {
        int line;
        uint32_t weights[10], count;
        double limit; /* one run in a thousand is above it; the seed is fixed */
    } rows[] = {
        {__LINE__, {90, 10},                             2,  10.8},
        {__LINE__, {50, 30, 20},                         3,  13.8},
        {__LINE__, {1, 0, 3, 0, 96},                     5,  13.8},
        {__LINE__, {1, 2, 3, 5, 8, 13, 17, 19, 15, 17},  10, 27.9},
        {__LINE__, {UINT32_MAX / 3, UINT32_MAX / 3 * 2}, 2,  10.8},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        double got = chi_square(rows[i].weights, rows[i].count, 7);
        cr_expect(lt(dbl, got, rows[i].limit), "line %d", rows[i].line);
        cr_expect(gt(dbl, got, 0.0), "line %d", rows[i].line);
    }
}
