/*
 * schema_policy: the tables of a DestinationRule and its traffic policies.
 */
#include "istio/schema.h"

/* ---- load balancer ---- */

#define T struct istio_cookie_attribute
static const struct field_type_row cookie_attribute_fields[] = {
    ROW(T, name, "name", FIELD_STR),
    ROW(T, value, "value", FIELD_STR),
};
static const struct message_type cookie_attribute =
    MESSAGE_TYPE("Attribute", T, cookie_attribute_fields);
#undef T

#define T struct istio_http_cookie
static const struct field_type_row http_cookie_fields[] = {
    ROW(T, name, "name", FIELD_STR),
    ROW(T, path, "path", FIELD_STR),
    ROW(T, ttl, "ttl", FIELD_DURATION),
    MESSAGES(T, attributes, "attributes", &cookie_attribute),
};
static const struct message_type http_cookie = MESSAGE_TYPE("HTTPCookie", T, http_cookie_fields);
#undef T

#define T struct istio_ring_hash
static const struct field_type_row ring_hash_fields[] = {
    ROW(T, minimum_ring_size, "minimumRingSize", FIELD_UINT64),
};
static const struct message_type ring_hash = MESSAGE_TYPE("RingHash", T, ring_hash_fields);
#undef T

#define T struct istio_maglev
static const struct field_type_row maglev_fields[] = {
    ROW(T, table_size, "tableSize", FIELD_UINT64),
};
static const struct message_type maglev = MESSAGE_TYPE("MagLev", T, maglev_fields);
#undef T

#define T struct istio_consistent_hash
static const struct field_type_row consistent_hash_fields[] = {
    ROW_WITH(T, http_header_name, "httpHeaderName", FIELD_STR, .oneof = "hash_key"),
    MESSAGE_WITH(T, http_cookie, "httpCookie", &http_cookie, .oneof = "hash_key"),
    ROW_WITH(T, use_source_ip, "useSourceIp", FIELD_BOOL, .oneof = "hash_key"),
    ROW_WITH(T, http_query_parameter_name, "httpQueryParameterName", FIELD_STR,
             .oneof = "hash_key"),
    MESSAGE_WITH(T, ring_hash, "ringHash", &ring_hash, .oneof = "hash_algorithm"),
    MESSAGE_WITH(T, maglev, "maglev", &maglev, .oneof = "hash_algorithm"),
    ROW(T, minimum_ring_size, "minimumRingSize", FIELD_UINT64),
};
static const struct message_type consistent_hash =
    MESSAGE_TYPE("ConsistentHashLB", T, consistent_hash_fields);
#undef T

#define T struct istio_locality_distribute
static const struct field_type_row locality_distribute_fields[] = {
    ROW(T, from, "from", FIELD_STR),
    ROW(T, to, "to", FIELD_UINT32_MAP),
};
static const struct message_type locality_distribute =
    MESSAGE_TYPE("Distribute", T, locality_distribute_fields);
#undef T

#define T struct istio_locality_failover
static const struct field_type_row locality_failover_fields[] = {
    ROW(T, from, "from", FIELD_STR),
    ROW(T, to, "to", FIELD_STR),
};
static const struct message_type locality_failover =
    MESSAGE_TYPE("Failover", T, locality_failover_fields);
#undef T

#define T struct istio_locality_lb
static const struct field_type_row locality_lb_fields[] = {
    MESSAGES(T, distribute, "distribute", &locality_distribute),
    MESSAGES(T, failover, "failover", &locality_failover),
    ROW(T, failover_priority, "failoverPriority", FIELD_STR_LIST),
    ROW(T, enabled, "enabled", FIELD_BOOL),
};
static const struct message_type locality_lb =
    MESSAGE_TYPE("LocalityLoadBalancerSetting", T, locality_lb_fields);
#undef T

#define T struct istio_zone_aware_lb
static const struct field_type_row zone_aware_lb_fields[] = {
    ROW(T, enabled, "enabled", FIELD_BOOL),
    MESSAGES(T, failover, "failover", &locality_failover),
    ROW(T, failover_priority, "failoverPriority", FIELD_STR_LIST),
    ROW(T, min_cluster_size, "minClusterSize", FIELD_UINT64),
};
static const struct message_type zone_aware_lb =
    MESSAGE_TYPE("ZoneAwareLoadBalancerSetting", T, zone_aware_lb_fields);
#undef T

#define T struct istio_warmup
static const struct field_type_row warmup_fields[] = {
    ROW(T, duration, "duration", FIELD_DURATION),
    ROW(T, minimum_percent, "minimumPercent", FIELD_DOUBLE),
    ROW(T, aggression, "aggression", FIELD_DOUBLE),
};
static const struct message_type warmup = MESSAGE_TYPE("WarmupConfiguration", T, warmup_fields);
#undef T

static const struct enum_value lb_simple_values[] = {
    {"UNSPECIFIED",   ISTIO_LB_UNSPECIFIED  },
    {"LEAST_CONN",    ISTIO_LB_LEAST_CONN   },
    {"RANDOM",        ISTIO_LB_RANDOM       },
    {"PASSTHROUGH",   ISTIO_LB_PASSTHROUGH  },
    {"ROUND_ROBIN",   ISTIO_LB_ROUND_ROBIN  },
    {"LEAST_REQUEST", ISTIO_LB_LEAST_REQUEST},
    {NULL,            0                     },
};

#define T struct istio_load_balancer
static const struct field_type_row load_balancer_fields[] = {
    ENUM_WITH(T, simple, "simple", lb_simple_values, .oneof = "lb_policy"),
    MESSAGE_WITH(T, consistent_hash, "consistentHash", &consistent_hash, .oneof = "lb_policy"),
    MESSAGE(T, locality_lb_setting, "localityLbSetting", &locality_lb),
    MESSAGE_WITH(T, zone_aware_lb_setting, "zoneAwareLbSetting", &zone_aware_lb,
                 .not_acted_on = true),
    ROW(T, warmup_duration_secs, "warmupDurationSecs", FIELD_DURATION),
    MESSAGE(T, warmup, "warmup", &warmup),
};
static const struct message_type load_balancer =
    MESSAGE_TYPE("LoadBalancerSettings", T, load_balancer_fields);
#undef T

/* ---- connection pool ---- */

#define T struct istio_tcp_keepalive
static const struct field_type_row tcp_keepalive_fields[] = {
    ROW(T, probes, "probes", FIELD_UINT32),
    ROW(T, time, "time", FIELD_DURATION),
    ROW(T, interval, "interval", FIELD_DURATION),
};
static const struct message_type tcp_keepalive =
    MESSAGE_TYPE("TcpKeepalive", T, tcp_keepalive_fields);
#undef T

#define T struct istio_tcp_settings
static const struct field_type_row tcp_settings_fields[] = {
    ROW(T, max_connections, "maxConnections", FIELD_INT32),
    ROW(T, connect_timeout, "connectTimeout", FIELD_DURATION),
    ROW(T, max_connection_duration, "maxConnectionDuration", FIELD_DURATION),
    ROW(T, idle_timeout, "idleTimeout", FIELD_DURATION),
    MESSAGE(T, tcp_keepalive, "tcpKeepalive", &tcp_keepalive),
};
static const struct message_type tcp_settings = MESSAGE_TYPE("TCPSettings", T, tcp_settings_fields);
#undef T

#define T struct istio_http2_keepalive
static const struct field_type_row http2_keepalive_fields[] = {
    ROW(T, interval, "interval", FIELD_DURATION),
    ROW(T, timeout, "timeout", FIELD_DURATION),
};
static const struct message_type http2_keepalive =
    MESSAGE_TYPE("HTTP2KeepAlive", T, http2_keepalive_fields);
#undef T

static const struct enum_value h2_upgrade_values[] = {
    {"DEFAULT",        ISTIO_H2_DEFAULT       },
    {"DO_NOT_UPGRADE", ISTIO_H2_DO_NOT_UPGRADE},
    {"UPGRADE",        ISTIO_H2_UPGRADE       },
    {NULL,             0                      },
};

#define T struct istio_http_settings
static const struct field_type_row http_settings_fields[] = {
    ROW(T, http1_max_pending_requests, "http1MaxPendingRequests", FIELD_INT32),
    ROW(T, http2_max_requests, "http2MaxRequests", FIELD_INT32),
    ROW(T, max_requests_per_connection, "maxRequestsPerConnection", FIELD_INT32),
    ROW(T, max_retries, "maxRetries", FIELD_INT32),
    ROW(T, idle_timeout, "idleTimeout", FIELD_DURATION),
    ENUM(T, h2_upgrade_policy, "h2UpgradePolicy", h2_upgrade_values),
    ROW(T, use_client_protocol, "useClientProtocol", FIELD_BOOL),
    ROW(T, max_concurrent_streams, "maxConcurrentStreams", FIELD_INT32),
    MESSAGE(T, http2_keepalive, "http2KeepAlive", &http2_keepalive),
};
static const struct message_type http_settings =
    MESSAGE_TYPE("HTTPSettings", T, http_settings_fields);
#undef T

#define T struct istio_connection_pool
static const struct field_type_row connection_pool_fields[] = {
    MESSAGE(T, tcp, "tcp", &tcp_settings),
    MESSAGE(T, http, "http", &http_settings),
};
static const struct message_type connection_pool =
    MESSAGE_TYPE("ConnectionPoolSettings", T, connection_pool_fields);
#undef T

/* ---- the other blocks ---- */

#define T struct istio_outlier_detection
static const struct field_type_row outlier_detection_fields[] = {
    ROW(T, consecutive_errors, "consecutiveErrors", FIELD_INT32),
    ROW(T, split_external_local_origin_errors, "splitExternalLocalOriginErrors", FIELD_BOOL),
    ROW(T, consecutive_local_origin_failures, "consecutiveLocalOriginFailures", FIELD_UINT32),
    ROW(T, consecutive_gateway_errors, "consecutiveGatewayErrors", FIELD_UINT32),
    ROW(T, consecutive_5xx_errors, "consecutive5xxErrors", FIELD_UINT32),
    ROW(T, interval, "interval", FIELD_DURATION),
    ROW(T, base_ejection_time, "baseEjectionTime", FIELD_DURATION),
    ROW(T, max_ejection_percent, "maxEjectionPercent", FIELD_INT32),
    ROW(T, min_health_percent, "minHealthPercent", FIELD_INT32),
    ROW(T, http_error_codes, "outlierDetectionHttpErrorCodes", FIELD_UINT32_LIST),
};
static const struct message_type outlier_detection =
    MESSAGE_TYPE("OutlierDetection", T, outlier_detection_fields);
#undef T

static const struct enum_value client_tls_mode_values[] = {
    {"DISABLE",      ISTIO_CLIENT_TLS_DISABLE     },
    {"SIMPLE",       ISTIO_CLIENT_TLS_SIMPLE      },
    {"MUTUAL",       ISTIO_CLIENT_TLS_MUTUAL      },
    {"ISTIO_MUTUAL", ISTIO_CLIENT_TLS_ISTIO_MUTUAL},
    {NULL,           0                            },
};

#define T struct istio_client_tls
static const struct field_type_row client_tls_fields[] = {
    ENUM(T, mode, "mode", client_tls_mode_values),
    ROW(T, client_certificate, "clientCertificate", FIELD_STR),
    ROW(T, private_key, "privateKey", FIELD_STR),
    ROW(T, ca_certificates, "caCertificates", FIELD_STR),
    ROW(T, credential_name, "credentialName", FIELD_STR),
    ROW(T, subject_alt_names, "subjectAltNames", FIELD_STR_LIST),
    ROW(T, sni, "sni", FIELD_STR),
    ROW(T, insecure_skip_verify, "insecureSkipVerify", FIELD_BOOL),
    ROW_WITH(T, ca_crl, "caCrl", FIELD_STR, .not_acted_on = true),
};
static const struct message_type client_tls =
    MESSAGE_TYPE("ClientTLSSettings", T, client_tls_fields);
#undef T

#define T struct istio_tunnel
static const struct field_type_row tunnel_fields[] = {
    ROW(T, protocol, "protocol", FIELD_STR),
    ROW(T, target_host, "targetHost", FIELD_STR),
    ROW(T, target_port, "targetPort", FIELD_UINT32),
};
static const struct message_type tunnel = MESSAGE_TYPE("TunnelSettings", T, tunnel_fields);
#undef T

static const struct enum_value proxy_protocol_values[] = {
    {"V1", ISTIO_PROXY_PROTOCOL_V1},
    {"V2", ISTIO_PROXY_PROTOCOL_V2},
    {NULL, 0                      },
};

#define T struct istio_proxy_protocol_settings
static const struct field_type_row proxy_protocol_fields[] = {
    ENUM(T, version, "version", proxy_protocol_values),
};
static const struct message_type proxy_protocol =
    MESSAGE_TYPE("ProxyProtocol", T, proxy_protocol_fields);
#undef T

#define T struct istio_retry_budget
static const struct field_type_row retry_budget_fields[] = {
    ROW(T, percent, "percent", FIELD_DOUBLE),
    ROW(T, min_retry_concurrency, "minRetryConcurrency", FIELD_UINT32),
    ROW(T, budget_interval, "budgetInterval", FIELD_DURATION),
};
static const struct message_type retry_budget = MESSAGE_TYPE("RetryBudget", T, retry_budget_fields);
#undef T

/* ---- policies, subsets, the rule ---- */

#define T struct istio_port_policy
static const struct field_type_row port_policy_fields[] = {
    MESSAGE(T, port, "port", &schema_port_selector),
    MESSAGE(T, load_balancer, "loadBalancer", &load_balancer),
    MESSAGE(T, connection_pool, "connectionPool", &connection_pool),
    MESSAGE(T, outlier_detection, "outlierDetection", &outlier_detection),
    MESSAGE(T, tls, "tls", &client_tls),
};
static const struct message_type port_policy =
    MESSAGE_TYPE("PortTrafficPolicy", T, port_policy_fields);
#undef T

#define T struct istio_traffic_policy
static const struct field_type_row traffic_policy_fields[] = {
    MESSAGE(T, load_balancer, "loadBalancer", &load_balancer),
    MESSAGE(T, connection_pool, "connectionPool", &connection_pool),
    MESSAGE(T, outlier_detection, "outlierDetection", &outlier_detection),
    MESSAGE(T, tls, "tls", &client_tls),
    MESSAGES(T, port_level_settings, "portLevelSettings", &port_policy),
    MESSAGE(T, tunnel, "tunnel", &tunnel),
    MESSAGE(T, proxy_protocol, "proxyProtocol", &proxy_protocol),
    MESSAGE(T, retry_budget, "retryBudget", &retry_budget),
};
static const struct message_type traffic_policy =
    MESSAGE_TYPE("TrafficPolicy", T, traffic_policy_fields);
#undef T

#define T struct istio_subset
static const struct field_type_row subset_fields[] = {
    ROW(T, name, "name", FIELD_STR),
    ROW(T, labels, "labels", FIELD_STR_MAP),
    MESSAGE(T, traffic_policy, "trafficPolicy", &traffic_policy),
};
static const struct message_type subset = MESSAGE_TYPE("Subset", T, subset_fields);
#undef T

#define T struct istio_label_selector
static const struct field_type_row label_selector_fields[] = {
    ROW(T, match_labels, "matchLabels", FIELD_STR_MAP),
};
static const struct message_type label_selector =
    MESSAGE_TYPE("WorkloadSelector", T, label_selector_fields);
#undef T

#define T struct istio_destination_rule
static const struct field_type_row destination_rule_fields[] = {
    ROW(T, host, "host", FIELD_STR),
    MESSAGE(T, traffic_policy, "trafficPolicy", &traffic_policy),
    MESSAGES(T, subsets, "subsets", &subset),
    ROW(T, export_to, "exportTo", FIELD_STR_LIST),
    MESSAGE(T, workload_selector, "workloadSelector", &label_selector),
};
const struct message_type schema_destination_rule =
    MESSAGE_TYPE("DestinationRule", T, destination_rule_fields);
#undef T
