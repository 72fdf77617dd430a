#include "gateway_api/listeners.h"

#include <stdlib.h>

#include "gateway_api/namespaces.h"

/* ---- one listener ---- */

static const struct {
    sluice_str name;
    unsigned kinds;
} protocols[] = {
    [GW_HTTP] = {STR_INIT("HTTP"),  1u << GATEWAY_HTTP_ROUTE | 1u << GATEWAY_GRPC_ROUTE},
    [GW_HTTPS] = {STR_INIT("HTTPS"), 1u << GATEWAY_HTTP_ROUTE | 1u << GATEWAY_GRPC_ROUTE},
    [GW_TLS] = {STR_INIT("TLS"),   1u << GATEWAY_TLS_ROUTE                            },
    [GW_TCP] = {STR_INIT("TCP"),   1u << GATEWAY_TCP_ROUTE                            },
    [GW_UDP] = {STR_INIT("UDP"),   1u << GATEWAY_UDP_ROUTE                            },
};

static enum gw_protocol
protocol_of(sluice_str name)
{
    for (size_t i = 0; i < GW_PROTOCOL_UNKNOWN; i++) {
        if (str_equal(protocols[i].name, name)) return (enum gw_protocol)i;
    }
    return GW_PROTOCOL_UNKNOWN;
}

static unsigned
kind_named(sluice_str name)
{
    static const struct {
        sluice_str name;
        enum gateway_kind kind;
    } rows[] = {
        {STR_INIT("HTTPRoute"), GATEWAY_HTTP_ROUTE},
        {STR_INIT("GRPCRoute"), GATEWAY_GRPC_ROUTE},
        {STR_INIT("TLSRoute"),  GATEWAY_TLS_ROUTE },
        {STR_INIT("TCPRoute"),  GATEWAY_TCP_ROUTE },
        {STR_INIT("UDPRoute"),  GATEWAY_UDP_ROUTE },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (str_equal(rows[i].name, name)) return 1u << rows[i].kind;
    }
    return 0;
}

/* The protocol's kinds, narrowed by those that the listener lists (3.2). */
static unsigned
kinds_of(const struct gateway_listener *spec, enum gw_protocol protocol)
{
    const struct gateway_allowed_routes *allowed = spec->allowed_routes;
    unsigned possible = protocols[protocol].kinds, listed = 0;
    if (!allowed || allowed->kinds.count == 0) return possible;
    const struct gateway_route_kind *kinds = allowed->kinds.items;
    for (size_t i = 0; i < allowed->kinds.count; i++) {
        if (value_is_set(kinds[i].group) && !str_equal(kinds[i].group.v, STR(GATEWAY_GROUP)))
            continue;
        listed |= kind_named(kinds[i].kind.v);
    }
    return possible & listed;
}

static void
report(struct gw_lower *lower, const struct gw_listener *listener, const struct yaml_node *at,
       const char *what)
{
    gateway_report(listener->owner, lower->envelope, SLUICE_SEVERITY_WARNING, GW_NOT_ACCEPTED, at,
                   "listener %.*s %s", STR_ARG(listener->spec->name.v), what);
}

static void
read_listener(struct gw_lower *lower, struct gw_listener *out, struct gateway_object *owner,
              const struct gateway_listener *spec)
{
    *out = (struct gw_listener){
        .owner = owner,
        .spec = spec,
        .protocol = protocol_of(spec->protocol.v),
        .port = (uint32_t)spec->port.v,
    };
    if (out->protocol == GW_PROTOCOL_UNKNOWN) {
        report(lower, out, yaml_get(spec->node, STR("protocol")),
               "is of a protocol that is not known here, and not used");
        return;
    }
    if (out->protocol != GW_TCP && out->protocol != GW_UDP) out->hostname = spec->hostname.v;
    if (gw_hostname_is_address(out->hostname)) {
        report(lower, out, yaml_get(spec->node, STR("hostname")),
               "has an IP address as its hostname, which no host fits, and is not used");
        return;
    }
    out->accepted = true;
    out->kinds = kinds_of(spec, out->protocol);
    if (out->kinds == 0) {
        report(lower, out, spec->allowed_routes->kinds.node,
               "can hold none of the kinds that it allows");
    }
}

/* ---- parents ---- */

static struct gw_parent *
read_parent(struct gw_lower *lower, struct map *map, struct gateway_object *object,
            const struct value_list *listeners)
{
    struct gw_parent *parent = ARENA_NEW(lower->arena, struct gw_parent);
    sluice_str name = gw_qualified(lower, object->meta->space, object->meta->name);
    void **place = parent && name.ptr ? map_put(map, name) : NULL;
    if (!place) return NULL;
    *place = parent;
    parent->object = object;
    parent->count = listeners->count;
    parent->listeners = ARENA_ARRAY(lower->arena, struct gw_listener, listeners->count);
    if (!parent->listeners) return NULL;
    const struct gateway_listener *specs = listeners->items;
    for (size_t i = 0; i < listeners->count; i++) {
        read_listener(lower, &parent->listeners[i], object, &specs[i]);
    }
    return parent;
}

/* ---- ListenerSets ---- */

static bool
admits_set(const struct gw_lower *lower, const struct gw_parent *gateway,
           const struct gateway_object *set)
{
    const struct gateway_allowed_listeners *allowed = gateway->object->gateway->allowed_listeners;
    if (!allowed || !allowed->namespaces || !allowed->namespaces->from.set) return false;
    return gw_namespaces_admit(lower, (enum gateway_from)allowed->namespaces->from.v,
                               allowed->namespaces->selector, gateway->object->meta->space,
                               set->meta->space);
}

/* Why a set is not in use; NULL: *out is its Gateway. */
static const char *
gateway_of_set(struct gw_lower *lower, const struct gateway_object *set, struct gw_parent **out)
{
    const struct gateway_parent_ref *ref = set->listener_set->parent_ref;
    if (!ref || (value_is_set(ref->group) && !str_equal(ref->group.v, STR(GATEWAY_GROUP))) ||
        (value_is_set(ref->kind) && !str_equal(ref->kind.v, STR("Gateway")))) {
        return "parentRef names no Gateway; the listeners are not used";
    }
    sluice_str space = ref->space.v.len ? ref->space.v : set->meta->space;
    sluice_str name = gw_qualified(lower, space, ref->name.v);
    *out = name.ptr ? map_get(&lower->gateways, name) : NULL;
    if (!*out) return "the Gateway that parentRef names does not exist; the listeners are not used";
    if (admits_set(lower, *out, set)) return NULL;
    return "the Gateway's allowedListeners does not let this ListenerSet in; the listeners are not "
           "used";
}

static bool
add_set(struct gw_lower *lower, struct gw_parent *gateway, struct gw_parent *set)
{
    struct gw_parent **items = arena_grow(lower->arena, gateway->sets, gateway->set_count,
                                          &gateway->set_capacity, sizeof(*items));
    if (!items) return gw_fail(lower);
    gateway->sets = items;
    gateway->sets[gateway->set_count++] = set;
    return true;
}

static bool
read_set(struct gw_lower *lower, struct gateway_object *object)
{
    struct gw_parent *gateway;
    struct gw_parent *set =
        read_parent(lower, &lower->sets, object, &object->listener_set->listeners);
    if (!set) return gw_fail(lower);
    const char *why = gateway_of_set(lower, object, &gateway);
    if (!why) return add_set(lower, gateway, set);
    const struct gateway_parent_ref *ref = object->listener_set->parent_ref;
    gateway_report(object, lower->envelope, SLUICE_SEVERITY_WARNING, GW_NOT_ACCEPTED,
                   ref ? ref->node : object->meta->root, "%s", why);
    for (size_t i = 0; i < set->count; i++) {
        set->listeners[i].accepted = false;
    }
    return true;
}

/* Oldest first, then by namespace/name. */
static int
by_precedence(const void *a, const void *b)
{
    const struct gateway_object *x = (*(struct gw_parent *const *)a)->object;
    const struct gateway_object *y = (*(struct gw_parent *const *)b)->object;
    if (x->created != y->created) return x->created < y->created ? -1 : 1;
    return gw_compare_names(x->meta, y->meta);
}

static bool
settle(struct gw_lower *lower)
{
    for (size_t i = 0; i < lower->gateways.count; i++) {
        struct gw_parent *gateway = lower->gateways.entries[i].value;
        if (gateway->set_count) {
            qsort(gateway->sets, gateway->set_count, sizeof(*gateway->sets), by_precedence);
        }
        if (!gw_conflicts_settle(lower, gateway)) return gw_fail(lower);
    }
    return true;
}

bool
gw_listeners_read(struct gw_lower *lower)
{
    const struct gateway_set *set = lower->set;
    for (size_t i = 0; i < set->count_of[GATEWAY_GATEWAY]; i++) {
        struct gateway_object *object = set->of[GATEWAY_GATEWAY][i];
        if (object->bad) continue;
        if (!read_parent(lower, &lower->gateways, object, &object->gateway->listeners)) {
            return gw_fail(lower);
        }
    }
    for (size_t i = 0; i < set->count_of[GATEWAY_LISTENER_SET]; i++) {
        struct gateway_object *object = set->of[GATEWAY_LISTENER_SET][i];
        if (!object->bad && !read_set(lower, object)) return false;
    }
    return settle(lower);
}

static void
free_hostnames(struct map *parents)
{
    for (size_t i = 0; i < parents->count; i++) {
        struct gw_parent *parent = parents->entries[i].value;
        for (size_t k = 0; parent && parent->listeners && k < parent->count; k++) {
            if (parent->listeners[k].http) gw_hostname_set_free(parent->listeners[k].http);
            if (parent->listeners[k].grpc) gw_hostname_set_free(parent->listeners[k].grpc);
        }
    }
}

void
gw_listeners_free(struct gw_lower *lower)
{
    free_hostnames(&lower->gateways);
    free_hostnames(&lower->sets);
}
