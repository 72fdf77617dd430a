#include "gateway_api/grants.h"

/*
 * Every (from, to) of every grant is one key: kind and namespace of the route, namespace and name
 * of the Service; without a name for all Services of the namespace. Blanks are in none of them.
 */
static sluice_str
key_of(struct gw_lower *lower, sluice_str kind, sluice_str from, sluice_str space, sluice_str name)
{
    sluice_str parts[] = {kind, STR(" "), from, STR(" "), space, STR(" "), name};
    return arena_concat(lower->arena, parts, 7);
}

static bool
add_grant(struct gw_lower *lower, const struct gateway_object *object)
{
    const struct gateway_grant_from *from = object->grant->from.items;
    const struct gateway_grant_to *to = object->grant->to.items;
    for (size_t i = 0; i < object->grant->from.count; i++) {
        if (!str_equal(from[i].group.v, STR(GATEWAY_GROUP))) continue;
        for (size_t k = 0; k < object->grant->to.count; k++) {
            if (to[k].group.v.len || !str_equal(to[k].kind.v, STR("Service"))) continue;
            sluice_str key =
                key_of(lower, from[i].kind.v, from[i].space.v, object->meta->space, to[k].name.v);
            void **place = key.ptr ? map_put(&lower->grants, key) : NULL;
            if (!place) return gw_fail(lower);
            *place = lower;
        }
    }
    return true;
}

bool
gw_grants_read(struct gw_lower *lower)
{
    for (size_t i = 0; i < lower->set->count_of[GATEWAY_REFERENCE_GRANT]; i++) {
        const struct gateway_object *object = lower->set->of[GATEWAY_REFERENCE_GRANT][i];
        if (!object->bad && !add_grant(lower, object)) return false;
    }
    return true;
}

static bool
is_granted(struct gw_lower *lower, const struct gw_route *route, sluice_str space, sluice_str name)
{
    const struct envelope *meta = route->object->meta;
    sluice_str key = key_of(lower, meta->kind, meta->space, space, name);
    if (!key.ptr) return gw_fail(lower);
    return map_get(&lower->grants, key) != NULL;
}

bool
gw_grants_permit(struct gw_lower *lower, const struct gw_route *route, sluice_str space,
                 sluice_str name)
{
    if (str_equal(route->object->meta->space, space)) return true;
    return is_granted(lower, route, space, name) || is_granted(lower, route, space, STR(""));
}
