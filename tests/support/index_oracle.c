#include "support/index_oracle.h"

#include <stdio.h>
#include <stdlib.h>

#include "router/act.h"
#include "router/match.h"
#include "support/rule_generator.h"

uint64_t index_oracle_found, index_oracle_deep, index_oracle_indexed, index_oracle_fallen;

enum { DEEP = 16, LISTS = 3 };

struct lists {
    struct model_route_list *lists[LISTS]; /* each falls through to the one behind it */
    uint32_t count;
};

/* The dumb way, which the index must equal. */
static const struct rule *
scan(struct view *view, const struct route_list *routes)
{
    for (uint32_t i = 0; i < routes->count; i++) {
        const struct rule *rule = list_rule(routes, i);
        if (!match_rule(view, rule)) return rule;
    }
    return NULL;
}

/* The same of a list and those that it falls through to. */
static const struct rule *
scan_chain(struct view *view, const struct route_list *routes)
{
    const struct rule *rule = scan(view, routes);
    while (!rule && routes->next != NO_ROUTES) {
        routes = list_at(view->router, routes->next);
        rule = scan(view, routes);
        index_oracle_fallen += rule != NULL;
    }
    return rule;
}

static bool
header_of(void *user, size_t index, sluice_str name, size_t nth, sluice_str *value)
{
    const sluice_request *request = user;
    (void)index;
    for (size_t i = 0; i < request->header_count; i++) {
        if (!str_equal_ignore_case(request->headers[i].name, name) || nth-- > 0) continue;
        *value = request->headers[i].value;
        return true;
    }
    return false;
}

/* The whole decision, which says by its line which rule it is of. */
static const char *
compare_chain(sluice_context *context, const sluice_request *request)
{
    struct view view;
    sluice_decision decision;
    view_init(&view, context, request);
    if (view.family != FAMILY_HTTP) return NULL; /* the only host is of HTTP */
    const struct rule *wanted = scan_chain(&view, list_at(context->router, 0));
    if (context->scratch.overflow) return NULL;
    sluice_route(context, request, &decision);
    if (context->scratch.overflow) return "the decision ran out of scratch, the scan did not";
    uint32_t line = decision.matched ? decision.matched->line : 0;
    if (line == (wanted ? wanted->origin.line : 0)) return NULL;
    return "a chain of lists decided by another rule than the scan";
}

/* A scan that has not overflowed the scratch binds the index to its rule, and not to overflow. */
static const char *
compare(sluice_context *context, const sluice_request *request)
{
    const struct route_list *routes = list_at(context->router, 0);
    struct view view;
    view_init(&view, context, request);
    const struct rule *wanted = scan(&view, routes);
    bool overflow = context->scratch.overflow;
    view_init(&view, context, request);
    const struct rule *got = match_first(&view, routes);
    index_oracle_found += wanted != NULL;
    index_oracle_deep += wanted && routes->count > DEEP && wanted >= list_rule(routes, DEEP);
    if (overflow) return NULL;
    if (context->scratch.overflow) return "the index ran out of scratch, the scan did not";
    return got == wanted ? NULL : "the index found another rule than the scan";
}

static const char *
compare_both(sluice_context *context, const sluice_request *request)
{
    const char *wrong = compare(context, request);
    return wrong ? wrong : compare_chain(context, request);
}

static const char *
compare_requests(struct rule_generator *generator, const struct lists *lists,
                 sluice_context *contexts[2], uint32_t requests)
{
    for (uint32_t i = 0; i < requests; i++) {
        struct generated_request made;
        generator->routes = lists->lists[choose(generator->chooser, lists->count)];
        rule_generator_request(generator, &made);
        const char *wrong = compare_both(contexts[0], &made.request);
        if (!wrong) wrong = compare_both(contexts[1], &made.request);
        made.request.header_user = &made.request;
        made.request.header_fn = header_of;
        if (!wrong) wrong = compare_both(contexts[0], &made.request);
        if (wrong) return wrong;
    }
    return NULL;
}

static sluice_context *
new_context(sluice_router *router, size_t scratch_bytes)
{
    sluice_context *context = NULL;
    sluice_context_options options;
    sluice_context_options_init(&options);
    options.scratch_bytes = scratch_bytes;
    return sluice_context_new(&context, router, &options) == SLUICE_OK ? context : NULL;
}

/* One to three lists, of `most_rules` in all. */
static void
generate_lists(struct rule_generator *generator, struct lists *lists, uint32_t most_rules)
{
    const struct model_action *action = model_builder_forward(generator->builder, "a");
    lists->count = 1 + choose(generator->chooser, LISTS);
    for (uint32_t i = 0; i < lists->count; i++) {
        struct model_route_list *list = model_builder_routes(generator->builder);
        uint32_t most = most_rules / lists->count;
        uint32_t count = 1 + (uint32_t)(chooser_next(generator->chooser) % (most ? most : 1));
        rule_generator_rules(generator, list, action, count);
        lists->lists[i] = list;
        if (i > 0) lists->lists[i - 1]->next = list;
    }
}

const char *
index_oracle_round(struct chooser *chooser, uint32_t most_rules, uint32_t requests)
{
    struct model_builder builder;
    model_builder_init(&builder);
    builder.settings.hash_seed = choose(chooser, 256);
    struct rule_generator generator = {.chooser = chooser, .builder = &builder};
    struct lists lists;
    generate_lists(&generator, &lists, most_rules);
    model_builder_host(&builder, model_builder_mesh(&builder), "*", lists.lists[0]);
    const char *wrong = "the rules do not compile";
    sluice_router *router = model_builder_compile(&builder, NULL);
    sluice_context *contexts[2] = {NULL, NULL};
    if (router) {
        index_oracle_indexed += list_at(router, 0)->index != 0;
        contexts[0] = new_context(router, 65536);
        contexts[1] = new_context(router, 24); /* often too little */
    }
    if (contexts[0] && contexts[1])
        wrong = compare_requests(&generator, &lists, contexts, requests);
    sluice_context_free(contexts[0]);
    sluice_context_free(contexts[1]);
    sluice_router_release(router);
    model_builder_free(&builder);
    return wrong;
}
