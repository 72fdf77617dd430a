#include <stdlib.h>

#include "base/alloc.h"
#include "istio/host_set.h"
#include "istio/lower.h"

/* The rules of one namespace: by host, those of one host merged. */
struct space_rules {
    struct host_set hosts; /* -> struct host_rules */
};

/* Rules for one host text in one namespace, in order of precedence. */
struct host_rules {
    struct istio_resource **items;
    size_t count, capacity;
    struct merged_rule *merged; /* of what the caller may see; NULL: not asked yet */
    bool asked;
};

struct destination_rules {
    struct map spaces; /* -> struct space_rules */
};

static int
by_age(const void *a, const void *b)
{
    const struct istio_resource *x = *(struct istio_resource *const *)a;
    const struct istio_resource *y = *(struct istio_resource *const *)b;
    if (x->meta->created != y->meta->created) return x->meta->created < y->meta->created ? -1 : 1;
    int order = str_compare(x->meta->name, y->meta->name);
    return order ? order : str_compare(x->meta->space, y->meta->space);
}

/* Whether the caller's workload is selected; rules without a selector select everybody. */
static bool
selects_caller(const struct lower *lower, const struct istio_resource *rule)
{
    const struct istio_label_selector *selector = rule->destination_rule->workload_selector;
    const sluice_compile_options *options = lower->options;
    if (!selector) return true;
    if (!str_equal(rule->meta->space, options->proxy_namespace)) return false;
    for (size_t i = 0; i < selector->match_labels.count; i++) {
        const sluice_field *wanted = &selector->match_labels.items[i];
        bool found = false;
        for (size_t k = 0; k < options->proxy_label_count; k++) {
            found |= str_equal(options->proxy_labels[k].name, wanted->name) &&
                     str_equal(options->proxy_labels[k].value, wanted->value);
        }
        if (!found) return false;
    }
    return true;
}

static struct space_rules *
space_of(struct lower *lower, sluice_str space)
{
    void **place = map_put(&lower->rules->spaces, space);
    if (!place) return NULL;
    if (!*place) {
        struct space_rules *made = ARENA_NEW(lower->arena, struct space_rules);
        if (!made) return NULL;
        made->hosts = host_set_init(lower->arena->alloc);
        *place = made;
    }
    return *place;
}

static bool
file_rule(struct lower *lower, struct istio_resource *rule)
{
    sluice_str host = expand_host(lower, rule->destination_rule->host.v, rule->meta->space);
    struct space_rules *space = space_of(lower, rule->meta->space);
    if (!space || lower->arena->failed) return false;
    struct host_rules *rules = host_set_find(&space->hosts, host);
    if (!rules) {
        rules = ARENA_NEW(lower->arena, struct host_rules);
        if (!rules || !host_set_add(&space->hosts, host, rules)) return false;
    }
    if (rules->count == rules->capacity) {
        size_t capacity = rules->capacity ? rules->capacity * 2 : 1;
        struct istio_resource **items =
            ARENA_ARRAY(lower->arena, struct istio_resource *, capacity);
        if (!items) return false;
        if (rules->count)
            memcpy(items, rules->items, rules->count * sizeof(struct istio_resource *));
        rules->items = items;
        rules->capacity = capacity;
    }
    rules->items[rules->count++] = rule;
    return true;
}

bool
destination_rules_read(struct lower *lower)
{
    const struct istio_set *set = lower->set;
    size_t count = set->count_of[ISTIO_DESTINATION_RULE];
    lower->rules = ARENA_NEW(lower->arena, struct destination_rules);
    struct istio_resource **sorted = ARENA_ARRAY(lower->arena, struct istio_resource *, count);
    if (!lower->rules || !sorted) return false;
    lower->rules->spaces = map_init(lower->arena->alloc);
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
        if (space) host_set_free(&space->hosts);
    }
    map_free(&lower->rules->spaces);
}

/* ---- merging the rules of one host (istio.md 7.1) ---- */

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

static bool
merge_into(struct lower *lower, struct merged_rule *merged,
           const struct istio_destination_rule *rule)
{
    const struct istio_subset *subsets = rule->subsets.items;
    size_t room = merged->subset_count + rule->subsets.count;
    const struct istio_subset **all = ARENA_ARRAY(lower->arena, const struct istio_subset *, room);
    if (!all) return false;
    if (merged->subset_count) {
        memcpy(all, merged->subsets, merged->subset_count * sizeof(const struct istio_subset *));
    }
    merged->subsets = all;
    for (size_t i = 0; i < rule->subsets.count; i++) {
        if (merged_rule_subset(merged, subsets[i].name.v)) continue;
        all[merged->subset_count++] = &subsets[i];
    }
    if (!merged->policy) merged->policy = rule->traffic_policy;
    return true;
}

/* Rules with a selector that selects the caller go before those without one. */
static struct merged_rule *
merge(struct lower *lower, const struct host_rules *rules, bool selected)
{
    struct merged_rule *merged = NULL;
    const struct istio_resource *first = NULL;
    for (size_t i = 0; i < rules->count; i++) {
        const struct istio_resource *rule = rules->items[i];
        bool has_selector = rule->destination_rule->workload_selector != NULL;
        if (has_selector != selected || !selects_caller(lower, rule)) continue;
        if (!merged || !same_export(first, rule)) {
            /* Not mergeable: separate rules, of which the last is used. */
            merged = ARENA_NEW(lower->arena, struct merged_rule);
            first = rule;
        }
        if (!merged || !merge_into(lower, merged, rule->destination_rule)) {
            lower->failed = true;
            return NULL;
        }
    }
    return merged;
}

const struct istio_subset *
merged_rule_subset(const struct merged_rule *rule, sluice_str name)
{
    for (size_t i = 0; i < rule->subset_count; i++) {
        if (str_equal(rule->subsets[i]->name.v, name)) return rule->subsets[i];
    }
    return NULL;
}

/* ---- looking up ---- */

enum step { STEP_CALLER, STEP_SERVICE };

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
visible(const struct lower *lower, const struct istio_resource *rule, enum step step)
{
    sluice_str caller = lower->options->proxy_namespace;
    const struct value_list *export_to = &rule->destination_rule->export_to;
    int class = visibility_class(lower, export_to, rule->meta->space, caller);
    if (step == STEP_CALLER) {
        bool root = str_equal(caller, lower->options->root_namespace);
        return root ? is_private(lower, rule) : class >= 0 || export_to->count == 0;
    }
    return class >= 0;
}

static bool
any_rule(const struct lower *lower, const struct host_rules *rules, enum step step, bool exported)
{
    for (size_t i = 0; i < rules->count; i++) {
        const struct istio_resource *rule = rules->items[i];
        if (exported ? !is_private(lower, rule) : visible(lower, rule, step)) return true;
    }
    return false;
}

/* The most specific host of a namespace that fits: the host itself, or the longest wildcard. In the
 * service's namespace visibility is asked only afterwards: a hidden rule hides less specific ones.
 */
static struct host_rules *
find_in(const struct lower *lower, sluice_str space, sluice_str host, enum step step)
{
    const struct space_rules *rules = map_get(&lower->rules->spaces, space);
    if (!rules) return NULL;
    struct host_rules *found = host_set_find(&rules->hosts, host);
    if (found && !any_rule(lower, found, step, step == STEP_SERVICE)) found = NULL;
    if (!found) found = host_set_covering(&rules->hosts, host, found);
    return found && any_rule(lower, found, step, false) ? found : NULL;
}

const struct merged_rule *
destination_rules_find(struct lower *lower, sluice_str host, sluice_str service_namespace)
{
    sluice_str caller = lower->options->proxy_namespace;
    struct host_rules *found = find_in(lower, caller, host, STEP_CALLER);
    if (!found) found = find_in(lower, service_namespace, host, STEP_SERVICE);
    if (!found) found = find_in(lower, lower->options->root_namespace, host, STEP_SERVICE);
    if (!found) return NULL;
    if (!found->asked) {
        found->asked = true;
        found->merged = merge(lower, found, true);
        if (!found->merged) found->merged = merge(lower, found, false);
    }
    return found->merged;
}
