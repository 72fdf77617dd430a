/* build_filters: what each rule of a short list needs at least. */
#include "base/word.h"
#include "router/builder.h"

struct filter_builder {
    const struct builder *builder;
    uint64_t sets[HEADER_SETS]; /* of headers, each once; the first is empty */
    uint32_t set_count;
};

/* What one rule needs. */
struct need {
    uint64_t word, headers;
    uint8_t mask;
};

/* The path's first eight bytes must be these, or these and then nothing or anything. */
static void
require_path(struct need *need, sluice_str text, bool whole, bool fold)
{
    size_t bytes = text.len >= 8 || whole ? 8 : text.len;
    need->word = word_first(text.ptr, text.len);
    need->mask = (uint8_t)(bytes + (fold ? FILTER_FOLD : 0));
    if (fold) need->word &= ~(0x20 * WORD_ONES); /* letters and a few others pass in either case */
}

static void
require(const struct builder *builder, struct need *need, const struct predicate *predicate)
{
    bool fold = predicate->flags & PREDICATE_IGNORE_CASE;
    if (predicate->flags & (PREDICATE_NEGATE | PREDICATE_ABSENT_IS_EMPTY)) return;
    if (predicate->subject == SUBJECT_HEADER && predicate->name < 64) {
        need->headers |= UINT64_C(1) << predicate->name;
    }
    if (predicate->subject != SUBJECT_PATH) return;
    if (predicate->op == OP_EXACT) {
        require_path(need, predicate->text, true, fold);
    } else if (predicate->op == OP_PREFIX || predicate->op == OP_SEGMENT_PREFIX) {
        require_path(need, predicate->text, false, fold);
    } else if (predicate->op == OP_REGEX) {
        const struct pattern *pattern = &predicate->pattern;
        sluice_str prefix = {pattern->prefix, pattern->len};
        if (prefix.len == 0) prefix = builder->literals[pattern->regex].prefix;
        require_path(need, prefix, false, false);
    }
}

/* Whether a path that passes the filter satisfies the predicate. Behind the end of a short path
 * stand zeros, which must not be taken for bytes of the prefix. */
static bool
is_sure(const struct predicate *predicate)
{
    sluice_str text = predicate->text;
    if (predicate->subject != SUBJECT_PATH || predicate->op != OP_PREFIX) return false;
    if (predicate->flags || text.len > 8) return false;
    return text.len == 0 || text.ptr[text.len - 1] != '\0';
}

static struct need
need_of(const struct builder *builder, const struct rule *rule)
{
    const struct predicate *predicates = rule_predicates(builder->router, rule);
    struct need need = {0, 0, 0};
    for (uint32_t i = 0; i < rule->predicate_count; i++) {
        require(builder, &need, &predicates[i]);
    }
    bool sure = rule->predicate_count == 0 || (rule->predicate_count == 1 && is_sure(predicates));
    if (sure) need.mask = (uint8_t)(need.mask + FILTER_SURE);
    return need;
}

/* The number of a set of headers. When there are too many: of the empty one, which all pass. */
static uint8_t
number_of(struct filter_builder *fb, uint64_t headers)
{
    uint32_t i = 0;
    while (i < fb->set_count && fb->sets[i] != headers) {
        i++;
    }
    if (i == HEADER_SETS) return 0;
    if (i == fb->set_count) fb->sets[fb->set_count++] = headers;
    return (uint8_t)i;
}

static void
fill_filters(struct filter_builder *fb, struct route_list *list)
{
    const struct rule *rules = list_rules(list);
    uint64_t *words = (void *)(list + 1);
    struct filter *filters = (void *)(words + list->count);
    for (uint32_t i = 0; i < list->count; i++) {
        struct need need = need_of(fb->builder, &rules[i]);
        const uint64_t *predicates = (const void *)rule_predicates(fb->builder->router, &rules[i]);
        size_t place = (size_t)(predicates - (const uint64_t *)list);
        words[i] = need.word;
        filters[i].mask = need.mask;
        filters[i].headers = number_of(fb, need.headers);
        filters[i].predicate = (uint16_t)(place > UINT16_MAX ? 0 : place);
    }
}

size_t
build_filter_words(size_t rule_count)
{
    if (rule_count > SHORT_LIST) return 0;
    return (rule_count * (sizeof(uint64_t) + sizeof(struct filter)) + 7) / 8;
}

static bool
keep_sets(struct filter_builder *fb, struct builder *builder)
{
    uint64_t *sets = build_array(builder, fb->set_count, sizeof(*sets));
    if (!sets) return false;
    memcpy(sets, fb->sets, fb->set_count * sizeof(*sets));
    builder->router->header_sets = sets;
    return true;
}

bool
build_filters(struct builder *builder)
{
    struct filter_builder fb = {.builder = builder, .set_count = 1};
    for (size_t i = 0; i < builder->lists.count; i++) {
        struct route_list *list = list_at(builder->router, builder->placed[i].place);
        if (list->count <= SHORT_LIST) fill_filters(&fb, list);
    }
    return keep_sets(&fb, builder);
}
