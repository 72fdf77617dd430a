/*
 * validate_connection_pool: limits and timeouts of connections to a destination.
 */
#include "istio/validate.h"

static void
check_count(struct validate *v, const struct yaml_node *message, const char *name,
            struct value_int value)
{
    if (value.v >= 0) return;
    BROKEN(v, validate_at(message, name), "%s is %lld; it must be 0 or more", name,
           (long long)value.v);
}

static void
check_http2_keepalive(struct validate *v, const struct istio_http2_keepalive *keepalive)
{
    if (!keepalive) return;
    if (!keepalive->interval.set) REFUSED(v, keepalive->node, "http2KeepAlive needs an interval");
    if (!keepalive->timeout.set) REFUSED(v, keepalive->node, "http2KeepAlive needs a timeout");
    validate_duration(v, keepalive->node, "interval", keepalive->interval);
    validate_duration(v, keepalive->node, "timeout", keepalive->timeout);
}

static void
check_http(struct validate *v, const struct istio_http_settings *http)
{
    if (!http) return;
    check_count(v, http->node, "http1MaxPendingRequests", http->http1_max_pending_requests);
    check_count(v, http->node, "http2MaxRequests", http->http2_max_requests);
    check_count(v, http->node, "maxRequestsPerConnection", http->max_requests_per_connection);
    check_count(v, http->node, "maxRetries", http->max_retries);
    check_count(v, http->node, "maxConcurrentStreams", http->max_concurrent_streams);
    validate_duration(v, http->node, "idleTimeout", http->idle_timeout);
    check_http2_keepalive(v, http->http2_keepalive);
    if (http->h2_upgrade_policy.v == ISTIO_H2_UPGRADE && http->use_client_protocol.v) {
        REFUSED(v, validate_at(http->node, "useClientProtocol"),
                "useClientProtocol cannot stand beside h2UpgradePolicy UPGRADE");
    }
}

static void
check_tcp(struct validate *v, const struct istio_tcp_settings *tcp)
{
    if (!tcp) return;
    check_count(v, tcp->node, "maxConnections", tcp->max_connections);
    validate_duration(v, tcp->node, "connectTimeout", tcp->connect_timeout);
    validate_duration(v, tcp->node, "maxConnectionDuration", tcp->max_connection_duration);
    if (tcp->idle_timeout.v != 0) { /* 0s switches it off */
        validate_duration(v, tcp->node, "idleTimeout", tcp->idle_timeout);
    }
    if (!tcp->tcp_keepalive) return;
    validate_duration(v, tcp->tcp_keepalive->node, "time", tcp->tcp_keepalive->time);
    validate_duration(v, tcp->tcp_keepalive->node, "interval", tcp->tcp_keepalive->interval);
}

void
validate_connection_pool(struct validate *v, const struct istio_connection_pool *pool)
{
    if (!pool) return;
    if (!pool->tcp && !pool->http) {
        REFUSED(v, pool->node, "connectionPool is empty; it needs tcp or http");
    }
    check_tcp(v, pool->tcp);
    check_http(v, pool->http);
}
