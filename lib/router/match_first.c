/* match_first: the first rule of a list that holds. */
#include "base/word.h"
#include "router/index_search.h"

static void
prefetch_range(const void *from, size_t bytes)
{
    enum { LINE = 64, MOST = 12 * LINE };
    for (size_t at = 0; at < bytes && at < MOST; at += LINE) {
        __builtin_prefetch((const char *)from + at);
    }
}

/* Of a router that outgrows the caches: all that a short list may look at, at once instead of one
 * after the other. */
static void __attribute__((noinline))
prefetch_list(const sluice_router *router, const struct route_list *routes)
{
    prefetch_range(&router->filters[routes->filter], routes->count * sizeof(struct filter));
    prefetch_range(&router->rules[routes->rule], routes->count * sizeof(struct rule));
    prefetch_range(&router->predicates[routes->predicate],
                   routes->predicate_count * sizeof(struct predicate));
}

/* What comes next if the rule holds. Among many hosts, nothing of it is in a cache. */
static inline void
prefetch_outcome(const sluice_router *router, const struct rule *rule)
{
    __builtin_prefetch(&router->actions[rule->action]);
    __builtin_prefetch(&router->origins[rule - router->rules]);
}

/* A short list: rule by rule, past those whose filter the request fails. */
static inline const struct rule *
scan_filters(struct view *view, const struct route_list *routes)
{
    enum { SMALL_ROUTER = 4096 };
    const sluice_router *router = view->router;
    const struct rule *rule = &router->rules[routes->rule], *end = rule + routes->count;
    const struct filter *filter = &router->filters[routes->filter];
    uint64_t path = word_first(view->path.ptr, view->path.len);
    bool large = router->rule_count >= SMALL_ROUTER;
    if (large) prefetch_list(router, routes);
    for (; rule < end; rule++, filter++) {
        if ((path ^ filter->word) & filter->mask) continue;
        if (filter->headers) {
            if (!view->headers_read) view_read_headers(view);
            if (filter->headers & ~view->present) continue;
        }
        if (large) prefetch_outcome(router, rule);
        if (rule_predicate_count(rule) == 0 || !match_rule(view, rule)) return rule;
    }
    return NULL;
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
static const struct rule * __attribute__((noinline))
search_list(struct view *view, const struct route_list *routes)
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
    return routes->index ? search_list(view, routes) : scan_filters(view, routes);
}
