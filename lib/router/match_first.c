/* match_first: the first rule of a list that holds. */
#include "base/word.h"
#include "router/match.h"

/* A short list: rule by rule, past those whose filter the request fails. */
static const struct rule *
scan_filters(struct view *view, const struct route_list *routes)
{
    const struct rule *rules = &view->router->rules[routes->rule];
    const struct filter *filters = &view->router->filters[routes->filter];
    uint64_t path = word_first(view->path.ptr, view->path.len);
    for (uint32_t i = 0; i < routes->count; i++) {
        if ((path ^ filters[i].word) & filters[i].mask) continue;
        if (filters[i].headers) {
            if (!view->headers_read) view_read_headers(view);
            if (filters[i].headers & ~view->present) continue;
        }
        if (!match_rule(view, &rules[i])) return &rules[i];
    }
    return NULL;
}

const struct rule *
match_first(struct view *view, const struct route_list *routes)
{
    return scan_filters(view, routes);
}
