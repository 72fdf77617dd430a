/*
 * resources: the typed form of Gateway API's resources, as decoded and before any meaning.
 *
 * One struct for each type of the API, in the API's own words; a field that is absent is unset,
 * NULL or empty, and an enum's zero is the API's default. The tables in schema_*.c fill these in. A
 * list's comment names the type of its items. Versions that differ only in limits share a struct.
 */
#ifndef SLUICE_GATEWAY_API_RESOURCES_H
#define SLUICE_GATEWAY_API_RESOURCES_H

#include "yaml/decode.h"

/* ---- references ---- */

/* ParentReference. Defaults: group gateway.networking.k8s.io, kind Gateway, the route's namespace.
 * `group: ""` is set. */
struct gateway_parent_ref {
    const struct yaml_node *node;
    struct value_str group, kind, space, name, section_name;
    struct value_int port;
};

/* A reference to a Secret, a ConfigMap or an extension. */
struct gateway_object_ref {
    const struct yaml_node *node;
    struct value_str group, kind, space, name;
};

/* BackendRef in all its forms. Defaults: group "", kind Service, the route's namespace, weight 1.
 */
struct gateway_backend_ref {
    const struct yaml_node *node;
    struct value_str group, kind, space, name;
    struct value_int port;
    struct value_int weight;   /* not of mirrors */
    struct value_list filters; /* gateway_filter; of HTTPRoute and GRPCRoute, not of mirrors */
};

/* ---- labels ---- */

enum gateway_label_operator {
    GATEWAY_LABEL_IN,
    GATEWAY_LABEL_NOT_IN,
    GATEWAY_LABEL_EXISTS,
    GATEWAY_LABEL_DOES_NOT_EXIST,
};

struct gateway_label_expression {
    const struct yaml_node *node;
    struct value_str key;
    struct value_int op;      /* enum gateway_label_operator */
    struct value_list values; /* sluice_str */
};

struct gateway_label_selector {
    const struct yaml_node *node;
    struct value_str_map match_labels;
    struct value_list match_expressions; /* gateway_label_expression */
};

/* ---- Gateway, ListenerSet ---- */

/* The zero is the default of allowedRoutes; that of allowedListeners is NONE. */
enum gateway_from { GATEWAY_FROM_SAME, GATEWAY_FROM_ALL, GATEWAY_FROM_SELECTOR, GATEWAY_FROM_NONE };

/* RouteNamespaces, and ListenerNamespaces. */
struct gateway_namespaces {
    const struct yaml_node *node;
    struct value_int from; /* enum gateway_from */
    struct gateway_label_selector *selector;
};

struct gateway_route_kind {
    const struct yaml_node *node;
    struct value_str group, kind; /* default group: gateway.networking.k8s.io */
};

struct gateway_allowed_routes {
    const struct yaml_node *node;
    struct gateway_namespaces *namespaces;
    struct value_list kinds; /* gateway_route_kind */
};

struct gateway_allowed_listeners {
    const struct yaml_node *node;
    struct gateway_namespaces *namespaces; /* absent, or without `from`: none */
};

enum gateway_tls_mode { GATEWAY_TLS_TERMINATE, GATEWAY_TLS_PASSTHROUGH };

struct gateway_listener_tls {
    const struct yaml_node *node;
    struct value_int mode;              /* enum gateway_tls_mode */
    struct value_list certificate_refs; /* gateway_object_ref */
    struct value_str_map options;
};

struct gateway_listener {
    const struct yaml_node *node;
    struct value_str name, hostname; /* hostname "" is as absent */
    struct value_int port;
    struct value_str protocol; /* HTTP, HTTPS, TLS, TCP, UDP; others are allowed and unsupported */
    struct gateway_listener_tls *tls;
    struct gateway_allowed_routes *allowed_routes;
};

struct gateway_address {
    const struct yaml_node *node;
    struct value_str type, value;
};

struct gateway_infrastructure {
    const struct yaml_node *node;
    struct value_str_map labels, annotations;
    struct gateway_object_ref *parameters_ref;
};

enum gateway_frontend_mode {
    GATEWAY_FRONTEND_ALLOW_VALID_ONLY,
    GATEWAY_FRONTEND_ALLOW_INSECURE_FALLBACK,
};

struct gateway_frontend_validation {
    const struct yaml_node *node;
    struct value_list ca_certificate_refs; /* gateway_object_ref */
    struct value_int mode;                 /* enum gateway_frontend_mode */
};

struct gateway_frontend_default {
    const struct yaml_node *node;
    struct gateway_frontend_validation *validation;
};

struct gateway_frontend_port {
    const struct yaml_node *node;
    struct value_int port;
    struct gateway_frontend_default *tls;
};

struct gateway_frontend_tls {
    const struct yaml_node *node;
    struct gateway_frontend_default *fallback; /* `default` */
    struct value_list per_port;                /* gateway_frontend_port */
};

struct gateway_backend_tls {
    const struct yaml_node *node;
    struct gateway_object_ref *client_certificate_ref;
};

/* Gateway.spec.tls: of all listeners. */
struct gateway_tls {
    const struct yaml_node *node;
    struct gateway_backend_tls *backend;
    struct gateway_frontend_tls *frontend;
};

/* Of defaultScope and useDefaultGateways. */
enum gateway_default_scope { GATEWAY_DEFAULT_NONE, GATEWAY_DEFAULT_ALL };

struct gateway_gateway {
    const struct yaml_node *node;
    struct value_str gateway_class_name;
    struct value_list listeners; /* gateway_listener */
    struct value_list addresses; /* gateway_address */
    struct gateway_infrastructure *infrastructure;
    struct gateway_allowed_listeners *allowed_listeners;
    struct gateway_tls *tls;
    struct value_int default_scope; /* enum gateway_default_scope */
};

struct gateway_listener_set {
    const struct yaml_node *node;
    struct gateway_parent_ref *parent_ref; /* default namespace: the set's own */
    struct value_list listeners;           /* gateway_listener */
};

/* ---- matches of HTTPRoute and GRPCRoute ---- */

enum gateway_path_type { GATEWAY_PATH_PREFIX, GATEWAY_PATH_EXACT, GATEWAY_PATH_REGEX };

struct gateway_path_match {
    const struct yaml_node *node;
    struct value_int type;  /* enum gateway_path_type */
    struct value_str value; /* default "/" */
};

enum gateway_match_type { GATEWAY_MATCH_EXACT, GATEWAY_MATCH_REGEX };

/* HTTPHeaderMatch, HTTPQueryParamMatch, GRPCHeaderMatch. */
struct gateway_value_match {
    const struct yaml_node *node;
    struct value_int type; /* enum gateway_match_type */
    struct value_str name, value;
};

struct gateway_http_match {
    const struct yaml_node *node;
    struct gateway_path_match *path;
    struct value_list headers, query_params; /* gateway_value_match */
    struct value_str method;                 /* checked: one of the nine that the API knows */
};

struct gateway_grpc_method {
    const struct yaml_node *node;
    struct value_int type; /* enum gateway_match_type */
    struct value_str service, method;
};

struct gateway_grpc_match {
    const struct yaml_node *node;
    struct gateway_grpc_method *method;
    struct value_list headers; /* gateway_value_match */
};

/* ---- filters ---- */

struct gateway_header {
    const struct yaml_node *node;
    struct value_str name, value;
};

struct gateway_header_filter {
    const struct yaml_node *node;
    struct value_list set, add; /* gateway_header */
    struct value_list remove;   /* sluice_str */
};

enum gateway_path_modifier_type { GATEWAY_REPLACE_FULL_PATH, GATEWAY_REPLACE_PREFIX_MATCH };

struct gateway_path_modifier {
    const struct yaml_node *node;
    struct value_int type; /* enum gateway_path_modifier_type; always set */
    struct value_str replace_full_path, replace_prefix_match;
};

struct gateway_redirect {
    const struct yaml_node *node;
    struct value_str scheme, hostname;
    struct gateway_path_modifier *path;
    struct value_int port, status_code; /* default status: 302 */
};

struct gateway_url_rewrite {
    const struct yaml_node *node;
    struct value_str hostname;
    struct gateway_path_modifier *path;
};

struct gateway_fraction {
    const struct yaml_node *node;
    struct value_int numerator, denominator; /* default denominator: 100 */
};

struct gateway_mirror {
    const struct yaml_node *node;
    struct gateway_backend_ref *backend_ref; /* never NULL in an object that is not bad */
    struct value_int percent;                /* at most one of the two */
    struct gateway_fraction *fraction;
};

struct gateway_cors {
    const struct yaml_node *node;
    struct value_list allow_origins, allow_methods, allow_headers, expose_headers; /* sluice_str */
    struct value_bool allow_credentials;
    struct value_int max_age; /* seconds; default 5 */
};

enum gateway_auth_protocol { GATEWAY_AUTH_HTTP, GATEWAY_AUTH_GRPC };

struct gateway_auth_http {
    const struct yaml_node *node;
    struct value_str path;
    struct value_list allowed_headers, allowed_response_headers; /* sluice_str */
};

struct gateway_auth_grpc {
    const struct yaml_node *node;
    struct value_list allowed_headers; /* sluice_str */
};

struct gateway_auth_body {
    const struct yaml_node *node;
    struct value_int max_size;
};

struct gateway_external_auth {
    const struct yaml_node *node;
    struct value_int protocol; /* enum gateway_auth_protocol */
    struct gateway_backend_ref *backend_ref;
    struct gateway_auth_http *http;
    struct gateway_auth_grpc *grpc;
    struct gateway_auth_body *forward_body;
};

enum gateway_filter_type {
    GATEWAY_FILTER_REQUEST_HEADERS,
    GATEWAY_FILTER_RESPONSE_HEADERS,
    GATEWAY_FILTER_MIRROR,
    GATEWAY_FILTER_REDIRECT,
    GATEWAY_FILTER_URL_REWRITE,
    GATEWAY_FILTER_CORS,
    GATEWAY_FILTER_EXTERNAL_AUTH,
    GATEWAY_FILTER_EXTENSION_REF,
};

/* HTTPRouteFilter, and GRPCRouteFilter with four of the types. Exactly the member of its type is
 * there in an object that is not bad. */
struct gateway_filter {
    const struct yaml_node *node;
    struct value_int type; /* enum gateway_filter_type; always set */
    struct gateway_header_filter *request_headers, *response_headers;
    struct gateway_mirror *mirror;
    struct gateway_redirect *redirect;
    struct gateway_url_rewrite *url_rewrite;
    struct gateway_cors *cors;
    struct gateway_external_auth *external_auth;
    struct gateway_object_ref *extension_ref;
};

/* ---- policies of a rule ---- */

struct gateway_timeouts { /* of durations 0 is set, and means: no timeout */
    const struct yaml_node *node;
    struct value_duration request, backend_request;
};

struct gateway_retry {
    const struct yaml_node *node;
    struct value_list codes; /* uint32_t */
    struct value_int attempts;
    struct value_duration backoff;
};

enum gateway_session_type { GATEWAY_SESSION_COOKIE, GATEWAY_SESSION_HEADER };
enum gateway_cookie_lifetime { GATEWAY_COOKIE_SESSION, GATEWAY_COOKIE_PERMANENT };

/* `cookie`, and `cookieConfig` of releases up to 1.5, which has the lifetime alone. */
struct gateway_session_cookie {
    const struct yaml_node *node;
    struct value_str name, path;    /* default path: "/" */
    struct value_int lifetime_type; /* enum gateway_cookie_lifetime */
};

struct gateway_session_header {
    const struct yaml_node *node;
    struct value_str name;
};

struct gateway_session {
    const struct yaml_node *node;
    struct value_int type;         /* enum gateway_session_type */
    struct value_str session_name; /* up to 1.5: the name of the cookie or header */
    struct value_duration absolute_timeout;
    struct value_duration idle_timeout;                    /* up to 1.5 */
    struct gateway_session_cookie *cookie, *cookie_config; /* at most one of the two */
    struct gateway_session_header *header;
};

/* ---- routes ---- */

/* What every route begins with. */
struct gateway_route {
    const struct yaml_node *node;
    struct value_list parent_refs;         /* gateway_parent_ref */
    struct value_int use_default_gateways; /* enum gateway_default_scope */
    struct value_list hostnames;           /* sluice_str; not of TCPRoute, UDPRoute */
    struct value_list rules;               /* gateway_http_rule, _grpc_rule or _l4_rule */
};

struct gateway_http_rule {
    const struct yaml_node *node;
    struct value_str name;
    struct value_list matches;      /* gateway_http_match */
    struct value_list filters;      /* gateway_filter */
    struct value_list backend_refs; /* gateway_backend_ref */
    struct gateway_timeouts *timeouts;
    struct gateway_retry *retry;
    struct gateway_session *session_persistence;
};

struct gateway_grpc_rule {
    const struct yaml_node *node;
    struct value_str name;
    struct value_list matches;      /* gateway_grpc_match */
    struct value_list filters;      /* gateway_filter */
    struct value_list backend_refs; /* gateway_backend_ref */
    struct gateway_session *session_persistence;
};

/* Of TLSRoute, TCPRoute and UDPRoute. */
struct gateway_l4_rule {
    const struct yaml_node *node;
    struct value_str name;
    struct value_list backend_refs; /* gateway_backend_ref */
};

/* ---- GatewayClass: names the software that serves a Gateway, and decides nothing here ---- */

struct gateway_class {
    const struct yaml_node *node;
    struct value_str controller_name, description;
    struct gateway_object_ref *parameters_ref;
};

/* ---- ReferenceGrant ---- */

struct gateway_grant_from {
    const struct yaml_node *node;
    struct value_str group, kind, space;
};

struct gateway_grant_to {
    const struct yaml_node *node;
    struct value_str group, kind, name; /* name: absent or empty is any */
};

struct gateway_reference_grant {
    const struct yaml_node *node;
    struct value_list from; /* gateway_grant_from */
    struct value_list to;   /* gateway_grant_to */
};

#endif
