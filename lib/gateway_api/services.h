/*
 * services: the Services that exist, as backends and as parents (docs/gateway-api.md, "Documents",
 * "Backends" and "Mesh").
 */
#ifndef SLUICE_GATEWAY_API_SERVICES_H
#define SLUICE_GATEWAY_API_SERVICES_H

#include "gateway_api/lower.h"

/* Decides by the options whether Services must exist, and files them. False when memory ran out. */
bool gw_services_read(struct gw_lower *lower, const struct envelope_list *envelopes);

/* NULL: there is none. */
const struct kube_service *gw_service_find(const struct gw_lower *lower, sluice_str qualified);

/* The port of that number; of several (TCP and UDP) one of that protocol, if there is. Or NULL. */
const struct kube_service_port *gw_service_port(const struct kube_service *service, uint32_t number,
                                                bool udp);
const struct kube_service_port *gw_service_port_named(const struct kube_service *service,
                                                      sluice_str name);
bool gw_service_port_is_udp(const struct kube_service_port *port);

/* name.namespace.svc.<domain> */
sluice_str gw_service_host(struct gw_lower *lower, sluice_str space, sluice_str name);

/* What callers may write as its host: the names, the short one only from its own namespace, and its
 * address. How many. */
enum { GW_SERVICE_NAMES = 6 };
size_t gw_service_names(struct gw_lower *lower, sluice_str space, sluice_str name,
                        const struct kube_service *service, sluice_str out[GW_SERVICE_NAMES]);

#endif
