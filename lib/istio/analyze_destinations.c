/*
 * analyze_destinations: what a VirtualService names and nobody has: hosts, ports, subsets
 * (IST0101, IST0112).
 */
#include "istio/analyze_parts.h"

/* ---- each destination ---- */

static bool
each_http(struct analysis *analysis, struct istio_resource *resource,
          const struct istio_http_route *route, analyze_use_fn *check)
{
    const struct istio_http_destination *items = route->route.items;
    for (size_t i = 0; i < route->route.count; i++) {
        struct analyze_use use = {items[i].destination, items[i].node, .http = true};
        if (!check(analysis, resource, &use)) return false;
    }
    if (route->more->mirror) {
        struct analyze_use use = {route->more->mirror, route->more->mirror->node, true, true};
        if (!check(analysis, resource, &use)) return false;
    }
    const struct istio_mirror_policy *mirrors = route->more->mirrors.items;
    for (size_t i = 0; i < route->more->mirrors.count; i++) {
        struct analyze_use use = {mirrors[i].destination, mirrors[i].node, true, true};
        if (!check(analysis, resource, &use)) return false;
    }
    return true;
}

static bool
each_l4(struct analysis *analysis, struct istio_resource *resource, const struct value_list *list,
        analyze_use_fn *check)
{
    const struct istio_l4_route *routes = list->items;
    for (size_t i = 0; i < list->count; i++) {
        const struct istio_l4_destination *items = routes[i].route.items;
        for (size_t k = 0; k < routes[i].route.count; k++) {
            struct analyze_use use = {.destination = items[k].destination, .at = items[k].node};
            if (!check(analysis, resource, &use)) return false;
        }
    }
    return true;
}

bool
analyze_each_use(struct analysis *analysis, struct istio_resource *resource, analyze_use_fn *check)
{
    const struct istio_virtual_service *spec = resource->virtual_service;
    const struct istio_http_route *http = spec->http.items;
    for (size_t i = 0; i < spec->http.count; i++) {
        if (!each_http(analysis, resource, &http[i], check)) return false;
    }
    return each_l4(analysis, resource, &spec->tls, check) &&
           each_l4(analysis, resource, &spec->tcp, check);
}

/* ---- host and port ---- */

static sluice_str
host_of(const struct analyze_use *use)
{
    return use->destination ? use->destination->host.v : STR("");
}

static const struct yaml_node *
place_of(const struct analyze_use *use)
{
    return use->destination ? analyze_place(use->destination->node, STR("host")) : use->at;
}

static size_t
port_count(const struct istio_resource *service)
{
    return service->kind == ISTIO_SERVICE ? service->service->ports.count
                                          : service->service_entry->ports.count;
}

static int64_t
port_number(const struct istio_resource *service, size_t i)
{
    if (service->kind == ISTIO_SERVICE) {
        return ((const struct kube_service_port *)service->service->ports.items)[i].port.v;
    }
    return ((const struct istio_service_port *)service->service_entry->ports.items)[i].number.v;
}

static bool
has_port(const struct istio_resource *service, int64_t number)
{
    for (size_t i = 0; i < port_count(service); i++) {
        if (port_number(service, i) == number) return true;
    }
    return false;
}

static void
check_port(struct analysis *analysis, struct istio_resource *resource,
           const struct analyze_use *use, const struct istio_resource *service)
{
    const struct istio_port_selector *port = use->destination ? use->destination->port : NULL;
    sluice_str host = host_of(use);
    size_t count = port_count(service);
    if (!port && count > 1) {
        FINDING(analysis, resource, WARNING, "IST0112", place_of(use),
                "this VirtualService routes to the service \"%.*s\", which exposes %zu ports; give "
                "the destination's port.number",
                STR_ARG(host), count);
    } else if (port && analyze_may_compare(analysis, count) && !has_port(service, port->number.v)) {
        FINDING(analysis, resource, WARNING, "IST0101", port->node,
                "referenced host:port not found: \"%.*s:%lld\"; the service does not have the port",
                STR_ARG(host), (long long)port->number.v);
    }
}

static bool
check_host(struct analysis *analysis, struct istio_resource *resource,
           const struct analyze_use *use)
{
    struct istio_resource *service;
    sluice_str host = host_of(use);
    if (!analyze_service_find(analysis, &service, host, &resource->virtual_service->export_to,
                              resource->meta->space)) {
        return false;
    }
    if (service) {
        check_port(analysis, resource, use, service);
        return true;
    }
    FINDING(analysis, resource, WARNING, "IST0101", place_of(use),
            "referenced %shost not found: \"%.*s\"; no Service or ServiceEntry visible to the "
            "namespace \"%.*s\" has it",
            use->mirror ? "mirror " : "", STR_ARG(host), STR_ARG(resource->meta->space));
    return true;
}

/* ---- subset ---- */

/* Without any DestinationRule, only the routes were given: nothing is missing. */
static bool
knows_subsets(const struct analysis *analysis)
{
    return analysis->lower->set->count_of[ISTIO_DESTINATION_RULE] > 0;
}

static bool
check_subset(struct analysis *analysis, struct istio_resource *resource,
             const struct analyze_use *use)
{
    const struct istio_destination *destination = use->destination;
    if (!destination || destination->subset.v.len == 0) return true;
    sluice_str key = analyze_subset_key(analysis, destination->host.v, resource->meta->space,
                                        destination->subset.v);
    if (!key.ptr) return false;
    struct analyze_subset *subset = map_get(&analysis->subsets, key);
    if (subset) subset->used = true;
    if (subset || !knows_subsets(analysis)) return true;
    FINDING(analysis, resource, WARNING, "IST0101", analyze_place(destination->node, STR("subset")),
            "referenced %s+subset in destinationrule not found: \"%.*s+%.*s\"",
            use->mirror ? "mirror" : "host", STR_ARG(destination->host.v),
            STR_ARG(destination->subset.v));
    return true;
}

static bool
check_use(struct analysis *analysis, struct istio_resource *resource, const struct analyze_use *use)
{
    return (!analysis->lower->registry || check_host(analysis, resource, use)) &&
           check_subset(analysis, resource, use);
}

bool
analyze_destinations(struct analysis *analysis)
{
    const struct istio_set *set = analysis->lower->set;
    for (size_t i = 0; i < set->count_of[ISTIO_VIRTUAL_SERVICE]; i++) {
        struct istio_resource *resource = set->of[ISTIO_VIRTUAL_SERVICE][i];
        if (!analysis->lower->registry && !resource->traits.subset) continue;
        if (!analyze_each_use(analysis, resource, check_use)) return false;
    }
    return true;
}
