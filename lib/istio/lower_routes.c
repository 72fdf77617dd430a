/* lower_routes: the http rules of a VirtualService as a list for one listener. */
#include "istio/lower.h"

bool
rule_list_add(struct lower *lower, struct rule_list *list, struct model_rule rule)
{
    struct model_rule *items =
        arena_grow(lower->arena, list->items, list->count, &list->capacity, sizeof(*items));
    if (!items) {
        lower->failed = true;
        return false;
    }
    list->items = items;
    list->items[list->count++] = rule;
    return true;
}

const struct model_route_list *
rule_list_finish(struct lower *lower, const struct rule_list *list)
{
    struct model_route_list *routes = ARENA_NEW(lower->arena, struct model_route_list);
    if (!routes) {
        lower->failed = true;
        return NULL;
    }
    *routes = (struct model_route_list){.rules = list->items, .count = list->count};
    return routes;
}

/* Static tests that can be decided now: the block's gateways, and the port of a known listener. */
static bool
block_applies(struct lower *lower, const struct lower_source *source,
              const struct istio_http_match *match, const struct lower_scope *scope)
{
    if (scope->port && match->more->port.v > 0 && (uint32_t)match->more->port.v != scope->port)
        return false;
    if (match->more->gateways.count == 0) return true;
    const sluice_str *gateways = match->more->gateways.items;
    for (size_t i = 0; i < match->more->gateways.count; i++) {
        sluice_str name = expand_gateway(lower, gateways[i], source->resource->meta->space);
        if (str_equal(name, scope->mesh ? STR("mesh") : scope->gateway)) return true;
    }
    return false;
}

/* NULL where there are none, or where memory ran out. */
static const struct model_rule_names *
names_of(struct lower *lower, const struct istio_http_route *route,
         const struct istio_http_match *match)
{
    sluice_str rule = route->more->name.v, block = match ? match->more->name.v : STR("");
    if (rule.len == 0 && block.len == 0) return NULL;
    struct model_rule_names *names = ARENA_NEW(lower->arena, struct model_rule_names);
    if (!names) return NULL;
    *names = (struct model_rule_names){rule, rule};
    if (block.len) {
        names->route = arena_concat(lower->arena, (sluice_str[]){rule, STR("."), block}, 3);
    }
    return names;
}

static bool
add_entry(struct lower *lower, const struct lower_source *source, const struct lower_scope *scope,
          const struct istio_http_route *route, uint32_t index, int32_t block,
          struct rule_list *list)
{
    struct predicate_list predicates = {0};
    const struct istio_http_match *match =
        block < 0 ? NULL : (const struct istio_http_match *)route->match.items + block;
    if (match && !block_applies(lower, source, match, scope)) return true;
    if (match && !lower_match(lower, match, scope, &predicates)) return false;
    if (source->semantics != SEMANTICS_ISTIO) lower_match_segments(&predicates);
    const struct model_action *action = lower_action(lower, source, route, scope);
    if (!action) return false;
    struct model_rule rule = {
        .predicates = predicates.items,
        .predicate_count = (uint32_t)predicates.count,
        .action = action,
        .resource = source->origin,
        .rule = index,
        .match = block,
        .names = names_of(lower, route, match),
        .line = match ? match->line : route->node->line,
    };
    return rule_list_add(lower, list, rule);
}

static size_t
count_static(const struct model_rule *rule)
{
    size_t count = 0;
    for (size_t i = 0; i < rule->predicate_count; i++) {
        count += lower_is_static(&rule->predicates[i]);
    }
    return count;
}

/* After an entry that always catches everything, no later one exists (docs/rules.md, "Order of
 * rules"). */
static bool
ends_list(const struct rule_list *list)
{
    const struct model_rule *last = list->count ? &list->items[list->count - 1] : NULL;
    return last && lower_is_catch_all(last) && count_static(last) == 0;
}

/* Most lists are of one VirtualService: room for all of its entries. */
static bool
make_room(struct lower *lower, const struct value_list *http, struct rule_list *list)
{
    const struct istio_http_route *routes = http->items;
    size_t entries = 0;
    if (list->capacity > 0) return true;
    for (size_t i = 0; i < http->count; i++) {
        entries += routes[i].match.count ? routes[i].match.count : 1;
    }
    list->items = ARENA_ROOM(lower->arena, struct model_rule, entries);
    if (list->items) list->capacity = entries;
    return list->items != NULL;
}

bool
lower_routes(struct lower *lower, const struct lower_source *source,
             const struct lower_scope *scope, struct rule_list *list)
{
    const struct value_list *http = &source->resource->virtual_service->http;
    const struct istio_http_route *routes = http->items;
    if (!make_room(lower, http, list)) return false;
    for (size_t i = 0; i < http->count && !ends_list(list); i++) {
        size_t blocks = routes[i].match.count;
        if (routes[i].more->delegate) continue; /* resolved before, or dangling */
        if (blocks == 0 && !add_entry(lower, source, scope, &routes[i], (uint32_t)i, -1, list)) {
            return false;
        }
        for (size_t k = 0; k < blocks && !ends_list(list); k++) {
            if (!add_entry(lower, source, scope, &routes[i], (uint32_t)i, (int32_t)k, list)) {
                return false;
            }
        }
    }
    return true;
}

bool
lower_is_catch_all(const struct model_rule *rule)
{
    for (size_t i = 0; i < rule->predicate_count; i++) {
        const struct model_predicate *predicate = &rule->predicates[i];
        if (lower_is_static(predicate)) continue;
        if (predicate->subject != MODEL_PATH) return false;
        const struct model_matcher *matcher = &predicate->matcher;
        bool root = matcher->op == MODEL_PREFIX && str_equal(matcher->value, STR("/"));
        bool any = matcher->op == MODEL_REGEX && str_equal(matcher->value, STR(".*"));
        if (!root && !any) return false;
    }
    return true;
}

bool
lower_always_applies(const struct model_rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (count_static(&rules[i]) == 0) return true;
    }
    return false;
}

bool
lower_guards(struct lower *lower, const struct model_rule *rules, size_t count,
             struct rule_list *guards)
{
    static const struct model_action not_found = {.kind = MODEL_NOT_FOUND,
                                                  .timeout_ns = SLUICE_NO_DURATION,
                                                  .backend_timeout_ns = SLUICE_NO_DURATION};
    for (size_t i = 0; i < count; i++) {
        const struct model_rule *rule = &rules[i];
        struct model_predicate *kept =
            ARENA_ARRAY(lower->arena, struct model_predicate, count_static(rule));
        size_t tests = 0;
        for (size_t k = 0; kept && k < rule->predicate_count; k++) {
            if (lower_is_static(&rule->predicates[k])) kept[tests++] = rule->predicates[k];
        }
        struct model_rule guard = {.predicates = kept,
                                   .predicate_count = (uint32_t)tests,
                                   .action = &not_found,
                                   .match = -1};
        if (!kept || !rule_list_add(lower, guards, guard)) return false;
    }
    return true;
}
