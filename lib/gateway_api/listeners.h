/*
 * listeners: what Gateways and ListenerSets listen on (docs/gateway-api.md, "Listeners").
 */
#ifndef SLUICE_GATEWAY_API_LISTENERS_H
#define SLUICE_GATEWAY_API_LISTENERS_H

#include "gateway_api/hostnames.h"
#include "gateway_api/lower.h"

enum gw_protocol { GW_HTTP, GW_HTTPS, GW_TLS, GW_TCP, GW_UDP, GW_PROTOCOL_UNKNOWN };

/* A hostname that a route has on a listener, and how specific the one that it wrote is. */
struct gw_effective {
    sluice_str hostname;
    uint32_t specificity;
};

struct gw_attachment {
    struct gw_route *route;
    const struct gw_effective *hostnames; /* at least one */
    size_t hostname_count;
};

struct gw_listener {
    struct gateway_object *owner; /* Gateway or ListenerSet */
    const struct gateway_listener *spec;
    enum gw_protocol protocol;
    uint32_t port;
    sluice_str hostname; /* empty: any */
    unsigned kinds;      /* of routes that it can hold: 1 << enum gateway_kind */
    bool accepted;       /* it exists: known protocol, no conflict, its owner is in use */
    struct gw_attachment *attached; /* in the order of routes */
    size_t attached_count, attached_capacity;
    struct gw_hostname_set *http, *grpc; /* hostnames taken by each of the two kinds; or NULL */
};

/* What a parentRef can name: a Gateway or a ListenerSet, and its own listeners. */
struct gw_parent {
    struct gateway_object *object;
    struct gw_listener *listeners;
    size_t count;
    struct gw_parent **sets; /* of a Gateway: those that add to it, in order of precedence */
    size_t set_count, set_capacity;
};

/* Read Gateways and ListenerSets. False when memory ran out. */
bool gw_listeners_read(struct gw_lower *lower);
void gw_listeners_free(struct gw_lower *lower);

/* conflicts.c: decide which listeners of a Gateway and its sets exist beside each other. */
bool gw_conflicts_settle(struct gw_lower *lower, struct gw_parent *gateway);

#endif
