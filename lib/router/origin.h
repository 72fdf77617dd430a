/*
 * origin: a rule's place in the resources, spelled out.
 */
#ifndef SLUICE_ROUTER_ORIGIN_H
#define SLUICE_ROUTER_ORIGIN_H

#include "router/layout.h"

static inline void
origin_show(const sluice_router *router, const struct rule *rule, sluice_matched *matched)
{
    const struct origin *origin = &rule->origin;
    const struct rule_names *names = &router->rule_names[origin->names];
    matched->rule = origin->rule;
    matched->match = origin->match;
    matched->line = origin->line;
    if (origin->resource == NO_RESOURCE) {
        matched->kind = (sluice_str){NULL, 0};
        matched->space = (sluice_str){NULL, 0};
        matched->name = (sluice_str){NULL, 0};
    } else {
        const struct resource *resource = resource_at(router, origin->resource);
        const char *space = resource->text + resource->kind_len;
        matched->kind = str_make(resource->text, resource->kind_len);
        matched->space = str_make(space, resource->space_len);
        matched->name = str_make(space + resource->space_len, resource->name_len);
    }
    matched->route_name = names->route;
    matched->rule_name = names->rule;
}

#endif
