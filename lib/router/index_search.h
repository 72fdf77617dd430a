/*
 * index_search: the first rule of a long list that holds.
 */
#ifndef SLUICE_ROUTER_INDEX_SEARCH_H
#define SLUICE_ROUTER_INDEX_SEARCH_H

#include "router/match.h"

/* NULL: none. Of a list that has an index. */
const struct rule *index_search(struct view *view, const struct route_list *routes);

#endif
