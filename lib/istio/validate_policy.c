/*
 * validate_policy: a traffic policy, and its blocks that have no file of their own.
 */
#include "base/ip.h"
#include "istio/names.h"
#include "istio/validate.h"

/* ---- outlier detection ---- */

static void
check_percent(struct validate *v, const struct yaml_node *message, const char *name, double value)
{
    if (value >= 0 && value <= 100) return;
    BROKEN(v, validate_at(message, name), "%s must be from 0 to 100", name);
}

static void
check_error_codes(struct validate *v, const struct istio_outlier_detection *outlier)
{
    const uint32_t *codes = outlier->http_error_codes.items;
    for (size_t i = 0; i < outlier->http_error_codes.count; i++) {
        if (codes[i] >= 100 && codes[i] <= 599) continue;
        BROKEN(v, outlier->http_error_codes.node,
               "status %u is out of range; it must be from 100 to 599", (unsigned)codes[i]);
    }
}

static void
check_outlier_detection(struct validate *v, const struct istio_outlier_detection *outlier)
{
    if (!outlier) return;
    const struct yaml_node *node = outlier->node;
    validate_duration(v, node, "interval", outlier->interval);
    validate_duration(v, node, "baseEjectionTime", outlier->base_ejection_time);
    check_percent(v, node, "maxEjectionPercent", (double)outlier->max_ejection_percent.v);
    check_percent(v, node, "minHealthPercent", (double)outlier->min_health_percent.v);
    check_error_codes(v, outlier);
    if (outlier->consecutive_errors.v != 0) {
        WARN(v, validate_at(node, "consecutiveErrors"),
             "consecutiveErrors is deprecated; use consecutive5xxErrors or "
             "consecutiveGatewayErrors");
    }
    if (outlier->consecutive_local_origin_failures.v > 0 &&
        !outlier->split_external_local_origin_errors.v) {
        REFUSED(v, validate_at(node, "consecutiveLocalOriginFailures"),
                "consecutiveLocalOriginFailures has no effect unless "
                "splitExternalLocalOriginErrors is true");
    }
}

/* ---- tunnel, proxy protocol, retry budget ---- */

static void
check_tunnel(struct validate *v, const struct istio_tunnel *tunnel)
{
    if (!tunnel) return;
    sluice_str protocol = tunnel->protocol.v, host = tunnel->target_host.v;
    struct ip ip;
    if (protocol.len > 0 && !str_equal(protocol, STR("CONNECT")) &&
        !str_equal(protocol, STR("POST"))) {
        REFUSED(v, validate_at(tunnel->node, "protocol"),
                "tunnel protocol \"%.*s\" is neither CONNECT nor POST", STR_ARG(protocol));
    }
    if (name_check_fqdn(host) && !ip_parse(&ip, host)) {
        REFUSED(v, validate_at(tunnel->node, "targetHost"),
                "targetHost \"%.*s\" is neither a domain name nor an IP address", STR_ARG(host));
    }
    validate_port(v, validate_at(tunnel->node, "targetPort"), tunnel->target_port.v);
}

static void
check_retry_budget(struct validate *v, const struct istio_retry_budget *budget)
{
    if (!budget) return;
    check_percent(v, budget->node, "percent", budget->percent.v);
    if (budget->budget_interval.v >= 0) return;
    BROKEN(v, validate_at(budget->node, "budgetInterval"), "budgetInterval must not be negative");
}

/* ---- policies ---- */

static void
check_port_policies(struct validate *v, const struct value_list *list)
{
    const struct istio_port_policy *items = list->items;
    for (size_t i = 0; i < list->count; i++) {
        const struct istio_port_policy *policy = &items[i];
        if (policy->node->kind == YAML_NULL) {
            BROKEN(v, policy->node, "the port's policy is null");
            continue;
        }
        if (!policy->port) BROKEN(v, policy->node, "portLevelSettings need a port");
        if (!policy->load_balancer && !policy->connection_pool && !policy->outlier_detection &&
            !policy->tls) {
            REFUSED(v, policy->node,
                    "the port's policy is empty; it needs loadBalancer, connectionPool, "
                    "outlierDetection or tls");
        }
        check_outlier_detection(v, policy->outlier_detection);
        validate_connection_pool(v, policy->connection_pool);
        validate_load_balancer(v, policy->load_balancer, policy->outlier_detection);
        validate_client_tls(v, policy->tls);
    }
}

static bool
is_empty(const struct istio_traffic_policy *policy)
{
    return !policy->load_balancer && !policy->connection_pool && !policy->outlier_detection &&
           !policy->tls && !policy->port_level_settings.node && !policy->tunnel &&
           !policy->proxy_protocol && !policy->retry_budget;
}

void
validate_traffic_policy(struct validate *v, const struct istio_traffic_policy *policy)
{
    if (!policy) return;
    if (is_empty(policy)) {
        REFUSED(v, policy->node, "trafficPolicy is empty; it must hold at least one block");
    }
    if (policy->tunnel && policy->proxy_protocol) {
        REFUSED(v, policy->proxy_protocol->node, "proxyProtocol cannot stand beside tunnel");
    }
    check_outlier_detection(v, policy->outlier_detection);
    validate_connection_pool(v, policy->connection_pool);
    validate_load_balancer(v, policy->load_balancer, policy->outlier_detection);
    validate_client_tls(v, policy->tls);
    check_port_policies(v, &policy->port_level_settings);
    check_tunnel(v, policy->tunnel);
    check_retry_budget(v, policy->retry_budget);
}
