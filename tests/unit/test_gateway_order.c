/*
 * gateway_api: listeners, hostnames and precedence against a reading to the letter.
 *
 * Gateways and routes of a small alphabet are made at random, as structs and as text. The text is
 * compiled. The oracle compares every matching (route, rule, match) with every other one by the
 * steps of docs/gateway-api.md, "Attachment" to "GRPCRoute", knowing nothing of lists, virtual
 * hosts or ranks.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/str.h"
#include "support/rows.h"
#include "support/text.h"

enum { SETS = 300, REQUESTS = 120, LISTENERS = 4, ROUTES = 7, RULES = 3, MATCHES = 3, NAMES = 3 };

/* ---- what is generated ---- */

enum path_type { EXACT, PREFIX, REGEX };

struct match {
    enum path_type path_type;
    const char *path;   /* NULL: none written */
    const char *method; /* HTTP, or NULL; gRPC: service, or NULL */
    const char *rpc;    /* gRPC: method, or NULL */
    bool header[2], query[2];
};

struct rule {
    struct match matches[MATCHES];
    size_t count; /* 0: none written */
};

struct route {
    char name[8];
    bool grpc;
    int created; /* 0: none written */
    const char *hostnames[NAMES];
    size_t hostname_count;
    struct rule rules[RULES];
    size_t rule_count;
};

struct set {
    const char *listeners[LISTENERS]; /* hostnames, "" for any */
    size_t listener_count;
    struct route routes[ROUTES];
    size_t route_count;
};

struct call {
    bool grpc;
    const char *host, *path, *method;
    bool header[2], query[2];
};

static uint32_t
draw(uint64_t *state, uint32_t below)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33) % below;
}

#define ONE_OF(state, table) ((table)[draw((state), (uint32_t)ROWS(table))])

static const char *const hostnames[] = {"*.com",   "*.a.com", "*.b.a.com", "a.com",
                                        "x.a.com", "y.com",   "x.b.a.com", "*.net"};
static const char *const hosts[] = {"a.com", "x.a.com", "y.a.com", "x.b.a.com", "y.b.a.com",
                                    "y.com", "z.com",   "q.net",   "org"};
static const char *const methods[] = {"GET", "PUT"};
static const char *const services[] = {"s", "s.t"};
static const char *const rpcs[] = {"m", "mm"};

static void
make_match(struct match *out, bool grpc, uint64_t *state)
{
    static const char *const exact[] = {"/a", "/a/b", "/a/"}, *const prefix[] = {"/", "/a", "/a/",
                                                                                 "/a/b"};
    static const char *const regex[] = {"/a.*", "/.*", "/a/b.*"};
    *out = (struct match){0};
    if (grpc) {
        if (draw(state, 2)) out->method = ONE_OF(state, services);
        if (!out->method || draw(state, 2)) out->rpc = ONE_OF(state, rpcs);
    } else {
        out->path_type = (enum path_type)draw(state, 3);
        if (draw(state, 4)) {
            out->path = out->path_type == EXACT    ? ONE_OF(state, exact)
                        : out->path_type == PREFIX ? ONE_OF(state, prefix)
                                                   : ONE_OF(state, regex);
        }
        if (draw(state, 3) == 0) out->method = ONE_OF(state, methods);
        for (size_t i = 0; i < 2; i++) {
            out->query[i] = draw(state, 4) == 0;
        }
    }
    for (size_t i = 0; i < 2; i++) {
        out->header[i] = draw(state, 4) == 0;
    }
}

static void
make_route(struct route *out, size_t index, bool both_kinds, uint64_t *state)
{
    *out = (struct route){.grpc = both_kinds && draw(state, 3) == 0};
    snprintf(out->name, sizeof(out->name), "r%u%zu", (unsigned)draw(state, 5), index);
    out->created = (int)draw(state, 4);
    out->hostname_count = draw(state, NAMES + 1);
    for (size_t i = 0; i < out->hostname_count; i++) {
        out->hostnames[i] = ONE_OF(state, hostnames);
    }
    out->rule_count = 1 + draw(state, RULES);
    for (size_t i = 0; i < out->rule_count; i++) {
        out->rules[i].count = draw(state, MATCHES + 1);
        for (size_t k = 0; k < out->rules[i].count; k++) {
            make_match(&out->rules[i].matches[k], out->grpc, state);
        }
    }
}

static bool
has_listener(const struct set *set, const char *hostname)
{
    for (size_t i = 0; i < set->listener_count; i++) {
        if (strcmp(set->listeners[i], hostname) == 0) return true;
    }
    return false;
}

static void
make_set(struct set *out, uint64_t *state)
{
    bool both_kinds = draw(state, 2);
    *out = (struct set){.route_count = 1 + draw(state, ROUTES)};
    for (size_t i = 0; i < LISTENERS; i++) {
        const char *hostname = draw(state, 2) ? ONE_OF(state, hostnames) : "";
        if (!has_listener(out, hostname)) out->listeners[out->listener_count++] = hostname;
    }
    for (size_t i = 0; i < out->route_count; i++) {
        make_route(&out->routes[i], i, both_kinds, state);
    }
}

/* ---- as text ---- */

static void
write_fields(struct text *text, const char *field, const char *name, const bool given[2])
{
    if (!given[0] && !given[1]) return;
    text_add(text, "%s: [", field);
    for (size_t i = 0; i < 2; i++) {
        if (given[i]) text_add(text, "{name: %s%zu, value: v}, ", name, i);
    }
    text_add(text, "], ");
}

static void
write_match(struct text *text, const struct match *match, bool grpc)
{
    static const char *const types[] = {"Exact", "PathPrefix", "RegularExpression"};
    text_add(text, "{");
    if (grpc && (match->method || match->rpc)) {
        text_add(text, "method: {");
        if (match->method) text_add(text, "service: %s, ", match->method);
        if (match->rpc) text_add(text, "method: %s", match->rpc);
        text_add(text, "}, ");
    } else if (!grpc && match->path) {
        text_add(text, "path: {type: %s, value: %s}, ", types[match->path_type], match->path);
    }
    if (!grpc && match->method) text_add(text, "method: %s, ", match->method);
    write_fields(text, "headers", "h", match->header);
    write_fields(text, "queryParams", "q", match->query);
    text_add(text, "}, ");
}

static void
write_route(struct text *text, const struct route *route)
{
    text_add(text, "---\napiVersion: gateway.networking.k8s.io/v1\nkind: %s\nmetadata: {name: %s",
             route->grpc ? "GRPCRoute" : "HTTPRoute", route->name);
    if (route->created)
        text_add(text, ", creationTimestamp: '202%d-01-01T00:00:00Z'", route->created);
    text_add(text, "}\nspec:\n  parentRefs: [{name: gw}]\n  hostnames: [");
    for (size_t i = 0; i < route->hostname_count; i++) {
        text_add(text, "'%s', ", route->hostnames[i]);
    }
    text_add(text, "]\n  rules:\n");
    for (size_t i = 0; i < route->rule_count; i++) {
        text_add(text, "  - {backendRefs: [{name: b, port: 80}], matches: [");
        for (size_t k = 0; k < route->rules[i].count; k++) {
            write_match(text, &route->rules[i].matches[k], route->grpc);
        }
        text_add(text, "]}\n");
    }
}

static void
write_set(struct text *text, const struct set *set)
{
    text->len = 0;
    text_add(text, "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: gw}\n"
                   "spec:\n  gatewayClassName: c\n  listeners:\n");
    for (size_t i = 0; i < set->listener_count; i++) {
        const char *hostname = set->listeners[i];
        text_add(text, "  - {name: l%zu, port: 80, protocol: HTTP%s%s%s}\n", i,
                 *hostname ? ", hostname: '" : "", hostname, *hostname ? "'" : "");
    }
    for (size_t i = 0; i < set->route_count; i++) {
        write_route(text, &set->routes[i]);
    }
}

/* ---- the oracle: hostnames (4) ---- */

static bool
fits(const char *pattern, const char *host)
{
    size_t suffix = strlen(pattern) - (pattern[0] == '*'), len = strlen(host);
    if (pattern[0] == 0) return true;
    if (pattern[0] != '*') return strcmp(pattern, host) == 0;
    return len > suffix && strcmp(host + len - suffix, pattern + 1) == 0;
}

/* Some host fits both: of the wildcards one with an odd label in front tells. */
static bool
meet(const char *a, const char *b)
{
    char host_a[64], host_b[64];
    snprintf(host_a, sizeof(host_a), "%s%s", a[0] == '*' ? "odd" : "", a + (a[0] == '*'));
    snprintf(host_b, sizeof(host_b), "%s%s", b[0] == '*' ? "odd" : "", b + (b[0] == '*'));
    if (a[0] == 0 || b[0] == 0) return true;
    return fits(a, host_b) || fits(b, host_a);
}

static bool
route_meets(const struct route *route, const char *listener)
{
    if (route->hostname_count == 0) return true;
    for (size_t i = 0; i < route->hostname_count; i++) {
        if (meet(route->hostnames[i], listener)) return true;
    }
    return false;
}

/* Exact before long before short before none. */
static size_t
specificity(const char *pattern)
{
    return pattern[0] && pattern[0] != '*' ? 1000 : strlen(pattern);
}

/* ---- the oracle: order between routes (7.2, steps 6 and 7) ---- */

static bool
is_older(const struct route *a, const struct route *b)
{
    int x = a->created ? a->created : 9, y = b->created ? b->created : 9;
    return x != y ? x < y : strcmp(a->name, b->name) < 0;
}

/* Both kinds have a hostname in common on the listener. */
static bool
collide(const struct route *a, const struct route *b, const char *listener)
{
    if (a->grpc == b->grpc) return false;
    for (size_t h = 0; h < ROWS(hosts) + 2; h++) {
        static const char *const more[] = {"odd.a.com", "odd.b.a.com"};
        const char *host = h < ROWS(hosts) ? hosts[h] : more[h - ROWS(hosts)];
        if (!fits(listener, host)) continue;
        bool in_a = a->hostname_count == 0, in_b = b->hostname_count == 0;
        for (size_t i = 0; i < a->hostname_count; i++) {
            in_a |= fits(a->hostnames[i], host);
        }
        for (size_t i = 0; i < b->hostname_count; i++) {
            in_b |= fits(b->hostnames[i], host);
        }
        if (in_a && in_b) return true;
    }
    return false;
}

/* Accepted routes, the oldest first; the other kind gives way (5.4). */
static size_t
attach(const struct set *set, const char *listener, const struct route *out[ROUTES])
{
    const struct route *sorted[ROUTES];
    size_t count = 0;
    for (size_t i = 0; i < set->route_count; i++) {
        size_t at = i;
        for (; at > 0 && is_older(&set->routes[i], sorted[at - 1]); at--) {
            sorted[at] = sorted[at - 1];
        }
        sorted[at] = &set->routes[i];
    }
    for (size_t i = 0; i < set->route_count; i++) {
        bool refused = !route_meets(sorted[i], listener);
        for (size_t k = 0; k < count; k++) {
            refused |= collide(out[k], sorted[i], listener);
        }
        if (!refused) out[count++] = sorted[i];
    }
    return count;
}

/* ---- the oracle: matches ---- */

static bool
path_holds(const struct match *match, const char *path)
{
    if (!match->path) return true;
    size_t len = strlen(match->path);
    if (match->path_type == EXACT) return strcmp(match->path, path) == 0;
    if (match->path_type == REGEX)
        return strncmp(match->path, path, len - 2) == 0; /* all end in .* */
    if (match->path[len - 1] == '/') len--;
    return strncmp(match->path, path, len) == 0 && (path[len] == 0 || path[len] == '/');
}

static bool
match_holds(const struct match *match, bool grpc, const struct call *call)
{
    char service[16] = "", rpc[16] = "";
    if (grpc && !call->grpc) return false;
    if (grpc) {
        if ((match->method || match->rpc) &&
            sscanf(call->path, "/%15[^/]/%15[^/]", service, rpc) != 2) {
            return false;
        }
        if (match->method && strcmp(match->method, service) != 0) return false;
        if (match->rpc && strcmp(match->rpc, rpc) != 0) return false;
    } else {
        if (!path_holds(match, call->path)) return false;
        if (match->method && strcmp(match->method, call->method) != 0) return false;
    }
    for (size_t i = 0; i < 2; i++) {
        if ((match->header[i] && !call->header[i]) || (match->query[i] && !call->query[i])) {
            return false;
        }
    }
    return true;
}

struct triple {
    const struct route *route;
    size_t rule;
    int match;
    const char *hostname;
};

static struct match
match_of(const struct triple *triple)
{
    struct match none = {.path_type = PREFIX};
    struct match match =
        triple->match < 0 ? none : triple->route->rules[triple->rule].matches[triple->match];
    if (!triple->route->grpc && !match.path) {
        match.path_type = PREFIX;
        match.path = "/";
    }
    return match;
}

static int
more(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static size_t
length(const char *text)
{
    return text ? strlen(text) : 0;
}

/* Positive: a wins, by 7.2 or 8.2 read from top to bottom. */
static int
compare(const struct triple *a, const struct triple *b)
{
    struct match x = match_of(a), y = match_of(b);
    static const size_t ranks[] = {[EXACT] = 2, [PREFIX] = 1, [REGEX] = 0};
    int order = more(specificity(a->hostname), specificity(b->hostname));
    if (order) return order;
    if (a->route->grpc) {
        order = more(length(x.method), length(y.method));
        if (!order) order = more(length(x.rpc), length(y.rpc));
    } else {
        order = more(ranks[x.path_type], ranks[y.path_type]);
        if (!order) order = more(length(x.path), length(y.path));
        if (!order) order = more(x.method != NULL, y.method != NULL);
    }
    if (!order) order = more((size_t)x.header[0] + x.header[1], (size_t)y.header[0] + y.header[1]);
    if (!order) order = more((size_t)x.query[0] + x.query[1], (size_t)y.query[0] + y.query[1]);
    if (order) return order;
    if (a->route != b->route) return is_older(a->route, b->route) ? 1 : -1;
    if (a->rule != b->rule) return a->rule < b->rule ? 1 : -1;
    return a->match < b->match ? 1 : -1;
}

/* The most specific hostname of the route that the host fits; NULL: none. */
static const char *
best_hostname(const struct route *route, const char *host)
{
    const char *best = route->hostname_count ? NULL : "";
    for (size_t i = 0; i < route->hostname_count; i++) {
        if (!fits(route->hostnames[i], host)) continue;
        if (!best || specificity(route->hostnames[i]) > specificity(best)) {
            best = route->hostnames[i];
        }
    }
    return best;
}

static void
consider(const struct route *route, const char *hostname, const struct call *call,
         struct triple *best)
{
    for (size_t r = 0; r < route->rule_count; r++) {
        const struct rule *rule = &route->rules[r];
        for (size_t m = 0; m < (rule->count ? rule->count : 1); m++) {
            struct triple here = {route, r, rule->count ? (int)m : -1, hostname};
            struct match match = match_of(&here);
            if (!match_holds(&match, route->grpc, call)) continue;
            if (!best->route || compare(&here, best) > 0) *best = here;
        }
    }
}

static struct triple
oracle(const struct set *set, const struct call *call)
{
    struct triple best = {0};
    const struct route *attached[ROUTES];
    const char *listener = NULL;
    for (size_t i = 0; i < set->listener_count; i++) {
        if (!fits(set->listeners[i], call->host)) continue;
        if (!listener || specificity(set->listeners[i]) > specificity(listener)) {
            listener = set->listeners[i];
        }
    }
    if (!listener) return best;
    size_t count = attach(set, listener, attached);
    for (size_t i = 0; i < count; i++) {
        const char *hostname = best_hostname(attached[i], call->host);
        if (hostname) consider(attached[i], hostname, call, &best);
    }
    return best;
}

/* ---- both ---- */

static void
make_call(struct call *out, uint64_t *state)
{
    static const char *const paths[] = {"/", "/a", "/a/", "/a/b", "/ab", "/a/b/c"};
    static const char *const calls[] = {"/s/m", "/s.t/m", "/s/mm", "/x/mm", "/s.t/x", "/a"};
    *out = (struct call){.grpc = draw(state, 3) == 0, .host = ONE_OF(state, hosts)};
    out->path = out->grpc ? ONE_OF(state, calls) : ONE_OF(state, paths);
    out->method = out->grpc ? "POST" : ONE_OF(state, methods);
    for (size_t i = 0; i < 2; i++) {
        out->header[i] = draw(state, 2);
        out->query[i] = draw(state, 2);
    }
}

static void
route_call(sluice_context *context, const struct call *call, sluice_decision *decision)
{
    static char path[64];
    sluice_field headers[2];
    size_t count = 0;
    snprintf(path, sizeof(path), "%s%s%s", call->path, call->query[0] ? "?q0=v" : "?",
             call->query[1] ? "&q1=v" : "");
    if (call->header[0]) headers[count++] = (sluice_field){STR("H0"), STR("v")};
    if (call->header[1]) headers[count++] = (sluice_field){STR("h1"), STR("v")};
    sluice_request request = {
        .protocol = call->grpc ? SLUICE_PROTOCOL_GRPC : SLUICE_PROTOCOL_HTTP,
        .gateway = STR("default/gw"),
        .method = sluice_str_of(call->method),
        .authority = sluice_str_of(call->host),
        .path = sluice_str_of(path),
        .headers = headers,
        .header_count = count,
    };
    sluice_route(context, &request, decision);
}

static bool
agrees(const struct triple *want, const sluice_decision *decision)
{
    const sluice_matched *got = decision->matched;
    if (!want->route || !got) return !want->route && !got;
    return str_equal(got->name, sluice_str_of(want->route->name)) && got->rule == want->rule &&
           got->match == want->match;
}

Test(gateway_order, agrees_with_the_text_of_the_api, .timeout = 120)
{
    static struct text text;
    uint64_t state = 5;
    size_t found = 0, grpc = 0, second = 0;
    for (size_t round = 0; round < SETS; round++) {
        struct set set;
        make_set(&set, &state);
        write_set(&text, &set);
        sluice_source source = {
            STR("generated"), {text.bytes, text.len}
        };
        sluice_router *router;
        sluice_context *context;
        cr_assert(sluice_compile(&router, &source, 1, NULL, NULL) == SLUICE_OK, "%s", text.bytes);
        cr_assert(sluice_context_new(&context, router, NULL) == SLUICE_OK);
        for (size_t i = 0; i < REQUESTS; i++) {
            struct call call;
            sluice_decision decision;
            make_call(&call, &state);
            struct triple want = oracle(&set, &call);
            route_call(context, &call, &decision);
            cr_assert(agrees(&want, &decision), "round %zu: %s%s %s: want %s/%zu/%d\n%s", round,
                      call.grpc ? "grpc " : "", call.host, call.path,
                      want.route ? want.route->name : "nothing", want.rule, want.match, text.bytes);
            found += want.route != NULL;
            grpc += want.route && want.route->grpc;
            second += want.route && want.match > 0;
        }
        sluice_context_free(context);
        sluice_router_release(router);
    }
    cr_expect(found > SETS * REQUESTS / 3, "%zu", found);
    cr_expect(grpc > 500 && second > 500, "%zu, %zu", grpc, second);
}
