#include "istio/lower.h"
#include "istio/traffic_policy.h"

static const sluice_field *
subset_labels(const struct istio_subset *subset, size_t *count)
{
    *count = subset ? subset->labels.count : 0;
    return subset ? subset->labels.items : NULL;
}

/* Destinations that are alike share one record, so that the router keeps them once. */
static struct model_destination *
shared(struct lower *lower, sluice_str host, sluice_str subset, uint32_t port,
       const struct merged_rule *rule)
{
    sluice_str key = arena_printf(lower->arena, "%.*s|%.*s|%u|%p", STR_ARG(host), STR_ARG(subset),
                                  (unsigned)port, (const void *)rule);
    void **place = key.ptr ? map_put(&lower->destinations, key) : NULL;
    if (!place) return NULL;
    if (!*place) *place = ARENA_NEW(lower->arena, struct model_destination);
    return *place;
}

struct lowered_destination
lower_destination(struct lower *lower, const struct lower_source *source,
                  const struct istio_destination *destination, bool mesh)
{
    struct lowered_destination out = {0};
    sluice_str own = source->resource->meta->space, name, space;
    sluice_str host = expand_host(lower, destination->host.v, own);
    bool service = expand_is_service(lower, host, &name, &space);
    uint32_t port = destination->port ? (uint32_t)destination->port->number.v : 0;
    sluice_str wanted = destination->subset.v;
    const struct merged_rule *rule = destination_rules_find(lower, host, service ? space : own);
    const struct istio_subset *subset = rule ? merged_rule_subset(rule, wanted) : NULL;
    const struct istio_traffic_policy *policy = rule ? rule->policy : NULL;
    const struct istio_traffic_policy *narrow = subset ? subset->traffic_policy : NULL;
    (void)mesh;
    struct model_destination *made = shared(lower, host, wanted, port, rule);
    if (!made) {
        lower->failed = true;
        return out;
    }
    if (!made->host.ptr) {
        *made = (struct model_destination){
            .host = host,
            .service_name = name,
            .service_namespace = space,
            .subset = wanted,
            .port = port,
        };
        made->labels = subset_labels(subset, &made->label_count);
        if (!traffic_policy_lower(&made->policy, lower->arena, policy, narrow, port)) {
            lower->failed = true;
            return out;
        }
    }
    out.model = made;
    out.unknown_subset = rule && wanted.len && !subset;
    out.hash = traffic_policy_hash_source(policy, narrow, port);
    return out;
}
