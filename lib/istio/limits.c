#include "istio/limits.h"

#define CODE_LIMIT "SL0006"

struct limits {
    struct istio_resource *resource;
    const struct envelope_options *options;
    uint32_t destinations;
    bool exceeded;
};

static void
check_route(struct limits *limits, const struct value_list *route)
{
    if (route->count <= limits->destinations) return;
    limits->exceeded = true;
    istio_report(limits->resource, limits->options, SLUICE_SEVERITY_ERROR, CODE_LIMIT, route->node,
                 "the route has %zu destinations; at most %u are allowed", route->count,
                 (unsigned)limits->destinations);
}

static void
check_l4(struct limits *limits, const struct value_list *routes)
{
    const struct istio_l4_route *items = routes->items;
    for (size_t i = 0; i < routes->count; i++) {
        check_route(limits, &items[i].route);
    }
}

bool
limits_check(struct istio_set *set, const struct envelope_options *options, uint32_t destinations)
{
    struct limits limits = {.options = options, .destinations = destinations};
    for (size_t i = 0; i < set->count_of[ISTIO_VIRTUAL_SERVICE]; i++) {
        limits.resource = set->of[ISTIO_VIRTUAL_SERVICE][i];
        if (limits.resource->traits.most_destinations <= destinations) continue;
        const struct istio_virtual_service *spec = limits.resource->virtual_service;
        const struct istio_http_route *http = spec->http.items;
        for (size_t k = 0; k < spec->http.count; k++) {
            check_route(&limits, &http[k].route);
        }
        check_l4(&limits, &spec->tls);
        check_l4(&limits, &spec->tcp);
    }
    return !limits.exceeded;
}
