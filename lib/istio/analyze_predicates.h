/*
 * analyze_predicates: what one predicate says about another, where that is certain.
 */
#ifndef SLUICE_ISTIO_ANALYZE_PREDICATES_H
#define SLUICE_ISTIO_ANALYZE_PREDICATES_H

#include "istio/lower.h"

/* Whether every request that passes `given` passes `asked` too. False where it cannot be told. */
bool predicate_implies(const struct model_predicate *given, const struct model_predicate *asked);

/* Whether every request that passes all of `given` passes all of `asked`. */
bool predicates_imply(const struct predicate_list *given, const struct predicate_list *asked);

/* A predicate that no request can pass, alone or beside another of the list; NULL: none is known.
 */
const struct model_predicate *predicates_contradiction(const struct predicate_list *list);

#endif
