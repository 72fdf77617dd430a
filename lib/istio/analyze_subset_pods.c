/*
 * analyze_subset_pods: subsets that select no pod of their service (IST0173), where Pods are given.
 *
 * A pod counts wherever it lives, as in Istio's analysis. Labels that a pod has from its node
 * (where it runs) are taken for fulfilled.
 */
#include "istio/analyze_parts.h"
#include "istio/label_index.h"
#include "istio/labels.h"

struct pods {
    struct analyze_others list;
    struct label_index index; /* of the labels of all pods, by position */
};

static bool
is_of_node(sluice_str name)
{
    return str_starts_with(name, STR("topology.kubernetes.io/")) ||
           str_starts_with(name, STR("topology.istio.io/")) ||
           str_equal(name, STR("kubernetes.io/hostname"));
}

static const struct yaml_node *
labels_of(const struct envelope *pod)
{
    const struct yaml_node *labels = yaml_get(pod->metadata, STR("labels"));
    return labels && labels->kind == YAML_MAP ? labels : NULL;
}

static bool
read_pod(struct pods *pods, size_t position)
{
    const struct yaml_node *labels = labels_of(pods->list.items[position]);
    if (!labels) return true;
    YAML_EACH(label, labels)
    {
        sluice_field field = {label->key, label->text};
        if (label->kind != YAML_STRING) continue;
        if (!label_index_add(&pods->index, STR(""), &field, 1, (uint32_t)position)) return false;
    }
    return true;
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

static bool
has_all(const struct yaml_node *labels, const sluice_field *wanted, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!analyze_has_label(labels, wanted[i].name, wanted[i].value)) return false;
    }
    return true;
}

/* *found: a pod fits, or there is too much to compare. */
static bool
find_pod(struct analysis *analysis, const struct pods *pods, const sluice_field *wanted,
         size_t count, bool *found)
{
    struct label_positions list;
    *found = count == 0;
    if (*found) return true;
    if (!label_index_find(&pods->index, STR(""), wanted, count, &list)) return false;
    for (size_t i = 0; i < list.count && !*found; i++) {
        *found = !analyze_may_compare(analysis, count) ||
                 has_all(labels_of(pods->list.items[list.items[i]]), wanted, count);
    }
    return true;
}

static const struct value_str_map *
selector_of(const struct istio_resource *service)
{
    if (service->kind == ISTIO_SERVICE) return &service->service->selector;
    const struct istio_workload_selector *selector = service->service_entry->workload_selector;
    return selector ? &selector->labels : NULL;
}

static bool
check(struct analysis *analysis, const struct pods *pods, struct istio_resource *rule)
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
        bool found;
        if (!wanted_labels(analysis, selector_of(service), &subsets[i], &wanted, &count) ||
            !find_pod(analysis, pods, wanted, count, &found)) {
            return false;
        }
        if (found) continue;
        FINDING(analysis, rule, WARNING, "IST0173", subsets[i].node,
                "the labels of the subset \"%.*s\" select none of the given pods",
                STR_ARG(subsets[i].name.v));
    }
    return true;
}

static bool
check_all(struct analysis *analysis, struct pods *pods)
{
    const struct istio_set *set = analysis->lower->set;
    for (size_t i = 0; i < pods->list.count; i++) {
        if (!read_pod(pods, i)) return false;
    }
    for (size_t i = 0; i < set->count_of[ISTIO_DESTINATION_RULE]; i++) {
        if (!check(analysis, pods, set->of[ISTIO_DESTINATION_RULE][i])) return false;
    }
    return true;
}

bool
analyze_subset_pods(struct analysis *analysis)
{
    struct pods pods = {.index = label_index_init(analysis->lower->arena)};
    bool ok = analyze_others_read(analysis, &pods.list, STR(""), STR("Pod"));
    if (ok && pods.list.count) ok = check_all(analysis, &pods);
    label_index_free(&pods.index);
    return ok;
}
