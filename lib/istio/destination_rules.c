/* destination_rules: which rules speak for a host, merged where they add up, and looked up. */
#include <stdlib.h>

#include "istio/host_set.h"
#include "istio/labels.h"
#include "istio/lower.h"

/* Rules for one host text in one namespace, in order of precedence. */
struct host_rules {
    struct istio_resource **items;
    size_t count, capacity;
    /* Of what the caller may see, for a gateway and for the mesh. NULL: not asked yet, or none. */
    struct merged_rule *merged[2];
    bool asked[2];
    enum { NOT_ASKED, VISIBLE, HIDDEN } seen; /* whether the caller sees any of them */
};

/* The rules of one namespace by host: what the caller sees in its own, what others see of it. */
struct space_rules {
    struct host_set own, exported; /* -> struct host_rules */
};

struct destination_rules {
    struct map spaces; /* -> struct space_rules */
};

static int
by_age(const void *a, const void *b)
{
    return istio_compare_age(*(struct istio_resource *const *)a,
                             *(struct istio_resource *const *)b);
}

/* Whether the caller's workload is selected; rules without a selector select everybody. */
static bool
selects_caller(const struct lower *lower, const struct istio_resource *rule)
{
    const struct istio_label_selector *selector = rule->destination_rule->workload_selector;
    const sluice_compile_options *options = lower->options;
    if (!selector) return true;
    if (!str_equal(rule->meta->space, options->proxy_namespace)) return false;
    return labels_contain(options->proxy_labels, options->proxy_label_count,
                          selector->match_labels.items, selector->match_labels.count);
}

static struct space_rules *
space_of(struct lower *lower, sluice_str space)
{
    void **place = map_put(&lower->rules->spaces, space);
    if (!place) return NULL;
    if (!*place) {
        struct space_rules *made = ARENA_NEW(lower->arena, struct space_rules);
        if (!made) return NULL;
        made->own = host_set_init(lower->arena);
        made->exported = host_set_init(lower->arena);
        *place = made;
    }
    return *place;
}

/* Exported to its own namespace alone. */
static bool
is_private(const struct lower *lower, const struct istio_resource *rule)
{
    const struct value_list *export_to = &rule->destination_rule->export_to;
    const sluice_str *items = export_to->items;
    if (export_to->count == 0) return str_equal(lower->options->default_export_to, STR("."));
    return export_to->count == 1 &&
           (str_equal(items[0], STR(".")) || str_equal(items[0], rule->meta->space));
}

static bool
is_visible(const struct lower *lower, const struct istio_resource *rule)
{
    return visibility_class(lower, &rule->destination_rule->export_to, rule->meta->space,
                            lower->options->proxy_namespace) >= 0;
}

/* Whether it counts in the first step, that of the caller's namespace; in the root namespace only
 * what is private to it does. */
static bool
is_own(const struct lower *lower, const struct istio_resource *rule)
{
    sluice_str caller = lower->options->proxy_namespace;
    if (!str_equal(rule->meta->space, caller)) return false;
    if (str_equal(caller, lower->options->root_namespace)) return is_private(lower, rule);
    return rule->destination_rule->export_to.count == 0 || is_visible(lower, rule);
}

static bool
file_in(struct lower *lower, struct host_set *hosts, sluice_str host, struct istio_resource *rule)
{
    struct host_rules *rules = host_set_find(hosts, host);
    if (!rules) {
        rules = ARENA_NEW(lower->arena, struct host_rules);
        if (!rules || !host_set_add(hosts, host, rules)) return false;
    }
    struct istio_resource **items =
        arena_grow(lower->arena, rules->items, rules->count, &rules->capacity, sizeof(*items));
    if (!items) return false;
    rules->items = items;
    rules->items[rules->count++] = rule;
    return true;
}

static bool
file_rule(struct lower *lower, struct istio_resource *rule)
{
    sluice_str host = expand_host(lower, rule->destination_rule->host.v, rule->meta->space);
    struct space_rules *space = space_of(lower, rule->meta->space);
    if (!space || lower->arena->failed) return false;
    if (is_own(lower, rule) && !file_in(lower, &space->own, host, rule)) return false;
    return is_private(lower, rule) || file_in(lower, &space->exported, host, rule);
}

bool
destination_rules_read(struct lower *lower)
{
    const struct istio_set *set = lower->set;
    size_t count = set->count_of[ISTIO_DESTINATION_RULE];
    lower->rules = ARENA_NEW(lower->arena, struct destination_rules);
    struct istio_resource **sorted = ARENA_ARRAY(lower->arena, struct istio_resource *, count);
    if (!lower->rules || !sorted) return false;
    lower->rules->spaces = map_init(lower->arena);
    if (count)
        memcpy(sorted, set->of[ISTIO_DESTINATION_RULE], count * sizeof(struct istio_resource *));
    qsort(sorted, count, sizeof(struct istio_resource *), by_age);
    for (size_t i = 0; i < count; i++) {
        if (!sorted[i]->bad && !file_rule(lower, sorted[i])) return false;
    }
    return true;
}

void
destination_rules_free(struct lower *lower)
{
    if (!lower->rules) return;
    for (size_t i = 0; i < lower->rules->spaces.count; i++) {
        struct space_rules *space = lower->rules->spaces.entries[i].value;
        if (!space) continue;
        host_set_free(&space->own);
        host_set_free(&space->exported);
    }
    map_free(&lower->rules->spaces);
}

/* ---- merging the rules of one host (docs/rules.md, "DestinationRules") ---- */

static bool
same_export(const struct istio_resource *a, const struct istio_resource *b)
{
    const struct value_list *x = &a->destination_rule->export_to;
    const struct value_list *y = &b->destination_rule->export_to;
    const sluice_str *xs = x->items, *ys = y->items;
    /* Every scope of the older one is among the newer one's: equal, or a superset of a named set.
     */
    for (size_t i = 0; i < x->count; i++) {
        bool found = false;
        for (size_t k = 0; k < y->count; k++) {
            found |= str_equal(xs[i], ys[k]);
        }
        if (!found) return false;
    }
    return x->count > 0 || y->count == 0;
}

static int
by_name(const void *a, const void *b)
{
    const struct merged_subset *x = a, *y = b;
    int order = str_compare(x->subset->name.v, y->subset->name.v);
    return order ? order : (x->order > y->order) - (x->order < y->order);
}

/* All subsets by name, of equal names the first; and the first traffic policy. */
static struct merged_rule *
merge_group(struct lower *lower, struct istio_resource *const *group, size_t count)
{
    struct merged_rule *merged = ARENA_NEW(lower->arena, struct merged_rule);
    size_t room = 0, kept = 0, order = 0;
    for (size_t i = 0; i < count; i++) {
        room += group[i]->destination_rule->subsets.count;
    }
    struct merged_subset *all = ARENA_ARRAY(lower->arena, struct merged_subset, room);
    if (!merged || !all) return NULL;
    for (size_t i = 0; i < count; i++) {
        const struct istio_destination_rule *rule = group[i]->destination_rule;
        const struct istio_subset *subsets = rule->subsets.items;
        for (size_t k = 0; k < rule->subsets.count; k++, order++) {
            all[order] = (struct merged_subset){&subsets[k], order};
        }
        if (!merged->policy) merged->policy = rule->traffic_policy;
    }
    if (room) qsort(all, room, sizeof(*all), by_name);
    for (size_t i = 0; i < room; i++) {
        if (kept && str_equal(all[kept - 1].subset->name.v, all[i].subset->name.v)) continue;
        all[kept++] = all[i];
    }
    merged->subsets = all;
    merged->subset_count = kept;
    return merged;
}

/* Rules that add up: exported alike, and with the same selector or none. */
struct group {
    struct istio_resource **items;
    size_t count, capacity;
    size_t next; /* group filed under the same scope before it, + 1 */
};

struct groups {
    struct group *items;
    size_t count, capacity;
    struct map by_scope;  /* -> index of the newest group that is filed under it, + 1 */
    struct map filed;     /* scope -> how many groups are */
    size_t without_scope; /* the group whose rules name no scope, + 1 */
};

static bool
same_selector(const struct istio_resource *a, const struct istio_resource *b)
{
    const struct istio_label_selector *x = a->destination_rule->workload_selector;
    const struct istio_label_selector *y = b->destination_rule->workload_selector;
    if (!x || !y) return x == y;
    if (x->match_labels.count != y->match_labels.count) return false;
    for (size_t i = 0; i < x->match_labels.count; i++) {
        bool found = false;
        for (size_t k = 0; k < y->match_labels.count; k++) {
            found |= str_equal(x->match_labels.items[i].name, y->match_labels.items[k].name) &&
                     str_equal(x->match_labels.items[i].value, y->match_labels.items[k].value);
        }
        if (!found) return false;
    }
    return true;
}

static bool
adds_up(const struct group *group, const struct istio_resource *rule)
{
    return same_selector(group->items[0], rule) && same_export(group->items[0], rule);
}

/* The oldest group that the rule adds to, + 1; 0: none. A group is filed under one of its scopes,
 * all of which the rule must have. */
static size_t
find_group(const struct groups *groups, const struct istio_resource *rule)
{
    const struct value_list *export_to = &rule->destination_rule->export_to;
    const sluice_str *scopes = export_to->items;
    size_t oldest = 0;
    if (export_to->count == 0) return groups->without_scope;
    for (size_t i = 0; i < export_to->count; i++) {
        size_t at = (uintptr_t)map_get(&groups->by_scope, scopes[i]);
        for (; at; at = groups->items[at - 1].next) {
            if ((oldest == 0 || at < oldest) && adds_up(&groups->items[at - 1], rule)) oldest = at;
        }
    }
    return oldest;
}

/* File the newest group under the scope that has the fewest groups, so that look-ups stay short. */
static bool
file_group(struct groups *groups, const struct istio_resource *oldest)
{
    const struct value_list *export_to = &oldest->destination_rule->export_to;
    const sluice_str *scopes = export_to->items;
    size_t rarest = 0, fewest = SIZE_MAX;
    if (export_to->count == 0) {
        groups->without_scope = groups->count;
        return true;
    }
    for (size_t i = 0; i < export_to->count; i++) {
        size_t filed = (uintptr_t)map_get(&groups->filed, scopes[i]);
        if (filed >= fewest) continue;
        rarest = i;
        fewest = filed;
    }
    void **newest = map_put(&groups->by_scope, scopes[rarest]);
    void **filed = map_put(&groups->filed, scopes[rarest]);
    if (!newest || !filed) return false;
    groups->items[groups->count - 1].next = (uintptr_t)*newest;
    *newest = (void *)(uintptr_t)groups->count;
    *filed = (void *)(uintptr_t)(fewest + 1);
    return true;
}

/* The group that the rule adds to; a new one where there is none. NULL: no memory. */
static struct group *
group_for(struct lower *lower, struct groups *groups, const struct istio_resource *rule)
{
    size_t found = find_group(groups, rule);
    if (found) return &groups->items[found - 1];
    struct group *items =
        arena_grow(lower->arena, groups->items, groups->count, &groups->capacity, sizeof(*items));
    if (!items) return NULL;
    groups->items = items;
    groups->items[groups->count] = (struct group){0};
    groups->count++;
    return file_group(groups, rule) ? &groups->items[groups->count - 1] : NULL;
}

static bool
add_to_group(struct lower *lower, struct groups *groups, struct istio_resource *rule)
{
    struct group *group = group_for(lower, groups, rule);
    if (!group) return false;
    struct istio_resource **items =
        arena_grow(lower->arena, group->items, group->count, &group->capacity, sizeof(*items));
    if (!items) return false;
    group->items = items;
    group->items[group->count++] = rule;
    return true;
}

static bool
group_rules(struct lower *lower, struct groups *groups, const struct host_rules *rules,
            bool selected)
{
    for (size_t i = 0; i < rules->count; i++) {
        struct istio_resource *rule = rules->items[i];
        bool has_selector = rule->destination_rule->workload_selector != NULL;
        if (has_selector != selected || !selects_caller(lower, rule)) continue;
        if (!is_own(lower, rule) && !is_visible(lower, rule)) continue;
        if (!add_to_group(lower, groups, rule)) return false;
    }
    return true;
}

/* Of the groups that select the caller the first one counts, of those without a selector the last.
 */
static struct merged_rule *
merge(struct lower *lower, const struct host_rules *rules, bool selected)
{
    struct groups groups = {.by_scope = map_init(lower->arena), .filed = map_init(lower->arena)};
    struct merged_rule *merged = NULL;
    bool grouped = group_rules(lower, &groups, rules, selected);
    if (grouped && groups.count) {
        const struct group *group = &groups.items[selected ? 0 : groups.count - 1];
        merged = merge_group(lower, group->items, group->count);
    }
    map_free(&groups.by_scope);
    map_free(&groups.filed);
    if (!grouped || (groups.count && !merged)) lower->failed = true;
    return merged;
}

const struct istio_subset *
merged_rule_subset(const struct merged_rule *rule, sluice_str name)
{
    size_t low = 0, high = rule->subset_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct istio_subset *subset = rule->subsets[middle].subset;
        int order = str_compare(subset->name.v, name);
        if (order == 0) return subset;
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

/* ---- looking up (docs/rules.md, "DestinationRules") ---- */

/* The host itself, or the longest wildcard that covers it. */
static struct host_rules *
most_specific(const struct host_set *hosts, sluice_str host)
{
    struct host_rules *found = host_set_find(hosts, host);
    return found ? found : host_set_covering(hosts, host, NULL);
}

/* What is hidden from the caller is left out only now: it hides less specific hosts. */
static bool
any_visible(const struct lower *lower, struct host_rules *rules)
{
    for (size_t i = 0; rules->seen == NOT_ASKED && i < rules->count; i++) {
        if (is_visible(lower, rules->items[i])) rules->seen = VISIBLE;
    }
    if (rules->seen == NOT_ASKED) rules->seen = HIDDEN;
    return rules->seen == VISIBLE;
}

static struct host_rules *
find_exported(const struct lower *lower, sluice_str space, sluice_str host)
{
    const struct space_rules *rules = map_get(&lower->rules->spaces, space);
    struct host_rules *found = rules ? most_specific(&rules->exported, host) : NULL;
    return found && any_visible(lower, found) ? found : NULL;
}

const struct merged_rule *
destination_rules_find(struct lower *lower, sluice_str host, sluice_str service_namespace,
                       bool mesh)
{
    const struct space_rules *own = map_get(&lower->rules->spaces, lower->options->proxy_namespace);
    struct host_rules *found = own ? most_specific(&own->own, host) : NULL;
    if (!found) found = find_exported(lower, service_namespace, host);
    if (!found) found = find_exported(lower, lower->options->root_namespace, host);
    if (!found) return NULL;
    if (!found->asked[mesh]) {
        found->asked[mesh] = true;
        /* Selectors are for workloads that call, not for gateways. */
        if (mesh) found->merged[mesh] = merge(lower, found, true);
        if (!found->merged[mesh]) found->merged[mesh] = merge(lower, found, false);
    }
    return found->merged[mesh];
}
