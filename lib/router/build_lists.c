/* build_lists: which route lists there are, and where each goes. */
#include "router/builder.h"

enum {
    LIST_WORDS = sizeof(struct route_list) / 8,
    RULE_WORDS = sizeof(struct rule) / 8,
    RESOURCE_WORDS = sizeof(struct resource) / 8,
    LINE = 8,
};

static size_t
round_up(size_t words, size_t to)
{
    return (words + to - 1) / to * to;
}

/* ---- domains ---- */

bool
build_is_any(sluice_str domain)
{
    return domain.len == 0 || str_equal(domain, STR("*"));
}

size_t
build_domain_words(sluice_str domain)
{
    return build_is_any(domain) ? 0 : (sizeof(struct domain) + domain.len + 7) / 8;
}

static size_t
count_domains(const struct model_virtual_host *host)
{
    size_t words = 0;
    for (size_t i = 0; i < host->domain_count; i++) {
        words += build_domain_words(host->domains[i]);
    }
    return words;
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
    placed->resource_count = builder->resources.count - placed->first_resource;
    return true;
}

/* Two short lists, of which one falls through to the other, are faster than an index of so few: a
 * list that they have room for becomes two. NULL when memory ran out. */
static const struct model_route_list *
halve(struct builder *builder, const struct model_route_list *list)
{
    if (list->count <= SHORT_LIST || list->count > HALVED_LIST) return list;
    struct model_route_list *halves = ARENA_ARRAY(builder->scratch, struct model_route_list, 2);
    if (!halves) {
        build_fail(builder, SLUICE_ERR_NOMEM);
        return NULL;
    }
    halves[0] = halves[1] = *list;
    halves[0].count = SHORT_LIST;
    halves[0].next = &halves[1];
    halves[1].rules += SHORT_LIST;
    halves[1].count -= SHORT_LIST;
    return halves;
}

static bool
add_list(struct builder *builder, const struct model_route_list *from,
         const struct model_virtual_host *host)
{
    size_t count = builder->lists.count;
    from = halve(builder, from);
    if (!from) return false;
    builder->placed = arena_grow(builder->scratch, builder->placed, count - 1,
                                 &builder->placed_capacity, sizeof(*builder->placed));
    if (!builder->placed) return build_fail(builder, SLUICE_ERR_NOMEM);
    builder->placed[count - 1] = (struct placed){
        .from = from,
        .host = host,
        .first_resource = builder->resources.count,
        .domain_words = host ? count_domains(host) : 0,
    };
    return count_rules(builder, &builder->placed[count - 1]);
}

/* Count *field, unless it was counted before: then *known is its index + 1, else 0. */
static bool
count_list(struct builder *builder, const struct model_route_list *const *field,
           const struct model_virtual_host *host, size_t *known)
{
    size_t before = builder->lists.count;
    *known = build_index(builder, &builder->lists, build_pointer_key(field));
    if (*known == 0) return false;
    if (builder->lists.count == before) return true;
    *known = 0;
    return add_list(builder, *field, host);
}

static const struct placed *
last_placed(const struct builder *builder)
{
    return &builder->placed[builder->lists.count - 1];
}

/* The list of a host and those that it falls through to, as far as they are new. */
static bool
count_host(struct builder *builder, const struct model_virtual_host *host)
{
    const struct model_route_list *const *field = &host->routes;
    size_t known;
    if (!count_list(builder, field, host, &known)) return false;
    if (known) {
        bool own = builder->placed[known - 1].host == host; /* listeners may share their hosts */
        if (!own) builder->domain_words += count_domains(host);
        return true;
    }
    while (!known && (field = &last_placed(builder)->from->next, *field)) {
        if (!count_list(builder, field, NULL, &known)) return false;
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
        builder->domain_words += build_domain_words(listener->hostname);
        for (size_t k = 0; k < listener->host_count; k++) {
            if (!count_host(builder, &listener->hosts[k])) return false;
        }
    }
    return true;
}

/* ---- placing ---- */

size_t
build_rules_begin(const struct placed *placed)
{
    /* Those of a long list begin on half a cache line, so that none stands on two. */
    return placed->is_short ? LIST_WORDS + build_filter_words(placed->from->count) : LINE / 2;
}

static size_t
words_of(const struct placed *placed)
{
    return build_rules_begin(placed) + placed->from->count * RULE_WORDS + placed->predicate_words;
}

/* Where a list ends that is placed from here on. */
static size_t
place_list(struct placed *placed, size_t place)
{
    placed->is_short = placed->from->count <= SHORT_LIST;
    if (words_of(placed) > UINT16_MAX) placed->is_short = false;
    place += placed->resource_count * RESOURCE_WORDS + placed->domain_words;
    if (!placed->is_short) place = round_up(place, LINE);
    placed->place = (uint32_t)place;
    return round_up(place + words_of(placed), LINE);
}

static bool
place_resources(struct builder *builder)
{
    uint32_t *places = ARENA_ARRAY(builder->scratch, uint32_t, builder->resources.count);
    if (!places) return build_fail(builder, SLUICE_ERR_NOMEM);
    for (size_t i = 0; i < builder->lists.count; i++) {
        const struct placed *placed = &builder->placed[i];
        size_t end = placed->place - placed->domain_words;
        for (size_t k = 0; k < placed->resource_count; k++) {
            size_t behind = (placed->resource_count - k) * RESOURCE_WORDS;
            places[placed->first_resource + k] = (uint32_t)(end - behind);
        }
    }
    builder->resource_places = places;
    return true;
}

/* The bits that no number up to `most` has. */
static uint32_t
bits_above(size_t most)
{
    uint32_t above = UINT32_MAX;
    for (; most; most >>= 1) {
        above <<= 1;
    }
    return above;
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
    builder->domains_at = words;
    words += builder->domain_words;
    if (rules > max_rules || words > UINT32_MAX / 2) {
        struct diag_place nowhere = {0};
        diag_add(builder->diags, SLUICE_SEVERITY_ERROR, "SL0006", &nowhere,
                 "%zu rules are more than the limit of %u", rules, (unsigned)max_rules);
        return build_fail(builder, SLUICE_ERR_LIMIT);
    }
    builder->router->lists = build_lines(builder, words, sizeof(uint64_t));
    builder->router->host_tags = bits_above(words);
    builder->router->rule_count = (uint32_t)rules;
    return builder->router->lists && place_resources(builder);
}
