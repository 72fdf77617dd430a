#include "istio/registry.h"

#include <stdlib.h>

const struct service_port *
service_port_find(const struct service *service, uint32_t number)
{
    size_t low = 0, high = service->port_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (service->ports[service->by_number[middle]].number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == service->port_count) return NULL;
    const struct service_port *port = &service->ports[service->by_number[low]];
    return port->number == number ? port : NULL;
}

bool
service_port_is_http(const struct service_port *port)
{
    return port->protocol == PROTOCOL_HTTP || port->protocol == PROTOCOL_UNSUPPORTED;
}

/* The first that is not before a port. */
static size_t
first_at(const struct service_at *items, size_t count, uint32_t port)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (items[middle].port < port) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

struct service *
registry_find(const struct lower *lower, sluice_str host, uint32_t port)
{
    if (!lower->registry) return NULL;
    struct service *first = map_get(&lower->registry->hosts, host);
    if (!first || port == 0) return first;
    size_t at = first_at(first->reach, first->reach_count, port);
    bool has = at < first->reach_count && first->reach[at].port == port;
    return has ? first->reach[at].service : first;
}

/* ---- ports of a service ---- */

struct numbered {
    uint32_t number, index;
};

static int
by_number(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;
    if (x->number != y->number) return x->number < y->number ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static bool
set_ports(struct lower *lower, struct service *service, const struct service_port *ports,
          size_t count)
{
    struct numbered *sorted = ARENA_ARRAY(lower->arena, struct numbered, count);
    uint32_t *order = ARENA_ARRAY(lower->arena, uint32_t, count);
    if (!sorted || !order) return false;
    for (size_t i = 0; i < count; i++) {
        sorted[i] = (struct numbered){ports[i].number, (uint32_t)i};
    }
    if (count > 1) qsort(sorted, count, sizeof(*sorted), by_number);
    for (size_t i = 0; i < count; i++) {
        order[i] = sorted[i].index;
    }
    service->ports = ports;
    service->by_number = order;
    service->port_count = count;
    return true;
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
        ports[i] = (struct service_port){
            .number = (uint32_t)from[i].port.v,
            .name = from[i].name.v,
            .protocol = kube_protocol(&from[i]),
            .app_protocol = from[i].app_protocol.v,
        };
    }
    return set_ports(lower, service, ports, spec->ports.count);
}

/* clusterIPs, of which clusterIP is the first; either may stand alone. */
static void
add_cluster_addresses(struct service *service, const struct kube_service *spec)
{
    const struct value_list *all = &spec->cluster_ips;
    const sluice_str *first = all->count ? all->items : &spec->cluster_ip.v;
    service->headless =
        str_equal(spec->cluster_ip.v, STR("None")) || str_equal(*first, STR("None"));
    if (first->len == 0 || service->headless) return;
    service->addresses = first;
    service->address_count = all->count ? all->count : 1;
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
    add_cluster_addresses(service, resource->service);
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
        ports[i] = (struct service_port){
            .number = (uint32_t)from[i].number.v,
            .name = from[i].name.v,
            .protocol = port_protocol_parse(from[i].protocol.v),
        };
    }
    return set_ports(lower, service, ports, spec->ports.count);
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
        service->entry = spec;
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

/* The ports of all services of one host. */
static bool
set_reach(struct lower *lower, struct service *first)
{
    size_t room = 0, count = 0;
    uint32_t order = 0;
    for (const struct service *at = first; at; at = at->next) {
        room += at->port_count;
    }
    struct service_at *reach = ARENA_ARRAY(lower->arena, struct service_at, room);
    if (!reach) return false;
    for (struct service *at = first; at; at = at->next, order++) {
        for (size_t i = 0; i < at->port_count; i++) {
            reach[count++] = (struct service_at){at->ports[i].number, order, at, &at->ports[i]};
        }
    }
    if (count > 1) qsort(reach, count, sizeof(*reach), by_port);
    first->reach = reach;
    first->reach_count = count;
    return true;
}

static bool
set_reaches(struct lower *lower)
{
    struct registry *registry = lower->registry;
    for (size_t i = 0; i < registry->hosts.count; i++) {
        if (!set_reach(lower, registry->hosts.entries[i].value)) return false;
    }
    return true;
}

const struct service_at *
registry_at_port(const struct registry *registry, uint32_t port, size_t *count)
{
    size_t low = first_at(registry->ports, registry->port_count, port);
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
    registry->hosts = map_init(lower->arena);
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
    return sort_by_port(lower) && set_reaches(lower);
}

void
registry_free(struct lower *lower)
{
    if (lower->registry) map_free(&lower->registry->hosts);
}
