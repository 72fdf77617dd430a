/* match_first: the first rule of a list that holds. */
#include "router/match_first.h"
#include "router/index_search.h"

/* Rule by rule. */
static const struct rule *
scan_list(struct view *view, const struct route_list *routes)
{
    const struct rule *rules = list_rules(routes);
    for (uint32_t i = 0; i < routes->count; i++) {
        if (!match_rule(view, &rules[i])) return &rules[i];
    }
    return NULL;
}

/*
 * An index asks for values that a scan might not have come to. What they took of the scratch is
 * given back, so that it is not missing afterwards; and where they did not fit, the scan decides
 * what is asked for, so that the outcome is the scan's.
 */
const struct rule *
match_search(struct view *view, const struct route_list *routes)
{
    struct scratch *scratch = &view->context->scratch;
    size_t used = scratch->used;
    if (scratch->overflow) return scan_list(view, routes);
    const struct rule *rule = index_search(view, routes);
    bool overflow = scratch->overflow;
    if (scratch->used == used && !overflow) return rule;
    scratch->used = used;
    scratch->overflow = false;
    view_forget_headers(view);
    return overflow ? scan_list(view, routes) : rule;
}

const struct rule *
match_first(struct view *view, const struct route_list *routes)
{
    uint32_t passed =
        routes->group_count ? match_filter(routes, filter_word(view->path, routes)) : 0;
    return match_list(view, routes, passed);
}
