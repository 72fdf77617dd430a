/*
 * combine: what Gateway API documents say, beside what another format's documents say.
 *
 * A gateway that both define is Gateway API's alone. A Service is spoken for by the routes that
 * name it as their parent; where there are none, by the other format's routes for its host, and
 * where those are missing too, its traffic passes through (docs/gateway-api.md, "Together with
 * Istio").
 */
#ifndef SLUICE_GATEWAY_API_COMBINE_H
#define SLUICE_GATEWAY_API_COMBINE_H

#include "gateway_api/lower.h"

/* `model` holds the other format's listeners, and then all of them. False when memory ran out. */
bool gw_combine(struct gw_lower *lower, struct model *model);

/* combine_mesh.c: listeners for Services, and Services' hosts in the listeners of the mesh. */
bool gw_combine_mesh(struct gw_lower *lower, const struct model *other);

#endif
