/*
 * resources: the typed form of Istio's networking resources, as decoded and before any meaning.
 *
 * One struct for each message of the API, in the API's own words; a field that is absent is unset,
 * NULL or empty. The tables in schema_*.c fill these in. A list's comment names the type of its
 * items.
 */
#ifndef SLUICE_ISTIO_RESOURCES_H
#define SLUICE_ISTIO_RESOURCES_H

#include "yaml/decode.h"

/* ---- VirtualService: matches ---- */

/* At most one of the three is set; none is a test for presence. `exact: ""` is set. */
struct istio_string_match {
    const struct yaml_node *node;
    struct value_str exact, prefix, regex;
};

/* What few blocks have. */
struct istio_http_match_more {
    struct value_str name;
    struct istio_string_match *scheme, *authority;
    struct value_message_map without_headers; /* istio_string_match */
    struct value_message_map query_params;    /* istio_string_match */
    struct value_bool ignore_uri_case;
    struct value_int port;
    struct value_str_map source_labels;
    struct value_str source_namespace;
    struct value_list gateways; /* sluice_str */
    struct value_str stat_prefix;
};
extern const struct istio_http_match_more istio_no_more_of_match;

struct istio_http_match {
    const struct yaml_node *node;
    const struct istio_http_match_more *more; /* never NULL: it may be the one of nothing */
    struct istio_string_match *uri, *method;
    struct value_message_map headers; /* istio_string_match */
    uint32_t line;
};
_Static_assert(sizeof(struct istio_http_match) == 64, "one cache line");

/* TLSMatchAttributes and L4MatchAttributes in one: sni_hosts is of tls, source_subnet of tcp. */
struct istio_l4_match {
    const struct yaml_node *node;
    struct value_list sni_hosts;           /* sluice_str */
    struct value_list destination_subnets; /* sluice_str */
    struct value_int port;
    struct value_str source_subnet; /* ignored by Istio */
    struct value_str_map source_labels;
    struct value_list gateways; /* sluice_str */
    struct value_str source_namespace;
};

/* ---- VirtualService: what a route does ---- */

struct istio_port_selector {
    const struct yaml_node *node;
    struct value_int number;
};

struct istio_destination {
    const struct yaml_node *node;
    struct value_str host, subset;
    struct istio_port_selector *port;
};

struct istio_header_operations {
    const struct yaml_node *node;
    struct value_str_map set, add;
    struct value_list remove; /* sluice_str */
};

struct istio_headers {
    const struct yaml_node *node;
    struct istio_header_operations *request, *response;
};

struct istio_http_destination {
    const struct yaml_node *node;
    struct istio_destination *destination;
    struct value_int weight;
    struct istio_headers *headers;
};

struct istio_percent {
    const struct yaml_node *node;
    struct value_double value; /* 0 when unset */
};

struct istio_redirect {
    const struct yaml_node *node;
    struct value_str uri, prefix_rewrite, authority, scheme;
    struct value_int port;        /* oneof with derive_port */
    struct value_int derive_port; /* enum istio_derive_port */
    struct value_int redirect_code;
};

enum istio_derive_port { ISTIO_FROM_PROTOCOL_DEFAULT = 0, ISTIO_FROM_REQUEST_PORT = 1 };

struct istio_body {
    const struct yaml_node *node;
    struct value_str string, bytes; /* bytes are decoded */
};

struct istio_direct_response {
    const struct yaml_node *node;
    struct value_int status;
    struct istio_body *body;
};

struct istio_regex_rewrite {
    const struct yaml_node *node;
    struct value_str match, rewrite;
};

struct istio_rewrite {
    const struct yaml_node *node;
    struct value_str uri, authority;
    struct istio_regex_rewrite *uri_regex_rewrite;
};

struct istio_delegate {
    const struct yaml_node *node;
    struct value_str name, space;
};

struct istio_retry {
    const struct yaml_node *node;
    struct value_int attempts;
    struct value_duration per_try_timeout;
    struct value_str retry_on;
    struct value_bool retry_remote_localities, retry_ignore_previous_hosts;
    struct value_duration backoff;
};

struct istio_fault_delay {
    const struct yaml_node *node;
    struct value_int percent; /* deprecated, hundredths */
    struct value_duration fixed_delay, exponential_delay;
    struct istio_percent *percentage;
};

struct istio_fault_abort {
    const struct yaml_node *node;
    struct value_int http_status;
    struct value_str grpc_status, http2_error;
    struct istio_percent *percentage;
};

struct istio_fault {
    const struct yaml_node *node;
    struct istio_fault_delay *delay;
    struct istio_fault_abort *abort;
};

struct istio_mirror_policy {
    const struct yaml_node *node;
    struct istio_destination *destination;
    struct istio_percent *percentage;
};

enum istio_unmatched_preflights {
    ISTIO_PREFLIGHT_UNSPECIFIED = 0,
    ISTIO_PREFLIGHT_FORWARD = 1,
    ISTIO_PREFLIGHT_IGNORE = 2,
};

struct istio_cors {
    const struct yaml_node *node;
    struct value_list allow_origin;                                 /* sluice_str; deprecated */
    struct value_list allow_origins;                                /* istio_string_match */
    struct value_list allow_methods, allow_headers, expose_headers; /* sluice_str */
    struct value_duration max_age;
    struct value_bool allow_credentials;
    struct value_int unmatched_preflights; /* enum istio_unmatched_preflights */
};

/* What few rules have. */
struct istio_http_route_more {
    struct value_str name;
    struct istio_redirect *redirect;
    struct istio_direct_response *direct_response;
    struct istio_delegate *delegate;
    struct istio_rewrite *rewrite;
    struct value_duration timeout;
    struct istio_retry *retries;
    struct istio_fault *fault;
    struct istio_destination *mirror;
    struct value_list mirrors; /* istio_mirror_policy */
    struct value_int mirror_percent;
    struct istio_percent *mirror_percentage;
    struct istio_cors *cors_policy;
    struct istio_headers *headers;
};
extern const struct istio_http_route_more istio_no_more_of_route;

struct istio_http_route {
    const struct yaml_node *node;
    const struct istio_http_route_more *more; /* never NULL: it may be the one of nothing */
    struct value_list match; /* istio_http_match; a null item's node is YAML_NULL */
    struct value_list route; /* istio_http_destination */
};
_Static_assert(sizeof(struct istio_http_route) == 64, "one cache line");

/* RouteDestination of tls and tcp. */
struct istio_l4_destination {
    const struct yaml_node *node;
    struct istio_destination *destination;
    struct value_int weight;
};

/* TLSRoute and TCPRoute. */
struct istio_l4_route {
    const struct yaml_node *node;
    struct value_list match; /* istio_l4_match */
    struct value_list route; /* istio_l4_destination */
};

struct istio_virtual_service {
    const struct yaml_node *node;
    struct value_list hosts, gateways, export_to; /* sluice_str */
    struct value_list http;                       /* istio_http_route */
    struct value_list tls, tcp;                   /* istio_l4_route */
};

/* ---- DestinationRule ---- */

enum istio_lb_simple {
    ISTIO_LB_UNSPECIFIED = 0,
    ISTIO_LB_LEAST_CONN = 1,
    ISTIO_LB_RANDOM = 2,
    ISTIO_LB_PASSTHROUGH = 3,
    ISTIO_LB_ROUND_ROBIN = 4,
    ISTIO_LB_LEAST_REQUEST = 5,
};

struct istio_cookie_attribute {
    const struct yaml_node *node;
    struct value_str name, value;
};

struct istio_http_cookie {
    const struct yaml_node *node;
    struct value_str name, path;
    struct value_duration ttl;
    struct value_list attributes; /* istio_cookie_attribute */
};

struct istio_ring_hash {
    const struct yaml_node *node;
    struct value_u64 minimum_ring_size;
};

struct istio_maglev {
    const struct yaml_node *node;
    struct value_u64 table_size;
};

struct istio_consistent_hash {
    const struct yaml_node *node;
    struct value_str http_header_name; /* a oneof with the next three */
    struct istio_http_cookie *http_cookie;
    struct value_bool use_source_ip;
    struct value_str http_query_parameter_name;
    struct istio_ring_hash *ring_hash; /* a oneof with maglev */
    struct istio_maglev *maglev;
    struct value_u64 minimum_ring_size; /* deprecated */
};

struct istio_locality_distribute {
    const struct yaml_node *node;
    struct value_str from;
    struct value_uint32_map to;
};

struct istio_locality_failover {
    const struct yaml_node *node;
    struct value_str from, to;
};

struct istio_locality_lb {
    const struct yaml_node *node;
    struct value_list distribute;        /* istio_locality_distribute */
    struct value_list failover;          /* istio_locality_failover */
    struct value_list failover_priority; /* sluice_str */
    struct value_bool enabled;
};

struct istio_zone_aware_lb {
    const struct yaml_node *node;
    struct value_bool enabled;
    struct value_list failover;          /* istio_locality_failover */
    struct value_list failover_priority; /* sluice_str */
    struct value_u64 min_cluster_size;
};

struct istio_warmup {
    const struct yaml_node *node;
    struct value_duration duration;
    struct value_double minimum_percent, aggression;
};

struct istio_load_balancer {
    const struct yaml_node *node;
    struct value_int simple; /* enum istio_lb_simple; a oneof with the next */
    struct istio_consistent_hash *consistent_hash;
    struct istio_locality_lb *locality_lb_setting;
    struct istio_zone_aware_lb *zone_aware_lb_setting;
    struct value_duration warmup_duration_secs; /* deprecated */
    struct istio_warmup *warmup;
};

struct istio_tcp_keepalive {
    const struct yaml_node *node;
    struct value_int probes;
    struct value_duration time, interval;
};

struct istio_tcp_settings {
    const struct yaml_node *node;
    struct value_int max_connections;
    struct value_duration connect_timeout, max_connection_duration, idle_timeout;
    struct istio_tcp_keepalive *tcp_keepalive;
};

struct istio_http2_keepalive {
    const struct yaml_node *node;
    struct value_duration interval, timeout;
};

enum istio_h2_upgrade { ISTIO_H2_DEFAULT = 0, ISTIO_H2_DO_NOT_UPGRADE = 1, ISTIO_H2_UPGRADE = 2 };

struct istio_http_settings {
    const struct yaml_node *node;
    struct value_int http1_max_pending_requests, http2_max_requests, max_requests_per_connection;
    struct value_int max_retries;
    struct value_duration idle_timeout;
    struct value_int h2_upgrade_policy; /* enum istio_h2_upgrade */
    struct value_bool use_client_protocol;
    struct value_int max_concurrent_streams;
    struct istio_http2_keepalive *http2_keepalive;
};

struct istio_connection_pool {
    const struct yaml_node *node;
    struct istio_tcp_settings *tcp;
    struct istio_http_settings *http;
};

struct istio_outlier_detection {
    const struct yaml_node *node;
    struct value_int consecutive_errors; /* deprecated */
    struct value_bool split_external_local_origin_errors;
    struct value_int consecutive_local_origin_failures;
    struct value_int consecutive_gateway_errors;
    struct value_int consecutive_5xx_errors;
    struct value_duration interval, base_ejection_time;
    struct value_int max_ejection_percent, min_health_percent;
    struct value_list http_error_codes; /* uint32_t */
};

enum istio_client_tls_mode {
    ISTIO_CLIENT_TLS_DISABLE = 0,
    ISTIO_CLIENT_TLS_SIMPLE = 1,
    ISTIO_CLIENT_TLS_MUTUAL = 2,
    ISTIO_CLIENT_TLS_ISTIO_MUTUAL = 3,
};

struct istio_client_tls {
    const struct yaml_node *node;
    struct value_int mode; /* enum istio_client_tls_mode */
    struct value_str client_certificate, private_key, ca_certificates, credential_name, sni, ca_crl;
    struct value_list subject_alt_names; /* sluice_str */
    struct value_bool insecure_skip_verify;
};

struct istio_tunnel {
    const struct yaml_node *node;
    struct value_str protocol, target_host;
    struct value_int target_port;
};

enum istio_proxy_protocol { ISTIO_PROXY_PROTOCOL_V1 = 0, ISTIO_PROXY_PROTOCOL_V2 = 1 };

struct istio_proxy_protocol_settings {
    const struct yaml_node *node;
    struct value_int version; /* enum istio_proxy_protocol */
};

struct istio_retry_budget {
    const struct yaml_node *node;
    struct value_double percent;
    struct value_int min_retry_concurrency;
    struct value_duration budget_interval;
};

/* A PortTrafficPolicy: `port` and the first four blocks. */
struct istio_port_policy {
    const struct yaml_node *node;
    struct istio_port_selector *port;
    struct istio_load_balancer *load_balancer;
    struct istio_connection_pool *connection_pool;
    struct istio_outlier_detection *outlier_detection;
    struct istio_client_tls *tls;
};

struct istio_traffic_policy {
    const struct yaml_node *node;
    struct istio_load_balancer *load_balancer;
    struct istio_connection_pool *connection_pool;
    struct istio_outlier_detection *outlier_detection;
    struct istio_client_tls *tls;
    struct value_list port_level_settings; /* istio_port_policy */
    struct istio_tunnel *tunnel;
    struct istio_proxy_protocol_settings *proxy_protocol;
    struct istio_retry_budget *retry_budget;
};

struct istio_subset {
    const struct yaml_node *node;
    struct value_str name;
    struct value_str_map labels;
    struct istio_traffic_policy *traffic_policy;
};

struct istio_label_selector { /* matchLabels of a DestinationRule */
    const struct yaml_node *node;
    struct value_str_map match_labels;
};

struct istio_destination_rule {
    const struct yaml_node *node;
    struct value_str host;
    struct istio_traffic_policy *traffic_policy;
    struct value_list subsets;   /* istio_subset */
    struct value_list export_to; /* sluice_str */
    struct istio_label_selector *workload_selector;
};

/* ---- ServiceEntry, WorkloadEntry ---- */

enum istio_location { ISTIO_MESH_EXTERNAL = 0, ISTIO_MESH_INTERNAL = 1 };

enum istio_resolution {
    ISTIO_RESOLUTION_NONE = 0,
    ISTIO_RESOLUTION_STATIC = 1,
    ISTIO_RESOLUTION_DNS = 2,
    ISTIO_RESOLUTION_DNS_ROUND_ROBIN = 3,
    ISTIO_RESOLUTION_DYNAMIC_DNS = 4,
};

/* An endpoint of a ServiceEntry, and the spec of a WorkloadEntry. */
struct istio_workload_entry {
    const struct yaml_node *node;
    struct value_str address;
    struct value_uint32_map ports;
    struct value_str_map labels;
    struct value_str network, locality, service_account;
    struct value_int weight;
};

struct istio_service_port {
    const struct yaml_node *node;
    struct value_int number, target_port;
    struct value_str name, protocol;
};

struct istio_workload_selector {
    const struct yaml_node *node;
    struct value_str_map labels;
};

struct istio_service_entry {
    const struct yaml_node *node;
    struct value_list hosts, addresses; /* sluice_str */
    struct value_list ports;            /* istio_service_port */
    struct value_int location;          /* enum istio_location */
    struct value_int resolution;        /* enum istio_resolution */
    struct value_list endpoints;        /* istio_workload_entry */
    struct istio_workload_selector *workload_selector;
    struct value_list export_to, subject_alt_names; /* sluice_str */
};

/* ---- Gateway ---- */

enum istio_server_tls_mode {
    ISTIO_SERVER_TLS_PASSTHROUGH = 0,
    ISTIO_SERVER_TLS_SIMPLE = 1,
    ISTIO_SERVER_TLS_MUTUAL = 2,
    ISTIO_SERVER_TLS_AUTO_PASSTHROUGH = 3,
    ISTIO_SERVER_TLS_ISTIO_MUTUAL = 4,
    ISTIO_SERVER_TLS_OPTIONAL_MUTUAL = 5,
};

enum istio_tls_protocol {
    ISTIO_TLS_AUTO = 0,
    ISTIO_TLSV1_0 = 1,
    ISTIO_TLSV1_1 = 2,
    ISTIO_TLSV1_2 = 3,
    ISTIO_TLSV1_3 = 4,
};

struct istio_tls_certificate {
    const struct yaml_node *node;
    struct value_str server_certificate, private_key, ca_certificates;
};

struct istio_server_tls {
    const struct yaml_node *node;
    struct value_bool https_redirect;
    struct value_int mode; /* enum istio_server_tls_mode */
    struct value_str server_certificate, private_key, ca_certificates, ca_crl;
    struct value_str credential_name, ca_cert_credential_name;
    struct value_list credential_names;                          /* sluice_str */
    struct value_list tls_certificates;                          /* istio_tls_certificate */
    struct value_list subject_alt_names;                         /* sluice_str */
    struct value_list verify_certificate_spki;                   /* sluice_str */
    struct value_list verify_certificate_hash;                   /* sluice_str */
    struct value_int min_protocol_version, max_protocol_version; /* enum istio_tls_protocol */
    struct value_list cipher_suites;                             /* sluice_str */
};

/* Port of a Gateway's server; target_port is deprecated. */
struct istio_server {
    const struct yaml_node *node;
    struct istio_service_port *port;
    struct value_str bind, default_endpoint, name;
    struct value_list hosts; /* sluice_str: [namespace/]host */
    struct istio_server_tls *tls;
};

struct istio_gateway {
    const struct yaml_node *node;
    struct value_list servers; /* istio_server */
    struct value_str_map selector;
};

#endif
