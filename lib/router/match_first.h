/*
 * match_first: the first rule of a list that holds. Inline for decide.c.
 */
#ifndef SLUICE_ROUTER_MATCH_FIRST_H
#define SLUICE_ROUTER_MATCH_FIRST_H

#include "base/word.h"
#include "router/match.h"

/* The first rule of a long list that holds, by its index. */
const struct rule *match_search(struct view *view, const struct route_list *routes);

/* A short list: rule by rule, past those whose filter the request fails. */
static inline const struct rule *
match_filtered(struct view *view, const struct route_list *routes, bool prefetch)
{
    const sluice_router *router = view->router;
    const struct rule *rule = &router->rules[routes->rule], *end = rule + routes->count;
    const struct filter *filter = &router->filters[routes->filter];
    uint64_t path = word_first(view->path.ptr, view->path.len);
    for (; rule < end; rule++, filter++) {
        if ((path ^ filter->word) & filter->mask) continue;
        if (filter->headers && !view_has_headers(view, filter->headers)) continue;
        if (prefetch) { /* What comes next if the rule holds. */
            __builtin_prefetch(&router->actions[rule->action]);
            __builtin_prefetch(&router->origins[rule - router->rules]);
        }
        if (rule_predicate_count(rule) == 0 || !match_rule(view, rule)) return rule;
    }
    return NULL;
}

/* The same of a router that outgrows the caches. */
const struct rule *match_uncached(struct view *view, const struct route_list *routes);

static inline const struct rule *
match_first_inline(struct view *view, const struct route_list *routes)
{
    enum { LARGE_ROUTER = 4096 };
    if (routes->index) return match_search(view, routes);
    if (view->router->rule_count >= LARGE_ROUTER) return match_uncached(view, routes);
    return match_filtered(view, routes, false);
}

#endif
