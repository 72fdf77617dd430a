/* origin: a rule's place in the resources, spelled out. */
#include "router/act.h"

void
act_origin(const sluice_router *router, const struct rule *rule, sluice_matched *matched)
{
    const struct origin *origin = &router->origins[rule->origin];
    *matched = (sluice_matched){.rule = origin->rule, .match = origin->match, .line = origin->line};
    if (origin->names) {
        matched->route_name = origin->names[0];
        matched->rule_name = origin->names[1];
    }
    if (origin->resource == NO_RESOURCE) return;
    const struct resource *resource = &router->resources[origin->resource];
    matched->kind = resource->kind;
    matched->space = resource->space;
    matched->name = resource->name;
}
