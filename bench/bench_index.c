/*
 * bench_index: the index against a lean linear scan, and against sets of rules made to hurt it.
 *
 *     bench_index                  everything; says "missed" beside a figure that misses its
 *                                  target; fails when an answer is not the scan's, or when a
 *                                  decision allocates
 *     bench_index --apart          the mixed rules alone, without the long scans, which empty the
 *                                  caches for all that takes its turn after them
 *     bench_index --run CASE OPS   one case OPS times and no clock: for valgrind --tool=callgrind
 *
 * Every figure is of sluice_route() with the decision filled, for 2,048 different requests that
 * come in random order: in one that repeats, the processor learns by heart which way each goes.
 * Cases take turns in every round, and each runs before it is timed, first each request once and
 * then in random order, so that it finds the caches as its own requests leave them. Times are the
 * least of all rounds, ratios those of such times.
 */
#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "counting.h"
#include "index_workload.h"
#include "lean_scan.h"
#include "sluice/sluice.h"

enum { ROUNDS = 25, ROUNDS_APART = 150, SEED = 20240229 };

static size_t rounds = ROUNDS;

static void
fail(const char *what)
{
    fprintf(stderr, "bench_index: %s\n", what);
    exit(EXIT_FAILURE);
}

/* ---- cases ---- */

struct bench_case {
    char name[40];
    struct workload workload;
    sluice_router *router;
    sluice_context *context;
    struct lean_scan *lean;
    uint64_t order; /* see next_request() */
    double ns[ROUNDS_APART], lean_ns[ROUNDS_APART];
};

static double
now_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void
compile(struct bench_case *c, uint64_t seed)
{
    sluice_source source = {STR("rules"), workload_yaml(&c->workload)};
    sluice_compile_options options;
    sluice_compile_options_init(&options);
    options.allocator = &counting;
    options.hash_seed = seed;
    if (sluice_compile(&c->router, &source, 1, &options, NULL) != SLUICE_OK ||
        sluice_context_new(&c->context, c->router, NULL) != SLUICE_OK) {
        fail("the rules do not compile");
    }
}

static void
prepare_mixed(struct bench_case *c, size_t count, size_t per_host)
{
    snprintf(c->name, sizeof(c->name), per_host ? "hosts/%zu" : "mixed/%zu", count);
    workload_mixed(&c->workload, count, per_host);
    compile(c, SEED);
    if (!per_host) c->lean = lean_scan_new(&c->workload);
}

static void
prepare_adversary(struct bench_case *c, enum adversary adversary, size_t count, uint64_t seed)
{
    snprintf(c->name, sizeof(c->name), "%s/%zu%s", adversary_name(adversary), count,
             seed ? "" : "/no-seed");
    workload_adversary(&c->workload, adversary, count);
    compile(c, seed);
}

static void
release(struct bench_case *c)
{
    if (c->lean) lean_scan_free(c->lean);
    sluice_context_free(c->context);
    sluice_router_release(c->router);
    workload_free(&c->workload);
}

/* ---- running ---- */

/* A proxy has just read what it asks about, so that it is in the cache. (The other headers' texts
 * are the same ones in all requests.) */
static void
prefetch_request(const struct bench_request *r)
{
    for (size_t i = 0; i < sizeof(*r); i += 64) {
        __builtin_prefetch((const char *)r + i);
    }
    __builtin_prefetch((const char *)(r + 1) - 1);
    __builtin_prefetch(r->request.path.ptr);
    __builtin_prefetch(r->request.authority.ptr);
    __builtin_prefetch(r->headers[r->request.header_count - 1].value.ptr);
}

/* An endless row of requests in random order. */
static const sluice_request *
next_request(const struct workload *w, uint64_t *state)
{
    const struct bench_request *next = &w->requests[(*state >> 32) % WORKLOAD_REQUESTS];
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    prefetch_request(&w->requests[(*state >> 32) % WORKLOAD_REQUESTS]);
    return &next->request;
}

static uint64_t
run(sluice_context *context, const struct workload *w, uint64_t *state, size_t ops)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < ops; i++) {
        sluice_decision decision;
        sum += (uint64_t)sluice_route(context, next_request(w, state), &decision);
        sum += decision.split_index;
    }
    return sum;
}

static volatile uint64_t sink;

/* In one turn, and before the clock runs: a shared cache takes in what is new only bit by bit. */
enum { OPS = 4096, WARMING_OPS = 4 * OPS };

/* In random order alone, one request in seven would not have been asked before the clock runs. */
static uint64_t
ask_each(struct bench_case *c)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < c->workload.request_count; i++) {
        sluice_decision decision;
        sum += (uint64_t)sluice_route(c->context, &c->workload.requests[i].request, &decision);
    }
    return sum;
}

static double
time_ours(struct bench_case *c)
{
    sink = sink + ask_each(c) + run(c->context, &c->workload, &c->order, WARMING_OPS);
    double start = now_ns(CLOCK_PROCESS_CPUTIME_ID);
    sink = sink + run(c->context, &c->workload, &c->order, OPS);
    return (now_ns(CLOCK_PROCESS_CPUTIME_ID) - start) / OPS;
}

/* A slow scan gets fewer requests. */
static double
time_lean(struct bench_case *c)
{
    size_t ops = 20000000 / (c->workload.count + 1);
    if (ops > OPS) ops = OPS;
    uint64_t sum = 0;
    double start = 0;
    for (size_t i = 0; i < 2 * ops; i++) {
        if (i == ops) start = now_ns(CLOCK_PROCESS_CPUTIME_ID);
        sum += lean_scan_find(c->lean, next_request(&c->workload, &c->order));
    }
    sink = sink + sum;
    return (now_ns(CLOCK_PROCESS_CPUTIME_ID) - start) / (double)ops;
}

/* The rule of every decision is the one that a scan finds. */
static void
check_answers(struct bench_case *c)
{
    size_t checked = c->workload.count > 10000 ? 256 : c->workload.request_count;
    for (size_t i = 0; c->lean && i < checked; i++) {
        sluice_decision decision;
        sluice_route(c->context, &c->workload.requests[i].request, &decision);
        size_t wanted = lean_scan_find(c->lean, &c->workload.requests[i].request);
        size_t got = decision.matched ? decision.matched->rule : c->workload.count;
        if (got != wanted) fail("a decision is not the scan's");
    }
}

/* What else the machine does can only add to a time: the least of many rounds is nearest to the
 * program's own. */
static double
least(const double *values)
{
    double found = values[0];
    for (size_t i = 1; i < rounds; i++) {
        if (values[i] < found) found = values[i];
    }
    return found;
}

static void
measure(struct bench_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_answers(&cases[i]);
    }
    for (size_t round = 0; round < rounds; round++) {
        for (size_t i = 0; i < count; i++) {
            cases[i].ns[round] = time_ours(&cases[i]);
            if (cases[i].lean) cases[i].lean_ns[round] = time_lean(&cases[i]);
        }
    }
}

static void
print_target(const char *what, double ratio, double most)
{
    printf("  %s=%.4f target_at_most=%.4f%s", what, ratio, most, ratio <= most ? "" : " (missed)");
}

/* ---- the mixed workload ---- */

static const struct {
    size_t count, per_host;
    double of_lean, of_base; /* targets; 0: none */
    size_t base;             /* row that of_base refers to */
} rows[] = {
    {10,     0,  1.3,       0,   0},
    {20,     0,  1.3,       0,   0},
    {50,     0,  1.3,       0,   0},
    {100,    0,  1.3,       0,   0},
    {1000,   0,  1.0 / 6,   2.0, 3},
    {10000,  0,  1.0 / 30,  3.5, 3},
    {100000, 0,  1.0 / 200, 6.0, 3},
    {1000,   20, 0,         0,   0},
    {100000, 20, 0,         1.5, 7},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void
print_mixed(const struct bench_case *c, size_t row, const struct bench_case *base)
{
    printf("%-20s ns_op=%-8.1f", c->name, least(c->ns));
    if (c->lean) {
        printf("  lean_ns_op=%.1f", least(c->lean_ns));
        print_target("of_lean", least(c->ns) / least(c->lean_ns), rows[row].of_lean);
    }
    if (rows[row].of_base > 0) {
        print_target("of_base", least(c->ns) / least(base->ns), rows[row].of_base);
    }
    printf("\n");
}

static void
print_bytes(const struct bench_case *c)
{
    enum { LARGE = 1000 }; /* from there on, what a router has beside its rules is little */
    double rule_count = (double)c->workload.count;
    if (rule_count < LARGE) return; /* bench_compile has what the compile takes */
    printf("%-20s", c->name);
    print_target("bytes_per_rule", (double)sluice_router_memory(c->router) / rule_count, 200);
    printf("\n");
}

/* Without the long scans of ten thousand rules and more when they are to leave the caches alone. */
static void
bench_mixed(bool apart)
{
    static struct bench_case cases[ROWS];
    size_t row_of[ROWS], case_of[ROWS] = {0}, count = 0;
    for (size_t i = 0; i < ROWS; i++) {
        if (apart && rows[i].count >= 10000 && rows[i].per_host == 0) continue;
        case_of[i] = count;
        row_of[count] = i;
        prepare_mixed(&cases[count++], rows[i].count, rows[i].per_host);
    }
    measure(cases, count);
    for (size_t i = 0; i < count; i++) {
        print_mixed(&cases[i], row_of[i], &cases[case_of[rows[row_of[i]].base]]);
    }
    for (size_t i = 0; i < count; i++) {
        print_bytes(&cases[i]);
        release(&cases[i]);
    }
}

/* ---- adversaries ---- */

static void
bench_adversaries(void)
{
    static struct bench_case cases[ADVERSARIES + 2];
    size_t count = 0;
    prepare_mixed(&cases[count++], 1000, 0);
    for (enum adversary a = 0; a < ADVERSARIES; a++) {
        size_t rules = a == ADVERSARY_REGEX_BARE ? 1000 : a == ADVERSARY_COLLISIONS ? 2000 : 10000;
        prepare_adversary(&cases[count++], a, rules, SEED);
        if (a == ADVERSARY_COLLISIONS) prepare_adversary(&cases[count++], a, rules, 0);
    }
    measure(cases, count);
    for (size_t i = 1; i < count; i++) {
        printf("%-26s ns_op=%-8.1f  of_mixed_1000=%.2f\n", cases[i].name, least(cases[i].ns),
               least(cases[i].ns) / least(cases[0].ns));
    }
    for (size_t i = 0; i < count; i++) {
        release(&cases[i]);
    }
}

/* ---- wildcard hosts ---- */

/* Each suffix of this host is a wildcard domain of its own. The same name is never asked twice in a
 * row: it would be remembered. */
static const char deep_hosts[2][40] = {"a.b.c.d.e.f.g.h.i.j.k.example.com",
                                       "z.b.c.d.e.f.g.h.i.j.k.example.com"};
static const char shallow_hosts[2][40] = {"nobody-knows-this-name.example.com",
                                          "nobody-knows-that-name.example.com"};

static const char *
next_label(const char *host)
{
    return strchr(host, '.') + 1;
}

static void
prepare_wildcards(struct bench_case *c, const char authorities[2][40])
{
    char text[8192];
    size_t len = 0;
    for (const char *suffix = next_label(deep_hosts[0]); strchr(suffix, '.');) {
        len += (size_t)snprintf(text + len, sizeof(text) - len,
                                "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\n"
                                "metadata: {name: s%zu}\nspec:\n  hosts: ['*.%s']\n"
                                "  http:\n  - route:\n    - destination: {host: a}\n",
                                len, suffix);
        suffix = next_label(suffix);
    }
    sluice_source source = {
        STR("wildcards"), {text, len}
    };
    workload_mixed(&c->workload, 20, 0); /* for its requests */
    if (sluice_compile(&c->router, &source, 1, NULL, NULL) != SLUICE_OK ||
        sluice_context_new(&c->context, c->router, NULL) != SLUICE_OK) {
        fail("the wildcards do not compile");
    }
    for (size_t i = 0; i < c->workload.request_count; i++) {
        c->workload.requests[i].request.authority = sluice_str_of(authorities[i % 2]);
    }
}

static void
bench_wildcards(void)
{
    static struct bench_case cases[2];
    prepare_wildcards(&cases[0], deep_hosts);
    prepare_wildcards(&cases[1], shallow_hosts);
    measure(cases, 2);
    printf("wildcards/first-of-11       ns_op=%.1f\n", least(cases[0].ns));
    printf("wildcards/last-of-11        ns_op=%.1f  (ten probes more)\n", least(cases[1].ns));
    release(&cases[0]);
    release(&cases[1]);
}

/* ---- threads ---- */

struct worker {
    pthread_t thread;
    sluice_router *router;
    const struct workload *workload;
    uint64_t order;
    double ns_op;
};

static void *
work(void *argument)
{
    struct worker *worker = argument;
    sluice_context *context;
    enum { MANY = 400000 };
    if (sluice_context_new(&context, worker->router, NULL) != SLUICE_OK) fail("out of memory");
    uint64_t sum = run(context, worker->workload, &worker->order, OPS);
    double start = now_ns(CLOCK_THREAD_CPUTIME_ID);
    sum += run(context, worker->workload, &worker->order, MANY);
    worker->ns_op = (now_ns(CLOCK_THREAD_CPUTIME_ID) - start) / MANY + (double)(sum & 0);
    sluice_context_free(context);
    return NULL;
}

static double
time_threads(const struct bench_case *c, size_t count)
{
    struct worker workers[2];
    double slowest = 0;
    for (size_t i = 0; i < count; i++) {
        workers[i] = (struct worker){.router = c->router, .workload = &c->workload};
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0) fail("no thread");
    }
    for (size_t i = 0; i < count; i++) {
        pthread_join(workers[i].thread, NULL);
        if (workers[i].ns_op > slowest) slowest = workers[i].ns_op;
    }
    return slowest;
}

static void
bench_threads(void)
{
    static struct bench_case mixed, regex;
    struct bench_case *cases[] = {&mixed, &regex};
    prepare_mixed(&mixed, 1000, 0);
    prepare_adversary(&regex, ADVERSARY_REGEX_PREFIX, 1000, SEED);
    for (size_t i = 0; i < 2; i++) {
        double one[ROUNDS], two[ROUNDS];
        for (size_t round = 0; round < ROUNDS; round++) {
            one[round] = time_threads(cases[i], 1);
            two[round] = time_threads(cases[i], 2);
        }
        printf("threads/%-18s one_ns_op=%.1f  two_ns_op=%.1f  ratio=%.2f\n", cases[i]->name,
               least(one), least(two), least(two) / least(one));
        release(cases[i]);
    }
}

/* ---- main ---- */

static bool
prepare_named(struct bench_case *c, const char *name)
{
    size_t count;
    if (sscanf(name, "mixed/%zu", &count) == 1) {
        prepare_mixed(c, count, 0);
        return true;
    }
    if (sscanf(name, "hosts/%zu", &count) == 1) {
        prepare_mixed(c, count, 20);
        return true;
    }
    if (strcmp(name, "wildcards") == 0) {
        prepare_wildcards(c, deep_hosts);
        return true;
    }
    for (enum adversary a = 0; a < ADVERSARIES; a++) {
        if (strcmp(name, adversary_name(a)) != 0) continue;
        prepare_adversary(c, a, 1000, SEED);
        return true;
    }
    return false;
}

/* Of short lists, of two, and of those with an index. */
static bool
no_allocations(void)
{
    static const size_t sizes[] = {3, 10, 50, 1000, 100000};
    size_t allocations = 0;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        static struct bench_case c;
        prepare_mixed(&c, sizes[i], 0);
        size_t before = counted_calls;
        sink = sink + run(c.context, &c.workload, &c.order, 10000);
        allocations += counted_calls - before;
        release(&c);
    }
    printf("allocations=%zu  target=0  (decisions among 3 to 100,000 rules)\n", allocations);
    return allocations == 0;
}

int
main(int argc, char **argv)
{
    static struct bench_case one;
    if (argc == 4 && strcmp(argv[1], "--run") == 0 && prepare_named(&one, argv[2])) {
        sink = run(one.context, &one.workload, &one.order, strtoull(argv[3], NULL, 10));
        release(&one);
        return EXIT_SUCCESS;
    }
    setvbuf(stdout, NULL, _IOLBF, 0); /* each line as soon as it is known */
    bool apart = argc == 2 && strcmp(argv[1], "--apart") == 0;
    if (apart) rounds = ROUNDS_APART; /* they are short */
    printf("# sluice %s bench_index, the least of %zu interleaved rounds\n", sluice_version(),
           rounds);
    bench_mixed(apart);
    if (apart) return EXIT_SUCCESS;
    bench_adversaries();
    bench_wildcards();
    bench_threads();
    return no_allocations() ? EXIT_SUCCESS : EXIT_FAILURE;
}
