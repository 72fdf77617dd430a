/* lower_mesh_ports: the mesh where a registry says which hosts exist on which port (istio.md 3.6).
 */
#include <stdlib.h>

#include "istio/host_set.h"
#include "istio/lower_action.h"
#include "istio/lower_mesh.h"
#include "istio/registry.h"

enum { LITERAL_PORT = 80 }; /* the port on which hosts outside the registry count too */

struct port_services {
    struct service **items;
    size_t count;
    struct map hosts; /* -> struct service */
};

struct mesh_port {
    struct lower *lower;
    uint32_t port;
    struct port_services services;
    struct virtual_hosts hosts;
    struct mesh_source *sources;
    size_t source_count;
    struct host_set owners; /* host of a VirtualService -> first struct mesh_source that names it */
};

static bool
is_wildcard(sluice_str host)
{
    return host.len > 0 && host.ptr[0] == '*';
}

/* "Matches" of istio.md 3.2. */
static bool
hosts_match(sluice_str a, sluice_str b)
{
    sluice_str x = is_wildcard(a) ? str_skip(a, 1) : a;
    sluice_str y = is_wildcard(b) ? str_skip(b, 1) : b;
    if (!is_wildcard(a) && !is_wildcard(b)) return str_equal(a, b);
    if (!is_wildcard(a)) return str_ends_with(x, y);
    if (!is_wildcard(b)) return str_ends_with(y, x);
    return x.len > y.len ? str_ends_with(x, y) : str_ends_with(y, x);
}

static bool
read_services(struct mesh_port *port)
{
    const struct registry *registry = port->lower->registry;
    struct port_services *services = &port->services;
    services->items = ARENA_ARRAY(port->lower->arena, struct service *, registry->count);
    if (!services->items) return false;
    for (size_t i = 0; i < registry->count; i++) {
        struct service *service = registry->items[i];
        const struct service_port *own = service_port_find(service, port->port);
        if (!own || !service_port_is_http(own)) continue;
        void **place = map_put(&services->hosts, service->host);
        if (!place) return false;
        if (*place) continue;
        *place = service;
        services->items[services->count++] = service;
    }
    return true;
}

/* Each host of a VirtualService, expanded and lower-case. */
static sluice_str
host_at(const struct mesh_port *port, const struct lower_source *source, size_t index)
{
    const sluice_str *items = source->resource->virtual_service->hosts.items;
    return expand_domain(port->lower, expand_host(port->lower, items[index], source->space));
}

static bool
meets_service(const struct mesh_port *port, sluice_str host)
{
    if (map_get(&port->services.hosts, host)) return true;
    for (size_t i = 0; i < port->services.count; i++) {
        sluice_str theirs = port->services.items[i]->host;
        if ((is_wildcard(host) || is_wildcard(theirs)) && hosts_match(host, theirs)) return true;
    }
    return false;
}

static bool
is_relevant(const struct mesh_port *port, const struct lower_source *source)
{
    if (port->port == LITERAL_PORT) return true;
    for (size_t i = 0; i < source->resource->virtual_service->hosts.count; i++) {
        if (meets_service(port, host_at(port, source, i))) return true;
    }
    return false;
}

static bool
read_sources(struct mesh_port *port, const struct candidates *candidates)
{
    struct lower *lower = port->lower;
    port->sources = ARENA_ARRAY(lower->arena, struct mesh_source, candidates->count);
    if (!port->sources) return false;
    for (size_t i = 0; i < candidates->count; i++) {
        struct mesh_source *source = &port->sources[port->source_count];
        if (!is_relevant(port, &candidates->items[i])) continue;
        if (!mesh_read_source(lower, &candidates->items[i], port->port, source)) return false;
        if (!source->shared) continue; /* the next one for the host gets its chance */
        port->source_count++;
        for (size_t k = 0; k < source->from.resource->virtual_service->hosts.count; k++) {
            if (!host_set_add(&port->owners, host_at(port, &source->from, k), source)) return false;
        }
    }
    return true;
}

/* ---- hosts ---- */

/* The most specific VirtualService for a service: by its own host, else by the longest wildcard. */
static const struct mesh_source *
owner_of(const struct mesh_port *port, const struct service *service)
{
    const struct mesh_source *source = host_set_find(&port->owners, service->host);
    return source ? source : host_set_covering(&port->owners, service->host, NULL);
}

static bool
add_addresses(struct mesh_port *port, const struct domain_routes *routes,
              const struct service *service)
{
    if (service->address_count == 0) return true;
    return virtual_hosts_alias(&port->hosts, routes, service->addresses, service->address_count);
}

/* Pods of a headless Service have names below it. */
static bool
add_headless(struct mesh_port *port, const struct domain_routes *routes,
             const struct service *service)
{
    struct lower *lower = port->lower;
    sluice_str name, space, names[5];
    if (!service->headless || !expand_is_service(lower, service->host, &name, &space)) return true;
    sluice_str parts[] = {STR("*."), name, STR("."), space, STR(".svc")};
    names[0] = arena_concat(lower->arena, (sluice_str[]){STR("*."), service->host}, 2);
    names[1] = arena_concat(lower->arena, parts, 4);
    names[2] = arena_concat(lower->arena, parts, 5);
    names[3] = arena_concat(lower->arena, (sluice_str[]){names[0], STR(".")}, 2);
    names[4] = arena_concat(lower->arena, parts, 2);
    size_t count = str_equal(space, lower->options->proxy_namespace) ? 5 : 4;
    return virtual_hosts_alias(&port->hosts, routes, names, count);
}

static bool
give_service(struct mesh_port *port, const struct mesh_source *source,
             const struct service *service)
{
    struct domain_routes *routes = virtual_hosts_get(&port->hosts, service->host);
    if (!routes) return false;
    bool first = routes->sources == 0;
    if (!mesh_give_host(&port->hosts, routes, source)) return false;
    return !first || (mesh_add_alternatives(&port->hosts, routes, service->host, service->kube) &&
                      add_headless(port, routes, service) && add_addresses(port, routes, service));
}

/* The services among a source's hosts. *matched: the host meets any service, owned or not. */
static bool
give_services(struct mesh_port *port, const struct mesh_source *source, sluice_str host,
              bool *matched, bool *attached)
{
    const struct service *exact = map_get(&port->services.hosts, host);
    *matched = exact != NULL;
    if (exact) {
        *attached = true;
        return give_service(port, source, exact);
    }
    if (!is_wildcard(host)) return true;
    for (size_t i = 0; i < port->services.count; i++) {
        const struct service *service = port->services.items[i];
        if (!hosts_match(host, service->host)) continue;
        *matched = true;
        if (owner_of(port, service) != source) continue;
        *attached = true;
        if (!give_service(port, source, service)) return false;
    }
    return true;
}

static bool
add_source(struct mesh_port *port, const struct mesh_source *source)
{
    size_t count = source->from.resource->virtual_service->hosts.count;
    bool attached = false;
    sluice_str *literals = ARENA_ARRAY(port->lower->arena, sluice_str, count);
    size_t literal_count = 0;
    if (!literals) return false;
    for (size_t i = 0; i < count; i++) {
        sluice_str host = host_at(port, &source->from, i);
        bool matched;
        if (!give_services(port, source, host, &matched, &attached)) return false;
        if (!matched) literals[literal_count++] = host;
    }
    if (port->port != LITERAL_PORT && !attached) return true;
    for (size_t i = 0; i < literal_count; i++) {
        struct domain_routes *routes = virtual_hosts_get(&port->hosts, literals[i]);
        if (!routes || !mesh_give_host(&port->hosts, routes, source)) return false;
    }
    return true;
}

/* ---- services that no VirtualService owns ---- */

static const struct model_action *
default_action(struct mesh_port *port, const struct service *service)
{
    struct lower *lower = port->lower;
    struct lower_scope scope = {.mesh = true, .port = port->port};
    struct istio_destination destination = {
        .host = {service->host, true}
    };
    struct model_action *action = ARENA_NEW(lower->arena, struct model_action);
    struct model_split_entry *entry = ARENA_NEW(lower->arena, struct model_split_entry);
    struct lowered_destination lowered =
        lower_known_host(lower, service->host, service->space, &destination, &scope);
    if (!action || !entry || !lowered.model) return NULL;
    *entry = (struct model_split_entry){.destination = lowered.model, .identity = service->host};
    *action = (struct model_action){
        .kind = MODEL_FORWARD,
        .split = {.entries = entry, .count = 1, .salt = service->host},
        .timeout_ns = SLUICE_NO_DURATION,
        .backend_timeout_ns = SLUICE_NO_DURATION,
    };
    return lower_default_hash(lower, &lowered, action) ? action : NULL;
}

static bool
add_default(struct mesh_port *port, const struct service *service)
{
    struct domain_routes *routes = virtual_hosts_get(&port->hosts, service->host);
    if (!routes) return false;
    if (routes->closed) return true;
    struct mesh_source source = {0};
    struct model_rule rule = {
        .action = default_action(port, service), .match = -1, .route_name = STR("default")};
    bool first = routes->sources == 0;
    if (!rule.action || !rule_list_add(port->lower, &source.list, rule)) return false;
    source.shared = rule_list_finish(port->lower, &source.list);
    if (!source.shared || !mesh_give_host(&port->hosts, routes, &source)) return false;
    return !first || (mesh_add_alternatives(&port->hosts, routes, service->host, service->kube) &&
                      add_headless(port, routes, service) && add_addresses(port, routes, service));
}

/* Names of type ExternalName lead where the service that they stand for leads. */
static bool
add_aliases(struct mesh_port *port)
{
    const struct registry *registry = port->lower->registry;
    for (size_t i = 0; i < registry->count; i++) {
        const struct service *service = registry->items[i];
        if (!service->alias || !map_get(&port->services.hosts, service->alias->host)) continue;
        struct domain_routes *routes = virtual_hosts_get(&port->hosts, service->alias->host);
        if (!routes || !mesh_add_alternatives(&port->hosts, routes, service->host, true)) {
            return false;
        }
    }
    return true;
}

/* ---- ports ---- */

static bool
fill(struct mesh_port *port, const struct candidates *candidates, struct model_listener *listener)
{
    if (!read_services(port) || !read_sources(port, candidates)) return false;
    for (size_t i = 0; i < port->source_count; i++) {
        if (!add_source(port, &port->sources[i])) return false;
    }
    for (size_t i = 0; i < port->services.count; i++) {
        if (!add_default(port, port->services.items[i])) return false;
    }
    return add_aliases(port) && mesh_add_unknown_host(&port->hosts) &&
           virtual_hosts_finish(&port->hosts, false, listener);
}

static bool
add_port(struct lower *lower, uint32_t number, const struct candidates *candidates,
         struct listener_list *listeners)
{
    const sluice_allocator *alloc = lower->arena->alloc;
    struct model_listener listener = {
        .scope = MODEL_SCOPE_MESH, .family = MODEL_FAMILY_HTTP, .port = number};
    struct mesh_port port = {
        .lower = lower,
        .port = number,
        .services = {.hosts = map_init(alloc)},
        .hosts = virtual_hosts_init(lower),
        .owners = host_set_init(alloc),
    };
    bool ok = fill(&port, candidates, &listener) && listener_list_add(lower, listeners, listener);
    map_free(&port.services.hosts);
    host_set_free(&port.owners);
    virtual_hosts_free(&port.hosts);
    return ok;
}

static int
by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Port 80, and every port on which some service speaks HTTP or does not say what. */
static uint32_t *
list_ports(struct lower *lower, size_t *count)
{
    const struct registry *registry = lower->registry;
    size_t room = 1, kept = 0;
    for (size_t i = 0; i < registry->count; i++) {
        room += registry->items[i]->port_count;
    }
    uint32_t *ports = ARENA_ARRAY(lower->arena, uint32_t, room);
    if (!ports) return NULL;
    ports[0] = LITERAL_PORT;
    *count = 1;
    for (size_t i = 0; i < registry->count; i++) {
        const struct service *service = registry->items[i];
        for (size_t k = 0; k < service->port_count; k++) {
            if (service_port_is_http(&service->ports[k])) {
                ports[(*count)++] = service->ports[k].number;
            }
        }
    }
    qsort(ports, *count, sizeof(*ports), by_number);
    for (size_t i = 0; i < *count; i++) {
        if (kept == 0 || ports[kept - 1] != ports[i]) ports[kept++] = ports[i];
    }
    *count = kept;
    return ports;
}

bool
lower_mesh_ports(struct lower *lower, struct listener_list *listeners)
{
    struct candidates candidates;
    size_t count;
    uint32_t *ports = list_ports(lower, &count);
    if (!ports ||
        !candidates_of(lower, STR("mesh"), lower->options->proxy_namespace, &candidates)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!add_port(lower, ports[i], &candidates, listeners)) return false;
    }
    return true;
}
