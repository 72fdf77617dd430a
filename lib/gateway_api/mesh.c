#include "gateway_api/mesh.h"

#include "gateway_api/services.h"

/* ---- attaching ---- */

static bool
no_parent(struct gw_lower *lower, struct gw_route *route, const struct gateway_parent_ref *ref,
          const char *why)
{
    gateway_report(route->object, lower->envelope, SLUICE_SEVERITY_WARNING, GW_NO_PARENT, ref->node,
                   "%s (NoMatchingParent)", why);
    return true;
}

/* The ports that a parentRef selects (0: all). False: none; why tells. */
static bool
select_port(const struct gw_front *front, const struct gateway_parent_ref *ref, uint32_t *port,
            const char **why)
{
    *port = (uint32_t)ref->port.v;
    if (ref->section_name.v.len) {
        const struct kube_service_port *named =
            front->service ? gw_service_port_named(front->service, ref->section_name.v) : NULL;
        *why = "the Service has no port of that name and number";
        if (!named || (ref->port.set && ref->port.v != named->port.v)) return false;
        *port = (uint32_t)named->port.v;
        return true;
    }
    *why = "the Service has no such port";
    return !ref->port.set || !front->service || gw_service_port(front->service, *port, false);
}

static struct gw_front *
front_of(struct gw_lower *lower, sluice_str space, sluice_str name)
{
    sluice_str qualified = gw_qualified(lower, space, name);
    void **place = qualified.ptr ? map_put(&lower->fronts, qualified) : NULL;
    if (!place || *place) return place ? *place : NULL;
    struct gw_front *front = ARENA_NEW(lower->arena, struct gw_front);
    if (!front) return NULL;
    *front = (struct gw_front){.qualified = qualified, .space = space, .name = name};
    front->service = gw_service_find(lower, qualified);
    *place = front;
    return front;
}

bool
gw_attach_service(struct gw_lower *lower, struct gw_route *route,
                  const struct gateway_parent_ref *ref)
{
    sluice_str space = ref->space.v.len ? ref->space.v : route->object->meta->space;
    struct gw_front *front = front_of(lower, space, ref->name.v);
    const char *why;
    uint32_t port;
    if (!front) return gw_fail(lower);
    if (lower->registry && !front->service) return no_parent(lower, route, ref, "no such Service");
    if (!select_port(front, ref, &port, &why)) return no_parent(lower, route, ref, why);
    struct gw_front_route *items =
        arena_grow(lower->arena, front->routes, front->count, &front->capacity, sizeof(*items));
    if (!items) return gw_fail(lower);
    front->routes = items;
    items[front->count++] = (struct gw_front_route){.route = route, .port = port};
    return true;
}

/* ---- ports ---- */

static bool
has_port(const uint32_t *ports, size_t count, uint32_t port)
{
    for (size_t i = 0; i < count; i++) {
        if (ports[i] == port) return true;
    }
    return false;
}

/* The ports of the Service, or those that routes name, and 0 for all others. */
static uint32_t *
list_ports(struct gw_lower *lower, const struct gw_front *front, size_t *count)
{
    const struct kube_service *service = front->service;
    size_t room = service ? service->ports.count : front->count + 1;
    uint32_t *ports = ARENA_ARRAY(lower->arena, uint32_t, room);
    *count = 0;
    if (!ports) return NULL;
    if (!service) ports[(*count)++] = 0;
    for (size_t i = 0; i < (service ? room : front->count); i++) {
        const struct kube_service_port *known = service ? service->ports.items : NULL;
        uint32_t port = known ? (uint32_t)known[i].port.v : front->routes[i].port;
        if (!has_port(ports, *count, port)) ports[(*count)++] = port;
    }
    return ports;
}

static bool
applies(const struct gw_front_route *route, uint32_t port)
{
    return route->port == 0 || route->port == port;
}

/* The kind that has a port: GRPCRoute before HTTPRoute before TLSRoute before TCPRoute (14.6). */
static bool
leading_kind(const struct gw_front *front, uint32_t port, enum gateway_kind *kind)
{
    static const enum gateway_kind order[] = {GATEWAY_GRPC_ROUTE, GATEWAY_HTTP_ROUTE,
                                              GATEWAY_TLS_ROUTE, GATEWAY_TCP_ROUTE};
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        for (size_t k = 0; k < front->count; k++) {
            *kind = order[i];
            bool same = front->routes[k].route->object->kind == *kind;
            if (same && applies(&front->routes[k], port)) return true;
        }
    }
    return false;
}

static bool
any_of_kind(const struct gw_front *front, uint32_t port, enum gateway_kind kind)
{
    for (size_t i = 0; i < front->count; i++) {
        if (front->routes[i].route->object->kind == kind && applies(&front->routes[i], port)) {
            return true;
        }
    }
    return false;
}

static void
report_other_kinds(struct gw_lower *lower, struct gw_front *front, uint32_t port,
                   enum gateway_kind leading)
{
    for (size_t i = 0; i < front->count; i++) {
        struct gw_front_route *other = &front->routes[i];
        struct gateway_object *object = other->route->object;
        bool loses = object->kind != leading && object->kind != GATEWAY_UDP_ROUTE;
        if (!loses || other->reported || !applies(other, port)) continue;
        other->reported = true;
        gateway_report(object, lower->envelope, SLUICE_SEVERITY_WARNING, GW_OTHER_KIND,
                       object->route->node,
                       "routes of another kind have a port of Service %.*s: this one is not used "
                       "there",
                       STR_ARG(front->qualified));
    }
}

static enum model_family
family_of(enum gateway_kind kind)
{
    switch (kind) {
    case GATEWAY_TLS_ROUTE:
        return MODEL_FAMILY_TLS;
    case GATEWAY_TCP_ROUTE:
        return MODEL_FAMILY_TCP;
    case GATEWAY_UDP_ROUTE:
        return MODEL_FAMILY_UDP;
    default:
        return MODEL_FAMILY_HTTP;
    }
}

static bool
add_port(struct gw_lower *lower, struct gw_front *front, uint32_t port, enum gateway_kind kind)
{
    struct gw_front_port *made = &front->ports[front->port_count++];
    *made = (struct gw_front_port){.port = port, .family = family_of(kind)};
    return gw_front_rules(lower, front, kind, made);
}

static bool
lower_front(struct gw_lower *lower, struct gw_front *front)
{
    size_t count;
    uint32_t *ports = list_ports(lower, front, &count);
    if (!ports) return gw_fail(lower);
    front->ports = ARENA_ARRAY(lower->arena, struct gw_front_port, 2 * count);
    if (!front->ports) return gw_fail(lower);
    for (size_t i = 0; i < count; i++) {
        enum gateway_kind kind;
        if (leading_kind(front, ports[i], &kind)) {
            report_other_kinds(lower, front, ports[i], kind);
            if (!add_port(lower, front, ports[i], kind)) return false;
        }
        if (any_of_kind(front, ports[i], GATEWAY_UDP_ROUTE) &&
            !add_port(lower, front, ports[i], GATEWAY_UDP_ROUTE)) {
            return false;
        }
    }
    return true;
}

bool
gw_fronts_lower(struct gw_lower *lower)
{
    for (size_t i = 0; i < lower->fronts.count; i++) {
        if (!lower_front(lower, lower->fronts.entries[i].value)) return false;
    }
    return true;
}
