#include "gateway_api/rules.h"

/* ---- rules of any kind ---- */

static struct gw_rule
http_rule(const struct gateway_http_rule *rule)
{
    return (struct gw_rule){
        .node = rule->node,
        .name = rule->name.v,
        .filters = &rule->filters,
        .backend_refs = &rule->backend_refs,
        .timeouts = rule->timeouts,
        .retry = rule->retry,
        .session = rule->session_persistence,
    };
}

static struct gw_rule
grpc_rule(const struct gateway_grpc_rule *rule)
{
    return (struct gw_rule){
        .node = rule->node,
        .name = rule->name.v,
        .filters = &rule->filters,
        .backend_refs = &rule->backend_refs,
        .session = rule->session_persistence,
    };
}

static struct gw_rule
l4_rule(const struct gateway_l4_rule *rule)
{
    return (struct gw_rule){
        .node = rule->node, .name = rule->name.v, .backend_refs = &rule->backend_refs};
}

/* ---- entries ---- */

static struct gw_entry *
add(struct gw_lower *lower, struct gw_entries *list)
{
    struct gw_entry *items =
        arena_grow(lower->arena, list->items, list->count, &list->capacity, sizeof(*items));
    if (!items) return NULL;
    list->items = items;
    items[list->count] = (struct gw_entry){.rule.match = -1};
    return &items[list->count++];
}

/* NULL where it has none, or where memory ran out. */
static const struct model_rule_names *
names_of(struct gw_lower *lower, const struct gw_rule *rule)
{
    if (rule->name.len == 0) return NULL;
    struct model_rule_names *names = ARENA_NEW(lower->arena, struct model_rule_names);
    if (names) names->rule = rule->name;
    return names;
}

static void
tell_origin(struct gw_entry *entry, const struct gw_place *place, const struct gw_rule *rule,
            size_t index)
{
    entry->rule.resource = place->route->origin;
    entry->rule.rule = (uint32_t)index;
    entry->rule.names = names_of(place->lower, rule);
    if (entry->rule.line == 0) entry->rule.line = rule->node->line;
}

static bool
add_http_rule(const struct gw_place *place, const struct gateway_http_rule *from, size_t index,
              struct gw_entries *list)
{
    struct gw_lower *lower = place->lower;
    const struct gateway_http_match *matches = from->matches.items;
    size_t count = from->matches.count;
    struct gw_rule rule = http_rule(from);
    const struct model_action *action = gw_action(place, &rule);
    for (size_t i = 0; action && i < (count ? count : 1); i++) {
        struct gw_entry *entry = add(lower, list);
        if (!entry || !gw_match_http(lower, count ? &matches[i] : NULL, entry)) return false;
        if (count) {
            entry->rule.match = (int32_t)i;
            entry->rule.line = matches[i].node->line;
        }
        entry->rule.action = action;
        tell_origin(entry, place, &rule, index);
    }
    return action != NULL;
}

static bool
add_grpc_rule(const struct gw_place *place, const struct gateway_grpc_rule *from, size_t index,
              struct gw_entries *list)
{
    struct gw_lower *lower = place->lower;
    const struct gateway_grpc_match *matches = from->matches.items;
    size_t count = from->matches.count;
    struct gw_rule rule = grpc_rule(from);
    const struct model_action *action = gw_action(place, &rule);
    for (size_t i = 0; action && i < (count ? count : 1); i++) {
        struct gw_entry *entry = add(lower, list);
        if (!entry || !gw_match_grpc(lower, count ? &matches[i] : NULL, entry)) return false;
        if (count) {
            entry->rule.match = (int32_t)i;
            entry->rule.line = matches[i].node->line;
        }
        entry->rule.action = action;
        tell_origin(entry, place, &rule, index);
    }
    return action != NULL;
}

static bool
add_l4_rule(const struct gw_place *place, const struct gateway_l4_rule *from,
            struct gw_entries *list)
{
    struct gw_rule rule = l4_rule(from);
    const struct model_action *action = gw_action(place, &rule);
    struct gw_entry *entry = action ? add(place->lower, list) : NULL;
    if (!entry) return false;
    entry->rule.action = action;
    tell_origin(entry, place, &rule, 0);
    return true;
}

/* ---- routes ---- */

/* An HTTPRoute without rules has one that matches everything and leads nowhere. */
static bool
add_http_rules(const struct gw_place *place, struct gw_entries *list)
{
    const struct gateway_route *route = place->route->object->route;
    const struct gateway_http_rule *rules = route->rules.items;
    if (route->rules.count == 0) {
        struct gateway_http_rule bare = {.node = route->node};
        return add_http_rule(place, &bare, 0, list);
    }
    for (size_t i = 0; i < route->rules.count; i++) {
        if (!add_http_rule(place, &rules[i], i, list)) return false;
    }
    return true;
}

static bool
add_rules(const struct gw_place *place, struct gw_entries *list)
{
    const struct gateway_object *object = place->route->object;
    const struct value_list *rules = &object->route->rules;
    if (object->kind == GATEWAY_HTTP_ROUTE) return add_http_rules(place, list);
    if (object->kind == GATEWAY_GRPC_ROUTE) {
        const struct gateway_grpc_rule *items = rules->items;
        for (size_t i = 0; i < rules->count; i++) {
            if (!add_grpc_rule(place, &items[i], i, list)) return false;
        }
        return true;
    }
    /* Older versions may have more rules, of which one has a meaning. */
    return rules->count == 0 || add_l4_rule(place, rules->items, list);
}

const struct gw_entries *
gw_rules_of(struct gw_lower *lower, struct gw_route *route, bool mesh)
{
    if (route->entries[mesh]) return route->entries[mesh];
    struct gw_entries *list = ARENA_NEW(lower->arena, struct gw_entries);
    struct gw_place place = {lower, route, mesh};
    if (!list || !add_rules(&place, list)) {
        gw_fail(lower);
        return NULL;
    }
    route->reported = true;
    route->entries[mesh] = list;
    return list;
}
