/*
 * traffic_policy: see traffic_policy.h.
 */
#include "istio/traffic_policy.h"

#include <stdlib.h>

#define SECONDS INT64_C(1000000000)

/* ---- which blocks are in force ---- */

static int64_t
port_of(const struct istio_port_policy *entry)
{
    return entry->port ? entry->port->number.v : 0;
}

static int
by_port(const void *a, const void *b)
{
    const struct istio_port_policy *x = a, *y = b;
    if (port_of(x) != port_of(y)) return port_of(x) < port_of(y) ? -1 : 1;
    return (x->node->index > y->node->index) - (x->node->index < y->node->index);
}

void
traffic_policy_sort_ports(struct istio_traffic_policy *policy)
{
    if (!policy || policy->port_level_settings.count < 2) return;
    qsort(policy->port_level_settings.items, policy->port_level_settings.count,
          sizeof(struct istio_port_policy), by_port);
}

static const struct istio_port_policy *
port_entry(const struct istio_traffic_policy *policy, uint32_t port)
{
    if (!policy || port == 0) return NULL;
    const struct istio_port_policy *items = policy->port_level_settings.items;
    size_t low = 0, count = policy->port_level_settings.count, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (port_of(&items[middle]) < (int64_t)port) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count && port_of(&items[low]) == (int64_t)port ? &items[low] : NULL;
}

/* A policy that holds the four blocks of a port's entry, and nothing else. */
static struct istio_traffic_policy
policy_of_port(const struct istio_port_policy *entry)
{
    return (struct istio_traffic_policy){
        .node = entry->node,
        .load_balancer = entry->load_balancer,
        .connection_pool = entry->connection_pool,
        .outlier_detection = entry->outlier_detection,
        .tls = entry->tls,
    };
}

static void
replace_port_blocks(struct istio_traffic_policy *base, const struct istio_port_policy *entry)
{
    base->load_balancer = entry->load_balancer;
    base->connection_pool = entry->connection_pool;
    base->outlier_detection = entry->outlier_detection;
    base->tls = entry->tls;
}

static void
replace_given_blocks(struct istio_traffic_policy *base, const struct istio_traffic_policy *subset)
{
    if (subset->load_balancer) base->load_balancer = subset->load_balancer;
    if (subset->connection_pool) base->connection_pool = subset->connection_pool;
    if (subset->outlier_detection) base->outlier_detection = subset->outlier_detection;
    if (subset->tls) base->tls = subset->tls;
    if (subset->tunnel) base->tunnel = subset->tunnel;
    if (subset->proxy_protocol) base->proxy_protocol = subset->proxy_protocol;
    if (subset->retry_budget) base->retry_budget = subset->retry_budget;
}

static struct istio_traffic_policy
blocks_in_force(const struct istio_traffic_policy *rule, const struct istio_traffic_policy *subset,
                uint32_t port)
{
    struct istio_traffic_policy base = {0};
    const struct istio_port_policy *entry = port_entry(rule, port);
    if (entry) {
        base = policy_of_port(entry);
    } else if (rule) {
        base = *rule;
    }
    const struct istio_port_policy *subset_entry = port_entry(subset, port);
    if (subset_entry) {
        replace_port_blocks(&base, subset_entry);
    } else if (subset) {
        replace_given_blocks(&base, subset);
    }
    return base;
}

/* ---- values ---- */

static int64_t
duration_or(struct value_duration duration, int64_t otherwise)
{
    return duration.set ? duration.v : otherwise;
}

static int64_t
duration_of(struct value_duration duration)
{
    return duration_or(duration, SLUICE_NO_DURATION);
}

static uint32_t
count_or(struct value_int value, uint32_t otherwise)
{
    if (!value.set) return otherwise;
    return value.v > 0 ? (uint32_t)value.v : 0;
}

/* ---- load balancer ---- */

static bool
lower_attributes(sluice_hash_policy *out, struct arena *arena, const struct value_list *attributes)
{
    const struct istio_cookie_attribute *items = attributes->items;
    sluice_field *fields = ARENA_ARRAY(arena, sluice_field, attributes->count);
    if (!fields) return false;
    for (size_t i = 0; i < attributes->count; i++) {
        fields[i] = (sluice_field){items[i].name.v, items[i].value.v};
    }
    out->attributes = fields;
    out->attribute_count = attributes->count;
    return true;
}

bool
traffic_policy_hash_key(sluice_hash_policy *out, struct arena *arena,
                        const struct istio_consistent_hash *hash)
{
    *out = (sluice_hash_policy){.ttl_ns = SLUICE_NO_DURATION};
    if (value_is_set(hash->http_header_name)) {
        out->key = SLUICE_HASH_HEADER;
        out->name = hash->http_header_name.v;
        return true;
    }
    if (hash->http_cookie) {
        out->key = SLUICE_HASH_COOKIE;
        out->name = hash->http_cookie->name.v;
        out->path = hash->http_cookie->path.v;
        out->ttl_ns = duration_of(hash->http_cookie->ttl);
        return lower_attributes(out, arena, &hash->http_cookie->attributes);
    }
    if (value_is_set(hash->http_query_parameter_name)) {
        out->key = SLUICE_HASH_QUERY_PARAMETER;
        out->name = hash->http_query_parameter_name.v;
        return true;
    }
    out->key = SLUICE_HASH_SOURCE_IP;
    return hash->use_source_ip.v;
}

static void
lower_consistent_hash(sluice_load_balancer *out, struct arena *arena,
                      const struct istio_consistent_hash *hash)
{
    out->hash = hash->maglev ? SLUICE_LB_HASH_MAGLEV : SLUICE_LB_HASH_RING;
    if (hash->maglev) {
        out->hash_table_size = hash->maglev->table_size.v;
    } else if (hash->ring_hash) {
        out->hash_table_size = hash->ring_hash->minimum_ring_size.v;
    } else {
        out->hash_table_size = hash->minimum_ring_size.v;
    }
    out->hash_policy_present = traffic_policy_hash_key(&out->hash_policy, arena, hash);
}

static sluice_lb_simple
lower_simple(int64_t simple)
{
    switch (simple) {
    case ISTIO_LB_RANDOM:
        return SLUICE_LB_RANDOM;
    case ISTIO_LB_PASSTHROUGH:
        return SLUICE_LB_PASSTHROUGH;
    case ISTIO_LB_ROUND_ROBIN:
        return SLUICE_LB_ROUND_ROBIN;
    default:
        return SLUICE_LB_LEAST_REQUEST;
    }
}

static bool
lower_distribute(sluice_load_balancer *out, struct arena *arena, const struct value_list *list)
{
    const struct istio_locality_distribute *items = list->items;
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        count += items[i].to.count;
    }
    sluice_locality_share *shares = ARENA_ARRAY(arena, sluice_locality_share, count);
    if (!shares) return false;
    for (size_t i = 0; i < list->count; i++) {
        for (size_t k = 0; k < items[i].to.count; k++) {
            shares[out->distribute_count++] = (sluice_locality_share){
                items[i].from.v, items[i].to.keys[k], items[i].to.values[k]};
        }
    }
    out->distribute = shares;
    return true;
}

static bool
lower_failover(sluice_load_balancer *out, struct arena *arena, const struct value_list *list)
{
    const struct istio_locality_failover *items = list->items;
    sluice_locality_share *shares = ARENA_ARRAY(arena, sluice_locality_share, list->count);
    if (!shares) return false;
    for (size_t i = 0; i < list->count; i++) {
        shares[i] = (sluice_locality_share){items[i].from.v, items[i].to.v, 0};
    }
    out->failover = shares;
    out->failover_count = list->count;
    return true;
}

static void
lower_locality(sluice_load_balancer *out, struct arena *arena,
               const struct istio_locality_lb *setting)
{
    if (!setting) return;
    out->locality_present = true;
    out->locality_enabled = !setting->enabled.set || setting->enabled.v;
    out->failover_priority = setting->failover_priority.items;
    out->failover_priority_count = setting->failover_priority.count;
    if (lower_distribute(out, arena, &setting->distribute)) {
        lower_failover(out, arena, &setting->failover);
    }
}

static void
lower_warmup(sluice_load_balancer *out, const struct istio_load_balancer *balancer)
{
    const struct istio_warmup *warmup = balancer ? balancer->warmup : NULL;
    out->warmup_duration_ns = SLUICE_NO_DURATION;
    out->warmup_minimum_percent = 10;
    out->warmup_aggression = 1;
    if (!warmup) {
        if (balancer) out->warmup_duration_ns = duration_of(balancer->warmup_duration_secs);
        return;
    }
    out->warmup_duration_ns = duration_of(warmup->duration);
    if (warmup->minimum_percent.set) out->warmup_minimum_percent = warmup->minimum_percent.v;
    if (warmup->aggression.set) out->warmup_aggression = warmup->aggression.v;
}

static void
lower_load_balancer(sluice_load_balancer *out, struct arena *arena,
                    const struct istio_load_balancer *balancer)
{
    lower_warmup(out, balancer);
    out->hash_policy.ttl_ns = SLUICE_NO_DURATION;
    if (!balancer) return;
    out->present = true;
    if (balancer->consistent_hash) {
        lower_consistent_hash(out, arena, balancer->consistent_hash);
    } else {
        out->simple = lower_simple(balancer->simple.v);
    }
    lower_locality(out, arena, balancer->locality_lb_setting);
}

/* ---- connection pool ---- */

static void
lower_tcp(sluice_connection_pool *out, const struct istio_tcp_settings *tcp)
{
    static const struct istio_tcp_settings none = {0};
    static const struct istio_tcp_keepalive no_keepalive = {0};
    if (!tcp) tcp = &none;
    const struct istio_tcp_keepalive *keepalive =
        tcp->tcp_keepalive ? tcp->tcp_keepalive : &no_keepalive;
    out->tcp_max_connections = count_or(tcp->max_connections, 0);
    out->tcp_connect_timeout_ns = duration_of(tcp->connect_timeout);
    out->tcp_max_connection_duration_ns = duration_of(tcp->max_connection_duration);
    out->tcp_idle_timeout_ns = duration_of(tcp->idle_timeout);
    out->tcp_keepalive_present = tcp->tcp_keepalive != NULL;
    out->tcp_keepalive_probes = count_or(keepalive->probes, 0);
    out->tcp_keepalive_time_ns = duration_of(keepalive->time);
    out->tcp_keepalive_interval_ns = duration_of(keepalive->interval);
}

static sluice_h2_upgrade
lower_h2_upgrade(int64_t policy)
{
    if (policy == ISTIO_H2_DO_NOT_UPGRADE) return SLUICE_H2_UPGRADE_DO_NOT;
    return policy == ISTIO_H2_UPGRADE ? SLUICE_H2_UPGRADE_UPGRADE : SLUICE_H2_UPGRADE_DEFAULT;
}

static void
lower_http(sluice_connection_pool *out, const struct istio_http_settings *http)
{
    static const struct istio_http_settings none = {0};
    static const struct istio_http2_keepalive no_keepalive = {0};
    if (!http) http = &none;
    const struct istio_http2_keepalive *keepalive =
        http->http2_keepalive ? http->http2_keepalive : &no_keepalive;
    out->http1_max_pending_requests = count_or(http->http1_max_pending_requests, 0);
    out->http2_max_requests = count_or(http->http2_max_requests, 0);
    out->http_max_requests_per_connection = count_or(http->max_requests_per_connection, 0);
    out->http_max_retries = count_or(http->max_retries, 0);
    out->http_idle_timeout_ns = duration_of(http->idle_timeout);
    out->http_h2_upgrade = lower_h2_upgrade(http->h2_upgrade_policy.v);
    out->http_use_client_protocol = http->use_client_protocol.v;
    out->http_max_concurrent_streams = count_or(http->max_concurrent_streams, 0);
    out->http2_keepalive_interval_ns = duration_of(keepalive->interval);
    out->http2_keepalive_timeout_ns = duration_of(keepalive->timeout);
}

static void
lower_connection_pool(sluice_connection_pool *out, const struct istio_connection_pool *pool)
{
    out->present = pool != NULL;
    lower_tcp(out, pool ? pool->tcp : NULL);
    lower_http(out, pool ? pool->http : NULL);
}

/* ---- the other blocks ---- */

static void
lower_outlier_detection(sluice_outlier_detection *out,
                        const struct istio_outlier_detection *outlier)
{
    if (!outlier) return;
    bool split = outlier->split_external_local_origin_errors.v;
    out->present = true;
    out->consecutive_5xx_errors = count_or(outlier->consecutive_5xx_errors, 5);
    out->consecutive_gateway_errors = count_or(outlier->consecutive_gateway_errors, 0);
    out->split_external_local_origin_errors = split;
    out->consecutive_local_origin_failures =
        count_or(outlier->consecutive_local_origin_failures, split ? 5 : 0);
    out->interval_ns = duration_or(outlier->interval, 10 * SECONDS);
    out->base_ejection_time_ns = duration_or(outlier->base_ejection_time, 30 * SECONDS);
    out->max_ejection_percent = count_or(outlier->max_ejection_percent, 10);
    out->min_health_percent = count_or(outlier->min_health_percent, 0);
    out->http_error_codes = outlier->http_error_codes.items;
    out->http_error_code_count = outlier->http_error_codes.count;
}

static sluice_upstream_tls
lower_tls_mode(int64_t mode)
{
    switch (mode) {
    case ISTIO_CLIENT_TLS_SIMPLE:
        return SLUICE_UPSTREAM_TLS_SIMPLE;
    case ISTIO_CLIENT_TLS_MUTUAL:
        return SLUICE_UPSTREAM_TLS_MUTUAL;
    case ISTIO_CLIENT_TLS_ISTIO_MUTUAL:
        return SLUICE_UPSTREAM_TLS_ISTIO_MUTUAL;
    default:
        return SLUICE_UPSTREAM_TLS_DISABLE;
    }
}

static void
lower_tls(sluice_tls_settings *out, const struct istio_client_tls *tls)
{
    out->mode = SLUICE_UPSTREAM_TLS_UNSET;
    if (!tls) return;
    out->mode = lower_tls_mode(tls->mode.v);
    out->client_certificate = tls->client_certificate.v;
    out->private_key = tls->private_key.v;
    out->ca_certificates = tls->ca_certificates.v;
    out->credential_name = tls->credential_name.v;
    out->sni = tls->sni.v;
    out->subject_alt_names = tls->subject_alt_names.items;
    out->subject_alt_name_count = tls->subject_alt_names.count;
    out->insecure_skip_verify = tls->insecure_skip_verify.v;
}

static void
lower_rest(sluice_traffic_policy *out, const struct istio_traffic_policy *blocks)
{
    const struct istio_retry_budget *budget = blocks->retry_budget;
    if (budget) {
        out->retry_budget_present = true;
        out->retry_budget_percent = budget->percent.set ? budget->percent.v : 20;
        out->retry_budget_min_concurrency = count_or(budget->min_retry_concurrency, 3);
        out->retry_budget_interval_ns = duration_or(budget->budget_interval, 0);
    }
    const struct istio_tunnel *tunnel = blocks->tunnel;
    if (tunnel) {
        out->tunnel_protocol = tunnel->protocol.v.len ? tunnel->protocol.v : STR("CONNECT");
        out->tunnel_target_host = tunnel->target_host.v;
        out->tunnel_target_port = count_or(tunnel->target_port, 0);
    }
    if (!blocks->proxy_protocol) return;
    bool v2 = blocks->proxy_protocol->version.v == ISTIO_PROXY_PROTOCOL_V2;
    out->proxy_protocol = v2 ? STR("V2") : STR("V1");
}

bool
traffic_policy_lower(const sluice_traffic_policy **out, struct arena *arena,
                     const struct istio_traffic_policy *rule,
                     const struct istio_traffic_policy *subset, uint32_t port)
{
    struct istio_traffic_policy blocks = blocks_in_force(rule, subset, port);
    *out = NULL;
    if (!blocks.load_balancer && !blocks.connection_pool && !blocks.outlier_detection &&
        !blocks.tls && !blocks.tunnel && !blocks.proxy_protocol && !blocks.retry_budget) {
        return true;
    }
    sluice_traffic_policy *policy = ARENA_NEW(arena, sluice_traffic_policy);
    if (!policy) return false;
    lower_load_balancer(&policy->load_balancer, arena, blocks.load_balancer);
    lower_connection_pool(&policy->connection_pool, blocks.connection_pool);
    lower_outlier_detection(&policy->outlier_detection, blocks.outlier_detection);
    lower_tls(&policy->tls, blocks.tls);
    lower_rest(policy, &blocks);
    *out = policy;
    return !arena->failed;
}

/* ---- the key of a route ---- */

static const struct istio_consistent_hash *
hash_of(const struct istio_load_balancer *balancer)
{
    return balancer ? balancer->consistent_hash : NULL;
}

static const struct istio_consistent_hash *
policy_hash(const struct istio_traffic_policy *policy, uint32_t port)
{
    if (!policy) return NULL;
    const struct istio_port_policy *entry = port_entry(policy, port);
    const struct istio_consistent_hash *hash = entry ? hash_of(entry->load_balancer) : NULL;
    return hash ? hash : hash_of(policy->load_balancer);
}

const struct istio_consistent_hash *
traffic_policy_hash_source(const struct istio_traffic_policy *rule,
                           const struct istio_traffic_policy *subset, uint32_t explicit_port)
{
    const struct istio_consistent_hash *hash = policy_hash(subset, explicit_port);
    return hash ? hash : policy_hash(rule, explicit_port);
}
