/*
 * origin: a rule's place in the resources, spelled out.
 */
#ifndef SLUICE_ROUTER_ORIGIN_H
#define SLUICE_ROUTER_ORIGIN_H

#include "router/layout.h"

static inline void
origin_show(const sluice_router *router, const struct rule *rule, sluice_matched *matched)
{
    const struct origin *origin = &router->origins[rule - router->rules];
    matched->rule = origin->rule;
    matched->match = origin->match;
    matched->line = origin->line;
    if (origin->resource == NO_RESOURCE) {
        matched->kind = (sluice_str){NULL, 0};
        matched->space = (sluice_str){NULL, 0};
        matched->name = (sluice_str){NULL, 0};
    } else {
        const struct resource *resource = &router->resources[origin->resource];
        matched->kind = resource->kind;
        matched->space = resource->space;
        matched->name = resource->name;
    }
    if (!origin->names) {
        matched->route_name = (sluice_str){NULL, 0};
        matched->rule_name = (sluice_str){NULL, 0};
    } else {
        matched->route_name = origin->names[0];
        matched->rule_name = origin->names[1];
    }
}

#endif
