#include "support/live_fixture.h"

#include <stdio.h>
#include <stdlib.h>

static void
check(bool holds, const char *what)
{
    if (holds) return;
    fprintf(stderr, "live_fixture: %s\n", what);
    exit(2);
}

sluice_router *
live_fixture_router(const sluice_allocator *alloc, const struct live_rule *rules, size_t count)
{
    struct model_builder builder;
    model_builder_init(&builder);
    if (alloc) builder.settings.alloc = alloc;
    struct model_route_list *routes = model_builder_routes(&builder);
    for (size_t i = 0; i < count; i++) {
        struct model_action *action = model_builder_forward(&builder, rules[i].split);
        struct model_predicate path =
            model_builder_text(MODEL_PATH, MODEL_EXACT, "", rules[i].path);
        action->split.pick = rules[i].pick;
        if (rules[i].salt) action->split.salt = model_builder_dup(&builder, rules[i].salt);
        model_builder_rule(&builder, routes, action, &path, 1);
    }
    model_builder_host(&builder, model_builder_mesh(&builder), "*", routes);
    sluice_router *router = model_builder_compile(&builder, NULL);
    model_builder_free(&builder);
    check(router != NULL, "the rules do not compile");
    return router;
}

sluice_router *
live_fixture_to(const sluice_allocator *alloc, const char *host)
{
    const struct live_rule rule = {.path = "/", .split = host, .pick = MODEL_PICK_RANDOM};
    return live_fixture_router(alloc, &rule, 1);
}

void
live_fixture_init(struct live_fixture *fixture)
{
    memset(fixture, 0, sizeof(*fixture));
    failing_alloc_init(&fixture->routers, FAILING_ALLOC_NEVER);
    failing_alloc_init(&fixture->contexts, FAILING_ALLOC_NEVER);
    sluice_context_options_init(&fixture->options);
    fixture->options.allocator = &fixture->contexts.allocator;
}

void
live_fixture_start(struct live_fixture *fixture, sluice_router *first)
{
    check(sluice_live_new(&fixture->live, first, NULL) == SLUICE_OK &&
              sluice_context_new_live(&fixture->context, fixture->live, &fixture->options) ==
                  SLUICE_OK,
          "no live, or no context");
    sluice_router_release(first);
}

void
live_fixture_publish(struct live_fixture *fixture, sluice_router *router)
{
    check(sluice_live_publish(fixture->live, router) == SLUICE_OK, "a router is not published");
    sluice_router_release(router);
}

size_t
live_fixture_finish(struct live_fixture *fixture)
{
    sluice_context_free(fixture->context);
    sluice_live_release(fixture->live);
    return failing_alloc_finish(&fixture->routers) + failing_alloc_finish(&fixture->contexts);
}

static void
get(struct live_fixture *fixture, const char *path)
{
    const sluice_request request = {.path = sluice_str_of(path)};
    sluice_outcome outcome = sluice_route(fixture->context, &request, &fixture->decision);
    check(outcome == SLUICE_FORWARD, "a request is not forwarded");
}

sluice_str
live_fixture_host(struct live_fixture *fixture, const char *path)
{
    get(fixture, path);
    return fixture->decision.destination->host;
}

size_t
live_fixture_entry(struct live_fixture *fixture, const char *path)
{
    get(fixture, path);
    return fixture->decision.split_index;
}
