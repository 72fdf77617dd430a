/*
 * schema_virtual_service: the tables of VirtualService but for its matches.
 */
#include "istio/schema.h"
#include "istio/schema_match.h"

#define T struct istio_port_selector
static const struct field_type_row port_selector_fields[] = {
    ROW(T, number, "number", FIELD_UINT32),
};
const struct message_type schema_port_selector =
    MESSAGE_TYPE("PortSelector", T, port_selector_fields);
#undef T

#define T struct istio_destination
static const struct field_type_row destination_fields[] = {
    ROW(T, host, "host", FIELD_STR),
    ROW(T, subset, "subset", FIELD_STR),
    MESSAGE(T, port, "port", &schema_port_selector),
};
static const struct message_type destination = MESSAGE_TYPE("Destination", T, destination_fields);
#undef T

#define T struct istio_header_operations
static const struct field_type_row header_operations_fields[] = {
    ROW(T, set, "set", FIELD_STR_MAP),
    ROW(T, add, "add", FIELD_STR_MAP),
    ROW(T, remove, "remove", FIELD_STR_LIST),
};
static const struct message_type header_operations =
    MESSAGE_TYPE("HeaderOperations", T, header_operations_fields);
#undef T

#define T struct istio_headers
static const struct field_type_row headers_fields[] = {
    MESSAGE(T, request, "request", &header_operations),
    MESSAGE(T, response, "response", &header_operations),
};
static const struct message_type headers = MESSAGE_TYPE("Headers", T, headers_fields);
#undef T

#define T struct istio_http_destination
static const struct field_type_row http_destination_fields[] = {
    MESSAGE(T, destination, "destination", &destination),
    ROW(T, weight, "weight", FIELD_INT32),
    MESSAGE(T, headers, "headers", &headers),
};
static const struct message_type http_destination =
    MESSAGE_TYPE("HTTPRouteDestination", T, http_destination_fields);
#undef T

#define T struct istio_percent
static const struct field_type_row percent_fields[] = {
    ROW(T, value, "value", FIELD_DOUBLE),
};
static const struct message_type percent = MESSAGE_TYPE("Percent", T, percent_fields);
#undef T

static const struct enum_value derive_port_values[] = {
    {"FROM_PROTOCOL_DEFAULT", ISTIO_FROM_PROTOCOL_DEFAULT},
    {"FROM_REQUEST_PORT",     ISTIO_FROM_REQUEST_PORT    },
    {NULL,                    0                          },
};

#define T struct istio_redirect
static const struct field_type_row redirect_fields[] = {
    ROW(T, uri, "uri", FIELD_STR),
    ROW(T, prefix_rewrite, "prefixRewrite", FIELD_STR),
    ROW(T, authority, "authority", FIELD_STR),
    ROW(T, scheme, "scheme", FIELD_STR),
    ROW_WITH(T, port, "port", FIELD_UINT32, .oneof = "redirect_port"),
    ENUM_WITH(T, derive_port, "derivePort", derive_port_values, .oneof = "redirect_port"),
    ROW(T, redirect_code, "redirectCode", FIELD_UINT32),
};
static const struct message_type redirect = MESSAGE_TYPE("HTTPRedirect", T, redirect_fields);
#undef T

#define T struct istio_body
static const struct field_type_row body_fields[] = {
    ROW_WITH(T, string, "string", FIELD_STR, .oneof = "specifier"),
    ROW_WITH(T, bytes, "bytes", FIELD_BYTES, .oneof = "specifier"),
};
static const struct message_type body = MESSAGE_TYPE("HTTPBody", T, body_fields);
#undef T

#define T struct istio_direct_response
static const struct field_type_row direct_response_fields[] = {
    ROW(T, status, "status", FIELD_UINT32),
    MESSAGE(T, body, "body", &body),
};
static const struct message_type direct_response =
    MESSAGE_TYPE("HTTPDirectResponse", T, direct_response_fields);
#undef T

#define T struct istio_regex_rewrite
static const struct field_type_row regex_rewrite_fields[] = {
    ROW(T, match, "match", FIELD_STR),
    ROW(T, rewrite, "rewrite", FIELD_STR),
};
static const struct message_type regex_rewrite =
    MESSAGE_TYPE("RegexRewrite", T, regex_rewrite_fields);
#undef T

#define T struct istio_rewrite
static const struct field_type_row rewrite_fields[] = {
    ROW(T, uri, "uri", FIELD_STR),
    ROW(T, authority, "authority", FIELD_STR),
    MESSAGE(T, uri_regex_rewrite, "uriRegexRewrite", &regex_rewrite),
};
static const struct message_type rewrite = MESSAGE_TYPE("HTTPRewrite", T, rewrite_fields);
#undef T

#define T struct istio_delegate
static const struct field_type_row delegate_fields[] = {
    ROW(T, name, "name", FIELD_STR),
    ROW(T, space, "namespace", FIELD_STR),
};
static const struct message_type delegate = MESSAGE_TYPE("Delegate", T, delegate_fields);
#undef T

#define T struct istio_retry
static const struct field_type_row retry_fields[] = {
    ROW(T, attempts, "attempts", FIELD_INT32),
    ROW(T, per_try_timeout, "perTryTimeout", FIELD_DURATION),
    ROW(T, retry_on, "retryOn", FIELD_STR),
    ROW(T, retry_remote_localities, "retryRemoteLocalities", FIELD_BOOL),
    ROW(T, retry_ignore_previous_hosts, "retryIgnorePreviousHosts", FIELD_BOOL),
    ROW(T, backoff, "backoff", FIELD_DURATION),
};
static const struct message_type retry = MESSAGE_TYPE("HTTPRetry", T, retry_fields);
#undef T

#define T struct istio_fault_delay
static const struct field_type_row fault_delay_fields[] = {
    ROW(T, percent, "percent", FIELD_INT32),
    ROW_WITH(T, fixed_delay, "fixedDelay", FIELD_DURATION, .oneof = "http_delay_type"),
    ROW_WITH(T, exponential_delay, "exponentialDelay", FIELD_DURATION, .oneof = "http_delay_type"),
    MESSAGE(T, percentage, "percentage", &percent),
};
static const struct message_type fault_delay = MESSAGE_TYPE("Delay", T, fault_delay_fields);
#undef T

#define T struct istio_fault_abort
static const struct field_type_row fault_abort_fields[] = {
    ROW_WITH(T, http_status, "httpStatus", FIELD_INT32, .oneof = "error_type"),
    ROW_WITH(T, grpc_status, "grpcStatus", FIELD_STR, .oneof = "error_type"),
    ROW_WITH(T, http2_error, "http2Error", FIELD_STR, .oneof = "error_type"),
    MESSAGE(T, percentage, "percentage", &percent),
};
static const struct message_type fault_abort = MESSAGE_TYPE("Abort", T, fault_abort_fields);
#undef T

#define T struct istio_fault
static const struct field_type_row fault_fields[] = {
    MESSAGE(T, delay, "delay", &fault_delay),
    MESSAGE(T, abort, "abort", &fault_abort),
};
static const struct message_type fault = MESSAGE_TYPE("HTTPFaultInjection", T, fault_fields);
#undef T

#define T struct istio_mirror_policy
static const struct field_type_row mirror_policy_fields[] = {
    MESSAGE(T, destination, "destination", &destination),
    MESSAGE(T, percentage, "percentage", &percent),
};
static const struct message_type mirror_policy =
    MESSAGE_TYPE("HTTPMirrorPolicy", T, mirror_policy_fields);
#undef T

static const struct enum_value unmatched_preflights_values[] = {
    {"UNSPECIFIED", ISTIO_PREFLIGHT_UNSPECIFIED},
    {"FORWARD",     ISTIO_PREFLIGHT_FORWARD    },
    {"IGNORE",      ISTIO_PREFLIGHT_IGNORE     },
    {NULL,          0                          },
};

#define T struct istio_cors
static const struct field_type_row cors_fields[] = {
    ROW(T, allow_origin, "allowOrigin", FIELD_STR_LIST),
    MESSAGES(T, allow_origins, "allowOrigins", &schema_string_match),
    ROW(T, allow_methods, "allowMethods", FIELD_STR_LIST),
    ROW(T, allow_headers, "allowHeaders", FIELD_STR_LIST),
    ROW(T, expose_headers, "exposeHeaders", FIELD_STR_LIST),
    ROW(T, max_age, "maxAge", FIELD_DURATION),
    ROW(T, allow_credentials, "allowCredentials", FIELD_BOOL),
    ENUM(T, unmatched_preflights, "unmatchedPreflights", unmatched_preflights_values),
};
static const struct message_type cors = MESSAGE_TYPE("CorsPolicy", T, cors_fields);
#undef T

#define T struct istio_http_route
#define MORE struct istio_http_route_more
const MORE istio_no_more_of_route = {.name = {.v = {NULL, 0}}};
static const struct field_type_row http_route_fields[] = {
    MORE_ROW(MORE, name, "name", FIELD_STR),
    MESSAGES(T, match, "match", &schema_http_match),
    MESSAGES(T, route, "route", &http_destination),
    MORE_MESSAGE(MORE, redirect, "redirect", &redirect),
    MORE_MESSAGE(MORE, direct_response, "directResponse", &direct_response),
    MORE_MESSAGE(MORE, delegate, "delegate", &delegate),
    MORE_MESSAGE(MORE, rewrite, "rewrite", &rewrite),
    MORE_ROW(MORE, timeout, "timeout", FIELD_DURATION),
    MORE_MESSAGE(MORE, retries, "retries", &retry),
    MORE_MESSAGE(MORE, fault, "fault", &fault),
    MORE_MESSAGE(MORE, mirror, "mirror", &destination),
    MESSAGES_WITH(MORE, mirrors, "mirrors", &mirror_policy, .in_more = true),
    MORE_ROW(MORE, mirror_percent, "mirrorPercent", FIELD_UINT32),
    MORE_MESSAGE(MORE, mirror_percentage, "mirrorPercentage", &percent),
    MORE_MESSAGE(MORE, cors_policy, "corsPolicy", &cors),
    MORE_MESSAGE(MORE, headers, "headers", &headers),
};
static const struct message_type http_route =
    MESSAGE_TYPE_WITH("HTTPRoute", T, http_route_fields, WITH_MORE(T, istio_no_more_of_route));
#undef MORE
#undef T

#define T struct istio_l4_destination
static const struct field_type_row l4_destination_fields[] = {
    MESSAGE(T, destination, "destination", &destination),
    ROW(T, weight, "weight", FIELD_INT32),
};
static const struct message_type l4_destination =
    MESSAGE_TYPE("RouteDestination", T, l4_destination_fields);
#undef T

#define T struct istio_l4_route
static const struct field_type_row tls_route_fields[] = {
    MESSAGES(T, match, "match", &schema_tls_match),
    MESSAGES(T, route, "route", &l4_destination),
};
static const struct message_type tls_route = MESSAGE_TYPE("TLSRoute", T, tls_route_fields);

static const struct field_type_row tcp_route_fields[] = {
    MESSAGES(T, match, "match", &schema_tcp_match),
    MESSAGES(T, route, "route", &l4_destination),
};
static const struct message_type tcp_route = MESSAGE_TYPE("TCPRoute", T, tcp_route_fields);
#undef T

#define T struct istio_virtual_service
static const struct field_type_row virtual_service_fields[] = {
    ROW(T, hosts, "hosts", FIELD_STR_LIST), ROW(T, gateways, "gateways", FIELD_STR_LIST),
    MESSAGES(T, http, "http", &http_route), MESSAGES(T, tls, "tls", &tls_route),
    MESSAGES(T, tcp, "tcp", &tcp_route),    ROW(T, export_to, "exportTo", FIELD_STR_LIST),
};
const struct message_type schema_virtual_service =
    MESSAGE_TYPE("VirtualService", T, virtual_service_fields);
#undef T
