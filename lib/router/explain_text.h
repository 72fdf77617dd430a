/*
 * explain_text: predicates, and what a request has where they look, as text for people.
 */
#ifndef SLUICE_ROUTER_EXPLAIN_TEXT_H
#define SLUICE_ROUTER_EXPLAIN_TEXT_H

#include "router/match.h"

/* E.g. header end-user exact "jason". Empty when memory ran out. */
sluice_str explain_predicate(struct arena *arena, const sluice_router *router,
                             const struct predicate *predicate);
/* E.g. "tom", or: absent. */
sluice_str explain_actual(struct arena *arena, struct view *view,
                          const struct predicate *predicate);

#endif
