/*
 * grants: who may refer to a Service of another namespace (docs/gateway-api.md, "Backends").
 */
#ifndef SLUICE_GATEWAY_API_GRANTS_H
#define SLUICE_GATEWAY_API_GRANTS_H

#include "gateway_api/lower.h"

/* False when memory ran out. */
bool gw_grants_read(struct gw_lower *lower);

/* Whether a route may refer to Service name of namespace `space`. */
bool gw_grants_permit(struct gw_lower *lower, const struct gw_route *route, sluice_str space,
                      sluice_str name);

#endif
