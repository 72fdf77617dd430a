/* split/sticky: what docs/sticky.md promises, over many keys. */
#include <math.h>
#include <stdio.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/alloc.h"
#include "engine/hash.h"
#include "engine/pcg.h"
#include "split/sticky.h"
#include "split/sticky_log.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

enum { KEYS = 100000, MAX_COUNT = 64 };

/* ---- splits whose entries are named v0, v1, ... ---- */

struct race {
    struct arena keep, scratch;
    struct sticky sticky;
};

static sluice_str
identity_of(uint32_t i)
{
    static char names[MAX_COUNT][8];
    int len = snprintf(names[i], sizeof(names[i]), "v%u", i);
    return (sluice_str){names[i], (size_t)len};
}

static void
race_of(struct race *race, const char *salt, const sluice_split_entry *entries, uint32_t count)
{
    race->keep = arena_init(alloc_or_default(NULL));
    race->scratch = arena_init(alloc_or_default(NULL));
    cr_assert(sticky_build(&race->sticky, &race->keep, &race->scratch, sluice_str_of(salt), entries,
                           count));
}

static void
race_make(struct race *race, const char *salt, const uint32_t *weights, uint32_t count)
{
    sluice_split_entry entries[MAX_COUNT];
    for (uint32_t i = 0; i < count; i++) {
        entries[i] = (sluice_split_entry){identity_of(i), weights[i]};
    }
    race_of(race, salt, entries, count);
}

static void
race_free(struct race *race)
{
    arena_free(&race->keep);
    arena_free(&race->scratch);
}

static uint32_t
pick(const struct race *race, uint32_t user)
{
    char key[16];
    int len = snprintf(key, sizeof(key), "user-%u", user);
    return sticky_pick(&race->sticky, (sluice_str){key, (size_t)len});
}

/* ---- the race, spelled out ---- */

static uint32_t
plain_race(const struct sticky *sticky, sluice_str key)
{
    uint64_t hash = hash_xxh3(key, sticky->salt_seed);
    uint32_t best = 0;
    for (uint32_t i = 1; i < sticky->count; i++) {
        uint64_t e = sticky_exponential(sticky_mix(hash, sticky->identities[i]));
        uint64_t best_e = sticky_exponential(sticky_mix(hash, sticky->identities[best]));
        if (e * sticky->weights[best] < best_e * sticky->weights[i]) best = i;
    }
    return sticky->entries[best];
}

/* Weights of very different sizes, zeros among them. */
static void
fill_weights(uint32_t *weights, uint32_t count, sluice_rng *rng)
{
    for (uint32_t i = 0; i < count; i++) {
        weights[i] = (uint32_t)(pcg_next(rng) >> 38) >> (pcg_next(rng) % 27);
    }
    weights[count - 1] += weights[count - 1] == 0;
}

Test(sticky, shortcuts_change_no_pick)
{
    sluice_rng rng;
    pcg_seed(&rng, 11, 0);
    for (uint32_t round = 0; round < 400; round++) {
        uint32_t weights[MAX_COUNT], count = round < 64 ? round + 1 : 1 + round % 20;
        fill_weights(weights, count, &rng);
        struct race race;
        race_make(&race, "shortcuts", weights, count);
        for (int n = 0; n < 500; n++) {
            uint64_t key[2] = {pcg_next(&rng), pcg_next(&rng)};
            sluice_str text = {(const char *)key, sizeof(key)};
            uint32_t picked = sticky_pick(&race.sticky, text);
            cr_assert(eq(u32, picked, plain_race(&race.sticky, text)), "round %u", round);
            cr_assert(gt(u32, weights[picked], 0), "round %u", round);
        }
        race_free(&race);
    }
}

/* ---- the logarithm ---- */

static long double
true_log(uint64_t u)
{
    const long double scale = 18446744073709551616.0L;
    if (u < UINT64_C(1) << 63) return -log2l(((long double)u + 1) / scale);
    return -log1pl(-(long double)~u / scale) / logl(2.0L);
}

static void
expect_near(uint64_t u)
{
    const long double unit = (long double)(UINT64_C(1) << STICKY_LOG_BITS);
    long double got = (long double)sticky_exponential(u), want = true_log(u) * unit;
    cr_assert(got >= want - 1e-4L, "u %llx: %Lf below %Lf", (unsigned long long)u, got, want);
    /* u | 1 stands for u + 1, which only a small u can tell. */
    if (u >> 40) cr_assert(got - want < 16, "u %llx: %Lf, %Lf", (unsigned long long)u, got, want);
}

Test(sticky, logarithm_is_near_and_never_below)
{
    sluice_rng rng;
    pcg_seed(&rng, 5, 0);
    expect_near(0);
    expect_near(UINT64_MAX);
    for (int i = 0; i < 300000; i++) {
        uint64_t draw = pcg_next(&rng);
        expect_near(draw);
        expect_near(draw >> (i % 64));
        expect_near(UINT64_MAX - (draw >> (i % 64)));
    }
}

Test(sticky, logarithm_never_grows_with_u)
{
    sluice_rng rng;
    pcg_seed(&rng, 6, 0);
    cr_expect(eq(u64, sticky_exponential(0), UINT64_C(64) << STICKY_LOG_BITS));
    cr_expect(eq(u64, sticky_exponential(UINT64_MAX), 1));
    for (int i = 0; i < 300000; i++) {
        uint64_t u = pcg_next(&rng) >> (i % 63);
        if (i % 2) u &= UINT64_MAX << (i % 41); /* where cells of the table meet */
        cr_assert(u == 0 || sticky_exponential(u - 1) >= sticky_exponential(u), "u %llx",
                  (unsigned long long)u);
    }
}

Test(sticky, table_is_the_logarithm_rounded_up)
{
    for (int i = 0; i <= STICKY_LOG_CELLS; i++) {
        long double exact = -log2l((1024.0L + i) / 2048) * 67108864;
        cr_expect(eq(u32, sticky_log_table[i], (uint32_t)ceill(exact)), "entry %d", i);
    }
}

/* ---- ramps ---- */

/* Counts users that a change moves off `winner`, the entry whose weight grows most, or onto
 * `loser`. */
static uint32_t
wrong_moves(const uint32_t *before, const uint32_t *after, uint32_t count, uint32_t winner,
            uint32_t loser)
{
    struct race a, b;
    uint32_t wrong = 0;
    race_make(&a, "ramp", before, count);
    race_make(&b, "ramp", after, count);
    for (uint32_t user = 0; user < KEYS; user++) {
        uint32_t from = pick(&a, user), to = pick(&b, user);
        wrong += from != to && (from == winner || to == loser);
    }
    race_free(&a);
    race_free(&b);
    return wrong;
}

Test(sticky, a_ramp_is_one_way)
{
    static const uint32_t ramp[] = {0, 1, 5, 25, 50, 75, 99, 100};
    for (uint32_t count = 2; count <= 6; count++) {
        uint32_t before[6], after[6];
        for (size_t step = 1; step < ROWS(ramp); step++) {
            /* The canary is last; the rest share what it leaves, unevenly. */
            for (uint32_t i = 0; i + 1 < count; i++) {
                before[i] = (100 - ramp[step - 1]) * (i + 1);
                after[i] = (100 - ramp[step]) * (i + 1);
            }
            before[count - 1] = ramp[step - 1] * count * (count - 1) / 2;
            after[count - 1] = ramp[step] * count * (count - 1) / 2;
            uint32_t wrong = wrong_moves(before, after, count, count - 1, UINT32_MAX);
            cr_expect(eq(u32, wrong, 0), "%u destinations, step %zu", count, step);
        }
    }
}

/* growth a / b against c / d, with x / 0 above all */
static bool
grows_more(uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    return (uint64_t)a * d > (uint64_t)c * b;
}

Test(sticky, the_entry_that_grows_most_loses_nobody)
{
    sluice_rng rng;
    pcg_seed(&rng, 8, 0);
    for (uint32_t round = 0; round < 20; round++) {
        uint32_t before[6], after[6], count = 2 + round % 5, winner = 0, loser = 0;
        for (uint32_t i = 0; i < count; i++) {
            before[i] = 1 + (uint32_t)(pcg_next(&rng) % 100);
            after[i] = 1 + (uint32_t)(pcg_next(&rng) % 100);
            if (grows_more(after[i], before[i], after[winner], before[winner])) winner = i;
            if (grows_more(after[loser], before[loser], after[i], before[i])) loser = i;
        }
        cr_expect(eq(u32, wrong_moves(before, after, count, winner, loser), 0), "round %u", round);
    }
}

Test(sticky, two_destinations_move_as_few_as_can_be)
{
    const uint32_t before[] = {90, 10}, after[] = {80, 20};
    struct race a, b;
    uint32_t there = 0, back = 0, gained = 0;
    race_make(&a, "two", before, 2);
    race_make(&b, "two", after, 2);
    for (uint32_t user = 0; user < KEYS; user++) {
        uint32_t from = pick(&a, user), to = pick(&b, user);
        there += from == 0 && to == 1;
        back += from == 1 && to == 0;
        gained += to;
        gained -= from;
    }
    cr_expect(eq(u32, back, 0));
    cr_expect(eq(u32, there, gained)); /* not one more than the shares differ by */
    cr_expect(lt(dbl, fabs((double)there / KEYS - 0.1), 0.005));
    race_free(&a);
    race_free(&b);
}

/* ---- what must not matter ---- */

static void
expect_same(const struct race *a, const struct race *b, const uint32_t *renamed, const char *what)
{
    for (uint32_t user = 0; user < KEYS; user++) {
        uint32_t index = pick(b, user);
        cr_assert(eq(u32, pick(a, user), renamed ? renamed[index] : index), "%s, user %u", what,
                  user);
    }
}

Test(sticky, scale_does_not_matter)
{
    static const struct {
        const char *what;
        uint32_t a[3], b[3], count;
    } rows[] = {
        {"90:10 and 9:1",  {90, 10},  {9, 1},                              2},
        {"1:1 and 2^31-1", {1, 1},    {2147483647, 2147483647},            2},
        {"5:3:2 in 429 M", {5, 3, 2}, {2145000000, 1287000000, 858000000}, 3},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct race a, b;
        race_make(&a, "scale", rows[i].a, rows[i].count);
        race_make(&b, "scale", rows[i].b, rows[i].count);
        expect_same(&a, &b, NULL, rows[i].what);
        race_free(&a);
        race_free(&b);
    }
}

Test(sticky, order_and_zero_weights_do_not_matter)
{
    const sluice_split_entry first[] = {
        {STR_INIT("x"), 50},
        {STR_INIT("y"), 30},
        {STR_INIT("z"), 20}
    };
    const sluice_split_entry second[] = {
        {STR_INIT("q"), 0 },
        {STR_INIT("z"), 20},
        {STR_INIT(""),  0 },
        {STR_INIT("x"), 50},
        {STR_INIT("y"), 30},
        {STR_INIT("x"), 0 },
    };
    static const uint32_t renamed[] = {99, 2, 99, 0, 1, 99};
    struct race a, b;
    race_of(&a, "order", first, 3);
    race_of(&b, "order", second, 6);
    expect_same(&a, &b, renamed, "order");
    race_free(&a);
    race_free(&b);
}

Test(sticky, equal_identities_race_as_one)
{
    const sluice_split_entry apart[] = {
        {STR_INIT("x"), 0 },
        {STR_INIT("y"), 40},
        {STR_INIT("x"), 25},
        {STR_INIT("x"), 35},
    };
    const sluice_split_entry merged[] = {
        {STR_INIT("x"), 60},
        {STR_INIT("y"), 40}
    };
    static const uint32_t renamed[] = {2, 1}; /* the first with weight stands for all */
    struct race a, b;
    race_of(&a, "merge", apart, 4);
    race_of(&b, "merge", merged, 2);
    cr_expect(eq(u32, a.sticky.count, 2));
    expect_same(&a, &b, renamed, "merge");
    race_free(&a);
    race_free(&b);
}

Test(sticky, a_merged_weight_may_fill_32_bits)
{
    const sluice_split_entry entries[] = {
        {STR_INIT("x"), 2147483647},
        {STR_INIT("x"), 2147483648}
    };
    struct race race;
    race_of(&race, "", entries, 2);
    cr_expect(eq(u32, race.sticky.weights[0], UINT32_MAX));
    cr_expect(eq(u32, pick(&race, 1), 0));
    race_free(&race);
}

/* ---- shares and independence ---- */

Test(sticky, shares_are_the_weights)
{
    static const struct {
        int line;
        uint32_t weights[10], count;
    } rows[] = {
        {__LINE__, {90, 10},                            2 },
        {__LINE__, {999, 1},                            2 },
        {__LINE__, {50, 30, 20},                        3 },
        {__LINE__, {1, 2, 3, 5, 8, 13, 17, 19, 15, 17}, 10},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint32_t seen[10] = {0}, total = 0;
        struct race race;
        race_make(&race, "shares", rows[i].weights, rows[i].count);
        for (uint32_t user = 0; user < KEYS; user++) {
            seen[pick(&race, user)]++;
        }
        for (uint32_t k = 0; k < rows[i].count; k++) {
            total += rows[i].weights[k];
        }
        for (uint32_t k = 0; k < rows[i].count; k++) {
            double p = (double)rows[i].weights[k] / total, sigma = sqrt(KEYS * p * (1 - p));
            double stray = fabs(seen[k] - KEYS * p) / sigma;
            cr_expect(lt(dbl, stray, 4.0), "line %d, entry %u", rows[i].line, k);
        }
        race_free(&race);
    }
}

Test(sticky, salts_are_independent)
{
    const uint32_t weights[] = {50, 30, 20};
    static const char *const salts[] = {"", "a", "b", "default/reviews", "default/ratings"};
    for (size_t s = 0; s + 1 < ROWS(salts); s++) {
        uint32_t seen[3][3] = {{0}};
        struct race a, b;
        race_make(&a, salts[s], weights, 3);
        race_make(&b, salts[s + 1], weights, 3);
        for (uint32_t user = 0; user < KEYS; user++) {
            seen[pick(&a, user)][pick(&b, user)]++;
        }
        double sum = 0;
        for (int i = 0; i < 3; i++) {
            for (int k = 0; k < 3; k++) {
                double expected = (double)KEYS * weights[i] * weights[k] / 10000;
                sum += (seen[i][k] - expected) * (seen[i][k] - expected) / expected;
            }
        }
        cr_expect(lt(dbl, sum, 26.1), "salt %zu", s); /* 8 degrees of freedom, 1 in 1000 */
        race_free(&a);
        race_free(&b);
    }
}

/* Those whom one destination loses go to the others in proportion: scores are independent. */
Test(sticky, a_dropped_destination_is_shared_out_in_proportion)
{
    const uint32_t before[] = {50, 30, 20}, after[] = {0, 30, 20};
    struct race a, b;
    uint32_t to[3] = {0}, moved = 0;
    race_make(&a, "drop", before, 3);
    race_make(&b, "drop", after, 3);
    for (uint32_t user = 0; user < KEYS; user++) {
        uint32_t from = pick(&a, user), now = pick(&b, user);
        if (from != 0) cr_assert(eq(u32, from, now)); /* nobody else moves */
        if (from != 0) continue;
        moved++;
        to[now]++;
    }
    double stray = fabs(to[1] - moved * 0.6) / sqrt(moved * 0.24);
    cr_expect(lt(dbl, stray, 4.0));
    race_free(&a);
    race_free(&b);
}

Test(sticky, any_bytes_are_a_key)
{
    const uint32_t weights[] = {1, 1, 1, 1, 1, 1, 1};
    char bytes[600];
    struct race race;
    uint32_t seen[7] = {0};
    race_make(&race, "bytes", weights, 7);
    memset(bytes, 0, sizeof(bytes));
    for (size_t len = 0; len <= sizeof(bytes); len++) {
        seen[sticky_pick(&race.sticky, (sluice_str){len ? bytes : NULL, len})]++;
    }
    for (int i = 0; i < 7; i++) {
        cr_expect(gt(u32, seen[i], 50)); /* 86 expected: a zero byte more is another key */
    }
    race_free(&race);
}
