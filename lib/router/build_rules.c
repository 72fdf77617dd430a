/* build_rules: rules, their predicates, origins and actions. */
#include "router/builder.h"

struct filling {
    struct rule_names *names; /* in scratch */
    size_t name_count, name_capacity, action_count;
    const struct model_resource *resource; /* of the rule before */
    uint32_t resource_place;
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
        size_t number = build_index(builder, &builder->resources, key); /* was counted */
        if (number) filling->resource_place = builder->resource_places[number - 1];
    }
    if (rule->resource) origin.resource = filling->resource_place;
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

/* Where its predicates end. */
static uint64_t *
convert_rule(struct builder *builder, struct filling *filling, struct rule *to,
             const struct model_rule *from, uint64_t *predicates)
{
    *to = (struct rule){
        .predicate = (uint32_t)(predicates - builder->router->lists),
        .predicate_count = from->predicate_count,
        .action = action_index(builder, filling, from),
        .origin = convert_origin(builder, filling, from),
    };
    return predicates + build_predicates(builder, predicates, from);
}

/* Each rule with its predicates behind it. */
static void
convert_short(struct builder *builder, struct filling *filling, struct route_list *to,
              const struct model_route_list *from)
{
    struct filter *filters = list_filters(to);
    uint64_t *at = (void *)list_rules(to);
    for (size_t i = 0; i < from->count; i++) {
        struct rule *rule = (void *)at;
        filters[i].place = (uint16_t)(at - (const uint64_t *)to);
        at = convert_rule(builder, filling, rule, &from->rules[i], (void *)(rule + 1));
    }
}

/* All rules, then all predicates. */
static void
convert_long(struct builder *builder, struct filling *filling, struct route_list *to,
             const struct model_route_list *from)
{
    struct rule *rules = list_rules(to);
    uint64_t *at = (void *)(rules + from->count);
    for (size_t i = 0; i < from->count; i++) {
        at = convert_rule(builder, filling, &rules[i], &from->rules[i], at);
    }
}

static void
convert_list(struct builder *builder, struct filling *filling, const struct placed *placed)
{
    const struct model_route_list *from = placed->from;
    const struct placed *next = from->next ? build_placed(builder, &from->next) : NULL;
    struct route_list *to = list_at(builder->router, placed->place);
    *to = (struct route_list){
        .count = (uint32_t)from->count,
        .rules = (uint16_t)build_rules_begin(placed),
        .next = next ? next->place : NO_ROUTES,
    };
    if (placed->is_short) {
        convert_short(builder, filling, to, from);
    } else {
        convert_long(builder, filling, to, from);
    }
}

static struct rule *
rule_of(struct builder *builder, const struct placed *placed, size_t i)
{
    const struct route_list *list = list_at(builder->router, placed->place);
    return placed->is_short ? list_rule_at(list, &list_filters(list)[i]) : &list_rules(list)[i];
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
        const struct placed *placed = &builder->placed[i];
        for (size_t k = 0; k < placed->from->count; k++) {
            struct rule *rule = rule_of(builder, placed, k);
            rule->action = numbers[rule->action];
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
    struct action *actions = build_lines(builder, count, sizeof(*actions));
    if (!actions) return false;
    if (count) memcpy(actions, all, count * sizeof(*actions));
    builder->router->actions = actions;
    renumber_actions(builder, numbers);
    return true;
}

static bool
convert_resource(struct builder *builder, struct resource *to, const struct model_resource *from)
{
    sluice_str parts[] = {from->kind, from->space, from->name};
    bool fits =
        from->kind.len <= KIND_MAX && from->space.len <= SPACE_MAX && from->name.len <= UINT32_MAX;
    if (!fits) {
        struct diag_place nowhere = {0};
        diag_add(builder->diags, SLUICE_SEVERITY_ERROR, "SL0006", &nowhere,
                 "the kind or namespace of a resource is longer than %d and %d bytes",
                 (int)KIND_MAX, (int)SPACE_MAX);
        return build_fail(builder, SLUICE_ERR_LIMIT);
    }
    to->text = arena_concat(builder->keep, parts, 3).ptr;
    to->kind_len = from->kind.len & KIND_MAX;
    to->space_len = from->space.len & SPACE_MAX;
    to->name_len = (uint32_t)from->name.len;
    return to->text != NULL || build_fail(builder, SLUICE_ERR_NOMEM);
}

static bool
convert_resources(struct builder *builder)
{
    for (size_t i = 0; i < builder->resources.count; i++) {
        const struct model_resource *from = build_pointer_of(&builder->resources.entries[i]);
        struct resource *to = resource_at(builder->router, builder->resource_places[i]);
        if (!convert_resource(builder, to, from)) return false;
    }
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
