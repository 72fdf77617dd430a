/*
 * bench_live: what a decision costs through a live, against one through a fixed router, and what a
 * swap costs.
 *
 *     bench_live                  all cases, medians of interleaved rounds; fails above the target
 *     bench_live --run CASE OPS   one case OPS times and no clock: for valgrind --tool=callgrind
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>

#include "rounds.h"
#include "sluice/sluice.h"

enum { ROUNDS = 401, OPS = 5000, SWAPS = 200 };

static const char rules[] =
    "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: reviews},"
    " spec: {hosts: [reviews], http: ["
    "  {match: [{headers: {end-user: {exact: jason}}}],"
    "   route: [{destination: {host: reviews, subset: v2}}]},"
    "  {match: [{uri: {prefix: /old/}}], redirect: {uri: /new}},"
    "  {route: [{destination: {host: reviews, subset: v1}, weight: 90},"
    "           {destination: {host: reviews, subset: v2}, weight: 10}]}]}}\n";

struct bench {
    sluice_router *routers[2];
    sluice_live *live;
    sluice_context *context;
    size_t published;
};

static sluice_outcome
decide(struct bench *bench)
{
    const sluice_request request = {
        .port = 9080,
        .method = sluice_str_of("GET"),
        .authority = sluice_str_of("reviews:9080"),
        .path = sluice_str_of("/reviews/0?full=1"),
    };
    sluice_decision decision;
    return sluice_route(bench->context, &request, &decision);
}

static bool
decide_refreshed(struct bench *bench)
{
    return sluice_context_refresh(bench->context) == SLUICE_OK && decide(bench) == SLUICE_FORWARD;
}

static bool
decide_swapped(struct bench *bench)
{
    sluice_router *next = bench->routers[++bench->published % 2];
    return sluice_live_publish(bench->live, next) == SLUICE_OK && decide(bench) == SLUICE_FORWARD;
}

static bool
run_decide(struct bench *bench, size_t ops)
{
    bool good = true;
    for (size_t i = 0; i < ops; i++)
        good &= decide(bench) == SLUICE_FORWARD;
    return good;
}

static bool
run_refreshed(struct bench *bench, size_t ops)
{
    bool good = true;
    for (size_t i = 0; i < ops; i++)
        good &= decide_refreshed(bench);
    return good;
}

static bool
run_swapped(struct bench *bench, size_t ops)
{
    bool good = true;
    for (size_t i = 0; i < ops; i++)
        good &= decide_swapped(bench);
    return good;
}

static const struct bench_case {
    const char *name;
    bool (*run)(struct bench *bench, size_t ops);
    size_t ops;          /* in one round */
    bool live, manual;   /* the context's making */
    double target;       /* ratio to the first case; 0: none */
    const char *comment; /* printed behind the figures */
} cases[] = {
    {"fixed",     run_decide,    OPS,   false, false, 0,    "a context of a router"      },
    {"live",      run_decide,    OPS,   true,  false, 1.05, "a context of a live"        },
    {"refreshed", run_refreshed, OPS,   true,  true,  0,    "the same, refreshed by hand"},
    {"swapped",   run_swapped,   SWAPS, true,  false, 0,    "publish, move, decide"      },
};

enum { CASES = sizeof(cases) / sizeof(cases[0]) };

static bool
prepare(struct bench *bench, const struct bench_case *c)
{
    sluice_source source = {sluice_str_of("reviews.yaml"), sluice_str_of(rules)};
    for (size_t i = 0; i < 2; i++) {
        if (sluice_compile(&bench->routers[i], &source, 1, NULL, NULL) != SLUICE_OK) return false;
    }
    if (sluice_live_new(&bench->live, bench->routers[0], NULL) != SLUICE_OK) return false;
    sluice_context_options options;
    sluice_context_options_init(&options);
    options.manual_refresh = c->manual;
    sluice_status status = c->live
                               ? sluice_context_new_live(&bench->context, bench->live, &options)
                               : sluice_context_new(&bench->context, bench->routers[0], &options);
    return status == SLUICE_OK;
}

static void
release(struct bench *bench)
{
    sluice_context_free(bench->context);
    sluice_live_release(bench->live);
    sluice_router_release(bench->routers[0]);
    sluice_router_release(bench->routers[1]);
}

static bool
measure(struct bench *benches)
{
    static double rounds[CASES][ROUNDS];
    bool good = true;
    for (size_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < CASES; i++) {
            double start = rounds_now_ns();
            good &= cases[i].run(&benches[i], cases[i].ops);
            rounds[i][round] = (rounds_now_ns() - start) / (double)cases[i].ops;
        }
    }
    printf("# sluice %s bench_live, medians of %d interleaved rounds\n", sluice_version(), ROUNDS);
    for (size_t i = 0; i < CASES; i++) {
        double ratio = rounds_median_ratio(rounds[i], rounds[0], ROUNDS);
        printf("%-10s ns_op=%-8.1f ratio=%-7.3f", cases[i].name, rounds_median(rounds[i], ROUNDS),
               ratio);
        if (cases[i].target > 0) printf(" target=%.2f", cases[i].target);
        printf("  # %s\n", cases[i].comment);
        good &= cases[i].target <= 0 || ratio <= cases[i].target;
    }
    return good;
}

static bool
run_one(struct bench *benches, const char *name, size_t ops)
{
    for (size_t i = 0; i < CASES; i++) {
        if (strcmp(cases[i].name, name) == 0) return cases[i].run(&benches[i], ops);
    }
    return false;
}

int
main(int argc, char **argv)
{
    static struct bench benches[CASES];
    for (size_t i = 0; i < CASES; i++) {
        if (!prepare(&benches[i], &cases[i])) return EXIT_FAILURE;
    }
    bool good = argc == 4 && strcmp(argv[1], "--run") == 0
                    ? run_one(benches, argv[2], strtoull(argv[3], NULL, 10))
                    : measure(benches);
    for (size_t i = 0; i < CASES; i++)
        release(&benches[i]);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
