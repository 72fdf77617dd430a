/*
 * mesh_rules: the rules of one port of a Service: of each namespace that has routes of its own,
 * then those of the Service's namespace (docs/gateway-api.md, "Mesh").
 */
#include <stdlib.h>

#include "gateway_api/mesh.h"
#include "gateway_api/precedence.h"
#include "gateway_api/services.h"

struct building {
    struct gw_lower *lower;
    const struct gw_front *front;
    struct gw_contender *contenders; /* consumers' by namespace, then producers' */
    size_t count;
    struct model_rule *rules;
    size_t filled;
};

static sluice_str
space_of(const struct gw_contender *contender)
{
    return contender->route->object->meta->space;
}

/* `specificity` tells producers (0) from consumers (1) until the order is made. */
static int
by_space(const void *a, const void *b)
{
    const struct gw_contender *x = a, *y = b;
    if (x->specificity != y->specificity) return x->specificity > y->specificity ? -1 : 1;
    int order = str_compare(space_of(x), space_of(y));
    if (order) return order;
    return (x->route->order > y->route->order) - (x->route->order < y->route->order);
}

static bool
collect(struct building *building, enum gateway_kind kind, uint32_t port)
{
    const struct gw_front *front = building->front;
    building->contenders = ARENA_ARRAY(building->lower->arena, struct gw_contender, front->count);
    if (!building->contenders) return false;
    for (size_t i = 0; i < front->count; i++) {
        const struct gw_front_route *from = &front->routes[i];
        if (from->route->object->kind != kind || (from->port && from->port != port)) continue;
        bool again =
            building->count && building->contenders[building->count - 1].route == from->route;
        if (again) continue; /* by two parentRefs */
        struct gw_contender *to = &building->contenders[building->count++];
        to->route = from->route;
        to->specificity = !str_equal(space_of(to), front->space);
    }
    if (building->count > 1) {
        qsort(building->contenders, building->count, sizeof(*building->contenders), by_space);
    }
    return true;
}

/* The contenders of one namespace from `begin` on. */
static size_t
end_of_space(const struct building *building, size_t begin)
{
    size_t end = begin + 1;
    while (end < building->count && str_equal(space_of(&building->contenders[end]),
                                              space_of(&building->contenders[begin]))) {
        end++;
    }
    return end;
}

/* Callers of a namespace with routes of its own do not go on to those of the Service. */
static bool
add_guard(struct building *building, sluice_str space)
{
    static const struct model_action not_found = {.kind = MODEL_NOT_FOUND,
                                                  .timeout_ns = SLUICE_NO_DURATION,
                                                  .backend_timeout_ns = SLUICE_NO_DURATION};
    struct model_predicate *predicate = ARENA_NEW(building->lower->arena, struct model_predicate);
    if (!predicate) return false;
    *predicate = (struct model_predicate){
        .subject = MODEL_SOURCE_NAMESPACE, .matcher = {.op = MODEL_EXACT, .value = space}
    };
    building->rules[building->filled++] = (struct model_rule){
        .predicates = predicate, .predicate_count = 1, .action = &not_found, .match = -1};
    return true;
}

static bool
add_space(struct building *building, size_t begin, size_t end, bool l4)
{
    struct gw_contender *contenders = &building->contenders[begin];
    sluice_str space = space_of(contenders);
    bool consumer = !str_equal(space, building->front->space);
    size_t count = l4 ? 1 : end - begin, rules; /* of connection routes the first takes all */
    for (size_t i = 0; i < count; i++) {
        contenders[i].specificity = 0; /* hostnames say nothing here (14.6) */
    }
    if (!gw_precedence_order(building->lower, contenders, count, true, consumer ? space : STR(""),
                             &building->rules[building->filled]) ||
        !gw_precedence_count(building->lower, contenders, count, true, &rules)) {
        return false;
    }
    building->filled += rules;
    return !consumer || add_guard(building, space);
}

bool
gw_front_rules(struct gw_lower *lower, const struct gw_front *front, enum gateway_kind kind,
               struct gw_front_port *out)
{
    struct building building = {.lower = lower, .front = front};
    size_t room;
    out->list = ARENA_NEW(lower->arena, struct model_route_list);
    if (!out->list || !collect(&building, kind, out->port) ||
        !gw_precedence_count(lower, building.contenders, building.count, true, &room)) {
        return gw_fail(lower);
    }
    /* A guard for each contender at most. */
    building.rules = ARENA_ARRAY(lower->arena, struct model_rule, room + building.count);
    if (!building.rules) return gw_fail(lower);
    for (size_t begin = 0, end; begin < building.count; begin = end) {
        end = end_of_space(&building, begin);
        if (!add_space(&building, begin, end, out->family != MODEL_FAMILY_HTTP)) return false;
    }
    const struct gw_contender *last = &building.contenders[building.count - 1];
    out->open = !str_equal(space_of(last), front->space);
    out->list->rules = building.rules;
    out->list->count = building.filled;
    return true;
}

struct model_route_list *
gw_front_passthrough(struct gw_lower *lower, sluice_str space, sluice_str name, uint32_t port,
                     sluice_str app_protocol)
{
    struct model_route_list *list = ARENA_NEW(lower->arena, struct model_route_list);
    struct model_rule *rule = ARENA_NEW(lower->arena, struct model_rule);
    struct model_action *action = ARENA_NEW(lower->arena, struct model_action);
    struct model_split_entry *entry = ARENA_NEW(lower->arena, struct model_split_entry);
    struct model_destination *destination = ARENA_NEW(lower->arena, struct model_destination);
    sluice_str host = gw_service_host(lower, space, name);
    if (!list || !rule || !action || !entry || !destination || !host.ptr) {
        gw_fail(lower);
        return NULL;
    }
    *destination = (struct model_destination){
        .host = host,
        .service_name = name,
        .service_namespace = space,
        .port = port,
        .app_protocol = app_protocol,
    };
    *entry = (struct model_split_entry){.destination = destination, .weight = 1, .identity = host};
    *action = (struct model_action){
        .kind = MODEL_PASSTHROUGH,
        .split = {.entries = entry, .count = 1, .salt = host},
        .timeout_ns = SLUICE_NO_DURATION,
        .backend_timeout_ns = SLUICE_NO_DURATION,
    };
    *rule = (struct model_rule){.action = action, .match = -1};
    *list = (struct model_route_list){.rules = rule, .count = 1};
    return list;
}
