/*
 * bench_route: what one decision costs, with rules such as people have and ten request headers
 * (or as many as the name of the case says).
 *
 *     bench_route                  all cases, medians of interleaved rounds; fails when one
 * allocates bench_route --run CASE OPS   one case OPS times and no clock: for valgrind
 * --tool=callgrind
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rounds.h"
#include "sluice/sluice.h"

enum { ROUNDS = 31, OPS = 200000, HEADERS = 10 };

/* A user by header, a group by header prefix, everybody else 90 to 10. */
#define BOOKINFO(annotations, edits)                                                               \
    "{apiVersion: networking.istio.io/v1, kind: VirtualService,"                                   \
    " metadata: {name: reviews, annotations: {" annotations "}}, spec: {hosts: [reviews], http: [" \
    "  {match: [{headers: {end-user: {exact: jason}}}],"                                           \
    "   route: [{destination: {host: reviews, subset: v2}}]},"                                     \
    "  {match: [{headers: {x-group: {prefix: beta-}}}],"                                           \
    "   route: [{destination: {host: reviews, subset: v3}}]},"                                     \
    "  {route: [{destination: {host: reviews, subset: v1}, weight: 90},"                           \
    "           {destination: {host: reviews, subset: v2}, weight: 10}]" edits "}]}}\n"            \
    "---\n"                                                                                        \
    "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: reviews},"       \
    " spec: {host: reviews, subsets: [{name: v1, labels: {version: v1}},"                          \
    "  {name: v2, labels: {version: v2}}, {name: v3, labels: {version: v3}}]}}\n"

static const char plain[] = BOOKINFO("", "");
static const char sticky[] = BOOKINFO("sluice.dev/sticky: 'cookie:session'", "");
static const char even[] = BOOKINFO("sluice.dev/pick: even", "");
static const char edited[] =
    BOOKINFO("", ", rewrite: {uri: /v2/reviews, authority: reviews.internal}, timeout: 3s,"
                 " headers: {request: {set: {x-canary: '1'}}, response: {remove: [server]}},"
                 " retries: {attempts: 2, perTryTimeout: 1s},"
                 " mirror: {host: reviews, subset: v3}, mirrorPercentage: {value: 5}");

static const struct bench_case {
    const char *name, *rules, *user; /* value of end-user; NULL: another header in its place */
    size_t headers;
    bool callback; /* headers by function instead of an array */
} cases[] = {
    {"split",          plain,  NULL,    HEADERS, false},
    {"split/5",        plain,  NULL,    5,       false},
    {"split/3",        plain,  NULL,    3,       false},
    {"split/0",        plain,  NULL,    0,       false},
    {"split/callback", plain,  NULL,    HEADERS, true },
    {"user",           plain,  "jason", HEADERS, false},
    {"sticky",         sticky, NULL,    HEADERS, false},
    {"even",           even,   NULL,    HEADERS, false},
    {"edited",         edited, NULL,    HEADERS, false},
};

enum { CASES = sizeof(cases) / sizeof(cases[0]) };

struct bench {
    sluice_router *router;
    sluice_context *context;
    sluice_request request;
    sluice_field headers[HEADERS];
};

/* ---- an allocator that counts ---- */

static size_t allocations;

static void *
count_malloc(void *user, size_t size)
{
    (void)user;
    allocations++;
    return malloc(size);
}

static void *
count_realloc(void *user, void *ptr, size_t size)
{
    (void)user;
    allocations++;
    return realloc(ptr, size);
}

static void
count_free(void *user, void *ptr)
{
    (void)user;
    free(ptr);
}

static const sluice_allocator counting = {count_malloc, count_realloc, count_free, NULL};

/* ---- a request ---- */

/* What a proxy does that indexes its headers: here it knows which it has. */
static bool
header_of(void *user, size_t index, sluice_str name, size_t nth, sluice_str *value)
{
    const struct bench *bench = user;
    (void)index;
    if (nth > 0 || name.len != 6) return false;
    *value = bench->headers[4].value; /* cookie */
    return true;
}

static void
fill_request(struct bench *bench, const struct bench_case *c)
{
    static const char *const lines[HEADERS][2] = {
        {"user-agent",        "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101"},
        {"accept",            "application/json"                                        },
        {"accept-encoding",   "gzip, deflate, br"                                       },
        {"accept-language",   "en-US,en;q=0.5"                                          },
        {"cookie",            "theme=dark; session=6f1c9b0e5d2a4c83a7"                  },
        {"x-request-id",      "8d3b1e4c-1f0f-4f2a-9a43-6b1f3d2c7e90"                    },
        {"x-forwarded-for",   "203.0.113.7"                                             },
        {"x-forwarded-proto", "http"                                                    },
        {"x-b3-traceid",      "80f198ee56343ba864fe8b2a57d3eff7"                        },
        {"x-b3-spanid",       "e457b5a2e4d86bd1"                                        },
    };
    for (size_t i = 0; i < HEADERS; i++) {
        bench->headers[i] = (sluice_field){sluice_str_of(lines[i][0]), sluice_str_of(lines[i][1])};
    }
    if (c->user) {
        bench->headers[HEADERS - 1] =
            (sluice_field){sluice_str_of("end-user"), sluice_str_of(c->user)};
    }
    bench->request = (sluice_request){
        .port = 9080,
        .method = sluice_str_of("GET"),
        .authority = sluice_str_of("reviews:9080"),
        .path = sluice_str_of("/reviews/0?full=1"),
        .headers = bench->headers,
        .header_count = c->headers,
        .header_fn = c->callback ? header_of : NULL,
        .header_user = bench,
        .source_ip = sluice_str_of("10.0.0.7"),
    };
}

static bool
prepare(struct bench *bench, const struct bench_case *c)
{
    sluice_source source = {sluice_str_of("reviews.yaml"), sluice_str_of(c->rules)};
    sluice_compile_options options;
    sluice_compile_options_init(&options);
    options.allocator = &counting;
    fill_request(bench, c);
    return sluice_compile(&bench->router, &source, 1, &options, NULL) == SLUICE_OK &&
           sluice_context_new(&bench->context, bench->router, NULL) == SLUICE_OK;
}

static uint64_t
run(struct bench *bench, size_t ops)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < ops; i++) {
        sluice_decision decision;
        sum += (uint64_t)sluice_route(bench->context, &bench->request, &decision);
        sum += decision.split_index;
    }
    return sum;
}

/* ---- measuring ---- */

static bool
measure(struct bench *benches)
{
    static double rounds[CASES][ROUNDS];
    volatile uint64_t sink = 0;
    size_t before = allocations;
    for (size_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < CASES; i++) {
            double start = rounds_now_ns();
            sink = sink + run(&benches[i], OPS);
            rounds[i][round] = (rounds_now_ns() - start) / OPS;
        }
    }
    printf("# sluice %s bench_route, medians of %d interleaved rounds\n", sluice_version(), ROUNDS);
    for (size_t i = 0; i < CASES; i++) {
        printf("%-22s ns_op=%.1f  target=100\n", cases[i].name, rounds_median(rounds[i], ROUNDS));
    }
    printf("allocations=%zu  target=0\n", allocations - before);
    return allocations == before;
}

static size_t
case_index(const char *name)
{
    size_t i = 0;
    while (i < CASES && strcmp(cases[i].name, name) != 0) {
        i++;
    }
    return i;
}

int
main(int argc, char **argv)
{
    static struct bench benches[CASES];
    bool good = true;
    for (size_t i = 0; i < CASES; i++) {
        if (!prepare(&benches[i], &cases[i])) return EXIT_FAILURE;
    }
    if (argc == 4 && strcmp(argv[1], "--run") == 0 && case_index(argv[2]) < CASES) {
        volatile uint64_t sink = run(&benches[case_index(argv[2])], strtoull(argv[3], NULL, 10));
        (void)sink;
    } else {
        good = measure(benches);
    }
    for (size_t i = 0; i < CASES; i++) {
        sluice_context_free(benches[i].context);
        sluice_router_release(benches[i].router);
    }
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
