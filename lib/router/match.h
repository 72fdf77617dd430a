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

/* Choose listener (view->listener) and virtual host. *domain gets its domain, empty when none fits.
 */
enum lookup match_host(struct view *view, const struct route_list **routes, sluice_str *domain);

/* What a predicate looks at: false when the request lacks it. Not for ports and protocols. */
bool match_subject(struct view *view, const struct predicate *predicate, sluice_str *value);

/* Whether a predicate holds. */
bool match_predicate(struct view *view, const struct predicate *predicate);

/* NULL when every predicate of the rule holds, else the first that does not. */
const struct predicate *match_rule(struct view *view, const struct rule *rule);

/* The first rule of the list that holds, or NULL. What a scan of match_rule() would find. */
const struct rule *match_first(struct view *view, const struct route_list *routes);

/* Whether `text` passes one comparison (no negation, no absence): what predicates and CORS share.
 */
bool match_text(const sluice_context *context, enum match_op op, bool ignore_case, sluice_str value,
                uint32_t regex, sluice_str text);

bool match_affix(const struct affix *affix, sluice_str text);

#endif
