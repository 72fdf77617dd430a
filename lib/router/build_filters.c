/* build_filters: what each rule of a short list needs at least. */
#include "base/word.h"
#include "router/builder.h"

/* Path literals: the first eight bytes must be these, or be these and then nothing. */
static void
require_path(struct filter *filter, const struct predicate *predicate)
{
    sluice_str text = predicate->text;
    filter->word = word_first(text.ptr, text.len);
    filter->mask = text.len >= 8 || predicate->op == OP_EXACT ? UINT64_MAX : word_mask(text.len);
    if (predicate->flags & PREDICATE_IGNORE_CASE) {
        filter->word |= 0x20 * WORD_ONES; /* letters and a few others pass in either case */
        filter->mask &= ~(0x20 * WORD_ONES);
        filter->word &= filter->mask;
    }
}

static void
require(struct filter *filter, const struct predicate *predicate)
{
    if (predicate->flags & (PREDICATE_NEGATE | PREDICATE_ABSENT_IS_EMPTY)) return;
    if (predicate->subject == SUBJECT_HEADER && predicate->name < 64) {
        filter->headers |= UINT64_C(1) << predicate->name;
    }
    if (predicate->subject == SUBJECT_PATH &&
        (predicate->op == OP_EXACT || predicate->op == OP_PREFIX ||
         predicate->op == OP_SEGMENT_PREFIX)) {
        require_path(filter, predicate);
    }
}

static void
fill_filters(const struct sluice_router *router, const struct route_list *list,
             struct filter *filters)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const struct rule *rule = &router->rules[list->rule + i];
        for (uint32_t k = rule[0].predicate; k < rule[1].predicate; k++) {
            require(&filters[i], &router->predicates[k]);
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
        fill_filters(router, list, &filters[at]);
        at += list->count;
    }
    return true;
}
