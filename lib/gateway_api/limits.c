#include "gateway_api/limits.h"

static const struct value_list *
backends_of(enum gateway_kind kind, const struct value_list *rules, size_t index)
{
    if (kind == GATEWAY_HTTP_ROUTE) {
        return &((const struct gateway_http_rule *)rules->items)[index].backend_refs;
    }
    if (kind == GATEWAY_GRPC_ROUTE) {
        return &((const struct gateway_grpc_rule *)rules->items)[index].backend_refs;
    }
    return &((const struct gateway_l4_rule *)rules->items)[index].backend_refs;
}

static bool
check_route(struct gateway_object *route, const struct envelope_options *options,
            uint32_t destinations)
{
    const struct value_list *rules = &route->route->rules;
    bool within = true;
    for (size_t i = 0; i < rules->count; i++) {
        const struct value_list *backends = backends_of(route->kind, rules, i);
        if (backends->count <= destinations) continue;
        gateway_report(route, options, SLUICE_SEVERITY_ERROR, "SL0006", backends->node,
                       "%zu destinations are more than the limit of %u", backends->count,
                       (unsigned)destinations);
        within = false;
    }
    return within;
}

bool
gw_limits_check(struct gateway_set *set, const struct envelope_options *options,
                uint32_t destinations)
{
    bool within = true;
    for (size_t i = 0; i < set->count; i++) {
        struct gateway_object *object = &set->items[i];
        bool route = object->kind >= GATEWAY_HTTP_ROUTE && object->kind <= GATEWAY_UDP_ROUTE;
        if (route && !check_route(object, options, destinations)) within = false;
    }
    return within;
}
