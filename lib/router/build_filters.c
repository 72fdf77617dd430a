/* build_filters: what each rule of a short list needs at least. */
#include "base/word.h"
#include "router/builder.h"

/* The path's first eight bytes must be these, or these and then nothing or anything. */
static void
require_path(struct filter *filter, sluice_str text, bool whole, bool fold)
{
    filter->word = word_first(text.ptr, text.len);
    filter->mask = text.len >= 8 || whole ? UINT64_MAX : word_mask(text.len);
    if (fold) { /* letters and a few others pass in either case */
        filter->mask &= ~(0x20 * WORD_ONES);
        filter->word &= filter->mask;
    }
}

static void
require(const struct builder *builder, struct filter *filter, const struct predicate *predicate)
{
    bool fold = predicate->flags & PREDICATE_IGNORE_CASE;
    if (predicate->flags & (PREDICATE_NEGATE | PREDICATE_ABSENT_IS_EMPTY)) return;
    if (predicate->subject == SUBJECT_HEADER && predicate->name < 64) {
        filter->headers |= UINT64_C(1) << predicate->name;
    }
    if (predicate->subject != SUBJECT_PATH) return;
    if (predicate->op == OP_EXACT) {
        require_path(filter, predicate->text, true, fold);
    } else if (predicate->op == OP_PREFIX || predicate->op == OP_SEGMENT_PREFIX) {
        require_path(filter, predicate->text, false, fold);
    } else if (predicate->op == OP_REGEX) {
        require_path(filter, builder->literals[predicate->regex].prefix, false, false);
    }
}

static void
fill_filters(const struct builder *builder, const struct route_list *list, struct filter *filters)
{
    const struct sluice_router *router = builder->router;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct rule *rule = &router->rules[list->rule + i];
        for (uint32_t k = rule[0].predicate; k < rule[1].predicate; k++) {
            require(builder, &filters[i], &router->predicates[k]);
        }
    }
}

bool
build_filters(struct builder *builder)
{
    struct sluice_router *router = builder->router;
    size_t count = 0;
    for (uint32_t i = 0; i < router->route_list_count; i++) {
        if (router->route_lists[i].count <= SHORT_LIST) count += router->route_lists[i].count;
    }
    struct filter *filters = build_array(builder, count, sizeof(*filters));
    if (!filters) return false;
    router->filters = filters;
    uint32_t at = 0;
    for (uint32_t i = 0; i < router->route_list_count; i++) {
        struct route_list *list = &router->route_lists[i];
        if (list->count > SHORT_LIST) continue;
        list->filter = at;
        fill_filters(builder, list, &filters[at]);
        at += list->count;
    }
    return true;
}
