#include "gateway_api/services.h"

#include "base/ip.h"

/* Whether a Service or a ServiceEntry without errors is among the documents. */
static bool
any_service(const struct gateway_set *set, const struct envelope_list *envelopes)
{
    for (size_t i = 0; i < set->count_of[GATEWAY_SERVICE]; i++) {
        if (!set->of[GATEWAY_SERVICE][i]->bad) return true;
    }
    for (size_t i = 0; i < envelopes->count; i++) {
        const struct envelope *envelope = &envelopes->items[i];
        if (envelope->replaced || envelope->errors) continue;
        if (envelope_is(envelope, STR("networking.istio.io"), STR("ServiceEntry"))) return true;
    }
    return false;
}

bool
gw_services_read(struct gw_lower *lower, const struct envelope_list *envelopes)
{
    const struct gateway_set *set = lower->set;
    lower->registry =
        lower->options->registry == SLUICE_REGISTRY_ON ||
        (lower->options->registry == SLUICE_REGISTRY_AUTO && any_service(set, envelopes));
    for (size_t i = 0; i < set->count_of[GATEWAY_SERVICE]; i++) {
        struct gateway_object *object = set->of[GATEWAY_SERVICE][i];
        if (object->bad) continue;
        sluice_str name = gw_qualified(lower, object->meta->space, object->meta->name);
        void **place = name.ptr ? map_put(&lower->services, name) : NULL;
        if (!place) return gw_fail(lower);
        *place = object;
    }
    return true;
}

const struct kube_service *
gw_service_find(const struct gw_lower *lower, sluice_str qualified)
{
    const struct gateway_object *object = map_get(&lower->services, qualified);
    return object ? object->service : NULL;
}

bool
gw_service_port_is_udp(const struct kube_service_port *port)
{
    return str_equal_ignore_case(port->protocol.v, STR("UDP"));
}

const struct kube_service_port *
gw_service_port(const struct kube_service *service, uint32_t number, bool udp)
{
    const struct kube_service_port *ports = service->ports.items, *found = NULL;
    for (size_t i = 0; i < service->ports.count; i++) {
        if (ports[i].port.v != (int64_t)number) continue;
        if (gw_service_port_is_udp(&ports[i]) == udp) return &ports[i];
        if (!found) found = &ports[i];
    }
    return found;
}

const struct kube_service_port *
gw_service_port_named(const struct kube_service *service, sluice_str name)
{
    const struct kube_service_port *ports = service->ports.items;
    for (size_t i = 0; i < service->ports.count; i++) {
        if (str_equal(ports[i].name.v, name)) return &ports[i];
    }
    return NULL;
}

sluice_str
gw_service_host(struct gw_lower *lower, sluice_str space, sluice_str name)
{
    sluice_str parts[] = {name, STR("."), space, STR(".svc."), lower->options->cluster_domain};
    return arena_concat(lower->arena, parts, 5);
}

/* As a domain: an IPv6 address stands in brackets. */
static sluice_str
address_domain(struct gw_lower *lower, sluice_str address)
{
    struct ip ip;
    if (!ip_parse(&ip, address) || ip.v4) return address;
    return arena_concat(lower->arena, (sluice_str[]){STR("["), address, STR("]")}, 3);
}

size_t
gw_service_names(struct gw_lower *lower, sluice_str space, sluice_str name,
                 const struct kube_service *service, sluice_str out[GW_SERVICE_NAMES])
{
    size_t count = 0;
    sluice_str host = gw_service_host(lower, space, name);
    sluice_str parts[] = {name, STR("."), space, STR(".svc")};
    sluice_str address = service ? service->cluster_ip.v : STR("");
    out[count++] = host;
    out[count++] = arena_concat(lower->arena, (sluice_str[]){host, STR(".")}, 2);
    out[count++] = arena_concat(lower->arena, parts, 3);
    out[count++] = arena_concat(lower->arena, parts, 4);
    if (str_equal(space, lower->options->proxy_namespace)) out[count++] = name;
    if (address.len && !str_equal(address, STR("None"))) {
        out[count++] = address_domain(lower, address);
    }
    return count;
}
