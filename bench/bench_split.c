/*
 * bench_split: what a pick costs, as a ratio to the least that it could cost, in one run.
 *
 *     bench_split                  all cases, medians of many short, interleaved rounds
 *     bench_split --run CASE OPS   one case OPS times and no clock: for valgrind --tool=callgrind
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "rounds.h"
#include "sluice/sluice.h"

__extension__ typedef unsigned __int128 u128;

enum { KEY_LEN = 36, KEYS = 16384, ROUNDS = 501, MAX_COUNT = 1000 };

/* A weighted pick written by hand: 16-byte columns, one draw, one multiply, one load, a select. */
struct hand_column {
    uint64_t threshold; /* of the 64 bits behind the column */
    uint32_t column, alias;
};

struct bench {
    sluice_split *split;
    struct hand_column hand[MAX_COUNT];
    uint32_t count;
    sluice_rng rng;
    int64_t counters[MAX_COUNT];
    char (*keys)[KEY_LEN];
    size_t key_len; /* not a constant: nobody's keys have a length that the compiler knows */
};

typedef uint64_t case_fn(struct bench *bench, size_t ops);

static inline uint64_t
hand_draw(sluice_rng *rng)
{
    const u128 multiplier =
        ((u128)UINT64_C(2549297995355413924) << 64) | UINT64_C(4865540595714422341);
    u128 state = ((u128)rng->state[1] << 64) | rng->state[0];
    state = state * multiplier + (((u128)rng->increment[1] << 64) | rng->increment[0]);
    rng->state[0] = (uint64_t)state;
    rng->state[1] = (uint64_t)(state >> 64);
    uint64_t word = (uint64_t)(state >> 64) ^ (uint64_t)state;
    unsigned turn = (unsigned)(state >> 122);
    return (word >> turn) | (word << (-turn & 63));
}

static inline uint32_t
hand_select(const struct hand_column *columns, uint32_t count, uint64_t draw)
{
    u128 scaled = (u128)draw * count;
    const struct hand_column *c = &columns[(size_t)(scaled >> 64)];
    uint32_t take = -(uint32_t)((uint64_t)scaled >= c->threshold);
    return c->column ^ ((c->column ^ c->alias) & take);
}

/* As a program has it: a function, with the generator in memory. */
static __attribute__((noinline)) uint32_t
hand_pick(const struct bench *bench, sluice_rng *rng)
{
    return hand_select(bench->hand, bench->count, hand_draw(rng));
}

static uint64_t
run_hand(struct bench *bench, size_t ops)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < ops; i++) {
        sum += hand_pick(bench, &bench->rng);
    }
    return sum;
}

/* The same with nothing around it: no call, generator in registers. */
static uint64_t
run_hand_inline(struct bench *bench, size_t ops)
{
    sluice_rng rng = bench->rng;
    uint64_t sum = 0;
    for (size_t i = 0; i < ops; i++) {
        sum += hand_select(bench->hand, bench->count, hand_draw(&rng));
    }
    bench->rng = rng;
    return sum;
}

static uint64_t
run_random(struct bench *bench, size_t ops)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < ops; i++) {
        sum += sluice_split_pick(bench->split, &bench->rng);
    }
    return sum;
}

/* As a program has it: a function that is called with any length. */
static __attribute__((noinline)) uint64_t
hash_key(const char *key, size_t len)
{
    return XXH3_64bits(key, len);
}

static uint64_t
run_hash(struct bench *bench, size_t ops)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < ops; i++) {
        sum += hash_key(bench->keys[i % KEYS], bench->key_len);
    }
    return sum;
}

/* The same with nothing around it. */
static uint64_t
run_hash_inline(struct bench *bench, size_t ops)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < ops; i++) {
        sum += XXH3_64bits(bench->keys[i % KEYS], bench->key_len);
    }
    return sum;
}

static uint64_t
run_sticky(struct bench *bench, size_t ops)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < ops; i++) {
        sum += sluice_split_pick_sticky(bench->split,
                                        (sluice_str){bench->keys[i % KEYS], bench->key_len});
    }
    return sum;
}

static uint64_t
run_even(struct bench *bench, size_t ops)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < ops; i++) {
        sum += sluice_split_pick_even(bench->split, bench->counters);
    }
    return sum;
}

static const struct bench_case {
    const char *name;
    case_fn *run;
    uint32_t count;
    const char *base;   /* the case that the ratio is against */
    const char *target; /* of the ratio */
} cases[] = {
    {"hand/2",          run_hand,        2,    NULL,        NULL },
    {"hand-inline/2",   run_hand_inline, 2,    "hand/2",    NULL },
    {"random/2",        run_random,      2,    "hand/2",    "1.3"},
    {"random/3",        run_random,      3,    "hand/2",    "1.3"},
    {"random/10",       run_random,      10,   "hand/2",    "1.3"},
    {"random/100",      run_random,      100,  "hand/2",    "1.3"},
    {"random/1000",     run_random,      1000, "hand/2",    "1.3"},
    {"hand/1000",       run_hand,        1000, "hand/2",    NULL },
    {"xxh3/36B",        run_hash,        2,    NULL,        NULL },
    {"xxh3-inline/36B", run_hash_inline, 2,    "xxh3/36B",  NULL },
    {"sticky/2",        run_sticky,      2,    "xxh3/36B",  "3.5"},
    {"sticky/3",        run_sticky,      3,    "xxh3/36B",  "4.5"},
    {"sticky/10",       run_sticky,      10,   "xxh3/36B",  "9"  },
    {"sticky/100",      run_sticky,      100,  "xxh3/36B",  NULL },
    {"even/2",          run_even,        2,    "random/2",  NULL },
    {"even/10",         run_even,        10,   "random/10", NULL },
};

enum { CASES = sizeof(cases) / sizeof(cases[0]) };

static uint64_t
scramble(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* Text like that of UUIDs. */
static void
fill_keys(char (*keys)[KEY_LEN])
{
    for (size_t i = 0; i < KEYS; i++) {
        for (size_t j = 0; j < KEY_LEN; j++) {
            bool dash = j == 8 || j == 13 || j == 18 || j == 23;
            keys[i][j] = dash ? '-' : "0123456789abcdef"[scramble(i * KEY_LEN + j) % 16];
        }
    }
}

/* 90/10, 50/30/20, and uneven ones for more. */
static uint32_t
weight_of(uint32_t count, uint32_t i)
{
    static const uint32_t two[] = {90, 10}, three[] = {50, 30, 20};
    return count == 2 ? two[i] : count == 3 ? three[i] : 1 + i % 7 * 3;
}

static bool
prepare(struct bench *bench, uint32_t count, char (*keys)[KEY_LEN])
{
    static char names[MAX_COUNT][48];
    static sluice_split_entry entries[MAX_COUNT];
    for (uint32_t i = 0; i < count; i++) {
        int len = snprintf(names[i], sizeof(names[i]), "reviews.default.svc.cluster.local|v%u", i);
        entries[i] = (sluice_split_entry){
            {names[i], (size_t)len},
            weight_of(count, i)
        };
        /* The contents of the table do not change its cost, as long as both sides are taken. */
        bench->hand[i] = (struct hand_column){scramble(i), i, (i + 1) % count};
    }
    bench->count = count;
    bench->keys = keys;
    bench->key_len = KEY_LEN;
    sluice_rng_init(&bench->rng, 42, count);
    return sluice_split_new(&bench->split, entries, count, sluice_str_of("default/reviews"),
                            NULL) == SLUICE_OK;
}

static size_t
case_index(const char *name)
{
    size_t i = 0;
    while (i < CASES && strcmp(cases[i].name, name) != 0)
        i++;
    return i;
}

static void
measure(struct bench *benches, double rounds[CASES][ROUNDS])
{
    volatile uint64_t sink = 0;
    for (size_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < CASES; i++) {
            size_t ops = cases[i].count >= 100 && cases[i].run == run_sticky ? 4096 : KEYS;
            double start = rounds_now_ns();
            sink = sink + cases[i].run(&benches[i], ops);
            rounds[i][round] = (rounds_now_ns() - start) / (double)ops;
        }
    }
}

static void
print(double rounds[CASES][ROUNDS])
{
    printf("# sluice %s bench_split, medians of %d interleaved rounds\n", sluice_version(), ROUNDS);
    for (size_t i = 0; i < CASES; i++) {
        printf("%-18s ns_op=%-7.2f", cases[i].name, rounds_median(rounds[i], ROUNDS));
        if (cases[i].base) {
            printf("  ratio=%-6.2f  base=%s",
                   rounds_median_ratio(rounds[i], rounds[case_index(cases[i].base)], ROUNDS),
                   cases[i].base);
        }
        if (cases[i].target) printf("  target=%s", cases[i].target);
        printf("\n");
    }
}

int
main(int argc, char **argv)
{
    static struct bench benches[CASES];
    static char keys[KEYS][KEY_LEN];
    fill_keys(keys);
    for (size_t i = 0; i < CASES; i++) {
        if (!prepare(&benches[i], cases[i].count, keys)) return EXIT_FAILURE;
    }
    if (argc == 4 && strcmp(argv[1], "--run") == 0 && case_index(argv[2]) < CASES) {
        size_t i = case_index(argv[2]);
        volatile uint64_t sink = cases[i].run(&benches[i], strtoull(argv[3], NULL, 10));
        (void)sink;
    } else {
        static double rounds[CASES][ROUNDS];
        measure(benches, rounds);
        print(rounds);
    }
    for (size_t i = 0; i < CASES; i++) {
        sluice_split_free(benches[i].split);
    }
    return EXIT_SUCCESS;
}
