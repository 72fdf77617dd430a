/* explain: a decision with the way to it. */
#include "router/explain_text.h"

#include "base/alloc.h"
#include "router/act.h"
#include "router/live.h"
#include "router/origin.h"

struct sluice_explanation {
    sluice_allocator alloc;
    struct arena arena;
    sluice_router *router; /* a reference: texts of rules and domains live there */
    sluice_str virtual_host;
    sluice_explain_step *steps;
    size_t count;
};

static const sluice_matched *
copy_origin(struct sluice_explanation *explanation, const struct rule *rule)
{
    sluice_matched *matched = ARENA_NEW(&explanation->arena, sluice_matched);
    if (matched) origin_show(explanation->router, rule, matched);
    return matched;
}

/* A scan in order: the rules of a list, then those of the lists that it falls through to. */
struct scan {
    const sluice_router *router;
    const struct route_list *list;
    uint32_t at; /* in the list */
};

/* NULL behind the last rule. */
static const struct rule *
next_rule(struct scan *scan)
{
    while (scan->at == scan->list->count && scan->list->next != NO_ROUTES) {
        *scan = (struct scan){scan->router, list_at(scan->router, scan->list->next), 0};
    }
    if (scan->at == scan->list->count) return NULL;
    return list_rule(scan->list, scan->at++);
}

/* How many rules a scan looks at: up to and with the first that holds. */
static size_t
count_steps(struct view *view, struct scan scan)
{
    size_t count = 0;
    for (const struct rule *rule; (rule = next_rule(&scan)) != NULL;) {
        count++;
        if (!match_rule(view, rule)) break;
    }
    return count;
}

static bool
trace(struct sluice_explanation *explanation, struct view *view, const struct route_list *routes)
{
    struct scan scan = {view->router, routes, 0};
    size_t count = count_steps(view, scan);
    explanation->steps = ARENA_ARRAY(&explanation->arena, sluice_explain_step, count);
    if (!explanation->steps) return false;
    explanation->count = count;
    for (size_t i = 0; i < count; i++) {
        sluice_explain_step *step = &explanation->steps[i];
        const struct rule *rule = next_rule(&scan);
        const struct predicate *failed = match_rule(view, rule);
        step->rule = copy_origin(explanation, rule);
        step->holds = !failed;
        if (failed) {
            step->predicate = explain_predicate(&explanation->arena, view->router, failed);
            step->actual = explain_actual(&explanation->arena, view, failed);
        }
    }
    return !explanation->arena.failed;
}

sluice_status
sluice_explain(sluice_explanation **out, sluice_context *context, const sluice_request *request,
               sluice_decision *decision)
{
    *out = NULL;
    struct sluice_explanation *explanation = alloc_zeroed(&context->alloc, 1, sizeof(*explanation));
    if (!explanation) return SLUICE_ERR_NOMEM;
    explanation->alloc = context->alloc;
    explanation->arena = arena_init(&explanation->alloc);
    context_follow(context);
    explanation->router = sluice_router_retain(context->router);
    struct view view;
    const struct route_list *routes;
    sluice_str domain;
    /* The trace draws nothing, so the decision draws what sluice_route() would have drawn. */
    view_init(&view, context, request);
    if (match_host(&view, &routes, &domain) == LOOKUP_FOUND) {
        explanation->virtual_host = domain;
        if (!trace(explanation, &view, routes)) {
            sluice_explanation_free(explanation);
            return SLUICE_ERR_NOMEM;
        }
    }
    sluice_live *follows = context->follows;
    context->follows = NULL; /* the router stays the traced one */
    sluice_route(context, request, decision);
    context->follows = follows;
    *out = explanation;
    return SLUICE_OK;
}

void
sluice_explanation_free(sluice_explanation *explanation)
{
    if (!explanation) return;
    sluice_allocator alloc = explanation->alloc;
    explanation->arena.alloc = &alloc;
    arena_free(&explanation->arena);
    sluice_router_release(explanation->router);
    alloc_free(&alloc, explanation);
}

sluice_str
sluice_explanation_virtual_host(const sluice_explanation *explanation)
{
    return explanation->virtual_host;
}

size_t
sluice_explanation_count(const sluice_explanation *explanation)
{
    return explanation->count;
}

const sluice_explain_step *
sluice_explanation_get(const sluice_explanation *explanation, size_t index)
{
    return index < explanation->count ? &explanation->steps[index] : NULL;
}
