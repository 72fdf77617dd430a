/* origin: a rule's place in the resources, spelled out. */
#include "router/act.h"

void
act_origin(const sluice_router *router, const struct rule *rule, sluice_matched *matched)
{
    static const struct resource no_resource;
    const struct origin *origin = &rule->origin;
    const struct resource *resource =
        origin->resource == NO_RESOURCE ? &no_resource : &router->resources[origin->resource];
    const struct rule_names *names = &router->rule_names[origin->names];
    *matched = (sluice_matched){
        .kind = resource->kind,
        .space = resource->space,
        .name = resource->name,
        .rule = origin->rule,
        .match = origin->match,
        .route_name = names->route,
        .rule_name = names->rule,
        .line = origin->line,
    };
}
