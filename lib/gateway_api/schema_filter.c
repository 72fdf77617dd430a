/*
 * schema_filter: the tables of filters and of the backends they name.
 */
#include "gateway_api/schema.h"

/* ---- backends without weight or filters ---- */

#define T struct gateway_backend_ref
static const struct field_type_row backend_object_fields[] = {
    OBJECT_ROWS(T),
    ROW_WITH(T, port, "port", FIELD_INT32, PORT_RANGE),
};
static const struct message_type backend_object =
    MESSAGE_TYPE("BackendObjectReference", T, backend_object_fields);
#undef T

/* ---- header modifiers ---- */

#define T struct gateway_header
static const struct field_type_row header_fields[] = {
    ROW_WITH(T, name, "name", FIELD_STR, HEADER_NAME, .required = true),
    ROW_WITH(T, value, "value", FIELD_STR, .least = 1, .most = 4096, .required = true),
};
static const struct message_type header = MESSAGE_TYPE("HTTPHeader", T, header_fields);
#undef T

#define T struct gateway_header_filter
static const struct field_type_row header_filter_fields[] = {
    MESSAGES_WITH(T, set, "set", &header, .most = 16),
    MESSAGES_WITH(T, add, "add", &header, .most = 16),
    ROW_WITH(T, remove, "remove", FIELD_STR_LIST, .most = 16),
};
static const struct message_type header_filter =
    MESSAGE_TYPE("HTTPHeaderFilter", T, header_filter_fields);
#undef T

/* ---- redirect, rewrite ---- */

static const struct enum_value path_modifier_values[] = {
    {"ReplaceFullPath",    GATEWAY_REPLACE_FULL_PATH   },
    {"ReplacePrefixMatch", GATEWAY_REPLACE_PREFIX_MATCH},
    {NULL,                 0                           },
};

#define T struct gateway_path_modifier
static const struct field_type_row path_modifier_fields[] = {
    ENUM_WITH(T, type, "type", path_modifier_values, .required = true),
    ROW_WITH(T, replace_full_path, "replaceFullPath", FIELD_STR, .most = 1024),
    ROW_WITH(T, replace_prefix_match, "replacePrefixMatch", FIELD_STR, .most = 1024),
};
static const struct message_type path_modifier =
    MESSAGE_TYPE("HTTPPathModifier", T, path_modifier_fields);
#undef T

#define T struct gateway_redirect
static const struct field_type_row redirect_fields[] = {
    ROW_WITH(T, scheme, "scheme", FIELD_STR, .check = format_check_redirect_scheme),
    ROW_WITH(T, hostname, "hostname", FIELD_STR, .least = 1, .most = 253,
             .check = format_check_precise_hostname),
    MESSAGE(T, path, "path", &path_modifier),
    ROW_WITH(T, port, "port", FIELD_INT32, PORT_RANGE),
    ROW(T, status_code, "statusCode", FIELD_INT32),
};
static const struct message_type redirect =
    MESSAGE_TYPE("HTTPRequestRedirectFilter", T, redirect_fields);
#undef T

#define T struct gateway_url_rewrite
static const struct field_type_row url_rewrite_fields[] = {
    ROW_WITH(T, hostname, "hostname", FIELD_STR, .least = 1, .most = 253,
             .check = format_check_precise_hostname),
    MESSAGE(T, path, "path", &path_modifier),
};
static const struct message_type url_rewrite =
    MESSAGE_TYPE("HTTPURLRewriteFilter", T, url_rewrite_fields);
#undef T

/* ---- mirror ---- */

#define T struct gateway_fraction
static const struct field_type_row fraction_fields[] = {
    ROW_WITH(T, numerator, "numerator", FIELD_INT32, .least = 0, .most = INT32_MAX,
             .required = true),
    ROW_WITH(T, denominator, "denominator", FIELD_INT32, .least = 1),
};
static const struct message_type fraction = MESSAGE_TYPE("Fraction", T, fraction_fields);
#undef T

#define T struct gateway_mirror
static const struct field_type_row mirror_fields[] = {
    MESSAGE_WITH(T, backend_ref, "backendRef", &backend_object, .required = true),
    ROW_WITH(T, percent, "percent", FIELD_INT32, .least = 0, .most = 100),
    MESSAGE(T, fraction, "fraction", &fraction),
};
static const struct message_type mirror = MESSAGE_TYPE("HTTPRequestMirrorFilter", T, mirror_fields);
#undef T

/* ---- CORS ---- */

#define T struct gateway_cors
static const struct field_type_row cors_fields[] = {
    ROW_WITH(T, allow_origins, "allowOrigins", FIELD_STR_LIST, .most = 64,
             .check = format_check_cors_origin),
    ROW(T, allow_credentials, "allowCredentials", FIELD_BOOL),
    ROW_WITH(T, allow_methods, "allowMethods", FIELD_STR_LIST, .most = 9,
             .check = format_check_cors_method),
    ROW_WITH(T, allow_headers, "allowHeaders", FIELD_STR_LIST, .most = 64,
             .check = format_check_header_name),
    ROW_WITH(T, expose_headers, "exposeHeaders", FIELD_STR_LIST, .most = 64,
             .check = format_check_header_name),
    ROW_WITH(T, max_age, "maxAge", FIELD_INT32, .least = 1),
};
static const struct message_type cors = MESSAGE_TYPE("HTTPCORSFilter", T, cors_fields);
#undef T

/* ---- external authorization: checked, and left to the host ---- */

static const struct enum_value auth_protocol_values[] = {
    {"HTTP", GATEWAY_AUTH_HTTP},
    {"GRPC", GATEWAY_AUTH_GRPC},
    {NULL,   0                },
};

#define T struct gateway_auth_http
static const struct field_type_row auth_http_fields[] = {
    ROW_WITH(T, path, "path", FIELD_STR, .most = 1024, .check = format_check_path_text),
    ROW_WITH(T, allowed_headers, "allowedHeaders", FIELD_STR_LIST, .most = 64),
    ROW_WITH(T, allowed_response_headers, "allowedResponseHeaders", FIELD_STR_LIST, .most = 64),
};
static const struct message_type auth_http = MESSAGE_TYPE("HTTPAuthConfig", T, auth_http_fields);
#undef T

#define T struct gateway_auth_grpc
static const struct field_type_row auth_grpc_fields[] = {
    ROW_WITH(T, allowed_headers, "allowedHeaders", FIELD_STR_LIST, .most = 64),
};
static const struct message_type auth_grpc = MESSAGE_TYPE("GRPCAuthConfig", T, auth_grpc_fields);
#undef T

#define T struct gateway_auth_body
static const struct field_type_row auth_body_fields[] = {
    ROW_WITH(T, max_size, "maxSize", FIELD_INT32, .least = 0, .most = INT32_MAX),
};
static const struct message_type auth_body = MESSAGE_TYPE("ForwardBodyConfig", T, auth_body_fields);
#undef T

#define T struct gateway_external_auth
static const struct field_type_row external_auth_fields[] = {
    ENUM_WITH(T, protocol, "protocol", auth_protocol_values, .required = true),
    MESSAGE_WITH(T, backend_ref, "backendRef", &backend_object, .required = true),
    MESSAGE(T, http, "http", &auth_http),
    MESSAGE(T, grpc, "grpc", &auth_grpc),
    MESSAGE(T, forward_body, "forwardBody", &auth_body),
};
static const struct message_type external_auth =
    MESSAGE_TYPE("HTTPExternalAuthFilter", T, external_auth_fields);
#undef T

/* ---- filters ---- */

#define T struct gateway_object_ref
static const struct field_type_row extension_ref_fields[] = {
    ROW_WITH(T, group, "group", FIELD_STR, GROUP, .required = true),
    ROW_WITH(T, kind, "kind", FIELD_STR, KIND, .required = true),
    ROW_WITH(T, name, "name", FIELD_STR, OBJECT_NAME, .required = true),
};
static const struct message_type extension_ref =
    MESSAGE_TYPE("LocalObjectReference", T, extension_ref_fields);
#undef T

static const struct enum_value http_filter_values[] = {
    {"RequestHeaderModifier",  GATEWAY_FILTER_REQUEST_HEADERS },
    {"ResponseHeaderModifier", GATEWAY_FILTER_RESPONSE_HEADERS},
    {"RequestMirror",          GATEWAY_FILTER_MIRROR          },
    {"RequestRedirect",        GATEWAY_FILTER_REDIRECT        },
    {"URLRewrite",             GATEWAY_FILTER_URL_REWRITE     },
    {"CORS",                   GATEWAY_FILTER_CORS            },
    {"ExternalAuth",           GATEWAY_FILTER_EXTERNAL_AUTH   },
    {"ExtensionRef",           GATEWAY_FILTER_EXTENSION_REF   },
    {NULL,                     0                              },
};

static const struct enum_value grpc_filter_values[] = {
    {"RequestHeaderModifier",  GATEWAY_FILTER_REQUEST_HEADERS },
    {"ResponseHeaderModifier", GATEWAY_FILTER_RESPONSE_HEADERS},
    {"RequestMirror",          GATEWAY_FILTER_MIRROR          },
    {"ExtensionRef",           GATEWAY_FILTER_EXTENSION_REF   },
    {NULL,                     0                              },
};

#define T struct gateway_filter
#define SHARED_ROWS(values_)                                                                       \
    ENUM_WITH(T, type, "type", values_, .required = true),                                         \
        MESSAGE(T, request_headers, "requestHeaderModifier", &header_filter),                      \
        MESSAGE(T, response_headers, "responseHeaderModifier", &header_filter),                    \
        MESSAGE(T, mirror, "requestMirror", &mirror),                                              \
        MESSAGE(T, extension_ref, "extensionRef", &extension_ref)

static const struct field_type_row http_filter_fields[] = {
    SHARED_ROWS(http_filter_values),
    MESSAGE(T, redirect, "requestRedirect", &redirect),
    MESSAGE(T, url_rewrite, "urlRewrite", &url_rewrite),
    MESSAGE(T, cors, "cors", &cors),
    MESSAGE(T, external_auth, "externalAuth", &external_auth),
};
const struct message_type schema_gw_http_filter =
    MESSAGE_TYPE("HTTPRouteFilter", T, http_filter_fields);

static const struct field_type_row grpc_filter_fields[] = {SHARED_ROWS(grpc_filter_values)};
const struct message_type schema_gw_grpc_filter =
    MESSAGE_TYPE("GRPCRouteFilter", T, grpc_filter_fields);
#undef T
