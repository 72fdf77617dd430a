/* origin: a rule's place in the resources, spelled out. */
#include "router/act.h"

void
act_origin(const sluice_router *router, const struct rule *rule, sluice_matched *matched)
{
    static const struct resource no_resource;
    static const sluice_str no_names[2];
    const struct origin *origin = &router->origins[rule - router->rules];
    const struct resource *resource =
        origin->resource == NO_RESOURCE ? &no_resource : &router->resources[origin->resource];
    const sluice_str *names = origin->names ? origin->names : no_names;
    *matched = (sluice_matched){
        .kind = resource->kind,
        .space = resource->space,
        .name = resource->name,
        .rule = origin->rule,
        .match = origin->match,
        .route_name = names[0],
        .rule_name = names[1],
        .line = origin->line,
    };
}
