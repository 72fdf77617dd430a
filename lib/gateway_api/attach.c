#include "gateway_api/attach.h"

#include <stdlib.h>

#include "gateway_api/mesh.h"

/* ---- order (7.2, steps 6 and 7) ---- */

static int
by_age(const void *a, const void *b)
{
    const struct gateway_object *x = ((const struct gw_route *)a)->object;
    const struct gateway_object *y = ((const struct gw_route *)b)->object;
    if (x->created != y->created) return x->created < y->created ? -1 : 1;
    int order = gw_compare_names(x->meta, y->meta);
    return order ? order : (x->kind > y->kind) - (x->kind < y->kind);
}

static bool
read_route(struct gw_lower *lower, struct gateway_object *object)
{
    struct gw_route *route = &lower->routes[lower->route_count++];
    struct model_resource *origin = ARENA_NEW(lower->arena, struct model_resource);
    if (!origin) return gw_fail(lower);
    *origin = (struct model_resource){object->meta->kind, object->meta->space, object->meta->name};
    route->object = object;
    route->origin = origin;
    route->qualified = gw_qualified(lower, object->meta->space, object->meta->name);
    return route->qualified.ptr || gw_fail(lower);
}

bool
gw_routes_read(struct gw_lower *lower)
{
    const struct gateway_set *set = lower->set;
    size_t room = 0;
    for (size_t kind = GATEWAY_HTTP_ROUTE; kind <= GATEWAY_UDP_ROUTE; kind++) {
        room += set->count_of[kind];
    }
    lower->routes = ARENA_ARRAY(lower->arena, struct gw_route, room);
    if (!lower->routes) return gw_fail(lower);
    for (size_t kind = GATEWAY_HTTP_ROUTE; kind <= GATEWAY_UDP_ROUTE; kind++) {
        for (size_t i = 0; i < set->count_of[kind]; i++) {
            if (!set->of[kind][i]->bad && !read_route(lower, set->of[kind][i])) return false;
        }
    }
    if (lower->route_count) {
        qsort(lower->routes, lower->route_count, sizeof(*lower->routes), by_age);
    }
    for (size_t i = 0; i < lower->route_count; i++) {
        lower->routes[i].order = (uint32_t)i;
    }
    return true;
}

/* ---- parentRefs ---- */

static struct gw_parent *
find_parent(struct gw_lower *lower, const struct gw_route *route,
            const struct gateway_parent_ref *ref)
{
    if (value_is_set(ref->group) && !str_equal(ref->group.v, STR(GATEWAY_GROUP))) return NULL;
    bool set = str_equal(ref->kind.v, STR("ListenerSet"));
    if (!set && value_is_set(ref->kind) && !str_equal(ref->kind.v, STR("Gateway"))) return NULL;
    sluice_str space = ref->space.v.len ? ref->space.v : route->object->meta->space;
    sluice_str name = gw_qualified(lower, space, ref->name.v);
    if (!name.ptr) gw_fail(lower);
    return name.ptr ? map_get(set ? &lower->sets : &lower->gateways, name) : NULL;
}

static bool
attach_ref(struct gw_lower *lower, struct gw_route *route, const struct gateway_parent_ref *ref)
{
    if (gw_is_mesh_kind(ref)) return gw_attach_service(lower, route, ref);
    struct gw_parent *parent = find_parent(lower, route, ref);
    if (parent) return gw_attach_listeners(lower, route, parent, ref);
    gateway_report(route->object, lower->envelope, SLUICE_SEVERITY_WARNING, GW_NO_PARENT, ref->node,
                   "no such parent among the documents: the route attaches to nothing here "
                   "(NoMatchingParent)");
    return !lower->failed;
}

/* To every Gateway that is one for all routes (5.6). */
static bool
attach_default(struct gw_lower *lower, struct gw_route *route)
{
    for (size_t i = 0; i < lower->gateways.count; i++) {
        struct gw_parent *parent = lower->gateways.entries[i].value;
        if (parent->object->gateway->default_scope.v != GATEWAY_DEFAULT_ALL) continue;
        if (!gw_attach_listeners(lower, route, parent, NULL)) return false;
    }
    return true;
}

static bool
attach_route(struct gw_lower *lower, struct gw_route *route)
{
    const struct gateway_route *spec = route->object->route;
    const struct gateway_parent_ref *refs = spec->parent_refs.items;
    bool everywhere = spec->use_default_gateways.v == GATEWAY_DEFAULT_ALL;
    if (spec->parent_refs.count == 0 && !everywhere) {
        gateway_report(route->object, lower->envelope, SLUICE_SEVERITY_WARNING, GW_NO_PARENT,
                       spec->node, "the route names no parent, so that it attaches to nothing");
    }
    for (size_t i = 0; i < spec->parent_refs.count; i++) {
        if (!attach_ref(lower, route, &refs[i])) return false;
    }
    return !everywhere || attach_default(lower, route);
}

bool
gw_attach_all(struct gw_lower *lower)
{
    for (size_t i = 0; i < lower->route_count; i++) {
        if (!attach_route(lower, &lower->routes[i])) return false;
    }
    return true;
}
