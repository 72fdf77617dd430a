/*
 * analyze_subset_pods: subsets that select no pod of their service (IST0173), where Pods are given.
 *
 * A pod counts wherever it lives, as in Istio's analysis. Labels that a pod has from its node
 * (where it runs) are taken for fulfilled.
 */
#include "istio/analyze_parts.h"
#include "istio/labels.h"

static bool
is_of_node(sluice_str name)
{
    return str_starts_with(name, STR("topology.kubernetes.io/")) ||
           str_starts_with(name, STR("topology.istio.io/")) ||
           str_equal(name, STR("kubernetes.io/hostname"));
}

/* What a pod must have: the labels of the service's selector and of the subset, which wins. */
static bool
wanted_labels(struct analysis *analysis, const struct value_str_map *selector,
              const struct istio_subset *subset, sluice_field **out, size_t *count)
{
    const struct value_str_map *maps[] = {&subset->labels, selector};
    size_t room = subset->labels.count + (selector ? selector->count : 0);
    *count = 0;
    *out = ARENA_ARRAY(analysis->lower->arena, sluice_field, room);
    if (!*out) return false;
    for (size_t m = 0; m < 2; m++) {
        for (size_t i = 0; maps[m] && i < maps[m]->count; i++) {
            if (!is_of_node(maps[m]->items[i].name)) (*out)[(*count)++] = maps[m]->items[i];
        }
    }
    return labels_keep_first(analysis->lower->arena, *out, count);
}

static const struct value_str_map *
selector_of(const struct istio_resource *service)
{
    if (service->kind == ISTIO_SERVICE) return &service->service->selector;
    const struct istio_workload_selector *selector = service->service_entry->workload_selector;
    return selector ? &selector->labels : NULL;
}

static bool
check(struct analysis *analysis, struct istio_resource *rule)
{
    const struct istio_destination_rule *spec = rule->destination_rule;
    const struct istio_subset *subsets = spec->subsets.items;
    struct istio_resource *service;
    if (!analyze_service_find(analysis, &service, spec->host.v, &spec->export_to,
                              rule->meta->space)) {
        return false;
    }
    for (size_t i = 0; service && i < spec->subsets.count; i++) {
        sluice_field *wanted;
        size_t count;
        struct analyze_others found;
        if (!wanted_labels(analysis, selector_of(service), &subsets[i], &wanted, &count)) {
            return false;
        }
        if (count == 0) continue;
        if (!analyze_pods_find(analysis, wanted, count, &found)) return false;
        if (found.count) continue;
        FINDING(analysis, rule, WARNING, "IST0173", subsets[i].node,
                "the labels of the subset \"%.*s\" select none of the given pods",
                STR_ARG(subsets[i].name.v));
    }
    return true;
}

bool
analyze_subset_pods(struct analysis *analysis)
{
    const struct istio_set *set = analysis->lower->set;
    size_t count = analysis->pods.count ? set->count_of[ISTIO_DESTINATION_RULE] : 0;
    for (size_t i = 0; i < count; i++) {
        if (!check(analysis, set->of[ISTIO_DESTINATION_RULE][i])) return false;
    }
    return true;
}
