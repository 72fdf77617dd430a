/* router/host_memo: a context that remembers the last host decides like one that remembers nothing.
 */
#include <criterion/criterion.h>

#include "engine/pcg.h"
#include "router/host_memo.h"
#include "router/view_begin.h"
#include "support/model_builder.h"
#include "support/rows.h"

#define S(text) STR_INIT(text)

static const struct {
    enum model_scope scope;
    const char *gateway;
    enum model_family family;
    const char *domains;
} hosts[] = {
    {MODEL_SCOPE_MESH,    "",      MODEL_FAMILY_HTTP, "reviews"              },
    {MODEL_SCOPE_MESH,    "",      MODEL_FAMILY_HTTP, "ratings *.example.com"},
    {MODEL_SCOPE_MESH,    "",      MODEL_FAMILY_TLS,  "reviews ratings"      },
    {MODEL_SCOPE_GATEWAY, "ns/gw", MODEL_FAMILY_HTTP, "reviews"              },
    {MODEL_SCOPE_MESH,    "",      MODEL_FAMILY_HTTP,
     "0123456789012345678901234567890123456789012345678901234567890123"      },
    {MODEL_SCOPE_MESH,    "",      MODEL_FAMILY_HTTP,
     "01234567890123456789012345678901234567890123456789012345678901234"     },
};

static const sluice_request requests[] = {
    {.authority = S("reviews")      },
    {.authority = S("reviews:80")   },
    {.authority = S("reviews:9080") },
    {.authority = S("REVIEWS")      },
    {.authority = S("reviewz")      },
    {.authority = S("ratings")      },
    {.authority = S("a.example.com")},
    {.authority = S("b.example.com")},
    {.authority = S("unknown")      },
    {.authority = {NULL, 0}         },
    {.authority = S("reviews"),       .gateway = S("ns/gw")},
    {.authority = S("ratings"),                               .gateway = S("ns/gw")},
    {.authority = S("reviews"),.gateway = S("mesh")},
    {.authority = S("reviews"),       .service_name = S("reviews")},
    {.authority = S("reviews"),                               .protocol = SLUICE_PROTOCOL_TLS, .sni = S("ratings")},
    {.authority = S("reviews"),.protocol = SLUICE_PROTOCOL_GRPC},
    {.authority = S("reviews"),       .protocol = SLUICE_PROTOCOL_TCP},
    {.authority = S("0123456789012345678901234567890123456789012345678901234567890123")           },
    {.authority = S("01234567890123456789012345678901234567890123456789012345678901234")      },
};

struct rig {
    struct model_builder builder;
    sluice_router *router;
    sluice_context *context;
};

static void
rig_init(struct rig *rig)
{
    struct model_builder *builder = &rig->builder;
    model_builder_init(builder);
    struct model_listener *mesh = model_builder_mesh(builder);
    for (size_t i = 0; i < ROWS(hosts); i++) {
        struct model_listener *listener = mesh;
        if (hosts[i].scope != MODEL_SCOPE_MESH || hosts[i].family != MODEL_FAMILY_HTTP) {
            listener = model_builder_listener(builder, hosts[i].scope, hosts[i].gateway,
                                              hosts[i].family, 0);
        }
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

Test(host_memo, decides_like_a_context_without_one)
{
    struct rig rig;
    uint32_t wanted[ROWS(requests)];
    sluice_rng rng;
    rig_init(&rig);
    for (size_t i = 0; i < ROWS(requests); i++) {
        sluice_context *fresh;
        cr_assert(sluice_context_new(&fresh, rig.router, NULL) == SLUICE_OK);
        wanted[i] = line_of(fresh, &requests[i]);
        sluice_context_free(fresh);
    }
    pcg_seed(&rng, 1, 1);
    for (size_t round = 0; round < 20000; round++) {
        size_t i = pcg_next(&rng) % ROWS(requests);
        cr_expect(line_of(rig.context, &requests[i]) == wanted[i], "round %zu, request %zu", round,
                  i);
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
    rig_init(&rig);
    line_of(rig.context, &requests[1]);
    view_begin(&view, rig.context, &requests[1]);
    cr_assert(host_memo_find(&view) != NULL);
    cr_expect(str_equal(view.host, STR("reviews")));
    view_begin(&view, rig.context, &requests[0]);
    cr_expect(host_memo_find(&view) == NULL);
    rig_free(&rig);
}

Test(host_memo, goes_with_the_router)
{
    struct rig first, second;
    sluice_live *live;
    sluice_context *context;
    rig_init(&first);
    rig_init(&second);
    cr_assert(sluice_live_new(&live, first.router, NULL) == SLUICE_OK);
    cr_assert(sluice_context_new_live(&context, live, NULL) == SLUICE_OK);
    cr_expect(line_of(context, &requests[0]) == 1);
    cr_expect(context->host_memo.len == requests[0].authority.len);
    cr_assert(sluice_live_publish(live, second.router) == SLUICE_OK);
    sluice_context_refresh(context);
    cr_expect(context->host_memo.len == 0);
    cr_expect(line_of(context, &requests[0]) == 1);
    sluice_context_free(context);
    sluice_live_release(live);
    rig_free(&first);
    rig_free(&second);
}
