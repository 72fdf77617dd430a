/*
 * match: from a request to the rule that decides it.
 */
#ifndef SLUICE_ROUTER_MATCH_H
#define SLUICE_ROUTER_MATCH_H

#include "router/view.h"

enum lookup {
    LOOKUP_FOUND,       /* *routes is set */
    LOOKUP_NO_HOST,     /* no listener, or no virtual host fits */
    LOOKUP_MISDIRECTED, /* 421 */
};

/* Choose listener (view->listener) and virtual host. `domain`, where not NULL, gets its domain. */
enum lookup match_host(struct view *view, const struct route_list **routes, sluice_str *domain);

/* Whether a predicate holds. */
bool match_predicate(struct view *view, const struct predicate *predicate);

/* The first rule of the list that holds, or NULL: a scan in order. */
const struct rule *match_first(struct view *view, const struct route_list *routes);

/* Whether `text` passes one comparison (no negation, no absence): what predicates and CORS share.
 */
bool match_text(const sluice_context *context, enum match_op op, bool ignore_case, sluice_str value,
                uint32_t regex, sluice_str text);

#endif
