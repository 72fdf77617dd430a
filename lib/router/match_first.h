/*
 * match_first: the first rule of a list that holds. Inline for decide.c.
 */
#ifndef SLUICE_ROUTER_MATCH_FIRST_H
#define SLUICE_ROUTER_MATCH_FIRST_H

#include "base/word.h"
#include "router/match.h"

/* The first rule of a long list that holds, by its index. */
const struct rule *match_search(struct view *view, const struct route_list *routes);

/* The first n bytes, n from 0 to 8; then the same without the bit that tells cases apart. */
extern const uint64_t filter_masks[FILTER_MASKS];

/* A short list: rule by rule, past those whose filter the request fails. */
static inline const struct rule *
match_filtered(struct view *view, const struct route_list *routes)
{
    const sluice_router *router = view->router;
    const struct rule *rules = &router->rules[routes->rule];
    const uint64_t *predicates = &router->predicates[routes->predicate];
    const uint64_t *words = &router->filters[routes->filter];
    const struct filter *filters = (const void *)(words + routes->count);
    uint64_t path = word_first(view->path.ptr, view->path.len);
    for (uint32_t i = 0; i < routes->count; i++) {
        if ((path ^ words[i]) & filter_masks[filters[i].mask]) continue;
        /* Among many hosts neither is in a cache: together, not one after the other. */
        __builtin_prefetch(&rules[i]);
        __builtin_prefetch(predicates + filters[i].predicate);
        uint8_t headers = filters[i].headers;
        if (headers && !view_has_headers(view, router->header_sets[headers])) continue;
        if (rules[i].predicate_count == 0 || !match_rule(view, &rules[i])) return &rules[i];
    }
    return NULL;
}

static inline const struct rule *
match_first_inline(struct view *view, const struct route_list *routes)
{
    return routes->index ? match_search(view, routes) : match_filtered(view, routes);
}

#endif
