/*
 * lower_mesh: what the two mesh modes share: hosts taken as they are, and hosts of a registry.
 */
#ifndef SLUICE_ISTIO_LOWER_MESH_H
#define SLUICE_ISTIO_LOWER_MESH_H

#include "istio/virtual_hosts.h"

/* A VirtualService with its routes for one port (0: any). `shared` is NULL when it has none there.
 */
struct mesh_source {
    struct lower_source from;
    struct rule_list list;
    const struct model_route_list *shared;
    size_t covered; /* lower_mesh_ports.c: the first service that a wildcard of it has, + 1 */
};

bool mesh_read_source(struct lower *lower, const struct lower_source *from, uint32_t port,
                      struct mesh_source *out);

/* Let a VirtualService have a domain, unless another one has it. */
bool mesh_give_host(struct virtual_hosts *hosts, struct domain_routes *routes,
                    const struct mesh_source *source);

/* Other names of a service host that lead to the same routes: `host` itself where it is not the
 * domain, host + ".", and for core Services the short ones. */
bool mesh_add_alternatives(struct virtual_hosts *hosts, const struct domain_routes *routes,
                           sluice_str host, bool kube);

/* What a host that nobody owns gets (docs/rules.md, "Virtual hosts"). */
bool mesh_add_unknown_host(struct virtual_hosts *hosts);

/* lower_mesh_ports.c: one listener for each port of the registry. */
bool lower_mesh_ports(struct lower *lower, struct listener_list *listeners);

#endif
