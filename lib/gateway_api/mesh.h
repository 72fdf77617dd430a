/*
 * mesh: routes whose parent is a Service (docs/gateway-api.md, "Mesh").
 */
#ifndef SLUICE_GATEWAY_API_MESH_H
#define SLUICE_GATEWAY_API_MESH_H

#include "gateway_api/lower.h"

struct gw_front_route {
    struct gw_route *route;
    uint32_t port; /* 0: every port of the Service */
    bool reported;
};

/* What one port of a Service does with one family of traffic. */
struct gw_front_port {
    uint32_t port; /* 0: every other one */
    enum model_family family;
    struct model_route_list *list;
    bool open; /* only callers of some namespaces have routes; for the others nothing is changed */
};

/* A Service that routes name as their parent. */
struct gw_front {
    sluice_str qualified, space, name;
    const struct kube_service *service; /* NULL: not among the documents */
    struct gw_front_route *routes;      /* in order */
    size_t count, capacity;
    struct gw_front_port *ports;
    size_t port_count;
};

/* One parentRef to a Service. False when memory ran out. */
bool gw_attach_service(struct gw_lower *lower, struct gw_route *route,
                       const struct gateway_parent_ref *ref);

/* The rules of every front, port by port. */
bool gw_fronts_lower(struct gw_lower *lower);

/* mesh_rules.c: the rules of the routes of one kind on a port, into out->list and out->open. */
bool gw_front_rules(struct gw_lower *lower, const struct gw_front *front, enum gateway_kind kind,
                    struct gw_front_port *out);

/* A list that sends everything to the port addressed, unchanged. NULL when memory ran out. */
struct model_route_list *gw_front_passthrough(struct gw_lower *lower, sluice_str space,
                                              sluice_str name, uint32_t port,
                                              sluice_str app_protocol);

#endif
