/* build_rules: rules, their predicates, origins and actions. */
#include "router/builder.h"

struct filling {
    struct rule_names *names; /* in scratch */
    size_t name_count, name_capacity, action_count;
    const struct model_resource *resource; /* of the rule before */
    uint32_t resource_index;
};

/* The match blocks of one rule follow each other and mostly have the same names: kept once. */
static uint32_t
convert_names(struct builder *builder, struct filling *filling, const struct model_rule *rule)
{
    struct rule_names *names = filling->names;
    size_t count = filling->name_count;
    if (!rule->names || (rule->names->route.len == 0 && rule->names->rule.len == 0)) return 0;
    if (count && str_equal(names[count - 1].route, rule->names->route) &&
        str_equal(names[count - 1].rule, rule->names->rule)) {
        return (uint32_t)count;
    }
    names = arena_grow(builder->scratch, names, count, &filling->name_capacity, sizeof(*names));
    if (!names) {
        build_fail(builder, SLUICE_ERR_NOMEM);
        return 0;
    }
    filling->names = names;
    names[count] = (struct rule_names){rule->names->route, rule->names->rule};
    filling->name_count++;
    return (uint32_t)filling->name_count;
}

/* Behind the empty names, at 0. */
static bool
keep_names(struct builder *builder, const struct filling *filling)
{
    struct rule_names *kept = build_array(builder, filling->name_count + 1, sizeof(*kept));
    if (!kept) return false;
    for (size_t i = 0; i < filling->name_count; i++) {
        kept[i + 1].route = build_text(builder, filling->names[i].route);
        kept[i + 1].rule = build_text(builder, filling->names[i].rule);
    }
    builder->router->rule_names = kept;
    return builder->status == SLUICE_OK;
}

static struct origin
convert_origin(struct builder *builder, struct filling *filling, const struct model_rule *rule)
{
    struct origin origin = {
        .resource = NO_RESOURCE,
        .rule = rule->rule,
        .match = rule->match,
        .line = rule->line,
        .names = convert_names(builder, filling, rule),
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
    bool next =
        filling->action_count < actions->count &&
        build_pointer_of(&actions->entries[filling->action_count]) == (const void *)rule->action;
    if (next) return (uint32_t)filling->action_count++;
    return (uint32_t)build_action_index(builder, &rule->action) - 1;
}

/* How many words its predicates take. */
static size_t
convert_rule(struct builder *builder, struct filling *filling, struct rule *to,
             const struct model_rule *from, size_t predicates)
{
    size_t words = build_predicates(builder, &builder->router->lists[predicates], from);
    *to = (struct rule){
        .predicate = (uint32_t)predicates,
        .predicate_count = from->predicate_count,
        .action = action_index(builder, filling, from),
        .origin = convert_origin(builder, filling, from),
    };
    return words;
}

static struct rule *
rules_of(struct builder *builder, const struct placed *placed)
{
    return (void *)&builder->router->lists[placed->place + placed->rules];
}

static void
convert_list(struct builder *builder, struct filling *filling, const struct placed *placed)
{
    const struct model_route_list *from = placed->from;
    const struct placed *next = from->next ? build_placed(builder, &from->next) : NULL;
    *list_at(builder->router, placed->place) = (struct route_list){
        .count = (uint32_t)from->count,
        .rules = placed->rules,
        .next = next ? next->place : NO_ROUTES,
    };
    struct rule *rules = rules_of(builder, placed);
    size_t predicates = (size_t)placed->place + placed->predicates;
    for (size_t i = 0; i < from->count; i++) {
        predicates += convert_rule(builder, filling, &rules[i], &from->rules[i], predicates);
    }
}

/* The number of the first action that says the same; 0 when memory ran out. */
static size_t
number_action(struct builder *builder, const struct action *action)
{
    size_t key = build_key_begin(builder);
    build_key_number(builder, action->kind + ((uint64_t)action->empty_status << 32));
    build_key_put(builder, &action->split, sizeof(action->split));
    build_key_put(builder, &action->entries, sizeof(action->entries));
    build_key_put(builder, &action->retry, sizeof(action->retry));
    build_key_put(builder, &action->extra, sizeof(action->extra));
    void **place = build_key_end(builder, &builder->alike, key);
    if (!place) return 0;
    if (!*place) *place = (void *)(uintptr_t)builder->alike.count;
    return (size_t)(uintptr_t)*place;
}

/* The rules have the numbers of actions as they were counted. */
static void
renumber_actions(struct builder *builder, const uint32_t *numbers)
{
    for (size_t i = 0; i < builder->lists.count; i++) {
        struct rule *rules = rules_of(builder, &builder->placed[i]);
        for (size_t k = 0; k < builder->placed[i].from->count; k++) {
            rules[k].action = numbers[rules[k].action];
        }
    }
}

/* Actions that say the same are kept once: what a thousand rules share stays in the caches. */
static bool
convert_actions(struct builder *builder)
{
    size_t count = builder->actions.count;
    struct action *all = ARENA_ARRAY(builder->scratch, struct action, count);
    uint32_t *numbers = ARENA_ARRAY(builder->scratch, uint32_t, count);
    if (!all || !numbers) return build_fail(builder, SLUICE_ERR_NOMEM);
    for (size_t i = 0; i < count; i++) {
        struct action *action = &all[builder->alike.count];
        if (!build_action(builder, action, build_pointer_of(&builder->actions.entries[i]))) {
            return false;
        }
        size_t number = number_action(builder, action);
        if (number == 0) return false;
        numbers[i] = (uint32_t)number - 1;
    }
    count = builder->alike.count;
    struct action *actions = build_array(builder, count, sizeof(*actions));
    if (!actions) return false;
    if (count) memcpy(actions, all, count * sizeof(*actions));
    builder->router->actions = actions;
    renumber_actions(builder, numbers);
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
build_rules(struct builder *builder)
{
    struct filling filling = {0};
    for (size_t i = 0; i < builder->lists.count; i++) {
        convert_list(builder, &filling, &builder->placed[i]);
    }
    return builder->status == SLUICE_OK && keep_names(builder, &filling) &&
           convert_actions(builder) && convert_resources(builder);
}
