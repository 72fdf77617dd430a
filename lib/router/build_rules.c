#include "router/builder.h"

/* What the route lists of a model hold, each list and action counted once. */
struct totals {
    size_t rules, predicates;
};

static bool
count_list(struct builder *builder, const struct model_route_list *list, struct totals *totals)
{
    const struct model_rule *before = NULL;
    for (size_t i = 0; i < list->count; i++) {
        const struct model_rule *rule = &list->rules[i];
        totals->rules++;
        totals->predicates += rule->predicate_count;
        if (!build_index(builder, &builder->actions, build_pointer_key(&rule->action))) {
            return false;
        }
        bool new = rule->resource && (!before || before->resource != rule->resource);
        before = rule;
        if (new && !build_index(builder, &builder->resources, build_pointer_key(&rule->resource))) {
            return false;
        }
    }
    return true;
}

/* A list and those that it falls through to, as far as they are new. */
static bool
count_chain(struct builder *builder, const struct model_route_list *const *place,
            struct totals *totals)
{
    for (; *place; place = &(*place)->next) {
        size_t before = builder->lists.count;
        if (!build_index(builder, &builder->lists, build_pointer_key(place))) return false;
        if (builder->lists.count == before) break;
        if (!count_list(builder, *place, totals)) return false;
    }
    return true;
}

static bool
count_model(struct builder *builder, const struct model *model, struct totals *totals)
{
    for (size_t i = 0; i < model->listener_count; i++) {
        const struct model_listener *listener = &model->listeners[i];
        for (size_t k = 0; k < listener->host_count; k++) {
            if (!count_chain(builder, &listener->hosts[k].routes, totals)) return false;
        }
    }
    return true;
}

/* ---- rules ---- */

struct filling {
    struct rule *rules;
    struct predicate *predicates;
    struct origin *origins;
    uint32_t rule_count, predicate_count, action_count;
    const struct model_resource *resource; /* of the rule before */
    uint32_t resource_index;
};

/* The match blocks of one rule follow each other and mostly have the same names: kept once. */
static const sluice_str *
convert_names(struct builder *builder, const struct model_rule *rule, const struct origin *before)
{
    if (rule->route_name.len == 0 && rule->rule_name.len == 0) return NULL;
    const sluice_str *names = before ? before->names : NULL;
    if (names && str_equal(names[0], rule->route_name) && str_equal(names[1], rule->rule_name)) {
        return names;
    }
    return build_text_list(builder, (sluice_str[]){rule->route_name, rule->rule_name}, 2);
}

static struct origin
convert_origin(struct builder *builder, struct filling *filling, const struct model_rule *rule,
               const struct origin *before)
{
    struct origin origin = {
        .resource = NO_RESOURCE,
        .rule = rule->rule,
        .match = rule->match,
        .line = rule->line,
        .names = convert_names(builder, rule, before),
    };
    if (rule->resource && rule->resource != filling->resource) {
        sluice_str key = build_pointer_key(&rule->resource);
        filling->resource = rule->resource;
        filling->resource_index = (uint32_t)build_index(builder, &builder->resources, key) - 1;
    }
    if (rule->resource) origin.resource = filling->resource_index;
    return origin;
}

/* Actions were counted in the order in which they come again: the next new one needs no search. */
static uint32_t
action_index(struct builder *builder, struct filling *filling, const struct model_rule *rule)
{
    const struct map *actions = &builder->actions;
    bool next = filling->action_count < actions->count &&
                build_pointer_of(&actions->entries[filling->action_count]) == (const void *)rule->action;
    if (next) return filling->action_count++;
    return (uint32_t)build_index(builder, &builder->actions, build_pointer_key(&rule->action)) - 1;
}

static void
convert_rule(struct builder *builder, struct filling *filling, const struct model_rule *from)
{
    struct origin *origin = &filling->origins[filling->rule_count];
    *origin = convert_origin(builder, filling, from, filling->rule_count ? origin - 1 : NULL);
    build_predicates(builder, &filling->predicates[filling->predicate_count], from);
    filling->rules[filling->rule_count] = (struct rule){
        .predicate = filling->predicate_count,
        .action = action_index(builder, filling, from),
    };
    filling->predicate_count += (uint32_t)from->predicate_count;
    filling->rules[++filling->rule_count].predicate = filling->predicate_count;
}

static bool
convert_lists(struct builder *builder, struct filling *filling)
{
    size_t count = builder->lists.count;
    struct route_list *lists = build_array(builder, count, sizeof(*lists));
    if (!lists) return false;
    for (size_t i = 0; i < count; i++) {
        const struct model_route_list *from = build_pointer_of(&builder->lists.entries[i]);
        lists[i].rule = filling->rule_count;
        lists[i].predicate = filling->predicate_count;
        lists[i].count = (uint32_t)from->count;
        lists[i].next = NO_ROUTES;
        if (from->next) {
            sluice_str key = build_pointer_key(&from->next);
            lists[i].next = (uint32_t)build_index(builder, &builder->lists, key) - 1;
        }
        for (size_t k = 0; k < from->count; k++) {
            convert_rule(builder, filling, &from->rules[k]);
        }
        lists[i].predicate_count = filling->predicate_count - lists[i].predicate;
    }
    builder->router->route_lists = lists;
    builder->router->route_list_count = (uint32_t)count;
    return builder->status == SLUICE_OK;
}

static bool
convert_actions(struct builder *builder)
{
    size_t count = builder->actions.count;
    struct action *actions = build_array(builder, count, sizeof(*actions));
    if (!actions) return false;
    for (size_t i = 0; i < count; i++) {
        if (!build_action(builder, &actions[i], build_pointer_of(&builder->actions.entries[i]))) {
            return false;
        }
    }
    builder->router->actions = actions;
    return true;
}

static bool
convert_resources(struct builder *builder)
{
    size_t count = builder->resources.count;
    struct resource *resources = build_array(builder, count, sizeof(*resources));
    if (!resources) return false;
    for (size_t i = 0; i < count; i++) {
        const struct model_resource *from = build_pointer_of(&builder->resources.entries[i]);
        resources[i].kind = build_text(builder, from->kind);
        resources[i].space = build_text(builder, from->space);
        resources[i].name = build_text(builder, from->name);
    }
    builder->router->resources = resources;
    return true;
}

bool
build_rules(struct builder *builder, const struct model *model, uint32_t max_rules)
{
    struct totals totals = {0, 0};
    if (!count_model(builder, model, &totals)) return false;
    if (totals.rules > max_rules || totals.predicates > UINT32_MAX / 2) {
        struct diag_place nowhere = {0};
        diag_add(builder->diags, SLUICE_SEVERITY_ERROR, "SL0006", &nowhere,
                 "%zu rules are more than the limit of %u", totals.rules, (unsigned)max_rules);
        return build_fail(builder, SLUICE_ERR_LIMIT);
    }
    struct filling filling = {
        .rules = build_array(builder, totals.rules + 1, sizeof(struct rule)),
        .predicates = build_array(builder, totals.predicates, sizeof(struct predicate)),
        .origins = build_array(builder, totals.rules, sizeof(struct origin)),
    };
    if (builder->status != SLUICE_OK) return false;
    struct sluice_router *router = builder->router;
    router->rules = filling.rules;
    router->predicates = filling.predicates;
    router->origins = filling.origins;
    router->rule_count = (uint32_t)totals.rules;
    return convert_lists(builder, &filling) && convert_actions(builder) &&
           convert_resources(builder);
}
