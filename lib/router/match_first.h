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
filter_group_passes(const struct filter_table *table, size_t group, const char *tags, uint64_t path,
                    bool wide)
{
    uint64_t masked = path & filter_masks[table->masks[group]];
    word_pair tag = word_pair_splat((unsigned char)filter_tag(masked));
    uint32_t found = word_pair_bits((word_pair)(word_pair_load(tags) == tag));
    if (wide) found |= word_pair_bits((word_pair)(word_pair_load(tags + 16) == tag)) << 16;
    return found & table->rules[group];
}

/* A rule whose path may be this one. Where there are many hosts, neither rule nor predicates are in
 * a cache: both lines are asked for, and the headers looked at meanwhile. */
static inline bool
match_candidate(struct view *view, const struct rule *rule, const struct filter *filter)
{
    const uint32_t headers = filter->headers;
    __builtin_prefetch(rule);
    __builtin_prefetch((const char *)rule + CACHE_LINE);
    if (headers && !view_has_headers(view, view->router->header_sets[headers])) return false;
    return match_rule_inline(view, rule, (const void *)(rule + 1));
}

/* The same of a rule of a usual shape. Which one is known before the rule is in a cache, so that
 * what depends on it is not guessed wrongly for as long as that takes. */
static inline bool
match_usual(struct view *view, const struct rule *rule, uint32_t shape)
{
    __builtin_prefetch((const char *)rule + CACHE_LINE);
    const struct predicate *path = (const void *)(rule + 1);
    size_t len = path->text.len;
    bool whole = path->plain == PLAIN_PATH;
    if ((view->path.len < len) | (whole & (view->path.len != len))) return false;
    if (!word_same_middling(view->path.ptr, path->text.ptr, len)) return false;
    if (shape == SHAPE_PATH) return true;
    if (path[1].plain == PLAIN_HEADER) view_note_header(view, path[1].name);
    return match_predicate_inline(view, &path[1]);
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

/* The rules of a short list of more whose path may be this one. Behind the tags stand the
 * rules, so what is read past the last tag is the list's own. */
static inline uint32_t
match_filter(const struct route_list *list, uint64_t path)
{
    const struct filter_table *table = list_table(list);
    const char *tags = list_tags(list);
    const size_t count = list->group_count;
    uint32_t found = 0;
    if (list->count <= 16) {
        for (size_t i = 0; i < count; i++) {
            found |= filter_group_passes(table, i, tags, path, false);
        }
    } else {
        for (size_t i = 0; i < count; i++) {
            found |= filter_group_passes(table, i, tags, path, true);
        }
    }
    return found;
}

/* The first that holds of those that match_filter() let pass. */
static inline const struct rule *
match_passed(struct view *view, const struct route_list *list, uint32_t passed)
{
    for (; passed; passed &= passed - 1) {
        const struct filter *filter = &list_table(list)->filters[(unsigned)__builtin_ctz(passed)];
        const struct rule *rule = list_rule_at(list, filter);
        bool holds = filter->shape != SHAPE_OTHER ? match_usual(view, rule, filter->shape)
                                                  : match_candidate(view, rule, filter);
        if (holds) return rule;
    }
    return NULL;
}

/* The first rule of a list that holds. `passed`: what match_filter() let pass, if it has groups. */
static inline const struct rule *
match_list(struct view *view, const struct route_list *list, uint32_t passed)
{
    if (list->group_count) return match_passed(view, list, passed);
    return list->index ? match_search(view, list) : match_few(view, list);
}

#endif
