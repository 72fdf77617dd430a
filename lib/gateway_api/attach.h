/*
 * attach: which routes which listeners and Services take on (docs/gateway-api.md, "Attachment").
 */
#ifndef SLUICE_GATEWAY_API_ATTACH_H
#define SLUICE_GATEWAY_API_ATTACH_H

#include "gateway_api/listeners.h"

/* Put the routes in order: oldest first, then by namespace/name. False when memory ran out. */
bool gw_routes_read(struct gw_lower *lower);

/* Attach every route to what its parentRefs name. A parentRef that gives nothing is reported. */
bool gw_attach_all(struct gw_lower *lower);

/* attach_gateway.c: one parentRef to a Gateway or a ListenerSet, or, with `ref` NULL, to a Gateway
 * for all routes. */
bool gw_attach_listeners(struct gw_lower *lower, struct gw_route *route, struct gw_parent *parent,
                         const struct gateway_parent_ref *ref);

#endif
