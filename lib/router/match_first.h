/*
 * match_first: the first rule of a list that holds. Inline for decide.c.
 */
#ifndef SLUICE_ROUTER_MATCH_FIRST_H
#define SLUICE_ROUTER_MATCH_FIRST_H

#include "base/word.h"
#include "router/match.h"

/* The first rule of a long list that holds, by its index. */
const struct rule *match_search(struct view *view, const struct route_list *routes);

/* Of a router that outgrows the caches: all that a short list may look at, at once instead of one
 * after the other. */
void match_prefetch(const sluice_router *router, const struct route_list *routes);

/* What comes next if the rule holds. Among many hosts, nothing of it is in a cache. */
static inline void
match_prefetch_outcome(const sluice_router *router, const struct rule *rule)
{
    __builtin_prefetch(&router->actions[rule->action]);
    __builtin_prefetch(&router->origins[rule - router->rules]);
}

/* A short list: rule by rule, past those whose filter the request fails. */
static inline const struct rule *
match_filtered(struct view *view, const struct route_list *routes)
{
    enum { SMALL_ROUTER = 4096 };
    const sluice_router *router = view->router;
    const struct rule *rule = &router->rules[routes->rule], *end = rule + routes->count;
    const struct filter *filter = &router->filters[routes->filter];
    uint64_t path = word_first(view->path.ptr, view->path.len);
    bool large = router->rule_count >= SMALL_ROUTER;
    if (large) match_prefetch(router, routes);
    for (; rule < end; rule++, filter++) {
        if ((path ^ filter->word) & filter->mask) continue;
        if (filter->headers && !view_has_headers(view, filter->headers)) continue;
        if (large) match_prefetch_outcome(router, rule);
        if (rule_predicate_count(rule) == 0 || !match_rule(view, rule)) return rule;
    }
    return NULL;
}

static inline const struct rule *
match_first_inline(struct view *view, const struct route_list *routes)
{
    return routes->index ? match_search(view, routes) : match_filtered(view, routes);
}

#endif
