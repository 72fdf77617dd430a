/*
 * hosts: the virtual hosts of one listener: effective hostnames and their rules in order
 * (docs/gateway-api.md, "Attachment", "From request to listener" and "Which match wins").
 */
#ifndef SLUICE_GATEWAY_API_HOSTS_H
#define SLUICE_GATEWAY_API_HOSTS_H

#include "gateway_api/listeners.h"

/* Every hostname that a route has on the listener becomes a virtual host, which falls through to
 * the next wider one. False when memory ran out. */
bool gw_hosts_http(struct gw_lower *lower, const struct gw_listener *from,
                   struct model_listener *to);

/* The same for connections, where the first route takes all. */
bool gw_hosts_l4(struct gw_lower *lower, const struct gw_listener *from, struct model_listener *to);

/* listeners of the model for every listener that is in use. */
bool gw_gateways_lower(struct gw_lower *lower);

#endif
