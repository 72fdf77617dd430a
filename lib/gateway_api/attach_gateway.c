/*
 * attach_gateway: a route and the listeners of a Gateway or a ListenerSet (docs/gateway-api.md,
 * "Attachment").
 */
#include "gateway_api/attach.h"
#include "gateway_api/namespaces.h"

/* How far one listener let a route come; the furthest of all tells why it attached nowhere. */
enum reach { REACH_NONE, REACH_ACCEPTED, REACH_ALLOWED, REACH_HOSTNAME, REACH_ATTACHED };

static bool
is_relevant(const struct gw_listener *listener, const struct gateway_parent_ref *ref)
{
    if (!ref) return true;
    if (ref->section_name.v.len && !str_equal(ref->section_name.v, listener->spec->name.v)) {
        return false;
    }
    return !ref->port.set || ref->port.v == (int64_t)listener->port;
}

static bool
is_allowed(const struct gw_lower *lower, const struct gw_listener *listener,
           const struct gw_route *route)
{
    const struct gateway_allowed_routes *allowed = listener->spec->allowed_routes;
    const struct gateway_namespaces *namespaces = allowed ? allowed->namespaces : NULL;
    if (!(listener->kinds >> route->object->kind & 1u)) return false;
    enum gateway_from from = namespaces ? (enum gateway_from)namespaces->from.v : GATEWAY_FROM_SAME;
    return gw_namespaces_admit(lower, from, namespaces ? namespaces->selector : NULL,
                               listener->owner->meta->space, route->object->meta->space);
}

/* ---- hostnames (4.3) ---- */

static bool
has_hostnames(const struct gw_route *route)
{
    return route->object->kind <= GATEWAY_TLS_ROUTE;
}

/* The non-empty intersections of the route's hostnames and the listener's. */
static bool
intersect(struct gw_lower *lower, const struct gw_listener *listener, const struct gw_route *route,
          struct gw_attachment *out)
{
    const struct value_list *written = &route->object->route->hostnames;
    const sluice_str *names = written->items;
    size_t count = has_hostnames(route) ? written->count : 0;
    struct gw_effective *made = ARENA_ARRAY(lower->arena, struct gw_effective, count ? count : 1);
    if (!made) return gw_fail(lower);
    out->hostnames = made;
    if (count == 0) {
        made[0] = (struct gw_effective){has_hostnames(route) ? listener->hostname : STR(""), 0};
        out->hostname_count = 1;
    }
    for (size_t i = 0; i < count; i++) {
        sluice_str both;
        if (gw_hostname_is_address(names[i])) continue;
        if (!gw_hostnames_meet(listener->hostname, names[i], &both)) continue;
        made[out->hostname_count++] =
            (struct gw_effective){both, gw_hostname_specificity(names[i])};
    }
    return true;
}

/* ---- HTTPRoute and GRPCRoute on one listener (5.4) ---- */

/* Only where both kinds are among the documents is there something to keep apart. */
static bool
may_collide(const struct gw_lower *lower, const struct gw_route *route)
{
    return route->object->kind <= GATEWAY_GRPC_ROUTE &&
           lower->set->count_of[GATEWAY_HTTP_ROUTE] > 0 &&
           lower->set->count_of[GATEWAY_GRPC_ROUTE] > 0;
}

/* The other kind came first with a hostname that meets one of these. */
static bool
is_taken(const struct gw_listener *listener, const struct gw_route *route,
         const struct gw_attachment *attachment)
{
    const struct gw_hostname_set *other =
        route->object->kind == GATEWAY_HTTP_ROUTE ? listener->grpc : listener->http;
    for (size_t i = 0; other && i < attachment->hostname_count; i++) {
        if (gw_hostname_set_meets(other, attachment->hostnames[i].hostname)) return true;
    }
    return false;
}

static bool
take(struct gw_lower *lower, struct gw_listener *listener, const struct gw_attachment *attachment)
{
    bool http = attachment->route->object->kind == GATEWAY_HTTP_ROUTE;
    struct gw_hostname_set **own = http ? &listener->http : &listener->grpc;
    if (!*own) {
        *own = ARENA_NEW(lower->arena, struct gw_hostname_set);
        if (!*own) return gw_fail(lower);
        **own = gw_hostname_set_init(lower->arena);
    }
    for (size_t i = 0; i < attachment->hostname_count; i++) {
        if (!gw_hostname_set_add(*own, attachment->hostnames[i].hostname)) return gw_fail(lower);
    }
    return true;
}

/* ---- one listener ---- */

/* Routes come in order, so a second time is right behind the first. */
static bool
is_attached(const struct gw_listener *listener, const struct gw_route *route)
{
    size_t count = listener->attached_count;
    return count > 0 && listener->attached[count - 1].route == route;
}

static bool
add(struct gw_lower *lower, struct gw_listener *listener, struct gw_attachment attachment)
{
    struct gw_attachment *items =
        arena_grow(lower->arena, listener->attached, listener->attached_count,
                   &listener->attached_capacity, sizeof(*items));
    if (!items) return gw_fail(lower);
    listener->attached = items;
    listener->attached[listener->attached_count++] = attachment;
    return true;
}

static bool
try_listener(struct gw_lower *lower, struct gw_listener *listener, struct gw_route *route,
             enum reach *reach)
{
    struct gw_attachment attachment = {.route = route};
    *reach = REACH_NONE;
    if (!listener->accepted) return true;
    *reach = REACH_ACCEPTED;
    if (!is_allowed(lower, listener, route)) return true;
    *reach = REACH_ALLOWED;
    if (is_attached(listener, route)) {
        *reach = REACH_ATTACHED;
        return true;
    }
    if (!intersect(lower, listener, route, &attachment)) return false;
    if (attachment.hostname_count == 0) return true;
    *reach = REACH_HOSTNAME;
    bool guarded = may_collide(lower, route);
    if (guarded && is_taken(listener, route, &attachment)) return true;
    *reach = REACH_ATTACHED;
    if (guarded && !take(lower, listener, &attachment)) return false;
    return add(lower, listener, attachment);
}

/* ---- all of them ---- */

static void
report(struct gw_lower *lower, struct gw_route *route, const struct gateway_parent_ref *ref,
       enum reach reach, bool relevant)
{
    static const struct {
        const char *code, *message;
    } rows[] = {
        [REACH_NONE] = {GW_NO_PARENT,
                        "the listener that is named is not in use (NoMatchingParent)"                           },
        [REACH_ACCEPTED] = {GW_NOT_ALLOWED, "no listener allows routes of this kind and namespace "
                                            "(NotAllowedByListeners)"    },
        [REACH_ALLOWED] = {GW_NO_HOSTNAME, "no hostname of the route is one of the listener "
                                           "(NoMatchingListenerHostname)"},
        [REACH_HOSTNAME] = {GW_OTHER_KIND,
                        "an HTTPRoute or GRPCRoute that comes first has a hostname of this "
                            "route; the two kinds do not share hosts of a listener"                             },
    };
    gateway_report(route->object, lower->envelope, SLUICE_SEVERITY_WARNING, rows[reach].code,
                   ref->node, "%s",
                   relevant ? rows[reach].message
                            : "no listener of the parent has that sectionName and port "
                              "(NoMatchingParent)");
}

bool
gw_attach_listeners(struct gw_lower *lower, struct gw_route *route, struct gw_parent *parent,
                    const struct gateway_parent_ref *ref)
{
    enum reach best = REACH_NONE, reach;
    bool relevant = false;
    for (size_t i = 0; i < parent->count; i++) {
        struct gw_listener *listener = &parent->listeners[i];
        if (!is_relevant(listener, ref)) continue;
        relevant = true;
        if (!try_listener(lower, listener, route, &reach)) return false;
        if (reach > best) best = reach;
    }
    if (best != REACH_ATTACHED && ref) report(lower, route, ref, best, relevant);
    return true;
}
