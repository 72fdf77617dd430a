/*
 * bench_growth: whether compiling Gateway API documents takes time in step with their number.
 *
 *     bench_growth [SHAPE]
 *
 * Each shape is compiled with 1,000 and with 10,000 of what it has many of, each time in a process
 * of its own; the ratio of processor times is that of the best of a few rounds. At most 13 is in
 * step: ten times the work, and caches that no longer hold it. Then one request is decided, to see
 * that the size does not show there.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rounds.h"
#include "sluice/sluice.h"

enum { SMALL = 1000, LARGE = 10000, ROUNDS = 5, DECISIONS = 20000 };

struct text {
    char *bytes;
    size_t len, room;
};

static void add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
add(struct text *text, const char *format, ...)
{
    if (text->room - text->len < 4096) {
        text->room = text->room ? text->room * 2 : 1 << 20;
        text->bytes = realloc(text->bytes, text->room);
        if (!text->bytes) exit(2);
    }
    va_list args;
    va_start(args, format);
    text->len += (size_t)vsnprintf(text->bytes + text->len, 4096, format, args);
    va_end(args);
}

/* ---- documents ---- */

#define API "---\napiVersion: gateway.networking.k8s.io/v1\nkind: "
#define SERVICE "---\napiVersion: v1\nkind: Service"
#define HTTP_RULE                                                                                  \
    "  rules: [{matches: [{path: {value: /p%d}}], backendRefs: [{name: b, port: 80}]}]\n"

static void
add_gateway(struct text *text)
{
    add(text, API "Gateway\nmetadata: {name: gw}\nspec:\n  gatewayClassName: c\n"
                  "  allowedListeners: {namespaces: {from: Same}}\n"
                  "  listeners: [{name: a, port: 80, protocol: HTTP}]\n");
}

static void
add_route(struct text *text, int i, const char *parent, const char *hostnames)
{
    add(text, API "HTTPRoute\nmetadata: {name: r%d}\nspec:\n  parentRefs: [%s]\n", i, parent);
    add(text, "%s", hostnames);
    add(text, HTTP_RULE, i);
}

/* Every route has a host of its own. */
static void
own_hosts(struct text *text, int count)
{
    char hostnames[64];
    add_gateway(text);
    for (int i = 0; i < count; i++) {
        snprintf(hostnames, sizeof(hostnames), "  hostnames: [h%d.example.com]\n", i);
        add_route(text, i, "{name: gw}", hostnames);
    }
}

/* All routes are for every host: one list to be put in order. */
static void
one_list(struct text *text, int count)
{
    add_gateway(text);
    for (int i = 0; i < count; i++) {
        add_route(text, i, "{name: gw}", "");
    }
}

/* Half of the routes are for every host, so that each host of the others falls through to them. */
static void
fall_through(struct text *text, int count)
{
    char hostnames[64];
    add_gateway(text);
    for (int i = 0; i < count; i++) {
        snprintf(hostnames, sizeof(hostnames), "  hostnames: [h%d.example.com]\n", i);
        add_route(text, i, "{name: gw}", i % 2 ? hostnames : "");
    }
}

/* Listeners on one port, fifty to a ListenerSet, each with a route. */
static void
listeners(struct text *text, int count)
{
    char parent[64];
    add_gateway(text);
    for (int i = 0; i < count; i++) {
        if (i % 50 == 0) {
            add(text,
                API "ListenerSet\nmetadata: {name: s%d}\nspec:\n  parentRef: {name: gw}\n"
                    "  listeners:\n",
                i / 50);
        }
        add(text, "  - {name: l%d, port: 80, protocol: HTTP, hostname: l%d.example.com}\n", i, i);
    }
    for (int i = 0; i < count; i++) {
        snprintf(parent, sizeof(parent), "{kind: ListenerSet, name: s%d, sectionName: l%d}", i / 50,
                 i);
        add_route(text, i, parent, "");
    }
}

/* A grant for each route's backend. */
static void
grants(struct text *text, int count)
{
    add_gateway(text);
    for (int i = 0; i < count; i++) {
        add(text,
            API
            "ReferenceGrant\nmetadata: {name: g%d, namespace: far}\nspec:\n"
            "  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: default}]\n"
            "  to: [{group: '', kind: Service, name: b%d}]\n",
            i, i);
        add(text,
            API "HTTPRoute\nmetadata: {name: r%d}\nspec:\n  parentRefs: [{name: gw}]\n"
                "  rules: [{backendRefs: [{name: b%d, namespace: far, port: 80}]}]\n",
            i, i);
    }
}

/* Services, every second one with a mesh route. */
static void
services(struct text *text, int count)
{
    char parent[96];
    add(text, SERVICE "\nmetadata: {name: b}\nspec: {ports: [{name: http, port: 80}]}\n");
    for (int i = 0; i < count; i++) {
        add(text, SERVICE "\nmetadata: {name: s%d}\nspec: {ports: [{name: http, port: 80}]}\n", i);
        snprintf(parent, sizeof(parent), "{group: '', kind: Service, name: s%d}", i);
        if (i % 2) add_route(text, i, parent, "");
    }
}

/* All routes are of one Service. */
static void
one_service(struct text *text, int count)
{
    for (int i = 0; i < count; i++) {
        add_route(text, i, "{group: '', kind: Service, name: s}", "");
    }
}

static const struct shape {
    const char *name;
    void (*write)(struct text *text, int count);
    const char *gateway, *host, *service;
} shapes[] = {
    {"routes-own-hosts",    own_hosts,    "default/gw", "h%d.example.com", ""   },
    {"routes-one-list",     one_list,     "default/gw", "x.example.com",   ""   },
    {"routes-fall-through", fall_through, "default/gw", "h%d.example.com", ""   },
    {"listeners",           listeners,    "default/gw", "l%d.example.com", ""   },
    {"grants",              grants,       "default/gw", "x.example.com",   ""   },
    {"services",            services,     "mesh",       "any",             "s%d"},
    {"one-service",         one_service,  "mesh",       "any",             "s"  },
};

/* ---- measuring ---- */

static double
decide_ns(sluice_router *router, const struct shape *shape, int count)
{
    char host[64], service[64], path[32];
    sluice_context *context;
    sluice_decision decision;
    /* The first of what there are many of: in a list its path is the longest to be found early. */
    snprintf(host, sizeof(host), shape->host, count - 1);
    snprintf(service, sizeof(service), shape->service, count - 1);
    snprintf(path, sizeof(path), "/p%d", count - 1);
    sluice_request request = {
        .gateway = sluice_str_of(shape->gateway),
        .authority = sluice_str_of(host),
        .path = sluice_str_of(path),
        .service_name = sluice_str_of(service),
    };
    if (sluice_context_new(&context, router, NULL) != SLUICE_OK) exit(2);
    double start = rounds_now_ns();
    for (int i = 0; i < DECISIONS; i++) {
        sluice_route(context, &request, &decision);
    }
    double end = rounds_now_ns();
    if (decision.outcome != SLUICE_FORWARD) {
        fprintf(stderr, "bench_growth: %s is not routed\n", shape->name);
        exit(2);
    }
    sluice_context_free(context);
    return (end - start) / DECISIONS;
}

struct times {
    double compile, decide; /* nanoseconds */
};

static struct times
compile_once(const struct shape *shape, const struct text *text, int count)
{
    sluice_source source = {
        sluice_str_of(shape->name), {text->bytes, text->len}
    };
    sluice_router *router;
    struct times times;
    double start = rounds_now_ns();
    if (sluice_compile(&router, &source, 1, NULL, NULL) != SLUICE_OK) {
        fprintf(stderr, "bench_growth: %s does not compile\n", shape->name);
        exit(2);
    }
    times.compile = rounds_now_ns() - start;
    times.decide = decide_ns(router, shape, count);
    sluice_router_release(router);
    return times;
}

/* In a process of its own: memory that an earlier round gave back would favour the small one. */
static struct times
compile_apart(const struct shape *shape, const struct text *text, int count)
{
    struct times times;
    int ends[2];
    if (pipe(ends) != 0) exit(2);
    pid_t child = fork();
    if (child == 0) {
        times = compile_once(shape, text, count);
        _exit(write(ends[1], &times, sizeof(times)) == (ssize_t)sizeof(times) ? 0 : 2);
    }
    close(ends[1]);
    ssize_t got = child > 0 ? read(ends[0], &times, sizeof(times)) : 0;
    close(ends[0]);
    if (child < 0 || waitpid(child, NULL, 0) != child || got != (ssize_t)sizeof(times)) exit(2);
    return times;
}

static void
keep_best(struct times *best, struct times times)
{
    if (best->compile == 0 || times.compile < best->compile) best->compile = times.compile;
    if (best->decide == 0 || times.decide < best->decide) best->decide = times.decide;
}

static bool
measure(const struct shape *shape)
{
    struct text small = {0}, large = {0};
    struct times best[2] = {{0}};
    shape->write(&small, SMALL);
    shape->write(&large, LARGE);
    for (int i = 0; i < ROUNDS; i++) {
        keep_best(&best[0], compile_apart(shape, &small, SMALL));
        keep_best(&best[1], compile_apart(shape, &large, LARGE));
    }
    double ratio = best[1].compile / best[0].compile;
    printf("growth/%-20s ms_1k=%.1f ms_10k=%.1f ratio=%.1f target_at_most=13 "
           "decide_ns_1k=%.0f decide_ns_10k=%.0f\n",
           shape->name, best[0].compile / 1e6, best[1].compile / 1e6, ratio, best[0].decide,
           best[1].decide);
    free(small.bytes);
    free(large.bytes);
    return ratio <= 13;
}

int
main(int argc, char **argv)
{
    bool in_step = true;
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        if (argc < 2 || strcmp(argv[1], shapes[i].name) == 0) in_step &= measure(&shapes[i]);
    }
    return in_step ? 0 : 1;
}
