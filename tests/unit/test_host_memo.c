/* router/host_memo: a context that remembers the last host decides like one that remembers nothing.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "engine/pcg.h"
#include "router/host_memo.h"
#include "router/view_begin.h"
#include "support/model_builder.h"
#include "support/rows.h"

#define S(text) STR_INIT(text)

#define LONGEST_KEPT "0123456789012345678901234567890123456789012345678901234567890123"

/* Each is a listener of one host, but for those of the whole mesh, which are hosts of one listener.
 */
static const struct {
    enum model_family family;
    const char *gateway; /* empty: the mesh; with a "." the Service "default/reviews" */
    uint32_t port;
    bool tls;
    const char *hostname;
    const char *domains;
} hosts[] = {
    {MODEL_FAMILY_HTTP, "",      0,    false, "",        "reviews"              },
    {MODEL_FAMILY_HTTP, "",      0,    false, "",        "ratings *.example.com"},
    {MODEL_FAMILY_HTTP, "",      0,    false, "",        LONGEST_KEPT           },
    {MODEL_FAMILY_HTTP, "",      0,    false, "",        LONGEST_KEPT "4"       },
    {MODEL_FAMILY_HTTP, "",      9080, false, "",        "reviews"              },
    {MODEL_FAMILY_TLS,  "",      0,    false, "",        "reviews ratings"      },
    {MODEL_FAMILY_HTTP, "ns/gw", 80,   false, "",        "reviews"              },
    {MODEL_FAMILY_HTTP, "ns/gw", 443,  true,  "reviews", "reviews"              },
    {MODEL_FAMILY_HTTP, "ns/gw", 443,  false, "reviews", "reviews"              },
    {MODEL_FAMILY_HTTP, "ns/gw", 443,  true,  "ratings", "ratings"              },
    {MODEL_FAMILY_HTTP, "ns/wg", 0,    false, "",        "reviews"              },
    {MODEL_FAMILY_HTTP, "ns/wg", 443,  true,  "*",       "reviews"              },
    {MODEL_FAMILY_HTTP, "ns/wg", 443,  false, "*",       "reviews"              },
    {MODEL_FAMILY_HTTP, ".",     0,    false, "",        "reviews"              },
};

static const sluice_str authorities[] = {
    S("reviews"), S("reviews:80"), S("reviews:9080"),   S("REVIEWS"),
    S("reviewz"), S("ratings"),    S("a.example.com"),  S("b.example.com"),
    S("unknown"), S(LONGEST_KEPT), S(LONGEST_KEPT "4"), {NULL, 0},
};
static const sluice_str gateways[] = {
    {NULL, 0},
    S("mesh"), S("ns/gw"), S("ns/wg"), S("ns/none")
};
static const sluice_str schemes[] = {
    {NULL, 0},
    S("http"), S("https"), S("other"), S("longerthan7")
};
static const sluice_str names[] = {
    {NULL, 0},
    S("reviews"), S("ratings")
};
static const uint32_t ports[] = {0, 80, 443, 9080};
static const sluice_protocol protocols[] = {SLUICE_PROTOCOL_HTTP, SLUICE_PROTOCOL_HTTP,
                                            SLUICE_PROTOCOL_GRPC, SLUICE_PROTOCOL_TLS,
                                            SLUICE_PROTOCOL_TCP};

struct rig {
    struct model_builder builder;
    sluice_router *router;
    sluice_context *context;
};

static struct model_listener *
listener_of(struct model_builder *builder, size_t i)
{
    const char *name = hosts[i].gateway;
    enum model_scope scope = name[0] ? MODEL_SCOPE_GATEWAY : MODEL_SCOPE_MESH;
    if (name[0] == '.') {
        scope = MODEL_SCOPE_SERVICE;
        name = "default/reviews";
    }
    struct model_listener *listener =
        model_builder_listener(builder, scope, name, hosts[i].family, hosts[i].port);
    listener->tls = hosts[i].tls;
    listener->hostname = sluice_str_of(hosts[i].hostname);
    listener->isolated = hosts[i].tls && hosts[i].hostname[0] == 'r';
    return listener;
}

static void
rig_init(struct rig *rig)
{
    struct model_builder *builder = &rig->builder;
    model_builder_init(builder);
    builder->settings.proxy_namespace = STR("default");
    struct model_listener *mesh = model_builder_mesh(builder);
    for (size_t i = 0; i < ROWS(hosts); i++) {
        bool whole_mesh = i < 4;
        struct model_listener *listener = whole_mesh ? mesh : listener_of(builder, i);
        struct model_route_list *routes = model_builder_routes(builder);
        model_builder_rule(builder, routes, model_builder_forward(builder, "a"), NULL, 0)->line =
            (uint32_t)i + 1;
        model_builder_host(builder, listener, hosts[i].domains, routes);
    }
    rig->router = model_builder_compile(builder, NULL);
    cr_assert(rig->router && sluice_context_new(&rig->context, rig->router, NULL) == SLUICE_OK);
}

static void
rig_free(struct rig *rig)
{
    sluice_context_free(rig->context);
    sluice_router_release(rig->router);
    model_builder_free(&rig->builder);
}

/* Line of the rule that decided; 0: none. */
static uint32_t
line_of(sluice_context *context, const sluice_request *request)
{
    sluice_decision decision;
    sluice_route(context, request, &decision);
    return decision.matched ? decision.matched->line : 0;
}

#define ONE_OF(texts) texts[pcg_next(rng) % ROWS(texts)]

/* Most requests differ from the one before in little. */
static void
change(sluice_request *request, sluice_rng *rng)
{
    switch (pcg_next(rng) % 7) {
    case 0:
        request->gateway = ONE_OF(gateways);
        break;
    case 1:
        request->scheme = ONE_OF(schemes);
        break;
    case 2:
        request->port = ONE_OF(ports);
        break;
    case 3:
        request->protocol = ONE_OF(protocols);
        break;
    case 4:
        request->sni = ONE_OF(names);
        break;
    case 5:
        request->service_name = ONE_OF(names);
        break;
    default:
        request->authority = ONE_OF(authorities);
        break;
    }
}

Test(host_memo, decides_like_a_context_without_one)
{
    enum { ROUNDS = 300000 };
    struct rig rig;
    sluice_context *other;
    sluice_rng rng;
    sluice_request request = {.authority = S("reviews")};
    bool met[ROWS(hosts) + 1] = {false};
    rig_init(&rig);
    cr_assert(sluice_context_new(&other, rig.router, NULL) == SLUICE_OK);
    pcg_seed(&rng, 1, 1);
    for (size_t round = 0; round < ROUNDS; round++) {
        change(&request, &rng);
        other->host_memo.len = SIZE_MAX;
        uint32_t line = line_of(other, &request);
        cr_assert(line_of(rig.context, &request) == line, "round %zu", round);
        met[line] = true;
    }
    sluice_context_free(other);
    for (size_t i = 0; i < ROWS(met); i++) {
        cr_expect(met[i], "nothing was decided by line %zu", i);
    }
    rig_free(&rig);
}

/* The text that was asked may be gone, or another one by now. */
Test(host_memo, keeps_its_own_copy)
{
    struct rig rig;
    char text[] = "reviews";
    sluice_request request = {
        .authority = {text, strlen(text)}
    };
    rig_init(&rig);
    cr_expect(line_of(rig.context, &request) == 1);
    memcpy(text, "ratings", strlen(text));
    cr_expect(line_of(rig.context, &request) == 2);
    rig_free(&rig);
}

/* Otherwise the tests above would say nothing. */
Test(host_memo, is_used)
{
    struct rig rig;
    struct view view = {0};
    sluice_request request = {
        .authority = S("reviews:80"), .gateway = S("ns/gw"), .scheme = S("http")};
    rig_init(&rig);
    line_of(rig.context, &request);
    view_begin(&view, rig.context, &request);
    view_begin_way(&view);
    cr_assert(host_memo_find(&view) != NULL);
    request.port = 9080;
    view_begin(&view, rig.context, &request);
    view_begin_way(&view);
    cr_expect(host_memo_find(&view) == NULL);
    rig_free(&rig);
}

/* Two hosts whose rules are many enough for groups of filters: /a, /b, ... of the first, and of the
 * other, where the filters look behind what all paths have in common, /api/v1/a, /api/v1/b, ... */
static void
many_rules_init(struct rig *rig)
{
    enum { RULES = 12 };
    static const char *const common[] = {"/", "/api/v1/"}, *const domains[] = {"reviews",
                                                                               "ratings"};
    static char paths[2][RULES][16];
    struct model_builder *builder = &rig->builder;
    model_builder_init(builder);
    struct model_listener *mesh = model_builder_mesh(builder);
    for (size_t host = 0; host < 2; host++) {
        struct model_route_list *routes = model_builder_routes(builder);
        for (size_t i = 0; i < RULES; i++) {
            char *path = paths[host][i];
            snprintf(path, sizeof(paths[0][0]), "%s%c", common[host], (char)('a' + i));
            struct model_predicate exact = model_builder_text(MODEL_PATH, MODEL_EXACT, "", path);
            model_builder_rule(builder, routes, model_builder_forward(builder, "a"), &exact, 1)
                ->line = (uint32_t)(host * RULES + i + 1);
        }
        model_builder_host(builder, mesh, domains[host], routes);
    }
    rig->router = model_builder_compile(builder, NULL);
    cr_assert(rig->router && sluice_context_new(&rig->context, rig->router, NULL) == SLUICE_OK);
}

/* The filters of the last host's list are asked before the host is known, and with all of the path
 * that was given, its query too. */
Test(host_memo, guesses_the_list_and_is_not_misled)
{
    static const sluice_str paths[] = {
        {NULL, 0},
        S("/a"),          S("/b?x"),
        S("/b#x"),       S("/b?abcdefgh"), S("/c/"),
        S("/api/v1/a"),  S("/api/v1/b?x"), S("/api/v1/c?abcdefghi"),
        S("/api/v1/d#"), S("/api/v1/?a"),  S("/api?v1/a"),
    };
    enum { ROUNDS = 20000 };
    struct rig rig;
    sluice_rng random, *rng = &random;
    size_t met[25] = {0}, guessed = 0;
    many_rules_init(&rig);
    pcg_seed(rng, 1, 1);
    sluice_request request = {.authority = S("reviews")};
    for (size_t round = 0; round < ROUNDS; round++) {
        sluice_context *other;
        if (pcg_next(rng) % 4 == 0) request.authority = ONE_OF(names);
        request.path = ONE_OF(paths);
        cr_assert(sluice_context_new(&other, rig.router, NULL) == SLUICE_OK);
        uint32_t line = line_of(other, &request);
        cr_assert(line_of(rig.context, &request) == line, "round %zu", round);
        guessed += rig.context->host_memo.likely != NULL;
        met[line]++;
        sluice_context_free(other);
    }
    cr_expect(guessed > ROUNDS / 4, "%zu", guessed);
    static const uint32_t lines[] = {0, 1, 2, 13, 14, 15, 16};
    for (size_t i = 0; i < ROWS(lines); i++) {
        cr_expect(met[lines[i]], "nothing was decided by line %u", (unsigned)lines[i]);
    }
    rig_free(&rig);
}

Test(host_memo, goes_with_the_router)
{
    struct rig first, second;
    sluice_live *live;
    sluice_context *context;
    sluice_request request = {.authority = S("reviews")};
    many_rules_init(&first);
    rig_init(&second);
    cr_assert(sluice_live_new(&live, first.router, NULL) == SLUICE_OK);
    cr_assert(sluice_context_new_live(&context, live, NULL) == SLUICE_OK);
    request.path = STR("/a");
    for (size_t i = 0; i < 2; i++) {
        cr_expect(line_of(context, &request) == 1);
    }
    cr_expect(context->host_memo.len == request.authority.len);
    cr_expect(context->host_memo.likely != NULL);
    cr_assert(sluice_live_publish(live, second.router) == SLUICE_OK);
    sluice_context_refresh(context);
    cr_expect(context->host_memo.len == SIZE_MAX);
    cr_expect(context->host_memo.likely == NULL);
    cr_expect(line_of(context, &request) == 1);
    sluice_context_free(context);
    sluice_live_release(live);
    rig_free(&first);
    rig_free(&second);
}
