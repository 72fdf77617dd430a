/*
 * policy_json: what a DestinationRule says about a destination, as JSON.
 */
#include "sluicectl/policy_json.h"

#include "sluicectl/json_build.h"

static json_t *
policy_json_cookie(const sluice_hash_policy *policy)
{
    json_t *object = json_object();
    json_put(object, "name", json_slice(policy->name));
    json_put(object, "path", json_slice(policy->path));
    json_put(object, "ttl_ms", json_milliseconds(policy->ttl_ns));
    if (policy->attribute_count) {
        json_put(object, "attributes", json_pairs_of(policy->attributes, policy->attribute_count));
    }
    return object;
}

static json_t *
policy_json_hash(const sluice_hash_policy *policy)
{
    json_t *object = json_object();
    switch (policy->key) {
    case SLUICE_HASH_HEADER:
        json_put(object, "header", json_slice(policy->name));
        break;
    case SLUICE_HASH_COOKIE:
        json_put(object, "cookie", policy_json_cookie(policy));
        break;
    case SLUICE_HASH_SOURCE_IP:
        json_put(object, "source_ip", json_true());
        break;
    case SLUICE_HASH_QUERY_PARAMETER:
        json_put(object, "query_parameter", json_slice(policy->name));
        break;
    }
    return object;
}

json_t *
policy_json_hash_list(const sluice_hash_policy *policies, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_push(list, policy_json_hash(&policies[i]));
    }
    return list;
}

static const char *
policy_simple_name(sluice_lb_simple simple)
{
    static const char *const names[] = {
        [SLUICE_LB_UNSPECIFIED] = "UNSPECIFIED",     [SLUICE_LB_RANDOM] = "RANDOM",
        [SLUICE_LB_LEAST_REQUEST] = "LEAST_REQUEST", [SLUICE_LB_PASSTHROUGH] = "PASSTHROUGH",
        [SLUICE_LB_ROUND_ROBIN] = "ROUND_ROBIN",
    };
    return names[simple];
}

static json_t *
policy_json_consistent_hash(const sluice_load_balancer *balancer)
{
    json_t *object = json_object();
    bool maglev = balancer->hash == SLUICE_LB_HASH_MAGLEV;
    json_put(object, "algorithm", json_string(maglev ? "MAGLEV" : "RING_HASH"));
    json_put(object, maglev ? "table_size" : "minimum_ring_size",
             json_count_or_null(balancer->hash_table_size));
    json_put(object, "key",
             balancer->hash_policy_present ? policy_json_hash(&balancer->hash_policy)
                                           : json_null());
    return object;
}

static json_t *
policy_json_shares(const sluice_locality_share *shares, size_t count, bool weighted)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *object = json_object();
        json_put(object, "from", json_slice(shares[i].from));
        json_put(object, "to", json_slice(shares[i].to));
        if (weighted) json_put(object, "percent", json_integer(shares[i].weight));
        json_push(list, object);
    }
    return list;
}

static json_t *
policy_json_locality(const sluice_load_balancer *balancer)
{
    json_t *object = json_object();
    json_put(object, "enabled", json_boolean(balancer->locality_enabled));
    json_put(object, "distribute",
             policy_json_shares(balancer->distribute, balancer->distribute_count, true));
    json_put(object, "failover",
             policy_json_shares(balancer->failover, balancer->failover_count, false));
    json_put(object, "failover_priority",
             json_list_of(balancer->failover_priority, balancer->failover_priority_count));
    return object;
}

static json_t *
policy_json_warmup(const sluice_load_balancer *balancer)
{
    json_t *object = json_object();
    json_put(object, "duration_ms", json_milliseconds(balancer->warmup_duration_ns));
    json_put(object, "minimum_percent", json_real(balancer->warmup_minimum_percent));
    json_put(object, "aggression", json_real(balancer->warmup_aggression));
    return object;
}

json_t *
policy_json_load_balancer(const sluice_traffic_policy *policy)
{
    if (!policy || !policy->load_balancer.present) return json_null();
    const sluice_load_balancer *balancer = &policy->load_balancer;
    json_t *object = json_object();
    if (balancer->hash == SLUICE_LB_HASH_NONE) {
        json_put(object, "simple", json_string(policy_simple_name(balancer->simple)));
    } else {
        json_put(object, "consistentHash", policy_json_consistent_hash(balancer));
    }
    if (balancer->warmup_duration_ns != SLUICE_NO_DURATION) {
        json_put(object, "warmup", policy_json_warmup(balancer));
    }
    if (balancer->locality_present) json_put(object, "locality", policy_json_locality(balancer));
    return object;
}

static const char *
policy_tls_name(sluice_upstream_tls mode)
{
    static const char *const names[] = {
        [SLUICE_UPSTREAM_TLS_DISABLE] = "DISABLE",
        [SLUICE_UPSTREAM_TLS_SIMPLE] = "SIMPLE",
        [SLUICE_UPSTREAM_TLS_MUTUAL] = "MUTUAL",
        [SLUICE_UPSTREAM_TLS_ISTIO_MUTUAL] = "ISTIO_MUTUAL",
    };
    return names[mode];
}

static void
policy_json_put_given(json_t *object, const char *name, sluice_str text)
{
    if (text.len) json_put(object, name, json_slice(text));
}

json_t *
policy_json_tls(const sluice_traffic_policy *policy)
{
    if (!policy || policy->tls.mode == SLUICE_UPSTREAM_TLS_UNSET) return json_null();
    const sluice_tls_settings *tls = &policy->tls;
    json_t *object = json_object();
    json_put(object, "mode", json_string(policy_tls_name(tls->mode)));
    policy_json_put_given(object, "sni", tls->sni);
    policy_json_put_given(object, "credential_name", tls->credential_name);
    policy_json_put_given(object, "client_certificate", tls->client_certificate);
    policy_json_put_given(object, "private_key", tls->private_key);
    policy_json_put_given(object, "ca_certificates", tls->ca_certificates);
    if (tls->subject_alt_name_count) {
        json_put(object, "subject_alt_names",
                 json_list_of(tls->subject_alt_names, tls->subject_alt_name_count));
    }
    if (tls->insecure_skip_verify) json_put(object, "insecure_skip_verify", json_true());
    return object;
}

static json_t *
policy_json_keepalive(const sluice_connection_pool *pool)
{
    if (!pool->tcp_keepalive_present) return json_null();
    json_t *object = json_object();
    json_put(object, "probes", json_count_or_null(pool->tcp_keepalive_probes));
    json_put(object, "time_ms", json_milliseconds(pool->tcp_keepalive_time_ns));
    json_put(object, "interval_ms", json_milliseconds(pool->tcp_keepalive_interval_ns));
    return object;
}

static json_t *
policy_json_tcp_pool(const sluice_connection_pool *pool)
{
    json_t *object = json_object();
    json_put(object, "max_connections", json_count_or_null(pool->tcp_max_connections));
    json_put(object, "connect_timeout_ms", json_milliseconds(pool->tcp_connect_timeout_ns));
    json_put(object, "max_connection_duration_ms",
             json_milliseconds(pool->tcp_max_connection_duration_ns));
    json_put(object, "idle_timeout_ms", json_milliseconds(pool->tcp_idle_timeout_ns));
    json_put(object, "keepalive", policy_json_keepalive(pool));
    return object;
}

static json_t *
policy_json_http_pool(const sluice_connection_pool *pool)
{
    static const char *const upgrades[] = {
        [SLUICE_H2_UPGRADE_DEFAULT] = "DEFAULT",
        [SLUICE_H2_UPGRADE_DO_NOT] = "DO_NOT_UPGRADE",
        [SLUICE_H2_UPGRADE_UPGRADE] = "UPGRADE",
    };
    json_t *object = json_object();
    json_put(object, "http1_max_pending_requests",
             json_count_or_null(pool->http1_max_pending_requests));
    json_put(object, "http2_max_requests", json_count_or_null(pool->http2_max_requests));
    json_put(object, "max_requests_per_connection",
             json_count_or_null(pool->http_max_requests_per_connection));
    json_put(object, "max_retries", json_count_or_null(pool->http_max_retries));
    json_put(object, "idle_timeout_ms", json_milliseconds(pool->http_idle_timeout_ns));
    json_put(object, "h2_upgrade_policy", json_string(upgrades[pool->http_h2_upgrade]));
    json_put(object, "use_client_protocol", json_boolean(pool->http_use_client_protocol));
    json_put(object, "max_concurrent_streams",
             json_count_or_null(pool->http_max_concurrent_streams));
    json_put(object, "http2_keepalive_interval_ms",
             json_milliseconds(pool->http2_keepalive_interval_ns));
    json_put(object, "http2_keepalive_timeout_ms",
             json_milliseconds(pool->http2_keepalive_timeout_ns));
    return object;
}

static json_t *
policy_json_connection_pool(const sluice_connection_pool *pool)
{
    if (!pool->present) return json_null();
    json_t *object = json_object();
    json_put(object, "tcp", policy_json_tcp_pool(pool));
    json_put(object, "http", policy_json_http_pool(pool));
    return object;
}

static json_t *
policy_json_outlier_detection(const sluice_outlier_detection *outlier)
{
    if (!outlier->present) return json_null();
    json_t *object = json_object();
    json_put(object, "consecutive_5xx_errors", json_integer(outlier->consecutive_5xx_errors));
    json_put(object, "consecutive_gateway_errors",
             json_integer(outlier->consecutive_gateway_errors));
    json_put(object, "split_external_local_origin_errors",
             json_boolean(outlier->split_external_local_origin_errors));
    json_put(object, "consecutive_local_origin_failures",
             json_integer(outlier->consecutive_local_origin_failures));
    json_put(object, "interval_ms", json_milliseconds(outlier->interval_ns));
    json_put(object, "base_ejection_time_ms", json_milliseconds(outlier->base_ejection_time_ns));
    json_put(object, "max_ejection_percent", json_integer(outlier->max_ejection_percent));
    json_put(object, "min_health_percent", json_integer(outlier->min_health_percent));
    json_put(object, "http_error_codes",
             json_numbers_of(outlier->http_error_codes, outlier->http_error_code_count));
    return object;
}

static json_t *
policy_json_retry_budget(const sluice_traffic_policy *policy)
{
    if (!policy->retry_budget_present) return json_null();
    json_t *object = json_object();
    json_put(object, "percent", json_real(policy->retry_budget_percent));
    json_put(object, "min_retry_concurrency", json_integer(policy->retry_budget_min_concurrency));
    json_put(object, "interval_ms", json_milliseconds(policy->retry_budget_interval_ns));
    return object;
}

static json_t *
policy_json_tunnel(const sluice_traffic_policy *policy)
{
    if (policy->tunnel_protocol.len == 0) return json_null();
    json_t *object = json_object();
    json_put(object, "protocol", json_slice(policy->tunnel_protocol));
    json_put(object, "target_host", json_slice(policy->tunnel_target_host));
    json_put(object, "target_port", json_count_or_null(policy->tunnel_target_port));
    return object;
}

json_t *
policy_json_rest(const sluice_traffic_policy *policy)
{
    if (!policy) return json_null();
    json_t *object = json_object();
    json_put(object, "connection_pool", policy_json_connection_pool(&policy->connection_pool));
    json_put(object, "outlier_detection",
             policy_json_outlier_detection(&policy->outlier_detection));
    json_put(object, "retry_budget", policy_json_retry_budget(policy));
    json_put(object, "proxy_protocol", json_slice(policy->proxy_protocol));
    json_put(object, "tunnel", policy_json_tunnel(policy));
    return object;
}
