/* build_filters: what each rule of a short list needs at least. */
#include "router/builder.h"
#include "router/match_first.h"

struct filter_builder {
    const struct builder *builder;
    uint64_t sets[HEADER_SETS]; /* of headers, each once; the first is empty */
    uint32_t set_count;
};

/* What one rule needs: the path is this (`whole`) or begins with it; headers as in a set. */
struct need {
    sluice_str path;
    bool whole, fold, sure; /* sure: and nothing else */
    uint64_t headers;
};

static void
require(const struct builder *builder, struct need *need, const struct predicate *predicate)
{
    bool fold = predicate->flags & PREDICATE_IGNORE_CASE;
    if (predicate->flags & (PREDICATE_NEGATE | PREDICATE_ABSENT_IS_EMPTY)) return;
    if (predicate->subject == SUBJECT_HEADER && predicate->name < 64) {
        need->headers |= UINT64_C(1) << predicate->name;
    }
    if (predicate->subject != SUBJECT_PATH) return;
    if (predicate->op == OP_EXACT || predicate->op == OP_PREFIX ||
        predicate->op == OP_SEGMENT_PREFIX) {
        need->path = predicate->text;
        need->whole = predicate->op == OP_EXACT;
        need->fold = fold;
    } else if (predicate->op == OP_REGEX) {
        const struct pattern *pattern = &predicate->pattern;
        need->path = str_make(pattern->prefix, pattern->len);
        if (pattern->len == 0) need->path = builder->literals[pattern->regex].prefix;
        need->whole = need->fold = false;
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
    struct need need = {0};
    for (uint32_t i = 0; i < rule->predicate_count; i++) {
        require(builder, &need, &predicates[i]);
    }
    need.sure = rule->predicate_count == 0 || (rule->predicate_count == 1 && is_sure(predicates));
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

/* ---- the window: eight bytes of the path ---- */

static uint64_t
word_of(const struct need *need, size_t from)
{
    sluice_str rest = str_skip(need->path, from);
    return word_first(rest.ptr, rest.len);
}

/* How much of the window is certain. */
static uint32_t
mask_of(const struct need *need, size_t from)
{
    size_t left = str_skip(need->path, from).len;
    size_t bytes = left >= 8 || need->whole ? 8 : left;
    return (uint32_t)bytes + (need->fold ? FILTER_FOLD : 0);
}

/* How often a request for one rule would pass the filter of another. */
static size_t
count_passes(const struct need *needs, size_t count, size_t from)
{
    size_t passes = 0;
    uint64_t words[SHORT_LIST];
    for (size_t i = 0; i < count; i++) {
        words[i] = word_of(&needs[i], from);
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t mask = filter_masks[mask_of(&needs[i], from)];
        for (size_t k = 0; k < count; k++) {
            passes += ((words[i] ^ words[k]) & mask) == 0;
        }
    }
    return passes;
}

static size_t
count_same(sluice_str a, sluice_str b)
{
    size_t len = 0;
    while (len < a.len && len < b.len && a.ptr[len] == b.ptr[len]) {
        len++;
    }
    return len;
}

/* Where it begins: at the beginning, or behind what all longer paths have in common ("/api/v1/"),
 * whichever tells the rules better apart. */
static uint8_t
choose_window(const struct need *needs, size_t count)
{
    const struct need *first = NULL;
    size_t common = UINT8_MAX;
    for (size_t i = 0; i < count; i++) {
        if (needs[i].path.len <= sizeof(uint64_t)) continue;
        if (!first) first = &needs[i];
        size_t same = count_same(first->path, needs[i].path);
        if (same < common) common = same;
    }
    if (!first || count_passes(needs, count, common) >= count_passes(needs, count, 0)) return 0;
    return (uint8_t)common;
}

/* ---- groups ---- */

struct filter_group {
    uint32_t rules; /* bit i: the list's rule i */
    uint32_t mask;  /* among filter_masks */
};

struct groups {
    struct filter_group all[SHORT_LIST];
    uint32_t count;
};

static void
add_to_group(struct groups *groups, uint32_t mask, uint32_t rules)
{
    uint32_t i = 0;
    while (i < groups->count && groups->all[i].mask != mask) {
        i++;
    }
    if (i == groups->count) groups->all[groups->count++] = (struct filter_group){0, mask};
    groups->all[i].rules |= rules;
}

/* The strongest mask that sees no more than either of two. */
static uint32_t
common_mask(uint32_t a, uint32_t b)
{
    uint32_t fold = a >= FILTER_FOLD || b >= FILTER_FOLD ? FILTER_FOLD : 0;
    uint32_t x = a % FILTER_FOLD, y = b % FILTER_FOLD;
    return fold + (x < y ? x : y);
}

/* How many bytes the filters of two groups no longer see, once they are one. */
static uint32_t
lost_bytes(const struct filter_group *a, const struct filter_group *b)
{
    uint32_t left = common_mask(a->mask, b->mask) % FILTER_FOLD;
    return (a->mask % FILTER_FOLD - left) * (uint32_t)__builtin_popcount(a->rules) +
           (b->mask % FILTER_FOLD - left) * (uint32_t)__builtin_popcount(b->rules);
}

/* Make one group of the two that lose least by it. */
static void
join_groups(struct groups *groups)
{
    struct filter_group *all = groups->all;
    uint32_t x = 0, y = 1;
    for (uint32_t k = 1; k < groups->count; k++) {
        for (uint32_t i = 0; i < k; i++) {
            if (lost_bytes(&all[i], &all[k]) >= lost_bytes(&all[x], &all[y])) continue;
            x = i;
            y = k;
        }
    }
    struct filter_group joined = {all[x].rules | all[y].rules,
                                  common_mask(all[x].mask, all[y].mask)};
    all[y] = all[--groups->count]; /* y is behind x */
    all[x] = all[--groups->count];
    add_to_group(groups, joined.mask, joined.rules);
}

static uint64_t
group_mask(const struct groups *groups, uint32_t rule)
{
    uint32_t i = 0;
    while (!(groups->all[i].rules >> rule & 1)) {
        i++;
    }
    return filter_masks[groups->all[i].mask];
}

static enum filter_shape
shape_of(const struct rule *rule)
{
    const struct predicate *predicates = (const void *)(rule + 1);
    if (rule->predicate_count != 1 && rule->predicate_count != 2) return SHAPE_OTHER;
    if (!is_plain_path(&predicates[0])) return SHAPE_OTHER;
    if (!word_is_middling(predicates[0].text.len)) return SHAPE_OTHER;
    return rule->predicate_count == 1 ? SHAPE_PATH : SHAPE_PATH_AND_ONE;
}

static void
fill_groups(struct route_list *list, const struct need *needs)
{
    struct groups groups = {.count = 0};
    for (uint32_t i = 0; i < list->count; i++) {
        add_to_group(&groups, mask_of(&needs[i], list->window), UINT32_C(1) << i);
    }
    while (groups.count > FILTER_GROUPS) {
        join_groups(&groups);
    }
    list->group_count = (uint8_t)groups.count;
    for (uint32_t i = 0; i < groups.count; i++) {
        list_table(list)->rules[i] = groups.all[i].rules;
        list_table(list)->masks[i] = (uint8_t)groups.all[i].mask;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        uint64_t word = word_of(&needs[i], list->window);
        list_tags(list)[i] = (char)filter_tag(word & group_mask(&groups, i));
        struct filter *filter = &list_filters(list)[i];
        filter->shape = (uint8_t)shape_of(list_rule_at(list, filter));
    }
}

/* ---- lists ---- */

static void
fill_few(const struct route_list *list, const struct need *needs)
{
    struct filter *filters = list_filters(list);
    for (uint32_t i = 0; i < list->count; i++) {
        uint32_t mask = mask_of(&needs[i], list->window);
        if (needs[i].sure && list->window == 0) mask += FILTER_SURE;
        filters[i].mask = (uint8_t)mask;
        list_words(list)[i] = word_of(&needs[i], list->window) & filter_masks[mask];
    }
}

static void
fill_filters(struct filter_builder *fb, struct route_list *list)
{
    struct need needs[SHORT_LIST];
    struct filter *filters = list_filters(list);
    for (uint32_t i = 0; i < list->count; i++) {
        needs[i] = need_of(fb->builder, list_rule_at(list, &filters[i]));
        filters[i].headers = number_of(fb, needs[i].headers);
    }
    list->window = choose_window(needs, list->count);
    if (list->count <= FEW_RULES) {
        fill_few(list, needs);
    } else {
        fill_groups(list, needs);
    }
}

size_t
build_filter_words(size_t rule_count)
{
    size_t few = rule_count * sizeof(uint64_t);
    size_t more = sizeof(struct filter_table) + rule_count;
    size_t bytes = rule_count <= FEW_RULES ? few : more;
    return (bytes + rule_count * sizeof(struct filter) + 7) / 8;
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
        if (builder->placed[i].is_short) fill_filters(&fb, list);
    }
    return keep_sets(&fb, builder);
}
