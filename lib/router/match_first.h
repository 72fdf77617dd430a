/*
 * match_first: the first rule of a list that holds. Inline for decide.c.
 */
#ifndef SLUICE_ROUTER_MATCH_FIRST_H
#define SLUICE_ROUTER_MATCH_FIRST_H

#include "base/word.h"
#include "router/match_plain.h"

/* The first rule of a long list that holds, by its index. */
const struct rule *match_search(struct view *view, const struct route_list *routes);

/* The first n bytes, n from 0 to 8; then the same without the bit that tells cases apart; then, of
 * rules that want nothing else, the first n bytes again. */
#define MASK(n) (UINT64_MAX >> (64 - 8 * (n)))
#define FOLD(n) (MASK(n) & ~(0x20 * WORD_ONES))
static const uint64_t filter_masks[] = {
    0, MASK(1), MASK(2), MASK(3), MASK(4), MASK(5), MASK(6), MASK(7), MASK(8),
    0, FOLD(1), FOLD(2), FOLD(3), FOLD(4), FOLD(5), FOLD(6), FOLD(7), FOLD(8),
    0, MASK(1), MASK(2), MASK(3), MASK(4), MASK(5), MASK(6), MASK(7), MASK(8),
};
#undef MASK
#undef FOLD

/* A short list: rule by rule, past those whose filter the request fails. `far`: among so many hosts
 * that neither rule nor predicates are in a cache; they are asked for together, not one after the
 * other. */
static inline const struct rule *
match_filtered(struct view *view, const struct route_list *routes, bool far)
{
    const sluice_router *router = view->router;
    const struct rule *rules = list_rules(routes);
    const uint64_t *words = list_filters(routes);
    const size_t count = routes->count;
    const struct filter *filters = (const void *)(words + count);
    const uint64_t path = word_first(view->path.ptr, view->path.len);
    for (size_t i = 0; i < count; i++) {
        if ((path ^ words[i]) & filter_masks[filters[i].mask]) continue;
        if (filters[i].mask >= FILTER_SURE) return &rules[i];
        if (far) {
            __builtin_prefetch(&rules[i]);
            __builtin_prefetch((const uint64_t *)routes + filters[i].predicate);
        }
        uint32_t set = filters[i].headers;
        if (set && !view_has_headers(view, router->header_sets[set])) continue;
        if (match_rule_inline(view, &rules[i])) return &rules[i];
    }
    return NULL;
}

/* The same of a router that outgrows the caches. */
const struct rule *match_far(struct view *view, const struct route_list *routes);

static inline const struct rule *
match_first_inline(struct view *view, const struct route_list *routes)
{
    if (routes->index) return match_search(view, routes);
    if (view->router->rule_count >= LARGE_ROUTER) return match_far(view, routes);
    return match_filtered(view, routes, false);
}

#endif
