#include "istio/registry.h"

#include <stdlib.h>

const struct service_port *
service_port_find(const struct service *service, uint32_t number)
{
    for (size_t i = 0; i < service->port_count; i++) {
        if (service->ports[i].number == number) return &service->ports[i];
    }
    return NULL;
}

bool
service_port_is_http(const struct service_port *port)
{
    return port->protocol == PROTOCOL_HTTP || port->protocol == PROTOCOL_UNSUPPORTED;
}

struct service *
registry_find(const struct lower *lower, sluice_str host, uint32_t port)
{
    if (!lower->registry) return NULL;
    struct service *first = map_get(&lower->registry->hosts, host);
    for (struct service *at = first; at; at = at->next) {
        if (port == 0 || service_port_find(at, port)) return at;
    }
    return first;
}

/* ---- core Services ---- */

/* appProtocol, else what stands before the first "-" of the port's name. */
static enum port_protocol
kube_protocol(const struct kube_service_port *port)
{
    if (str_equal_ignore_case(port->protocol.v, STR("UDP"))) return PROTOCOL_UDP;
    sluice_str text = port->app_protocol.v;
    if (str_equal(text, STR("kubernetes.io/h2c"))) return PROTOCOL_HTTP;
    if (str_starts_with(text, STR("kubernetes.io/ws"))) return PROTOCOL_HTTP;
    if (text.len == 0) text = str_first(port->name.v, str_find(port->name.v, '-'));
    return port_protocol_parse(text);
}

static bool
add_kube_ports(struct lower *lower, struct service *service, const struct kube_service *spec)
{
    const struct kube_service_port *from = spec->ports.items;
    struct service_port *ports = ARENA_ARRAY(lower->arena, struct service_port, spec->ports.count);
    if (!ports) return false;
    for (size_t i = 0; i < spec->ports.count; i++) {
        ports[i] = (struct service_port){(uint32_t)from[i].port.v, from[i].name.v,
                                         kube_protocol(&from[i])};
    }
    service->ports = ports;
    service->port_count = spec->ports.count;
    return true;
}

static struct service *
kube_service_of(struct lower *lower, const struct istio_resource *resource)
{
    struct service *service = ARENA_NEW(lower->arena, struct service);
    if (!service || !add_kube_ports(lower, service, resource->service)) return NULL;
    service->name = expand_host(lower, resource->meta->name, resource->meta->space);
    service->host = service->name;
    service->space = resource->meta->space;
    service->kube = true;
    const struct value_str *address = &resource->service->cluster_ip;
    service->headless = str_equal(address->v, STR("None"));
    if (address->v.len && !service->headless) {
        service->addresses = &address->v;
        service->address_count = 1;
    }
    return service->host.ptr ? service : NULL;
}

/* ---- ServiceEntries: one service for each host ---- */

static bool
add_entry_ports(struct lower *lower, struct service *service,
                const struct istio_service_entry *spec)
{
    const struct istio_service_port *from = spec->ports.items;
    struct service_port *ports = ARENA_ARRAY(lower->arena, struct service_port, spec->ports.count);
    if (!ports) return false;
    for (size_t i = 0; i < spec->ports.count; i++) {
        ports[i] = (struct service_port){(uint32_t)from[i].number.v, from[i].name.v,
                                         port_protocol_parse(from[i].protocol.v)};
    }
    service->ports = ports;
    service->port_count = spec->ports.count;
    return true;
}

/* ---- collecting ---- */

static bool
add(struct lower *lower, struct service *service)
{
    struct registry *registry = lower->registry;
    void **place = map_put(&registry->hosts, service->name);
    if (!place) return false;
    struct service *first = *place;
    if (first) {
        first->last->next = service;
        first->last = service;
    } else {
        service->last = service;
        *place = service;
    }
    registry->items[registry->count++] = service;
    return true;
}

static bool
add_entry(struct lower *lower, const struct istio_resource *resource)
{
    const struct istio_service_entry *spec = resource->service_entry;
    const sluice_str *hosts = spec->hosts.items;
    if (visibility_class(lower, &spec->export_to, resource->meta->space,
                         lower->options->proxy_namespace) < 0) {
        return true;
    }
    for (size_t i = 0; i < spec->hosts.count; i++) {
        struct service *service = ARENA_NEW(lower->arena, struct service);
        if (!service || !add_entry_ports(lower, service, spec)) return false;
        service->name = hosts[i];
        service->host = expand_lower_case(lower, hosts[i]);
        service->space = resource->meta->space;
        service->addresses = spec->addresses.items;
        service->address_count = spec->addresses.count;
        if (!add(lower, service)) return false;
    }
    return true;
}

static bool
add_resource(struct lower *lower, const struct istio_resource *resource)
{
    if (resource->bad) return true;
    if (resource->kind == ISTIO_SERVICE_ENTRY) return add_entry(lower, resource);
    if (resource->kind != ISTIO_SERVICE) return true;
    struct value_list export_to;
    if (!visibility_annotated(lower, resource->meta, &export_to)) return false;
    if (visibility_class(lower, &export_to, resource->meta->space,
                         lower->options->proxy_namespace) < 0) {
        return true;
    }
    struct service *service = kube_service_of(lower, resource);
    return service && add(lower, service);
}

static bool
is_own(const struct lower *lower, const struct istio_resource *resource)
{
    return str_equal(resource->meta->space, lower->options->proxy_namespace);
}

/* Services of type ExternalName stand for another one, if that is known. */
static void
resolve_aliases(struct lower *lower)
{
    for (size_t i = 0; i < lower->set->count_of[ISTIO_SERVICE]; i++) {
        const struct istio_resource *resource = lower->set->of[ISTIO_SERVICE][i];
        const struct kube_service *spec = resource->service;
        if (resource->bad || !str_equal(spec->type.v, STR("ExternalName"))) continue;
        sluice_str host = expand_host(lower, resource->meta->name, resource->meta->space);
        struct service *alias = registry_find(lower, host, 0);
        struct service *target = registry_find(lower, spec->external_name.v, 0);
        if (!alias || !target || alias == target || target->alias || alias->alias) continue;
        alias->alias = target;
        alias->next_alias = target->first_alias;
        target->first_alias = alias;
    }
}

/* What has errors is not there, so it does not bring a registry about either. */
static size_t
count_hosts(const struct istio_set *set)
{
    size_t count = 0;
    for (size_t i = 0; i < set->count; i++) {
        const struct istio_resource *resource = &set->items[i];
        if (resource->bad) continue;
        if (resource->kind == ISTIO_SERVICE) count++;
        if (resource->kind == ISTIO_SERVICE_ENTRY) count += resource->service_entry->hosts.count;
    }
    return count;
}

/* ---- by port ---- */

static int
by_port(const void *a, const void *b)
{
    const struct service_at *x = a, *y = b;
    if (x->port != y->port) return x->port < y->port ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static bool
sort_by_port(struct lower *lower)
{
    struct registry *registry = lower->registry;
    size_t room = 0;
    for (size_t i = 0; i < registry->count; i++) {
        room += registry->items[i]->port_count;
    }
    registry->ports = ARENA_ARRAY(lower->arena, struct service_at, room);
    if (!registry->ports) return false;
    for (size_t i = 0; i < registry->count; i++) {
        struct service *service = registry->items[i];
        for (size_t k = 0; k < service->port_count; k++) {
            const struct service_port *own = &service->ports[k];
            if (service_port_find(service, own->number) != own) continue;
            registry->ports[registry->port_count++] =
                (struct service_at){own->number, (uint32_t)i, service, own};
        }
    }
    qsort(registry->ports, registry->port_count, sizeof(*registry->ports), by_port);
    return true;
}

const struct service_at *
registry_at_port(const struct registry *registry, uint32_t port, size_t *count)
{
    size_t low = 0, high = registry->port_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (registry->ports[middle].port < port) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *count = 0;
    while (low + *count < registry->port_count && registry->ports[low + *count].port == port) {
        (*count)++;
    }
    return registry->ports + low;
}

bool
registry_read(struct lower *lower)
{
    const struct istio_set *set = lower->set;
    size_t hosts = count_hosts(set);
    bool on = lower->options->registry == SLUICE_REGISTRY_ON ||
              (lower->options->registry == SLUICE_REGISTRY_AUTO && hosts > 0);
    if (!on) return true;
    struct registry *registry = ARENA_NEW(lower->arena, struct registry);
    if (!registry) return false;
    registry->hosts = map_init(lower->arena->alloc);
    lower->registry = registry;
    registry->items = ARENA_ARRAY(lower->arena, struct service *, hosts);
    if (!registry->items) return false;
    for (int own = 1; own >= 0; own--) {
        for (size_t i = 0; i < set->count; i++) {
            if (is_own(lower, &set->items[i]) != (own == 1)) continue;
            if (!add_resource(lower, &set->items[i])) return false;
        }
    }
    resolve_aliases(lower);
    return sort_by_port(lower);
}

void
registry_free(struct lower *lower)
{
    if (lower->registry) map_free(&lower->registry->hosts);
}
