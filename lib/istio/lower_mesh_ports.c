/* lower_mesh_ports: the mesh where a registry says which hosts exist on which port (docs/rules.md,
 * "Virtual hosts").
 */
#include "istio/host_index.h"
#include "istio/host_set.h"
#include "istio/lower_action.h"
#include "istio/lower_mesh.h"
#include "istio/registry.h"

enum { LITERAL_PORT = 80 }; /* the port on which hosts outside the registry count too */

struct port_services {
    struct service **items;
    size_t count;
    struct map hosts; /* -> struct service */
    struct host_index index;
};

/* VirtualServices of the mesh, in order; the index knows them by position. */
struct mesh_candidates {
    struct candidates list;
    struct host_index index;
};

struct mesh_port {
    struct lower *lower;
    uint32_t port;
    struct port_services services;
    struct virtual_hosts hosts;
    struct mesh_source *sources;
    size_t source_count;
    struct host_set owners; /* host of a VirtualService -> first struct mesh_source that names it */
    size_t *next_covered;   /* of a service: the next one of the same source, + 1 */
};

static bool
read_services(struct mesh_port *port)
{
    struct port_services *services = &port->services;
    size_t count;
    const struct service_at *at = registry_at_port(port->lower->registry, port->port, &count);
    services->items = ARENA_ARRAY(port->lower->arena, struct service *, count);
    if (!services->items) return false;
    for (size_t i = 0; i < count; i++) {
        struct service *service = at[i].service;
        if (!service_port_is_http(at[i].own)) continue;
        void **place = map_put(&services->hosts, service->host);
        if (!place) return false;
        if (*place) continue;
        *place = service;
        uint32_t order = (uint32_t)services->count;
        if (!host_index_add(&services->index, service->host, order)) return false;
        services->items[services->count++] = service;
    }
    host_index_seal(&services->index);
    return true;
}

/* ---- the VirtualServices that speak on a port ---- */

/* Each host of a VirtualService, expanded and lower-case. */
static sluice_str
host_at(struct lower *lower, const struct lower_source *source, size_t index)
{
    const sluice_str *items = source->resource->virtual_service->hosts.items;
    return expand_domain(lower, expand_host(lower, items[index], source->space));
}

static bool
read_source(struct mesh_port *port, const struct lower_source *from)
{
    struct lower *lower = port->lower;
    struct mesh_source *source = &port->sources[port->source_count];
    if (!mesh_read_source(lower, from, port->port, source)) return false;
    port->source_count++;
    for (size_t k = 0; k < from->resource->virtual_service->hosts.count; k++) {
        if (!host_set_add(&port->owners, host_at(lower, from, k), source)) return false;
    }
    return true;
}

/* The candidates with a host that meets a service of the port; on the literal port all of them. */
static bool
read_sources(struct mesh_port *port, const struct mesh_candidates *candidates)
{
    bool all = port->port == LITERAL_PORT;
    struct host_owners met = {0};
    for (size_t i = 0; !all && i < port->services.count; i++) {
        if (!host_index_find(&candidates->index, port->services.items[i]->host, &met)) return false;
    }
    host_owners_sort(&met);
    size_t count = all ? candidates->list.count : met.count;
    port->sources = ARENA_ARRAY(port->lower->arena, struct mesh_source, count);
    if (!port->sources) return false;
    for (size_t i = 0; i < count; i++) {
        if (!read_source(port, &candidates->list.items[all ? i : met.items[i]])) return false;
    }
    return true;
}

static bool
candidates_index(struct lower *lower, struct mesh_candidates *out)
{
    *out = (struct mesh_candidates){.index = {.arena = lower->arena}};
    if (!candidates_of(lower, STR("mesh"), lower->options->proxy_namespace, &out->list)) {
        return false;
    }
    for (size_t i = 0; i < out->list.count; i++) {
        const struct lower_source *source = &out->list.items[i];
        for (size_t k = 0; k < source->resource->virtual_service->hosts.count; k++) {
            sluice_str host = host_at(lower, source, k);
            if (!host_index_add(&out->index, host, (uint32_t)i)) return false;
        }
    }
    host_index_seal(&out->index);
    return true;
}

/* ---- hosts ---- */

/* Of the VirtualServices with a wildcard that covers a service, the most specific one has it,
 * unless another one names it; also where that one has no routes on this port. */
static bool
assign_covered(struct mesh_port *port)
{
    port->next_covered = ARENA_ARRAY(port->lower->arena, size_t, port->services.count);
    if (!port->next_covered) return false;
    for (size_t i = port->services.count; i-- > 0;) {
        sluice_str host = port->services.items[i]->host;
        if (host_set_find(&port->owners, host)) continue;
        struct mesh_source *source = host_set_covering(&port->owners, host, NULL);
        if (!source) continue;
        port->next_covered[i] = source->covered;
        source->covered = i + 1;
    }
    return true;
}

static bool
add_addresses(struct mesh_port *port, const struct domain_routes *routes,
              const struct service *service)
{
    struct lower *lower = port->lower;
    if (service->address_count == 0) return true;
    sluice_str *domains = ARENA_ARRAY(lower->arena, sluice_str, service->address_count);
    if (!domains) return false;
    for (size_t i = 0; i < service->address_count; i++) {
        domains[i] = expand_domain(lower, service->addresses[i]);
        if (!domains[i].ptr) return false;
    }
    return virtual_hosts_alias(&port->hosts, routes, domains, service->address_count);
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

static bool
give_covered(struct mesh_port *port, const struct mesh_source *source)
{
    for (size_t i = source->covered; i; i = port->next_covered[i - 1]) {
        if (!give_service(port, source, port->services.items[i - 1])) return false;
    }
    return true;
}

static bool
give_literals(struct mesh_port *port, const struct mesh_source *source, const sluice_str *hosts,
              size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct domain_routes *routes = virtual_hosts_get(&port->hosts, hosts[i]);
        if (!routes || !mesh_give_host(&port->hosts, routes, source)) return false;
    }
    return true;
}

/* A host that is a service, or covers some, speaks for these; any other one is taken literally. */
static bool
add_source(struct mesh_port *port, const struct mesh_source *source)
{
    struct lower *lower = port->lower;
    size_t count = source->from.resource->virtual_service->hosts.count, literal_count = 0;
    bool attached = source->covered != 0;
    sluice_str *literals = ARENA_ARRAY(lower->arena, sluice_str, count);
    if (!literals) return false;
    for (size_t i = 0; i < count; i++) {
        sluice_str host = host_at(lower, &source->from, i);
        const struct service *exact = map_get(&port->services.hosts, host);
        if (exact) {
            attached = true;
            if (!give_service(port, source, exact)) return false;
        } else if (!host_is_wildcard(host) || !host_index_matches(&port->services.index, host)) {
            literals[literal_count++] = host;
        }
    }
    if (!give_covered(port, source)) return false;
    if (port->port != LITERAL_PORT && !attached) return true;
    return give_literals(port, source, literals, literal_count);
}

/* ---- services that no VirtualService owns ---- */

static const struct model_action *
default_action(struct mesh_port *port, const struct service *service)
{
    struct lower *lower = port->lower;
    struct lower_scope scope = {.mesh = true, .port = port->port};
    /* Here the port counts for the hash key too, as if it were named (docs/rules.md, "Hash of a
     * request"). */
    struct istio_port_selector selector = {
        .number = {port->port, true}
    };
    struct istio_destination destination = {
        .host = {service->name},
        .port = &selector,
    };
    struct model_action *action = ARENA_NEW(lower->arena, struct model_action);
    struct model_split_entry *entry = ARENA_NEW(lower->arena, struct model_split_entry);
    struct lowered_destination lowered =
        lower_known_host(lower, service->name, service->space, &destination, &scope);
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
    static const struct model_rule_names names = {.route = STR_INIT("default")};
    struct domain_routes *routes = virtual_hosts_get(&port->hosts, service->host);
    if (!routes) return false;
    if (routes->closed) return true;
    struct mesh_source source = {0};
    struct model_rule rule = {
        .action = default_action(port, service), .match = -1, .names = &names};
    bool first = routes->sources == 0;
    if (!rule.action || !rule_list_add(port->lower, &source.list, rule)) return false;
    source.shared = rule_list_finish(port->lower, &source.list);
    if (!source.shared || !mesh_give_host(&port->hosts, routes, &source)) return false;
    return !first || (mesh_add_alternatives(&port->hosts, routes, service->host, service->kube) &&
                      add_headless(port, routes, service) && add_addresses(port, routes, service));
}

/* Names of type ExternalName lead where the service that they stand for leads. */
static bool
add_aliases(struct mesh_port *port, const struct service *service)
{
    struct domain_routes *routes = virtual_hosts_get(&port->hosts, service->host);
    if (!routes) return false;
    for (const struct service *at = service->first_alias; at; at = at->next_alias) {
        if (!mesh_add_alternatives(&port->hosts, routes, at->host, true)) return false;
    }
    return true;
}

/* ---- ports ---- */

static bool
fill(struct mesh_port *port, const struct mesh_candidates *candidates,
     struct model_listener *listener)
{
    if (!read_services(port) || !read_sources(port, candidates) || !assign_covered(port)) {
        return false;
    }
    for (size_t i = 0; i < port->source_count; i++) {
        struct mesh_source *source = &port->sources[i];
        if (!source->shared) continue; /* the next one for the host gets its chance */
        if (!add_source(port, source)) return false;
    }
    for (size_t i = 0; i < port->services.count; i++) {
        const struct service *service = port->services.items[i];
        if (!add_default(port, service) || !add_aliases(port, service)) return false;
    }
    return mesh_add_unknown_host(&port->hosts) &&
           virtual_hosts_finish(&port->hosts, false, listener);
}

static bool
add_port(struct lower *lower, uint32_t number, const struct mesh_candidates *candidates,
         struct listener_list *listeners)
{
    struct model_listener listener = {
        .scope = MODEL_SCOPE_MESH, .family = MODEL_FAMILY_HTTP, .port = number};
    struct mesh_port port = {
        .lower = lower,
        .port = number,
        .services = {.hosts = map_init(lower->arena), .index = {.arena = lower->arena}},
        .hosts = virtual_hosts_init(lower),
        .owners = host_set_init(lower->arena),
    };
    bool ok = fill(&port, candidates, &listener) && listener_list_add(lower, listeners, listener);
    map_free(&port.services.hosts);
    host_set_free(&port.owners);
    virtual_hosts_free(&port.hosts);
    return ok;
}

/* Port 80, and every port on which some service speaks HTTP or does not say what. */
static uint32_t *
list_ports(struct lower *lower, size_t *count)
{
    const struct registry *registry = lower->registry;
    uint32_t *ports = ARENA_ARRAY(lower->arena, uint32_t, registry->port_count + 1);
    if (!ports) return NULL;
    ports[0] = LITERAL_PORT;
    *count = 1;
    for (size_t i = 0; i < registry->port_count; i++) {
        const struct service_at *at = &registry->ports[i];
        if (!service_port_is_http(at->own) || at->port == LITERAL_PORT) continue;
        if (ports[*count - 1] != at->port) ports[(*count)++] = at->port;
    }
    return ports;
}

bool
lower_mesh_ports(struct lower *lower, struct listener_list *listeners)
{
    struct mesh_candidates candidates;
    size_t count;
    uint32_t *ports = list_ports(lower, &count);
    if (!ports || !candidates_index(lower, &candidates)) return false;
    for (size_t i = 0; i < count; i++) {
        if (!add_port(lower, ports[i], &candidates, listeners)) return false;
    }
    return true;
}
