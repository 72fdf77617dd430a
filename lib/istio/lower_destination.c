/* lower_destination: a destination of a rule, as the registry and the DestinationRules know it. */
#include "istio/endpoints.h"
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
    /* The length of one text, so that no two pairs of texts look alike. */
    uint64_t numbers[] = {host.len, port, (uintptr_t)rule};
    sluice_str parts[] = {str_make((const char *)numbers, sizeof(numbers)), host, subset};
    sluice_str key = arena_concat(lower->arena, parts, 3);
    void **place = key.ptr ? map_put(&lower->destinations, key) : NULL;
    if (!place) return NULL;
    if (!*place) *place = ARENA_NEW(lower->arena, struct model_destination);
    return *place;
}

/* Explicit, else for a gateway the service's only port, else for the mesh the listener's; 0: the
 * port of the request. */
static uint32_t
port_of(const struct istio_destination *destination, const struct service *service,
        const struct lower_scope *scope)
{
    if (destination->port) return (uint32_t)destination->port->number.v;
    if (!service) return 0;
    if (!scope->mesh && service->port_count == 1) return service->ports[0].number;
    return scope->port;
}

static sluice_str
app_protocol_of(const struct service *service, uint32_t port)
{
    const struct service_port *known = service ? service_port_find(service, port) : NULL;
    return known ? known->app_protocol : STR("");
}

/* What the registry does not know cannot be reached; in lenient mode it is taken as it is, as
 * without a registry. */
static uint32_t
check(const struct lower *lower, const struct service *service, uint32_t port, bool subset_missing)
{
    if (!lower->registry || lower->options->lenient) return 0;
    if (subset_missing) return 503;
    if (!service) return 503;
    return port && !service_port_find(service, port) ? 503 : 0;
}

struct lowered_destination
lower_destination(struct lower *lower, sluice_str space,
                  const struct istio_destination *destination, const struct lower_scope *scope)
{
    sluice_str host = expand_host(lower, destination->host.v, space);
    return lower_known_host(lower, host, space, destination, scope);
}

struct lowered_destination
lower_known_host(struct lower *lower, sluice_str host, sluice_str space,
                 const struct istio_destination *destination, const struct lower_scope *scope)
{
    struct lowered_destination out = {0};
    sluice_str name, service_space, wanted = destination->subset.v;
    uint32_t given = destination->port ? (uint32_t)destination->port->number.v : scope->port;
    const struct service *service = registry_find(lower, host, given);
    if (service && service->alias) service = service->alias;
    if (service) host = service->name;
    if (!expand_is_service(lower, host, &name, &service_space)) {
        service_space = service ? service->space : space;
    }
    uint32_t port = port_of(destination, service, scope);
    const struct merged_rule *rule =
        destination_rules_find(lower, host, service_space, scope->mesh);
    const struct istio_subset *subset = rule ? merged_rule_subset(rule, wanted) : NULL;
    const struct istio_traffic_policy *policy = rule ? rule->policy : NULL;
    const struct istio_traffic_policy *narrow = subset ? subset->traffic_policy : NULL;
    struct model_destination *made = shared(lower, host, wanted, port, rule);
    if (!made) {
        lower->failed = true;
        return out;
    }
    if (!made->host.ptr) {
        *made = (struct model_destination){
            .host = host,
            .service_name = name,
            .service_namespace = name.len ? service_space : STR(""),
            .subset = wanted,
            .port = port,
            .app_protocol = app_protocol_of(service, port),
        };
        made->labels = subset_labels(subset, &made->label_count);
        if (!traffic_policy_lower(&made->policy, lower->arena, policy, narrow, port)) {
            lower->failed = true;
            return out;
        }
    }
    bool missing = wanted.len && !subset;
    if (service && port && !missing && !made->endpoints &&
        !endpoints_find(lower, service, port, subset, &made->endpoints)) {
        lower->failed = true;
        return out;
    }
    out.model = made;
    out.invalid_status = check(lower, service, port, missing);
    if (!lower->options->lenient && endpoints_is_empty(made->endpoints)) out.invalid_status = 503;
    /* Without a registry, a host that no DestinationRule speaks of may have any subset. */
    if (!lower->registry && rule && missing) out.invalid_status = 503;
    out.hash = traffic_policy_hash_source(
        policy, narrow, destination->port ? (uint32_t)destination->port->number.v : 0);
    return out;
}
