/* router/hosts and match_host: from authority, port and gateway to a virtual
 * host. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "router/hosts.h"
#include "router/match.h"
#include "support/model_builder.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))
#define S(text) STR_INIT(text)

/* A model in the making; each virtual host is told apart by the index of its
 * route list. */
struct rig {
    struct model_builder builder;
    const struct model_action *action;
    sluice_router *router;
    sluice_context *context;
    uint32_t list_count;
};

static void
rig_init(struct rig *rig)
{
    rig->list_count = 0;
    model_builder_init(&rig->builder);
    rig->action = model_builder_forward(&rig->builder, "a");
}

/* A list of one rule, whose line is the list's number. */
static struct model_route_list *
rig_routes(struct rig *rig)
{
    struct model_route_list *routes = model_builder_routes(&rig->builder);
    model_builder_rule(&rig->builder, routes, rig->action, NULL, 0)->line = rig->list_count++;
    return routes;
}

static struct model_listener *
rig_listener(struct rig *rig, enum model_scope scope, const char *name, uint32_t port,
             const char *domains)
{
    struct model_listener *listener =
        model_builder_listener(&rig->builder, scope, name, MODEL_FAMILY_HTTP, port);
    model_builder_host(&rig->builder, listener, domains, rig_routes(rig));
    return listener;
}

static void
rig_compile(struct rig *rig)
{
    rig->router = model_builder_compile(&rig->builder, NULL);
    cr_assert(rig->router && sluice_context_new(&rig->context, rig->router, NULL) == SLUICE_OK);
}

static void
rig_free(struct rig *rig)
{
    sluice_context_free(rig->context);
    sluice_router_release(rig->router);
    model_builder_free(&rig->builder);
}

/* Number of the route list that answers; -1: no host; -2: misdirected. */
static int
ask(struct rig *rig, const sluice_request *request, sluice_str *domain)
{
    struct view view;
    const struct route_list *list;
    view_init(&view, rig->context, request);
    enum lookup found = match_host(&view, &list, domain);
    if (found == LOOKUP_NO_HOST) return -1;
    if (found == LOOKUP_MISDIRECTED) return -2;
    return (int)list_rule(list, 0)->origin.line;
}

Test(hosts, prefers_exact_then_the_longest_wildcard_then_any)
{
    static const struct {
        int line;
        sluice_str authority;
        int want;
        sluice_str domain;
    } rows[] = {
        {__LINE__, S("foo.com"),       0, S("foo.com")    },
        {__LINE__, S("FOO.com:8080"),  0, S("foo.com")    },
        {__LINE__, S("foo.com."),      4, S("*")          }, /* a trailing dot is significant */
        {__LINE__, S("x.foo.com"),     1, S("*.foo.com")  },
        {__LINE__, S("x.y.foo.com"),   1, S("*.foo.com")  },
        {__LINE__, S("xfoo.com"),      2, S("*foo.com")   },
        {__LINE__, S(".foo.com"),      2, S("*foo.com")   }, /* a byte must stand before */
        {__LINE__, S("a.b.x.foo.com"), 3, S("*.x.foo.com")},
        {__LINE__, S("bar.com"),       4, S("*")          },
        {__LINE__, S("*.foo.com"),     1, S("*.foo.com")  }, /* a name like a pattern */
        {__LINE__, S("*foo.com"),      2, S("*foo.com")   },
        {__LINE__, {NULL, 0},          4, S("*")          },
        {__LINE__, S("[::1]:80"),      5, S("[::1]")      },
        {__LINE__, S("m"),             4, S("*")          },
        {__LINE__, S("com"),           4, S("*")          },
    };
    struct rig rig;
    rig_init(&rig);
    struct model_listener *mesh = rig_listener(&rig, MODEL_SCOPE_MESH, "", 0, "foo.com");
    const char *domains[] = {
        "*.foo.com", "*foo.com", "*.x.foo.com",
        "*",         "[::1]",    "foo.com *.foo.com *" /* named before: has none of them */};
    for (size_t i = 0; i < ROWS(domains); i++) {
        model_builder_host(&rig.builder, mesh, domains[i], rig_routes(&rig));
    }
    rig_compile(&rig);
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_request request = {.authority = rows[i].authority};
        sluice_str domain;
        int got = ask(&rig, &request, &domain);
        cr_expect(got == rows[i].want, "line %d: %d", rows[i].line, got);
        cr_expect(str_equal(domain, rows[i].domain), "line %d: %.*s", rows[i].line,
                  STR_ARG(domain));
    }
    rig_free(&rig);
}

Test(hosts, answers_nothing_without_a_fitting_domain)
{
    struct rig rig;
    rig_init(&rig);
    rig_listener(&rig, MODEL_SCOPE_MESH, "", 0, "a");
    rig_compile(&rig);
    sluice_str domain;
    sluice_request request = {.authority = STR("b")};
    cr_expect(ask(&rig, &request, &domain) == -1);
    cr_expect(domain.len == 0);
    request.protocol = SLUICE_PROTOCOL_TCP; /* no listener of that family */
    cr_expect(ask(&rig, &request, &domain) == -1);
    rig_free(&rig);
}

/* Longer than any name: still looked up, and nothing is read or written out of
 * bounds. */
Test(hosts, takes_hosts_of_any_length)
{
    enum { LONG = 60000 };
    static char text[LONG];
    memset(text, 'a', sizeof(text));
    memcpy(text + LONG - 8, ".foo.com", 8);
    struct rig rig;
    rig_init(&rig);
    rig_listener(&rig, MODEL_SCOPE_MESH, "", 0, "*.foo.com");
    rig_compile(&rig);
    sluice_str domain;
    sluice_request request = {
        .authority = {text, LONG}
    };
    cr_expect(ask(&rig, &request, &domain) == 0);
    text[7] = 'A';
    cr_expect(ask(&rig, &request, &domain) == 0);
    cr_expect(!rig.context->scratch.overflow);
    rig_free(&rig);
}

/* ---- against the plainest possible reading, over generated names ---- */

static uint64_t
next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

/* One to six bytes of few letters, so that names often fit. */
static sluice_str
random_name(uint64_t *random, char *to)
{
    size_t len = 1 + next_random(random) % 6;
    for (size_t i = 0; i < len; i++) {
        to[i] = "ab."[next_random(random) % 3];
    }
    return str_make(to, len);
}

static int
oracle(char (*domains)[16], size_t count, sluice_str host)
{
    int best = -1;
    size_t best_len = 0;
    for (size_t i = 0; i < count; i++) {
        sluice_str domain = str_make(domains[i], strlen(domains[i]));
        if (domain.ptr[0] != '*') {
            if (str_equal(domain, host)) return (int)i;
            continue;
        }
        bool fits =
            domain.len == 1 || (host.len >= domain.len && str_ends_with(host, str_skip(domain, 1)));
        if (fits && domain.len > best_len) {
            best = (int)i;
            best_len = domain.len;
        }
    }
    return best;
}

Test(hosts, agrees_with_a_plain_reading, .timeout = 60)
{
    uint64_t random = 3;
    size_t found = 0, asked = 0;
    for (size_t round = 0; round < 150; round++) {
        enum { MOST = 40 };
        char domains[MOST][16] = {{0}};
        size_t count = 1 + next_random(&random) % MOST;
        struct rig rig;
        rig_init(&rig);
        rig.builder.settings.hash_seed = round;
        struct model_listener *mesh =
            model_builder_listener(&rig.builder, MODEL_SCOPE_MESH, "", MODEL_FAMILY_HTTP, 0);
        for (size_t i = 0; i < count; i++) {
            size_t star = next_random(&random) % 2;
            memset(domains[i], 0, 16);
            if (star) domains[i][0] = '*';
            if (!star || next_random(&random) % 20) random_name(&random, domains[i] + star);
            model_builder_host(&rig.builder, mesh, domains[i], rig_routes(&rig));
        }
        rig_compile(&rig);
        for (size_t i = 0; i < 300; i++) {
            char text[8];
            sluice_str host = random_name(&random, text), domain;
            sluice_request request = {.authority = host};
            int want = oracle(domains, count, host), got = ask(&rig, &request, &domain);
            cr_assert(got == want, "round %zu: %.*s went to %d, not %d", round, STR_ARG(host), got,
                      want);
            if (want >= 0) cr_assert(str_equal(domain, sluice_str_of(domains[want])));
            found += want >= 0;
            asked++;
        }
        rig_free(&rig);
    }
    cr_expect(found > asked / 8 && found < asked * 7 / 8, "%zu of %zu", found, asked);
}

/* ---- scopes, ports, listeners ---- */

Test(hosts, chooses_scope_and_port)
{
    static const struct {
        int line;
        sluice_request request;
        int want;
    } rows[] = {
        {__LINE__, {.port = 80},                                                            0 },
        {__LINE__, {.port = 81},                                                            1 },
        {__LINE__, {.port = 9080},                                                          2 }, /* of no listener: port 0 */
        {__LINE__, {.port = UINT32_MAX},                                                    2 },
        {__LINE__, {.gateway = S("mesh"), .port = 81},                                      1 },
        {__LINE__, {.gateway = S("shop/gw"), .port = 80},                                   3 },
        {__LINE__, {.gateway = S("shop/gw"), .port = 81},                                   -1}, /* no port 0 here */
        {__LINE__, {.gateway = S("shop/gw"), .port = 79},                                   -1},
        {__LINE__, {.gateway = S("shop/other"), .port = 80},                                -1},
        {__LINE__, {.gateway = S("gw"), .port = 80},                                        4 }, /* namespace default */
        {__LINE__, {.gateway = S("default/gw"), .port = 80},                                4 },
        {__LINE__, {.gateway = S("default/bare"), .port = 80},                              5 },
        {__LINE__, {.gateway = S("a/b/c"), .port = 80},                                     -1},
        {__LINE__, {.gateway = S("/"), .port = 80},                                         -1},
        {__LINE__, {.service_namespace = S("shop"), .service_name = S("cart"), .port = 80}, 6 },
        {__LINE__,
         {.service_namespace = S("shop"), .service_name = S("cart"), .port = 81},
         1                                                                                    }, /* mesh */
        {__LINE__, {.service_namespace = S("shop"), .service_name = S("none"), .port = 80}, 0 },
        {__LINE__, {.service_name = S("cart"), .source_namespace = S("shop"), .port = 80},  6 },
        {__LINE__, {.service_name = S("cart"), .port = 80},                                 0 },
        {__LINE__,
         {.gateway = S("shop/gw"),
          .service_namespace = S("shop"),
          .service_name = S("cart"),
          .port = 80},
         3                                                                                    },
    };
    struct rig rig;
    rig_init(&rig);
    rig_listener(&rig, MODEL_SCOPE_MESH, "", 80, "*");
    rig_listener(&rig, MODEL_SCOPE_MESH, "", 81, "*");
    rig_listener(&rig, MODEL_SCOPE_MESH, "", 0, "*");
    rig_listener(&rig, MODEL_SCOPE_GATEWAY, "shop/gw", 80, "*");
    rig_listener(&rig, MODEL_SCOPE_GATEWAY, "default/gw", 80, "*");
    rig_listener(&rig, MODEL_SCOPE_GATEWAY, "bare", 80, "*");
    rig_listener(&rig, MODEL_SCOPE_SERVICE, "shop/cart", 80, "*");
    rig_compile(&rig);
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_str domain;
        int got = ask(&rig, &rows[i].request, &domain);
        cr_expect(got == rows[i].want, "line %d: %d", rows[i].line, got);
    }
    rig_free(&rig);
}

Test(hosts, finds_each_of_many_ports)
{
    struct rig rig;
    rig_init(&rig);
    for (uint32_t i = 0; i < 50; i++) {
        rig_listener(&rig, MODEL_SCOPE_MESH, "", 1 + i * 7919 % 101, "*");
    }
    rig_compile(&rig);
    for (uint32_t port = 1; port < 110; port++) {
        int want = -1;
        for (uint32_t i = 0; i < 50; i++) {
            if (1 + i * 7919 % 101 == port) want = (int)i;
        }
        sluice_str domain;
        sluice_request request = {.port = port};
        cr_expect(ask(&rig, &request, &domain) == want, "port %u", (unsigned)port);
    }
    rig_free(&rig);
}

static void
set_listener(struct model_listener *listener, bool tls, sluice_str hostname, bool isolated)
{
    listener->tls = tls;
    listener->hostname = hostname;
    listener->isolated = isolated;
}

/* docs/gateway-api.md, "From request to listener". */
Test(hosts, chooses_the_most_specific_listener)
{
    static const struct {
        int line;
        bool https;
        sluice_str authority, sni;
        int want;
    } rows[] = {
        {__LINE__, false, S("unknown.org"),     {NULL, 0},            0 },
        {__LINE__, false, S("a.example.com"),   {NULL, 0},            1 },
        {__LINE__, false, S("x.a.example.com"), {NULL, 0},            1 },
        {__LINE__, false, S("example.com"),     {NULL, 0},            0 },
        {__LINE__, false, S("www.example.com"), {NULL, 0},            2 },
        {__LINE__, false, S("www.example.com"), S("a.example.com"),
         2                                                              }, /* SNI without TLS says nothing */
        {__LINE__, true,  S("unknown.org"),     {NULL, 0},            3 },
        {__LINE__,
         true,            S("a.example.com"),
         {NULL, 0},
         -2                                                             }, /* no SNI: the listener without hostname */
        {__LINE__, true,  S("a.example.com"),   S("a.example.com"),   4 },
        {__LINE__, true,  S("a.example.com"),   S("B.example.com"),   4 }, /* same listener */
        {__LINE__, true,  S("a.example.com"),   S("www.example.com"), -2},
        {__LINE__, true,  S("www.example.com"), S("a.example.com"),   -2},
        {__LINE__, true,  S("www.example.com"), S("other.org"),       -2},
        {__LINE__, true,  S("unknown.org"),     S("example.org"),     3 },
        {__LINE__, true,  S("unknown.org"),     S("a.example.com"),   -2},
    };
    struct rig rig;
    rig_init(&rig);
    static const sluice_str hostnames[] = {
        {NULL, 0},
        S("*.example.com"), S("www.example.com")
    };
    for (size_t i = 0; i < 6; i++) {
        set_listener(rig_listener(&rig, MODEL_SCOPE_GATEWAY, "default/gw", 80, "*"), i >= 3,
                     hostnames[i % 3], i >= 3);
    }
    rig_compile(&rig);
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_str domain;
        sluice_request request = {
            .gateway = STR("default/gw"),
            .port = 80,
            .scheme = rows[i].https ? STR("https") : STR("http"),
            .authority = rows[i].authority,
            .sni = rows[i].sni,
        };
        int got = ask(&rig, &request, &domain);
        cr_expect(got == rows[i].want, "line %d: %d", rows[i].line, got);
    }
    rig_free(&rig);
}

Test(hosts, refuses_a_host_or_a_server_name_of_no_listener)
{
    struct rig rig;
    rig_init(&rig);
    set_listener(rig_listener(&rig, MODEL_SCOPE_GATEWAY, "g/w", 443, "*"), true, STR("a.com"),
                 true);
    set_listener(rig_listener(&rig, MODEL_SCOPE_GATEWAY, "g/w", 443, "*"), true, STR("b.com"),
                 true);
    set_listener(rig_listener(&rig, MODEL_SCOPE_GATEWAY, "g/w", 444, "*"), true, STR("a.com"),
                 false);
    set_listener(rig_listener(&rig, MODEL_SCOPE_GATEWAY, "g/w", 80, "*"), false, STR(""), true);
    set_listener(rig_listener(&rig, MODEL_SCOPE_GATEWAY, "g/w", 81, "*"), false, STR(""), false);
    rig_compile(&rig);
    static const struct {
        int line;
        uint32_t port;
        sluice_str authority, sni, scheme;
        int want;
    } rows[] = {
        {__LINE__, 443, S("a.com"), S("a.com"), S("https"), 0 },
        {__LINE__, 443, S("a.com"), S("b.com"), S("https"), -2},
        {__LINE__, 443, S("a.com"), S("c.com"), S("https"), -1},
        {__LINE__, 443, S("c.com"), S("a.com"), S("https"), -1},
        {__LINE__, 443, S("a.com"), S("a.com"), S("http"),  -1}, /* clear text */
        {__LINE__, 444, S("a.com"), S("b.com"), S("http"),  2 }, /* not isolated: all are asked */
        {__LINE__, 444, S("a.com"), S("b.com"), S("https"), 2 },
        {__LINE__, 80,  S("a.com"), S("a.com"), S("http"),  3 },
        {__LINE__, 80,  S("a.com"), S("a.com"), S("https"), -1},
        {__LINE__, 81,  S("a.com"), S("a.com"), S("https"), 4 },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_str domain;
        sluice_request request = {.gateway = STR("g/w"),
                                  .port = rows[i].port,
                                  .scheme = rows[i].scheme,
                                  .authority = rows[i].authority,
                                  .sni = rows[i].sni};
        int got = ask(&rig, &request, &domain);
        cr_expect(got == rows[i].want, "line %d: %d", rows[i].line, got);
    }
    rig_free(&rig);
}

Test(hosts, routes_tls_by_server_name)
{
    struct rig rig;
    rig_init(&rig);
    struct model_listener *listener =
        rig_listener(&rig, MODEL_SCOPE_GATEWAY, "g/w", 443, "*.a.com");
    listener->family = MODEL_FAMILY_TLS;
    listener->tls = true; /* ends here; the request says nothing of a scheme */
    rig_compile(&rig);
    sluice_str domain;
    sluice_request request = {.protocol = SLUICE_PROTOCOL_TLS,
                              .gateway = STR("g/w"),
                              .authority = STR("ignored"),
                              .sni = STR("X.a.com")};
    cr_expect(ask(&rig, &request, &domain) == 0);
    request.sni = STR("a.com");
    cr_expect(ask(&rig, &request, &domain) == -1);
    request.sni = (sluice_str){NULL, 0};
    cr_expect(ask(&rig, &request, &domain) == -1);
    rig_free(&rig);
}

/* Domains are kept beside the first host that has their list, once, whoever shares what. */
Test(hosts, share_lists_and_are_shared)
{
    struct rig rig;
    rig_init(&rig);
    struct model_listener *first = rig_listener(&rig, MODEL_SCOPE_MESH, "", 80, "a.com *.b.com");
    struct model_listener *second = rig_listener(&rig, MODEL_SCOPE_MESH, "", 81, "a.com");
    /* Has its list, under other names and with one that port 80 does not have. */
    model_builder_host(&rig.builder, second, "*.b.com c.com d.com", first->hosts[0].routes);
    struct model_listener *third = rig_listener(&rig, MODEL_SCOPE_MESH, "", 82, "x.com");
    third->hosts = second->hosts; /* both */
    third->host_count = second->host_count;
    rig_compile(&rig);
    static const struct {
        int line;
        uint32_t port;
        sluice_str authority;
        int want;
        sluice_str domain;
    } rows[] = {
        {__LINE__, 80, S("a.com"),   0,  S("a.com")  },
        {__LINE__, 80, S("x.b.com"), 0,  S("*.b.com")},
        {__LINE__, 80, S("c.com"),   -1, {NULL, 0}   },
        {__LINE__, 81, S("a.com"),   1,  S("a.com")  },
        {__LINE__, 81, S("x.b.com"), 0,  S("*.b.com")},
        {__LINE__, 81, S("d.com"),   0,  S("d.com")  },
        {__LINE__, 82, S("a.com"),   1,  S("a.com")  },
        {__LINE__, 82, S("c.com"),   0,  S("c.com")  },
        {__LINE__, 82, S("x.com"),   -1, {NULL, 0}   },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_request request = {.authority = rows[i].authority, .port = rows[i].port};
        sluice_str domain;
        cr_expect(ask(&rig, &request, &domain) == rows[i].want, "line %d", rows[i].line);
        cr_expect(str_equal(domain, rows[i].domain), "line %d", rows[i].line);
    }
    rig_free(&rig);
}

/* ---- listeners of one port, against the plainest possible reading ---- */

/* How specifically a hostname (exact, "*suffix", empty for any) fits a host: 0 not at all. */
static size_t
fit(const char *hostname, sluice_str host)
{
    sluice_str pattern = sluice_str_of(hostname);
    if (pattern.len == 0) return 1;
    if (pattern.ptr[0] != '*') return str_equal(pattern, host) ? SIZE_MAX : 0;
    sluice_str suffix = str_skip(pattern, 1);
    return host.len > suffix.len && str_ends_with(host, suffix) ? 1 + suffix.len : 0;
}

struct listeners {
    char hostnames[12][16];
    bool tls[12], isolated;
    size_t count;
};

/* Index of the listener of that scheme that fits best; -1: none. With none of that scheme, those of
 * the other are asked, but where they are isolated. */
static int
best_listener(const struct listeners *all, bool tls, sluice_str host)
{
    bool any_of_scheme = all->isolated;
    int best = -1;
    size_t best_fit = 0;
    for (size_t i = 0; i < all->count; i++) {
        any_of_scheme |= all->tls[i] == tls;
    }
    for (size_t i = 0; i < all->count; i++) {
        size_t fits = fit(all->hostnames[i], host);
        if ((any_of_scheme && all->tls[i] != tls) || fits <= best_fit) continue;
        best = (int)i;
        best_fit = fits;
    }
    return best;
}

/* As ask(): docs/gateway-api.md, "From request to listener". */
static int
listener_oracle(const struct listeners *all, bool https, sluice_str host, sluice_str sni)
{
    int of_host = best_listener(all, https, host), of_sni = best_listener(all, https, sni);
    bool handshake = false;
    for (size_t i = 0; i < all->count; i++) {
        handshake |= https && all->tls[i] && all->isolated;
    }
    if (of_host < 0 || (handshake && of_sni < 0)) return -1;
    return handshake && of_host != of_sni ? -2 : of_host;
}

static void
random_listeners(struct listeners *all, uint64_t *random, struct rig *rig)
{
    *all = (struct listeners){.count = 1 + next_random(random) % 12};
    all->isolated = next_random(random) % 2;
    for (size_t i = 0; i < all->count; i++) {
        char *hostname = all->hostnames[i];
        size_t form = next_random(random) % 4;
        if (form == 1) strcpy(hostname, "*.");
        if (form) random_name(random, hostname + strlen(hostname));
        all->tls[i] = next_random(random) % 2;
        set_listener(rig_listener(rig, MODEL_SCOPE_GATEWAY, "g/w", 80, "*"), all->tls[i],
                     sluice_str_of(hostname), all->isolated);
    }
}

Test(hosts, chooses_listeners_as_a_plain_reading_does, .timeout = 60)
{
    uint64_t random = 11;
    size_t found = 0, misdirected = 0, asked = 0;
    for (size_t round = 0; round < 200; round++) {
        struct rig rig;
        struct listeners all;
        rig_init(&rig);
        random_listeners(&all, &random, &rig);
        rig_compile(&rig);
        for (size_t i = 0; i < 200; i++) {
            char host[8], sni[8];
            bool https = next_random(&random) % 2;
            sluice_request request = {
                .gateway = STR("g/w"),
                .port = 80,
                .scheme = https ? STR("https") : STR("http"),
                .authority = random_name(&random, host),
            };
            if (next_random(&random) % 8) request.sni = random_name(&random, sni);
            sluice_str domain;
            int want = listener_oracle(&all, https, request.authority, request.sni);
            int got = ask(&rig, &request, &domain);
            cr_assert(got == want, "round %zu: %.*s, %.*s went to %d, not %d", round,
                      STR_ARG(request.authority), STR_ARG(request.sni), got, want);
            found += want >= 0;
            misdirected += want == -2;
            asked++;
        }
        rig_free(&rig);
    }
    cr_expect(found > asked / 8 && misdirected > asked / 200, "%zu, %zu of %zu", found, misdirected,
              asked);
}
