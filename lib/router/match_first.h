/*
 * match_first: the first rule of a list that holds. Inline for decide.c.
 */
#ifndef SLUICE_ROUTER_MATCH_FIRST_H
#define SLUICE_ROUTER_MATCH_FIRST_H

#include "base/word.h"
#include "router/match_plain.h"

/* The first rule of a long list that holds, by its index. */
const struct rule *match_search(struct view *view, const struct route_list *routes);

/* The first n bytes, n from 0 to 8; then the same without the bit that tells cases apart; then, of
 * rules that want nothing else, the first n bytes again. */
#define MASK(n) (UINT64_MAX >> (64 - 8 * (n)))
#define FOLD(n) (MASK(n) & ~(0x20 * WORD_ONES))
static const uint64_t filter_masks[] = {
    0, MASK(1), MASK(2), MASK(3), MASK(4), MASK(5), MASK(6), MASK(7), MASK(8),
    0, FOLD(1), FOLD(2), FOLD(3), FOLD(4), FOLD(5), FOLD(6), FOLD(7), FOLD(8),
    0, MASK(1), MASK(2), MASK(3), MASK(4), MASK(5), MASK(6), MASK(7), MASK(8),
};
#undef MASK
#undef FOLD

static inline uint64_t
filter_word(sluice_str path, const struct route_list *list)
{
    sluice_str rest = str_skip(path, list->window);
    return word_first(rest.ptr, rest.len);
}

/* Those of a group's rules whose path may be this one, sixteen at a time. `wide`: the list has more
 * than sixteen. */
static inline uint32_t
filter_group_passes(const struct filter_group *group, const char *tags, uint64_t path, bool wide)
{
    word_pair tag = word_pair_splat((unsigned char)filter_tag(path & filter_masks[group->mask]));
    uint32_t found = word_pair_bits((word_pair)(word_pair_load(tags) == tag));
    if (wide) found |= word_pair_bits((word_pair)(word_pair_load(tags + 16) == tag)) << 16;
    return found & group->rules;
}

/* A rule whose path may be this one. Where there are many hosts, neither rule nor predicates are in
 * a cache: both lines are asked for, and the headers looked at meanwhile. */
static inline bool
match_candidate(struct view *view, const struct rule *rule, const struct filter *filter)
{
    enum { LINE = 64 };
    const uint32_t headers = filter->headers;
    __builtin_prefetch(rule);
    __builtin_prefetch((const char *)rule + LINE);
    if (headers && !view_has_headers(view, view->router->header_sets[headers])) return false;
    return match_rule_inline(view, rule, (const void *)(rule + 1));
}

/* Of few rules: one after the other, past those whose filter the request fails. */
static inline const struct rule *
match_few(struct view *view, const struct route_list *list)
{
    const uint64_t path = filter_word(view->path, list), *words = list_words(list);
    const struct filter *filters = list_filters(list);
    const size_t count = list->count;
    for (size_t i = 0; i < count; i++) {
        const struct filter *filter = &filters[i];
        if ((path ^ words[i]) & filter_masks[filter->mask]) continue;
        const struct rule *rule = list_rule_at(list, filter);
        if (filter->mask >= FILTER_SURE) return rule;
        if (match_candidate(view, rule, filter)) return rule;
    }
    return NULL;
}

/* The rules of a short list of more whose path may be this one. Behind the tags stand filters and
 * rules, so what is read past the last tag is the list's own. */
static inline uint32_t
match_filter(sluice_str whole, const struct route_list *list)
{
    const uint64_t path = filter_word(whole, list);
    const struct filter_group *group = list_groups(list), *end = group + list->group_count;
    const char *tags = (const char *)end;
    uint32_t found = 0;
    if (list->count <= 16) {
        for (; group < end; group++) {
            found |= filter_group_passes(group, tags, path, false);
        }
    } else {
        for (; group < end; group++) {
            found |= filter_group_passes(group, tags, path, true);
        }
    }
    return found;
}

/* The first that holds of those that match_filter() found. */
static inline const struct rule *
match_found(struct view *view, const struct route_list *list, uint32_t found)
{
    for (; found; found &= found - 1) {
        const struct filter *filter = &list_filters(list)[__builtin_ctz(found)];
        const struct rule *rule = list_rule_at(list, filter);
        if (match_candidate(view, rule, filter)) return rule;
    }
    return NULL;
}

/* The first rule of a list that holds. `found`: what match_filter() found, if it has groups. */
static inline const struct rule *
match_list(struct view *view, const struct route_list *list, uint32_t found)
{
    if (list->group_count) return match_found(view, list, found);
    return list->index ? match_search(view, list) : match_few(view, list);
}

#endif
