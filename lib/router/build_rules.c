#include "router/builder.h"

/* What the route lists of a model hold, each list and action counted once. */
struct totals {
    size_t rules, predicates;
};

static bool
count_list(struct builder *builder, const struct model_route_list *list, struct totals *totals)
{
    size_t before = builder->lists.count;
    if (!build_index(builder, &builder->lists, build_address(builder, list))) return false;
    if (builder->lists.count == before) return true;
    for (size_t i = 0; i < list->count; i++) {
        const struct model_rule *rule = &list->rules[i];
        totals->rules++;
        totals->predicates += rule->predicate_count;
        if (!build_index(builder, &builder->actions, build_address(builder, rule->action))) {
            return false;
        }
        if (rule->resource &&
            !build_index(builder, &builder->resources, build_address(builder, rule->resource))) {
            return false;
        }
    }
    return true;
}

static bool
count_model(struct builder *builder, const struct model *model, struct totals *totals)
{
    for (size_t i = 0; i < model->listener_count; i++) {
        const struct model_listener *listener = &model->listeners[i];
        for (size_t k = 0; k < listener->host_count; k++) {
            if (!count_list(builder, listener->hosts[k].routes, totals)) return false;
        }
    }
    return true;
}

static const void *
pointed_at(const struct map_entry *entry)
{
    const void *address;
    memcpy(&address, entry->key.ptr, sizeof(address));
    return address;
}

/* ---- predicates ---- */

static const struct affix *
convert_affix(struct builder *builder, const struct model_matcher *from)
{
    struct affix *to = ARENA_NEW(builder->keep, struct affix);
    if (to) {
        to->prefix = build_text(builder, from->value);
        to->suffix = build_text(builder, from->suffix);
    }
    return to;
}

static const struct cidr *
convert_cidr(struct builder *builder, const struct model_cidr *from)
{
    struct cidr *to = ARENA_NEW(builder->keep, struct cidr);
    if (to) {
        memcpy(to->address, from->address, sizeof(to->address));
        to->bits = from->bits;
    }
    return to;
}

static void
convert_value(struct builder *builder, struct predicate *to, const struct model_predicate *from)
{
    const struct model_matcher *matcher = &from->matcher;
    sluice_str text = matcher->value;
    if (from->subject == MODEL_PORT || from->subject == MODEL_PROTOCOL) {
        to->number = matcher->number;
        return;
    }
    switch (matcher->op) {
    case MODEL_REGEX:
        to->regex = build_regex(builder, text);
        return;
    case MODEL_AFFIX:
        to->affix = convert_affix(builder, matcher);
        return;
    case MODEL_CIDR:
        to->cidr = convert_cidr(builder, &matcher->cidr);
        return;
    case MODEL_SEGMENT_PREFIX:
        if (str_ends_with(text, STR("/"))) text.len--;
        break;
    case MODEL_PRESENT:
    case MODEL_EXACT:
    case MODEL_PREFIX:
    case MODEL_SUFFIX:
        break;
    }
    to->text = build_text(builder, text);
}

static uint32_t
convert_name(struct builder *builder, const struct model_predicate *from)
{
    switch (from->subject) {
    case MODEL_HEADER:
        return build_needed(builder, SLUICE_NEEDED_HEADER, from->name);
    case MODEL_QUERY:
    case MODEL_QUERY_DECODED:
        return build_needed(builder, SLUICE_NEEDED_QUERY, from->name);
    case MODEL_SOURCE_LABEL:
        return build_needed(builder, SLUICE_NEEDED_SOURCE_LABEL, from->name);
    case MODEL_CLAIM:
        return build_needed(builder, SLUICE_NEEDED_CLAIM, from->name);
    default:
        return 0;
    }
}

/* The enums of the model and of the router have the same order. */
_Static_assert((int)MODEL_PATH == SUBJECT_PATH && (int)MODEL_GRPC_METHOD == SUBJECT_GRPC_METHOD,
               "subjects");
_Static_assert((int)MODEL_PRESENT == OP_PRESENT && (int)MODEL_CIDR == OP_CIDR, "operators");

static void
convert_predicate(struct builder *builder, struct predicate *to, const struct model_predicate *from)
{
    to->subject = (uint8_t)from->subject;
    to->op = (uint8_t)from->matcher.op;
    bool absent_is_empty = from->absent_is_empty && from->matcher.op != MODEL_PRESENT;
    to->flags = (uint8_t)((from->matcher.ignore_case ? PREDICATE_IGNORE_CASE : 0) |
                          (from->negate ? PREDICATE_NEGATE : 0) |
                          (absent_is_empty ? PREDICATE_ABSENT_IS_EMPTY : 0));
    to->name = convert_name(builder, from);
    convert_value(builder, to, from);
}

/* What is cheap to look at comes first; a regular expression last. */
static unsigned
cost(const struct predicate *predicate)
{
    static const uint8_t by_subject[] = {
        [SUBJECT_PORT] = 0,           [SUBJECT_PROTOCOL] = 0,     [SUBJECT_METHOD] = 1,
        [SUBJECT_PATH] = 1,           [SUBJECT_SCHEME] = 1,       [SUBJECT_AUTHORITY] = 1,
        [SUBJECT_RAW_PATH] = 1,       [SUBJECT_SNI] = 1,          [SUBJECT_SOURCE_NAMESPACE] = 1,
        [SUBJECT_GRPC_SERVICE] = 2,   [SUBJECT_GRPC_METHOD] = 2,  [SUBJECT_HEADER] = 3,
        [SUBJECT_QUERY] = 3,          [SUBJECT_SOURCE_LABEL] = 3, [SUBJECT_CLAIM] = 3,
        [SUBJECT_DESTINATION_IP] = 3, [SUBJECT_SOURCE_IP] = 3,    [SUBJECT_QUERY_DECODED] = 4,
    };
    return by_subject[predicate->subject] + (predicate->op == OP_REGEX ? 16u : 0u);
}

/* Insertion sort, stable; a rule has few predicates and formats bound their number. */
static void
sort_by_cost(struct predicate *predicates, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct predicate moved = predicates[i];
        size_t to = i;
        for (; to > 0 && cost(&predicates[to - 1]) > cost(&moved); to--) {
            predicates[to] = predicates[to - 1];
        }
        predicates[to] = moved;
    }
}

/* ---- rules ---- */

struct filling {
    struct rule *rules;
    struct predicate *predicates;
    struct origin *origins;
    uint32_t rule_count, predicate_count;
};

static const sluice_str *
convert_names(struct builder *builder, const struct model_rule *rule)
{
    if (rule->route_name.len == 0 && rule->rule_name.len == 0) return NULL;
    return build_text_list(builder, (sluice_str[]){rule->route_name, rule->rule_name}, 2);
}

static struct origin
convert_origin(struct builder *builder, const struct model_rule *rule)
{
    struct origin origin = {
        .resource = NO_RESOURCE,
        .rule = rule->rule,
        .match = rule->match,
        .line = rule->line,
        .names = convert_names(builder, rule),
    };
    if (rule->resource) {
        sluice_str key = build_address(builder, rule->resource);
        if (key.ptr) {
            origin.resource = (uint32_t)build_index(builder, &builder->resources, key) - 1;
        }
    }
    return origin;
}

static void
convert_rule(struct builder *builder, struct filling *filling, const struct model_rule *from)
{
    sluice_str key = build_address(builder, from->action);
    if (!key.ptr) return;
    struct predicate *predicates = &filling->predicates[filling->predicate_count];
    for (size_t i = 0; i < from->predicate_count; i++) {
        convert_predicate(builder, &predicates[i], &from->predicates[i]);
    }
    sort_by_cost(predicates, from->predicate_count);
    filling->origins[filling->rule_count] = convert_origin(builder, from);
    filling->rules[filling->rule_count] = (struct rule){
        .predicate = filling->predicate_count,
        .predicate_count = (uint32_t)from->predicate_count,
        .action = (uint32_t)build_index(builder, &builder->actions, key) - 1,
        .origin = filling->rule_count,
    };
    filling->predicate_count += (uint32_t)from->predicate_count;
    filling->rule_count++;
}

static bool
convert_lists(struct builder *builder, struct filling *filling)
{
    size_t count = builder->lists.count;
    struct route_list *lists = ARENA_ARRAY(builder->keep, struct route_list, count);
    if (!lists) return build_fail(builder, SLUICE_ERR_NOMEM);
    for (size_t i = 0; i < count; i++) {
        const struct model_route_list *from = pointed_at(&builder->lists.entries[i]);
        lists[i] = (struct route_list){filling->rule_count, (uint32_t)from->count};
        for (size_t k = 0; k < from->count; k++) {
            convert_rule(builder, filling, &from->rules[k]);
        }
    }
    builder->router->route_lists = lists;
    builder->router->route_list_count = (uint32_t)count;
    return builder->status == SLUICE_OK;
}

static bool
convert_actions(struct builder *builder)
{
    size_t count = builder->actions.count;
    struct action *actions = ARENA_ARRAY(builder->keep, struct action, count);
    if (!actions) return build_fail(builder, SLUICE_ERR_NOMEM);
    for (size_t i = 0; i < count; i++) {
        if (!build_action(builder, &actions[i], pointed_at(&builder->actions.entries[i]))) {
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
    struct resource *resources = ARENA_ARRAY(builder->keep, struct resource, count);
    if (!resources) return build_fail(builder, SLUICE_ERR_NOMEM);
    for (size_t i = 0; i < count; i++) {
        const struct model_resource *from = pointed_at(&builder->resources.entries[i]);
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
        .rules = ARENA_ARRAY(builder->keep, struct rule, totals.rules),
        .predicates = ARENA_ARRAY(builder->keep, struct predicate, totals.predicates),
        .origins = ARENA_ARRAY(builder->keep, struct origin, totals.rules),
    };
    if (!filling.rules || !filling.predicates || !filling.origins) {
        return build_fail(builder, SLUICE_ERR_NOMEM);
    }
    struct sluice_router *router = builder->router;
    router->rules = filling.rules;
    router->predicates = filling.predicates;
    router->origins = filling.origins;
    router->rule_count = (uint32_t)totals.rules;
    return convert_lists(builder, &filling) && convert_actions(builder) &&
           convert_resources(builder);
}
