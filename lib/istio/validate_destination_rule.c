/*
 * validate_destination_rule: a DestinationRule as a whole: host, subsets, exportTo.
 */
#include "base/map.h"
#include "istio/names.h"
#include "istio/validate.h"

static void
check_host(struct validate *v, const struct istio_destination_rule *spec)
{
    const struct yaml_node *at = validate_at(spec->node, "host");
    const char *wrong = name_check_wildcard_domain(spec->host.v);
    if (spec->host.v.len == 0) {
        BROKEN(v, at, "host is required");
    } else if (wrong) {
        REFUSED(v, at, "host \"%.*s\" %s", STR_ARG(spec->host.v), wrong);
    }
}

static void
check_subset_name(struct validate *v, const struct istio_subset *subset, struct map *seen)
{
    const struct yaml_node *at = validate_at(subset->node, "name");
    sluice_str name = subset->name.v;
    if (name.len == 0) {
        BROKEN(v, at, "the subset has no name");
        return;
    }
    if (!name_is_dns_label(name)) {
        REFUSED(v, at, "subset name \"%.*s\" is not 1 to 63 letters, digits or inner \"-\"",
                STR_ARG(name));
    }
    void **slot = map_put(seen, name);
    if (!slot) {
        v->failed = true;
    } else if (*slot) {
        REFUSED(v, at, "subset \"%.*s\" is defined twice; the first one counts", STR_ARG(name));
    } else {
        *slot = seen;
    }
}

static void
check_subsets(struct validate *v, const struct value_list *subsets)
{
    const struct istio_subset *items = subsets->items;
    struct map seen = map_init(v->decode->arena);
    for (size_t i = 0; i < subsets->count; i++) {
        if (items[i].node->kind == YAML_NULL) {
            BROKEN(v, items[i].node, "the subset is null");
            continue;
        }
        check_subset_name(v, &items[i], &seen);
        validate_labels(v, &items[i].labels);
        validate_traffic_policy(v, items[i].traffic_policy);
    }
    map_free(&seen);
}

void
validate_destination_rule(struct validate *v, const struct istio_destination_rule *spec)
{
    const struct istio_label_selector *selector = spec->workload_selector;
    check_host(v, spec);
    validate_traffic_policy(v, spec->traffic_policy);
    check_subsets(v, &spec->subsets);
    validate_export_to(v, &spec->export_to, (struct export_rules){.own_only = selector != NULL});
    if (selector) validate_selector(v, selector->node, &selector->match_labels, "workloadSelector");
}
