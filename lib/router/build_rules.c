#include "router/builder.h"

/* What the route lists of a model hold, each list and action counted once. */
struct totals {
    size_t rules, words; /* words: of predicates and their short texts */
};

static bool
count_list(struct builder *builder, const struct model_route_list *list, struct totals *totals)
{
    const struct model_rule *before = NULL;
    for (size_t i = 0; i < list->count; i++) {
        const struct model_rule *rule = &list->rules[i];
        totals->rules++;
        totals->words += build_predicate_words(rule);
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
    uint64_t *predicates;
    struct rule_names *names; /* in scratch */
    size_t name_count, name_capacity;
    uint32_t rule_count, word_count, action_count;
    const struct model_resource *resource; /* of the rule before */
    uint32_t resource_index;
};

/* The match blocks of one rule follow each other and mostly have the same names: kept once. */
static uint32_t
convert_names(struct builder *builder, struct filling *filling, const struct model_rule *rule)
{
    struct rule_names *names = filling->names;
    size_t count = filling->name_count;
    if (rule->route_name.len == 0 && rule->rule_name.len == 0) return 0;
    if (count && str_equal(names[count - 1].route, rule->route_name) &&
        str_equal(names[count - 1].rule, rule->rule_name)) {
        return (uint32_t)count;
    }
    names = arena_grow(builder->scratch, names, count, &filling->name_capacity, sizeof(*names));
    if (!names) {
        build_fail(builder, SLUICE_ERR_NOMEM);
        return 0;
    }
    filling->names = names;
    names[count] = (struct rule_names){rule->route_name, rule->rule_name};
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
    if (next) return filling->action_count++;
    return (uint32_t)build_index(builder, &builder->actions, build_pointer_key(&rule->action)) - 1;
}

static void
convert_rule(struct builder *builder, struct filling *filling, const struct model_rule *from)
{
    build_predicates(builder, &filling->predicates[filling->word_count], from);
    filling->rules[filling->rule_count++] = (struct rule){
        .predicate = filling->word_count,
        .predicate_count = (uint32_t)from->predicate_count,
        .action = action_index(builder, filling, from),
        .origin = convert_origin(builder, filling, from),
    };
    filling->word_count += (uint32_t)build_predicate_words(from);
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
        lists[i].predicate = filling->word_count;
        lists[i].count = (uint32_t)from->count;
        lists[i].next = NO_ROUTES;
        if (from->next) {
            sluice_str key = build_pointer_key(&from->next);
            lists[i].next = (uint32_t)build_index(builder, &builder->lists, key) - 1;
        }
        for (size_t k = 0; k < from->count; k++) {
            convert_rule(builder, filling, &from->rules[k]);
        }
    }
    builder->router->route_lists = lists;
    builder->router->route_list_count = (uint32_t)count;
    return builder->status == SLUICE_OK;
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

/* Actions that say the same are kept once: what a thousand rules share stays in the caches. */
static bool
convert_actions(struct builder *builder, struct rule *rules, size_t rule_count)
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
    for (size_t i = 0; i < rule_count; i++) {
        rules[i].action = numbers[rules[i].action];
    }
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
    if (totals.rules > max_rules || totals.words > UINT32_MAX / 2) {
        struct diag_place nowhere = {0};
        diag_add(builder->diags, SLUICE_SEVERITY_ERROR, "SL0006", &nowhere,
                 "%zu rules are more than the limit of %u", totals.rules, (unsigned)max_rules);
        return build_fail(builder, SLUICE_ERR_LIMIT);
    }
    struct filling filling = {
        .rules = build_lines(builder, totals.rules, sizeof(struct rule)),
        .predicates = build_lines(builder, totals.words, sizeof(uint64_t)),
    };
    if (builder->status != SLUICE_OK) return false;
    struct sluice_router *router = builder->router;
    router->rules = filling.rules;
    router->predicates = filling.predicates;
    router->rule_count = (uint32_t)totals.rules;
    return convert_lists(builder, &filling) && keep_names(builder, &filling) &&
           convert_actions(builder, filling.rules, totals.rules) && convert_resources(builder);
}
