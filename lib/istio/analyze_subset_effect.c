/*
 * analyze_subset_effect: a gateway's route to a host whose own VirtualService splits it by subsets,
 * which such a route does not see (IST0140).
 */
#include "istio/analyze_parts.h"

/* More of them tell nothing new about a route. */
#define SUBSETS_OF_HOST 4

struct split {
    const struct istio_resource *owner[SUBSETS_OF_HOST];
    sluice_str subset[SUBSETS_OF_HOST];
    size_t count;
};

static bool
owns(struct analysis *analysis, const struct istio_resource *resource, sluice_str host)
{
    const struct value_list *hosts = &resource->virtual_service->hosts;
    const sluice_str *items = hosts->items;
    if (!analyze_may_compare(analysis, hosts->count)) return false;
    for (size_t i = 0; i < hosts->count; i++) {
        sluice_str own = analyze_host(analysis, items[i], resource->meta->space);
        if (own.ptr && str_equal(own, host)) return true;
    }
    return false;
}

static bool
note_split(struct analysis *analysis, struct map *splits, const struct istio_resource *resource,
           const struct istio_destination *destination)
{
    sluice_str space = resource->meta->space;
    if (!destination || destination->subset.v.len == 0) return true;
    sluice_str host = analyze_host(analysis, destination->host.v, space);
    if (!host.ptr) return false;
    if (!owns(analysis, resource, host)) return true;
    void **place = map_put(splits, host);
    if (place && !*place) *place = ARENA_NEW(analysis->lower->arena, struct split);
    struct split *split = place ? *place : NULL;
    if (!split) return false;
    if (split->count == SUBSETS_OF_HOST) return true;
    split->owner[split->count] = resource;
    split->subset[split->count++] = destination->subset.v;
    return true;
}

static bool
is_gateway_bound(const struct istio_virtual_service *spec)
{
    const sluice_str *names = spec->gateways.items;
    for (size_t i = 0; i < spec->gateways.count; i++) {
        if (!str_equal(names[i], STR("mesh"))) return true;
    }
    return false;
}

static bool
check_effect(struct analysis *analysis, struct map *splits, struct istio_resource *resource,
             const struct istio_destination *destination)
{
    sluice_str space = resource->meta->space;
    if (!destination || destination->subset.v.len) return true;
    sluice_str host = analyze_host(analysis, destination->host.v, space);
    if (!host.ptr) return false;
    const struct split *split = map_get(splits, host);
    for (size_t i = 0; split && i < split->count; i++) {
        const struct envelope *owner = split->owner[i]->meta;
        FINDING(analysis, resource, WARNING, "IST0140",
                analyze_place(destination->node, STR("host")),
                "the subset \"%.*s\" that the VirtualService \"%.*s/%.*s\" routes \"%.*s\" to does "
                "not count for this route at the gateway; name it here if it is meant",
                STR_ARG(split->subset[i]), STR_ARG(owner->space), STR_ARG(owner->name),
                STR_ARG(destination->host.v));
    }
    return true;
}

static bool
each_route(struct analysis *analysis, struct map *splits, struct istio_resource *resource,
           bool noting)
{
    const struct value_list *http = &resource->virtual_service->http;
    const struct istio_http_route *rules = http->items;
    for (size_t i = 0; i < http->count; i++) {
        const struct istio_http_destination *items = rules[i].route.items;
        for (size_t k = 0; k < rules[i].route.count; k++) {
            const struct istio_destination *to = items[k].destination;
            bool ok = noting ? note_split(analysis, splits, resource, to)
                             : check_effect(analysis, splits, resource, to);
            if (!ok) return false;
        }
    }
    return true;
}

bool
analyze_subset_effect(struct analysis *analysis)
{
    const struct istio_set *set = analysis->lower->set;
    struct map splits = map_init(analysis->lower->arena);
    bool ok = true;
    for (size_t i = 0; ok && i < set->count_of[ISTIO_VIRTUAL_SERVICE]; i++) {
        struct istio_resource *resource = set->of[ISTIO_VIRTUAL_SERVICE][i];
        if (resource->traits.subset) ok = each_route(analysis, &splits, resource, true);
    }
    for (size_t i = 0; ok && splits.count && i < set->count_of[ISTIO_VIRTUAL_SERVICE]; i++) {
        struct istio_resource *resource = set->of[ISTIO_VIRTUAL_SERVICE][i];
        if (!is_gateway_bound(resource->virtual_service)) continue;
        ok = each_route(analysis, &splits, resource, false);
    }
    map_free(&splits);
    return ok;
}
