/* build_lists: which route lists there are, and where each goes. */
#include "router/builder.h"

/* Rules begin on half a cache line, a list on a whole one. */
enum { LIST_WORDS = sizeof(struct route_list) / 8, RULE_WORDS = sizeof(struct rule) / 8, LINE = 8 };

static size_t
round_up(size_t words, size_t to)
{
    return (words + to - 1) / to * to;
}

/* ---- counting: each list, action and resource once ---- */

static bool
count_rules(struct builder *builder, struct placed *placed)
{
    const struct model_route_list *list = placed->from;
    const struct model_resource *before = NULL;
    for (size_t i = 0; i < list->count; i++) {
        const struct model_rule *rule = &list->rules[i];
        placed->predicate_words += build_predicate_words(rule);
        if (!build_action_index(builder, &rule->action)) return false;
        bool new = rule->resource && rule->resource != before;
        before = rule->resource;
        if (new && !build_index(builder, &builder->resources, build_pointer_key(&rule->resource))) {
            return false;
        }
    }
    return true;
}

static bool
add_list(struct builder *builder, const struct model_route_list *from)
{
    size_t count = builder->lists.count;
    builder->placed = arena_grow(builder->scratch, builder->placed, count - 1,
                                 &builder->placed_capacity, sizeof(*builder->placed));
    if (!builder->placed) return build_fail(builder, SLUICE_ERR_NOMEM);
    builder->placed[count - 1] = (struct placed){.from = from};
    return count_rules(builder, &builder->placed[count - 1]);
}

/* A list and those that it falls through to, as far as they are new. */
static bool
count_chain(struct builder *builder, const struct model_route_list *const *field)
{
    for (; *field; field = &(*field)->next) {
        size_t before = builder->lists.count;
        if (!build_index(builder, &builder->lists, build_pointer_key(field))) return false;
        if (builder->lists.count == before) break;
        if (!add_list(builder, *field)) return false;
    }
    return true;
}

const struct placed *
build_placed(struct builder *builder, const struct model_route_list *const *field)
{
    size_t index = build_index(builder, &builder->lists, build_pointer_key(field));
    return index ? &builder->placed[index - 1] : NULL;
}

static bool
count_model(struct builder *builder, const struct model *model)
{
    for (size_t i = 0; i < model->listener_count; i++) {
        const struct model_listener *listener = &model->listeners[i];
        for (size_t k = 0; k < listener->host_count; k++) {
            if (!count_chain(builder, &listener->hosts[k].routes)) return false;
        }
    }
    return true;
}

/* ---- placing ---- */

/* Where a list ends that is placed from here on. */
static size_t
place_list(struct placed *placed, size_t place)
{
    size_t count = placed->from->count;
    size_t rules = round_up(LIST_WORDS + build_filter_words(count), RULE_WORDS);
    size_t predicates = rules + count * RULE_WORDS;
    placed->place = (uint32_t)place;
    placed->rules = (uint32_t)rules;
    placed->predicates = (uint32_t)predicates;
    return round_up(place + predicates + placed->predicate_words, LINE);
}

bool
build_lists(struct builder *builder, const struct model *model, uint32_t max_rules)
{
    size_t rules = 0, words = 0;
    if (!count_model(builder, model)) return false;
    for (size_t i = 0; i < builder->lists.count; i++) {
        rules += builder->placed[i].from->count;
        words = place_list(&builder->placed[i], words);
        if (words > UINT32_MAX / 2) break;
    }
    if (rules > max_rules || words > UINT32_MAX / 2) {
        struct diag_place nowhere = {0};
        diag_add(builder->diags, SLUICE_SEVERITY_ERROR, "SL0006", &nowhere,
                 "%zu rules are more than the limit of %u", rules, (unsigned)max_rules);
        return build_fail(builder, SLUICE_ERR_LIMIT);
    }
    builder->router->lists = build_lines(builder, words, sizeof(uint64_t));
    builder->router->rule_count = (uint32_t)rules;
    return builder->router->lists != NULL;
}
