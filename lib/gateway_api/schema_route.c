/*
 * schema_route: the tables of the routes but for their filters.
 */
#include "gateway_api/schema.h"

/* ---- matches ---- */

static const struct enum_value path_type_values[] = {
    {"Exact",             GATEWAY_PATH_EXACT },
    {"PathPrefix",        GATEWAY_PATH_PREFIX},
    {"RegularExpression", GATEWAY_PATH_REGEX },
    {NULL,                0                  },
};

static const struct enum_value match_type_values[] = {
    {"Exact",             GATEWAY_MATCH_EXACT},
    {"RegularExpression", GATEWAY_MATCH_REGEX},
    {NULL,                0                  },
};

#define T struct gateway_path_match
static const struct field_type_row path_match_fields[] = {
    ENUM(T, type, "type", path_type_values),
    ROW_WITH(T, value, "value", FIELD_STR, .most = 1024),
};
static const struct message_type path_match = MESSAGE_TYPE("HTTPPathMatch", T, path_match_fields);
#undef T

#define T struct gateway_value_match
#define VALUE_ROWS(most_)                                                                          \
    ENUM(T, type, "type", match_type_values),                                                      \
        ROW_WITH(T, name, "name", FIELD_STR, HEADER_NAME, .required = true),                       \
        ROW_WITH(T, value, "value", FIELD_STR, .least = 1, .most = (most_), .required = true)

static const struct field_type_row header_match_fields[] = {VALUE_ROWS(4096)};
static const struct message_type header_match =
    MESSAGE_TYPE("HTTPHeaderMatch", T, header_match_fields);

static const struct field_type_row query_match_fields[] = {VALUE_ROWS(1024)};
static const struct message_type query_match =
    MESSAGE_TYPE("HTTPQueryParamMatch", T, query_match_fields);
#undef T

#define T struct gateway_http_match
static const struct field_type_row http_match_fields[] = {
    MESSAGE(T, path, "path", &path_match),
    MESSAGES_WITH(T, headers, "headers", &header_match, .most = 16),
    MESSAGES_WITH(T, query_params, "queryParams", &query_match, .most = 16),
    ROW_WITH(T, method, "method", FIELD_STR, .check = format_check_method),
};
static const struct message_type http_match = MESSAGE_TYPE("HTTPRouteMatch", T, http_match_fields);
#undef T

#define T struct gateway_grpc_method
static const struct field_type_row grpc_method_fields[] = {
    ENUM(T, type, "type", match_type_values),
    ROW_WITH(T, service, "service", FIELD_STR, .most = 1024),
    ROW_WITH(T, method, "method", FIELD_STR, .most = 1024),
};
static const struct message_type grpc_method =
    MESSAGE_TYPE("GRPCMethodMatch", T, grpc_method_fields);
#undef T

#define T struct gateway_grpc_match
static const struct field_type_row grpc_match_fields[] = {
    MESSAGE(T, method, "method", &grpc_method),
    MESSAGES_WITH(T, headers, "headers", &header_match, .most = 16),
};
static const struct message_type grpc_match = MESSAGE_TYPE("GRPCRouteMatch", T, grpc_match_fields);
#undef T

/* ---- backends ---- */

#define T struct gateway_backend_ref
#define BACKEND_ROWS                                                                               \
    OBJECT_ROWS(T), ROW_WITH(T, port, "port", FIELD_INT32, PORT_RANGE),                            \
        ROW_WITH(T, weight, "weight", FIELD_INT32, .least = 0, .most = 1000000)

static const struct field_type_row http_backend_fields[] = {
    BACKEND_ROWS,
    MESSAGES_WITH(T, filters, "filters", &schema_gw_http_filter, .most = 16),
};
static const struct message_type http_backend =
    MESSAGE_TYPE("HTTPBackendRef", T, http_backend_fields);

static const struct field_type_row grpc_backend_fields[] = {
    BACKEND_ROWS,
    MESSAGES_WITH(T, filters, "filters", &schema_gw_grpc_filter, .most = 16),
};
static const struct message_type grpc_backend =
    MESSAGE_TYPE("GRPCBackendRef", T, grpc_backend_fields);

static const struct field_type_row l4_backend_fields[] = {BACKEND_ROWS};
static const struct message_type l4_backend = MESSAGE_TYPE("BackendRef", T, l4_backend_fields);
#undef T

/* ---- policies of a rule ---- */

#define T struct gateway_timeouts
static const struct field_type_row timeouts_fields[] = {
    ROW(T, request, "request", FIELD_PLAIN_DURATION),
    ROW(T, backend_request, "backendRequest", FIELD_PLAIN_DURATION),
};
static const struct message_type timeouts = MESSAGE_TYPE("HTTPRouteTimeouts", T, timeouts_fields);
#undef T

#define T struct gateway_retry
static const struct field_type_row retry_fields[] = {
    ROW_WITH(T, codes, "codes", FIELD_UINT32_LIST, .least = 400, .most = 599),
    ROW(T, attempts, "attempts", FIELD_INT32),
    ROW(T, backoff, "backoff", FIELD_PLAIN_DURATION),
};
static const struct message_type retry = MESSAGE_TYPE("HTTPRouteRetry", T, retry_fields);
#undef T

static const struct enum_value session_type_values[] = {
    {"Cookie", GATEWAY_SESSION_COOKIE},
    {"Header", GATEWAY_SESSION_HEADER},
    {NULL,     0                     },
};

static const struct enum_value cookie_lifetime_values[] = {
    {"Permanent", GATEWAY_COOKIE_PERMANENT},
    {"Session",   GATEWAY_COOKIE_SESSION  },
    {NULL,        0                       },
};

#define T struct gateway_session_cookie
static const struct field_type_row session_cookie_fields[] = {
    ROW_WITH(T, name, "name", FIELD_STR, HEADER_NAME),
    ROW(T, path, "path", FIELD_STR),
    ENUM(T, lifetime_type, "lifetimeType", cookie_lifetime_values),
};
static const struct message_type session_cookie =
    MESSAGE_TYPE("SessionCookie", T, session_cookie_fields);

static const struct field_type_row cookie_config_fields[] = {
    ENUM(T, lifetime_type, "lifetimeType", cookie_lifetime_values),
};
static const struct message_type cookie_config =
    MESSAGE_TYPE("CookieConfig", T, cookie_config_fields);
#undef T

#define T struct gateway_session_header
static const struct field_type_row session_header_fields[] = {
    ROW_WITH(T, name, "name", FIELD_STR, HEADER_NAME, .required = true),
};
static const struct message_type session_header =
    MESSAGE_TYPE("SessionHeader", T, session_header_fields);
#undef T

#define T struct gateway_session
static const struct field_type_row session_fields[] = {
    ENUM(T, type, "type", session_type_values),
    ROW_WITH(T, session_name, "sessionName", FIELD_STR, .most = 128),
    ROW(T, absolute_timeout, "absoluteTimeout", FIELD_PLAIN_DURATION),
    ROW(T, idle_timeout, "idleTimeout", FIELD_PLAIN_DURATION),
    MESSAGE_WITH(T, cookie, "cookie", &session_cookie, .oneof = "cookie"),
    MESSAGE_WITH(T, cookie_config, "cookieConfig", &cookie_config, .oneof = "cookie"),
    MESSAGE(T, header, "header", &session_header),
};
static const struct message_type session = MESSAGE_TYPE("SessionPersistence", T, session_fields);
#undef T

/* ---- rules ---- */

#define RULE_NAME(type_) ROW_WITH(type_, name, "name", FIELD_STR, SECTION_NAME)

#define T struct gateway_http_rule
static const struct field_type_row http_rule_fields[] = {
    RULE_NAME(T),
    MESSAGES_WITH(T, matches, "matches", &http_match, .most = 64),
    MESSAGES_WITH(T, filters, "filters", &schema_gw_http_filter, .most = 16),
    MESSAGES_WITH(T, backend_refs, "backendRefs", &http_backend, .most = 16),
    MESSAGE(T, timeouts, "timeouts", &timeouts),
    MESSAGE(T, retry, "retry", &retry),
    MESSAGE(T, session_persistence, "sessionPersistence", &session),
};
static const struct message_type http_rule = MESSAGE_TYPE("HTTPRouteRule", T, http_rule_fields);
#undef T

#define T struct gateway_grpc_rule
static const struct field_type_row grpc_rule_fields[] = {
    RULE_NAME(T),
    MESSAGES_WITH(T, matches, "matches", &grpc_match, .most = 64),
    MESSAGES_WITH(T, filters, "filters", &schema_gw_grpc_filter, .most = 16),
    MESSAGES_WITH(T, backend_refs, "backendRefs", &grpc_backend, .most = 16),
    MESSAGE(T, session_persistence, "sessionPersistence", &session),
};
static const struct message_type grpc_rule = MESSAGE_TYPE("GRPCRouteRule", T, grpc_rule_fields);
#undef T

#define T struct gateway_l4_rule
static const struct field_type_row l4_rule_fields[] = {
    RULE_NAME(T),
    MESSAGES_WITH(T, backend_refs, "backendRefs", &l4_backend, .least = 1, .most = 16,
                  .required = true),
};
static const struct message_type l4_rule = MESSAGE_TYPE("RouteRule", T, l4_rule_fields);
#undef T

/* ---- the kinds ---- */

static const struct enum_value default_gateways_values[] = {
    {"All",  GATEWAY_DEFAULT_ALL },
    {"None", GATEWAY_DEFAULT_NONE},
    {NULL,   0                   },
};

#define T struct gateway_route
#define ROUTE_ROWS                                                                                 \
    MESSAGES_WITH(T, parent_refs, "parentRefs", &schema_gw_parent_ref, .most = 32),                \
        ENUM(T, use_default_gateways, "useDefaultGateways", default_gateways_values)
#define HOSTNAMES .check = format_check_route_hostname
#define SNI_HOSTNAMES .check = format_check_sni_hostname
#define SPEC(name_, rows_) MESSAGE_TYPE(name_, T, rows_)

static const struct field_type_row http_route_fields[] = {
    ROUTE_ROWS,
    ROW_WITH(T, hostnames, "hostnames", FIELD_STR_LIST, HOSTNAMES, .most = 16),
    MESSAGES_WITH(T, rules, "rules", &http_rule, .least = 1, .most = 16),
};
const struct message_type schema_gw_http_route = SPEC("HTTPRouteSpec", http_route_fields);

static const struct field_type_row grpc_route_fields[] = {
    ROUTE_ROWS,
    ROW_WITH(T, hostnames, "hostnames", FIELD_STR_LIST, HOSTNAMES, .most = 16),
    MESSAGES_WITH(T, rules, "rules", &grpc_rule, .most = 16),
};
const struct message_type schema_gw_grpc_route = SPEC("GRPCRouteSpec", grpc_route_fields);

static const struct field_type_row tls_route_fields[] = {
    ROUTE_ROWS,
    ROW_WITH(T, hostnames, "hostnames", FIELD_STR_LIST, SNI_HOSTNAMES, .least = 1, .most = 1024,
             .required = true),
    MESSAGES_WITH(T, rules, "rules", &l4_rule, .least = 1, .most = 1, .required = true),
};
const struct message_type schema_gw_tls_route = SPEC("TLSRouteSpec", tls_route_fields);

static const struct field_type_row tls_route_alpha_fields[] = {
    ROUTE_ROWS,
    ROW_WITH(T, hostnames, "hostnames", FIELD_STR_LIST, SNI_HOSTNAMES, .most = 16),
    MESSAGES_WITH(T, rules, "rules", &l4_rule, .least = 1, .most = 16, .required = true),
};
const struct message_type schema_gw_tls_route_alpha = SPEC("TLSRouteSpec", tls_route_alpha_fields);

static const struct field_type_row l4_route_fields[] = {
    ROUTE_ROWS,
    MESSAGES_WITH(T, rules, "rules", &l4_rule, .least = 1, .most = 1, .required = true),
};
const struct message_type schema_gw_l4_route = SPEC("RouteSpec", l4_route_fields);

static const struct field_type_row l4_route_alpha_fields[] = {
    ROUTE_ROWS,
    MESSAGES_WITH(T, rules, "rules", &l4_rule, .least = 1, .most = 16, .required = true),
};
const struct message_type schema_gw_l4_route_alpha = SPEC("RouteSpec", l4_route_alpha_fields);
#undef T
