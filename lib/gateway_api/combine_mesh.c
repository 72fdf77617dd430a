/*
 * combine_mesh: Services as callers address them: by name of the Service, where the request tells
 * it, or by host (docs/gateway-api.md, "Mesh"; docs/rules.md, "Virtual hosts").
 */
#include "gateway_api/combine.h"
#include "gateway_api/mesh.h"
#include "gateway_api/services.h"

/* The mesh on one port: what the other format has there, and what Services add. */
struct mesh_port {
    uint32_t number;
    const struct model_listener *base; /* its listener of this port, else of port 0; or NULL */
    struct map *domains;               /* of base -> model_route_list; made when asked for */
    struct model_virtual_host *hosts;  /* added: they come first */
    size_t count, capacity;
};

struct combining {
    struct gw_lower *lower;
    const struct model *other;
    struct map ports;   /* number -> struct mesh_port */
    struct map indexes; /* address of a listener -> struct map of its domains */
};

/* ---- ports of the mesh ---- */

static sluice_str
number_key(struct gw_lower *lower, uint32_t number)
{
    return arena_printf(lower->arena, "%u", (unsigned)number);
}

static struct mesh_port *
add_port(struct combining *combining, uint32_t number, const struct model_listener *base)
{
    struct gw_lower *lower = combining->lower;
    sluice_str key = number_key(lower, number);
    void **place = key.ptr ? map_put(&combining->ports, key) : NULL;
    if (!place || *place) return place ? *place : NULL;
    struct mesh_port *port = ARENA_NEW(lower->arena, struct mesh_port);
    if (port) *port = (struct mesh_port){.number = number, .base = base};
    *place = port;
    return port;
}

/* The port, made like the one of all other ports where it is new. */
static struct mesh_port *
port_of(struct combining *combining, uint32_t number)
{
    const struct mesh_port *rest = map_get(&combining->ports, STR("0"));
    return add_port(combining, number, rest ? rest->base : NULL);
}

static bool
read_ports(struct combining *combining)
{
    for (size_t i = 0; i < combining->other->listener_count; i++) {
        const struct model_listener *listener = &combining->other->listeners[i];
        if (listener->scope != MODEL_SCOPE_MESH || listener->family != MODEL_FAMILY_HTTP) continue;
        if (!add_port(combining, listener->port, listener)) return false;
    }
    return add_port(combining, 0, NULL) != NULL;
}

/* Whether some rule was written: not only what a host gets by default. */
static bool
is_written(const struct model_route_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->rules[i].resource) return true;
    }
    return false;
}

static bool
index_domains(struct map *domains, const struct model_listener *listener)
{
    for (size_t i = 0; i < listener->host_count; i++) {
        const struct model_virtual_host *host = &listener->hosts[i];
        for (size_t k = 0; is_written(host->routes) && k < host->domain_count; k++) {
            void **place = map_put(domains, host->domains[k]);
            if (!place) return false;
            if (!*place) *place = (void *)(uintptr_t)host->routes;
        }
    }
    return true;
}

/* The domains with written rules of a listener, which several ports may have as their base. */
static struct map *
domains_of(struct combining *combining, const struct model_listener *const *listener)
{
    sluice_str key = {(const char *)listener, sizeof(*listener)};
    void **place = map_put(&combining->indexes, key);
    if (!place || *place) return place ? *place : NULL;
    struct map *domains = ARENA_NEW(combining->lower->arena, struct map);
    if (!domains) return NULL;
    *domains = map_init(combining->lower->arena);
    *place = domains;
    return index_domains(domains, *listener) ? domains : NULL;
}

/* What the other format's own rules say for a Service's host; NULL: nothing, or no memory. */
static const struct model_route_list *
other_rules(struct combining *combining, uint32_t number, sluice_str host)
{
    sluice_str key = number_key(combining->lower, number);
    struct mesh_port *port = key.ptr ? map_get(&combining->ports, key) : NULL;
    if (!port) port = map_get(&combining->ports, STR("0"));
    if (!port || !port->base) return NULL;
    if (!port->domains) port->domains = domains_of(combining, &port->base);
    if (!port->domains) {
        gw_fail(combining->lower);
        return NULL;
    }
    return map_get(port->domains, host);
}

/* ---- Services by name ---- */

static struct model_virtual_host *
one_host(struct gw_lower *lower, const struct model_route_list *list)
{
    static const sluice_str any = STR_INIT("*");
    struct model_virtual_host *host = ARENA_NEW(lower->arena, struct model_virtual_host);
    if (host) *host = (struct model_virtual_host){&any, 1, list};
    return host;
}

static bool
add_service_listener(struct gw_lower *lower, sluice_str qualified, enum model_family family,
                     uint32_t port, const struct model_route_list *list)
{
    const struct model_virtual_host *host = list ? one_host(lower, list) : NULL;
    struct model_listener listener = {
        .scope = MODEL_SCOPE_SERVICE,
        .name = qualified,
        .family = family,
        .port = port,
        .hosts = host,
        .host_count = 1,
    };
    return host && gw_listener_add(lower, listener);
}

static sluice_str
app_protocol_of(const struct kube_service *service, uint32_t port, enum model_family family)
{
    const struct kube_service_port *known =
        service ? gw_service_port(service, port, family == MODEL_FAMILY_UDP) : NULL;
    return known ? known->app_protocol.v : STR("");
}

static void
report_both(struct gw_lower *lower, const struct gw_front *front)
{
    struct gateway_object *route = front->routes[0].route->object;
    gateway_report(route, lower->envelope, SLUICE_SEVERITY_WARNING, GW_TWO_FORMATS,
                   route->route->node,
                   "Istio's rules speak for Service %.*s too: where both do, only the routes that "
                   "name the Service as their parent are asked",
                   STR_ARG(front->qualified));
}

/* Callers without routes of their own go where they would go without any. */
static bool
close_list(struct combining *combining, const struct gw_front *front, struct gw_front_port *port,
           const struct model_route_list *theirs)
{
    struct gw_lower *lower = combining->lower;
    if (!port->open) return true;
    port->list->next =
        theirs ? theirs
               : gw_front_passthrough(lower, front->space, front->name, port->port,
                                      app_protocol_of(front->service, port->port, port->family));
    return port->list->next != NULL;
}

static bool
add_front(struct combining *combining, const struct gw_front *front)
{
    struct gw_lower *lower = combining->lower;
    sluice_str host = gw_service_host(lower, front->space, front->name);
    bool said = false;
    if (!host.ptr) return false;
    for (size_t i = 0; i < front->port_count; i++) {
        struct gw_front_port *port = &front->ports[i];
        const struct model_route_list *theirs = NULL;
        if (port->family == MODEL_FAMILY_HTTP) theirs = other_rules(combining, port->port, host);
        if (lower->failed || !close_list(combining, front, port, theirs)) return false;
        if (theirs && !port->open && !said) report_both(lower, front);
        said |= theirs && !port->open;
        if (!add_service_listener(lower, front->qualified, port->family, port->port, port->list)) {
            return false;
        }
    }
    return true;
}

/* ---- Services that no route names ---- */

static bool
is_routed(const struct gw_front *front, uint32_t port, enum model_family family)
{
    for (size_t i = 0; front && i < front->port_count; i++) {
        if (front->ports[i].port == port && front->ports[i].family == family) return true;
    }
    return false;
}

static bool
add_unrouted_port(struct combining *combining, sluice_str qualified,
                  const struct gateway_object *object, const struct kube_service_port *port)
{
    struct gw_lower *lower = combining->lower;
    uint32_t number = (uint32_t)port->port.v;
    enum model_family family = gw_service_port_is_udp(port) ? MODEL_FAMILY_UDP : MODEL_FAMILY_HTTP;
    if (is_routed(map_get(&lower->fronts, qualified), number, family)) return true;
    sluice_str host = gw_service_host(lower, object->meta->space, object->meta->name);
    const struct model_route_list *list =
        host.ptr && family == MODEL_FAMILY_HTTP ? other_rules(combining, number, host) : NULL;
    if (!list) {
        list = gw_front_passthrough(lower, object->meta->space, object->meta->name, number,
                                    port->app_protocol.v);
    }
    return !lower->failed && add_service_listener(lower, qualified, family, number, list);
}

static bool
add_unrouted(struct combining *combining)
{
    const struct map *services = &combining->lower->services;
    for (size_t i = 0; i < services->count; i++) {
        const struct gateway_object *object = services->entries[i].value;
        const struct kube_service_port *ports = object->service->ports.items;
        for (size_t k = 0; k < object->service->ports.count; k++) {
            if (!add_unrouted_port(combining, services->entries[i].key, object, &ports[k])) {
                return false;
            }
        }
    }
    return true;
}

/* ---- Services by host ---- */

static bool
add_host(struct gw_lower *lower, struct mesh_port *port, const struct gw_front *front,
         const struct model_route_list *list)
{
    struct model_virtual_host *items =
        arena_grow(lower->arena, port->hosts, port->count, &port->capacity, sizeof(*items));
    sluice_str *names = ARENA_ARRAY(lower->arena, sluice_str, GW_SERVICE_NAMES);
    if (!items || !names) return false;
    port->hosts = items;
    size_t count = gw_service_names(lower, front->space, front->name, front->service, names);
    items[port->count++] = (struct model_virtual_host){names, count, list};
    return !lower->arena->failed;
}

/* The list for all other ports counts on every port that has none of its own. */
static bool
add_on_other_ports(struct combining *combining, const struct gw_front *front,
                   const struct model_route_list *list)
{
    for (size_t i = 0; i < combining->ports.count; i++) {
        struct mesh_port *port = combining->ports.entries[i].value;
        if (port->number && is_routed(front, port->number, MODEL_FAMILY_HTTP)) continue;
        if (!add_host(combining->lower, port, front, list)) return false;
    }
    return true;
}

static bool
add_hosts(struct combining *combining, const struct gw_front *front, bool others)
{
    for (size_t i = 0; i < front->port_count; i++) {
        const struct gw_front_port *from = &front->ports[i];
        if (from->family != MODEL_FAMILY_HTTP || (from->port == 0) != others) continue;
        if (others && !add_on_other_ports(combining, front, from->list)) return false;
        struct mesh_port *port = others ? NULL : port_of(combining, from->port);
        if (!others && (!port || !add_host(combining->lower, port, front, from->list))) {
            return false;
        }
    }
    return true;
}

static bool
add_all_hosts(struct combining *combining)
{
    const struct map *fronts = &combining->lower->fronts;
    for (int others = 0; others <= 1; others++) {
        for (size_t i = 0; i < fronts->count; i++) {
            if (!add_hosts(combining, fronts->entries[i].value, others)) return false;
        }
    }
    return true;
}

static bool
finish_port(struct gw_lower *lower, const struct mesh_port *port)
{
    struct model_listener listener = {.scope = MODEL_SCOPE_MESH, .family = MODEL_FAMILY_HTTP};
    if (port->base) listener = *port->base;
    listener.port = port->number;
    if (port->count) {
        size_t count = port->count + listener.host_count;
        struct model_virtual_host *hosts =
            ARENA_ARRAY(lower->arena, struct model_virtual_host, count);
        if (!hosts) return false;
        memcpy(hosts, port->hosts, port->count * sizeof(*hosts));
        for (size_t i = 0; i < listener.host_count; i++) {
            hosts[port->count + i] = listener.hosts[i];
        }
        listener.hosts = hosts;
        listener.host_count = count;
    }
    return gw_listener_add(lower, listener);
}

static bool
finish_ports(struct combining *combining)
{
    for (size_t i = 0; i < combining->ports.count; i++) {
        if (!finish_port(combining->lower, combining->ports.entries[i].value)) return false;
    }
    return true;
}

static bool
run(struct combining *combining)
{
    struct gw_lower *lower = combining->lower;
    if (!read_ports(combining)) return false;
    for (size_t i = 0; i < lower->fronts.count; i++) {
        if (!add_front(combining, lower->fronts.entries[i].value)) return false;
    }
    return add_unrouted(combining) && add_all_hosts(combining) && finish_ports(combining);
}

bool
gw_combine_mesh(struct gw_lower *lower, const struct model *other)
{
    struct combining combining = {lower, other, map_init(lower->arena), map_init(lower->arena)};
    bool ok = run(&combining);
    for (size_t i = 0; i < combining.indexes.count; i++) {
        if (combining.indexes.entries[i].value) map_free(combining.indexes.entries[i].value);
    }
    map_free(&combining.ports);
    map_free(&combining.indexes);
    return ok || gw_fail(lower);
}
