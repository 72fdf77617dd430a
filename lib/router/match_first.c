/* match_first: the first rule of a list that holds. */
#include "router/match_first.h"
#include "router/index_search.h"

static void
prefetch_range(const void *from, size_t bytes)
{
    enum { LINE = 64, MOST = 12 * LINE };
    for (size_t at = 0; at < bytes && at < MOST; at += LINE) {
        __builtin_prefetch((const char *)from + at);
    }
}

/* All that a short list may look at, at once instead of one after the other. */
static void
prefetch_list(const sluice_router *router, const struct route_list *routes)
{
    prefetch_range(&router->filters[routes->filter], routes->count * sizeof(struct filter));
    prefetch_range(&router->rules[routes->rule], routes->count * sizeof(struct rule));
    prefetch_range(&router->predicates[routes->predicate],
                   routes->predicate_count * sizeof(struct predicate));
}

const struct rule *
match_uncached(struct view *view, const struct route_list *routes)
{
    prefetch_list(view->router, routes);
    return match_filtered(view, routes, true);
}

/* Rule by rule. */
static const struct rule *
scan_list(struct view *view, const struct route_list *routes)
{
    const struct rule *rules = &view->router->rules[routes->rule];
    for (uint32_t i = 0; i < routes->count; i++) {
        if (!match_rule(view, &rules[i])) return &rules[i];
    }
    return NULL;
}

/*
 * An index asks for values that a scan might not have come to. Where they do not fit into the
 * scratch, the scan decides what is asked for, so that the outcome is the scan's.
 */
const struct rule *
match_search(struct view *view, const struct route_list *routes)
{
    struct scratch *scratch = &view->context->scratch;
    size_t used = scratch->used;
    if (scratch->overflow) return scan_list(view, routes);
    const struct rule *rule = index_search(view, routes);
    if (!scratch->overflow) return rule;
    scratch->used = used;
    scratch->overflow = false;
    view_forget_headers(view);
    return scan_list(view, routes);
}

const struct rule *
match_first(struct view *view, const struct route_list *routes)
{
    return match_first_inline(view, routes);
}
