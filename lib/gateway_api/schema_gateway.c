/*
 * schema_gateway: the tables of Gateway, GatewayClass, ListenerSet and ReferenceGrant.
 */
#include "gateway_api/schema.h"

static const struct enum_value default_scope_values[] = {
    {"All",  GATEWAY_DEFAULT_ALL },
    {"None", GATEWAY_DEFAULT_NONE},
    {NULL,   0                   },
};

/* ---- references ---- */

#define T struct gateway_parent_ref
static const struct field_type_row parent_ref_fields[] = {
    OBJECT_ROWS(T),
    ROW_WITH(T, section_name, "sectionName", FIELD_STR, SECTION_NAME),
    ROW_WITH(T, port, "port", FIELD_INT32, PORT_RANGE),
};
const struct message_type schema_gw_parent_ref =
    MESSAGE_TYPE("ParentReference", T, parent_ref_fields);

static const struct field_type_row parent_gateway_fields[] = {OBJECT_ROWS(T)};
static const struct message_type parent_gateway =
    MESSAGE_TYPE("ParentGatewayReference", T, parent_gateway_fields);
#undef T

#define T struct gateway_object_ref
static const struct field_type_row object_ref_fields[] = {OBJECT_ROWS(T)};
const struct message_type schema_gw_object_ref =
    MESSAGE_TYPE("ObjectReference", T, object_ref_fields);

static const struct field_type_row parameters_ref_fields[] = {
    ROW_WITH(T, group, "group", FIELD_STR, GROUP, .required = true),
    ROW_WITH(T, kind, "kind", FIELD_STR, KIND, .required = true),
    ROW_WITH(T, name, "name", FIELD_STR, .least = 1, .required = true),
};
static const struct message_type parameters_ref =
    MESSAGE_TYPE("LocalParametersReference", T, parameters_ref_fields);

static const struct field_type_row class_parameters_ref_fields[] = {
    ROW_WITH(T, group, "group", FIELD_STR, GROUP, .required = true),
    ROW_WITH(T, kind, "kind", FIELD_STR, KIND, .required = true),
    ROW_WITH(T, name, "name", FIELD_STR, .least = 1, .required = true),
    ROW_WITH(T, space, "namespace", FIELD_STR, NAMESPACE),
};
static const struct message_type class_parameters_ref =
    MESSAGE_TYPE("ParametersReference", T, class_parameters_ref_fields);

static const struct field_type_row ca_ref_fields[] = {
    ROW_WITH(T, group, "group", FIELD_STR, GROUP, .required = true),
    ROW_WITH(T, kind, "kind", FIELD_STR, KIND, .required = true),
    ROW_WITH(T, space, "namespace", FIELD_STR, NAMESPACE),
    ROW_WITH(T, name, "name", FIELD_STR, OBJECT_NAME, .required = true),
};
static const struct message_type ca_ref = MESSAGE_TYPE("ObjectReference", T, ca_ref_fields);
#undef T

/* ---- which routes and listeners are allowed ---- */

static const struct enum_value label_operator_values[] = {
    {"In",           GATEWAY_LABEL_IN            },
    {"NotIn",        GATEWAY_LABEL_NOT_IN        },
    {"Exists",       GATEWAY_LABEL_EXISTS        },
    {"DoesNotExist", GATEWAY_LABEL_DOES_NOT_EXIST},
    {NULL,           0                           },
};

#define T struct gateway_label_expression
static const struct field_type_row label_expression_fields[] = {
    ROW_WITH(T, key, "key", FIELD_STR, .required = true),
    ENUM_WITH(T, op, "operator", label_operator_values, .required = true),
    ROW(T, values, "values", FIELD_STR_LIST),
};
static const struct message_type label_expression =
    MESSAGE_TYPE("LabelSelectorRequirement", T, label_expression_fields);
#undef T

#define T struct gateway_label_selector
static const struct field_type_row label_selector_fields[] = {
    ROW(T, match_labels, "matchLabels", FIELD_STR_MAP),
    MESSAGES(T, match_expressions, "matchExpressions", &label_expression),
};
static const struct message_type label_selector =
    MESSAGE_TYPE("LabelSelector", T, label_selector_fields);
#undef T

static const struct enum_value route_from_values[] = {
    {"All",      GATEWAY_FROM_ALL     },
    {"Selector", GATEWAY_FROM_SELECTOR},
    {"Same",     GATEWAY_FROM_SAME    },
    {NULL,       0                    },
};
static const struct enum_value listener_from_values[] = {
    {"All",      GATEWAY_FROM_ALL     },
    {"Selector", GATEWAY_FROM_SELECTOR},
    {"Same",     GATEWAY_FROM_SAME    },
    {"None",     GATEWAY_FROM_NONE    },
    {NULL,       0                    },
};

#define T struct gateway_namespaces
static const struct field_type_row route_namespaces_fields[] = {
    ENUM(T, from, "from", route_from_values),
    MESSAGE(T, selector, "selector", &label_selector),
};
static const struct message_type route_namespaces =
    MESSAGE_TYPE("RouteNamespaces", T, route_namespaces_fields);

static const struct field_type_row listener_namespaces_fields[] = {
    ENUM(T, from, "from", listener_from_values),
    MESSAGE(T, selector, "selector", &label_selector),
};
static const struct message_type listener_namespaces =
    MESSAGE_TYPE("ListenerNamespaces", T, listener_namespaces_fields);
#undef T

#define T struct gateway_route_kind
static const struct field_type_row route_kind_fields[] = {
    ROW_WITH(T, group, "group", FIELD_STR, GROUP),
    ROW_WITH(T, kind, "kind", FIELD_STR, KIND, .required = true),
};
static const struct message_type route_kind = MESSAGE_TYPE("RouteGroupKind", T, route_kind_fields);
#undef T

#define T struct gateway_allowed_routes
static const struct field_type_row allowed_routes_fields[] = {
    MESSAGE(T, namespaces, "namespaces", &route_namespaces),
    MESSAGES_WITH(T, kinds, "kinds", &route_kind, .most = 8),
};
static const struct message_type allowed_routes =
    MESSAGE_TYPE("AllowedRoutes", T, allowed_routes_fields);
#undef T

#define T struct gateway_allowed_listeners
static const struct field_type_row allowed_listeners_fields[] = {
    MESSAGE(T, namespaces, "namespaces", &listener_namespaces),
};
static const struct message_type allowed_listeners =
    MESSAGE_TYPE("AllowedListeners", T, allowed_listeners_fields);
#undef T

/* ---- listeners ---- */

static const struct enum_value tls_mode_values[] = {
    {"Terminate",   GATEWAY_TLS_TERMINATE  },
    {"Passthrough", GATEWAY_TLS_PASSTHROUGH},
    {NULL,          0                      },
};

#define T struct gateway_listener_tls
static const struct field_type_row listener_tls_fields[] = {
    ENUM(T, mode, "mode", tls_mode_values),
    MESSAGES_WITH(T, certificate_refs, "certificateRefs", &schema_gw_object_ref, .most = 64),
    ROW_WITH(T, options, "options", FIELD_STR_MAP, .most = 16),
};
static const struct message_type listener_tls =
    MESSAGE_TYPE("ListenerTLSConfig", T, listener_tls_fields);
#undef T

#define T struct gateway_listener
static const struct field_type_row listener_fields[] = {
    ROW_WITH(T, name, "name", FIELD_STR, SECTION_NAME, .required = true),
    ROW_WITH(T, hostname, "hostname", FIELD_STR, .most = 253, .check = format_check_hostname),
    ROW_WITH(T, port, "port", FIELD_INT32, PORT_RANGE, .required = true),
    ROW_WITH(T, protocol, "protocol", FIELD_STR, .least = 1, .most = 255,
             .check = format_check_protocol, .required = true),
    MESSAGE(T, tls, "tls", &listener_tls),
    MESSAGE(T, allowed_routes, "allowedRoutes", &allowed_routes),
};
static const struct message_type listener = MESSAGE_TYPE("Listener", T, listener_fields);
#undef T

/* ---- Gateway ---- */

#define T struct gateway_address
static const struct field_type_row address_fields[] = {
    ROW_WITH(T, type, "type", FIELD_STR, .least = 1, .most = 253,
             .check = format_check_address_type),
    ROW_WITH(T, value, "value", FIELD_STR, .most = 253),
};
static const struct message_type address = MESSAGE_TYPE("GatewaySpecAddress", T, address_fields);
#undef T

#define T struct gateway_infrastructure
static const struct field_type_row infrastructure_fields[] = {
    ROW_WITH(T, labels, "labels", FIELD_STR_MAP, .most = 8),
    ROW_WITH(T, annotations, "annotations", FIELD_STR_MAP, .most = 16),
    MESSAGE(T, parameters_ref, "parametersRef", &parameters_ref),
};
static const struct message_type infrastructure =
    MESSAGE_TYPE("GatewayInfrastructure", T, infrastructure_fields);
#undef T

static const struct enum_value frontend_mode_values[] = {
    {"AllowValidOnly",        GATEWAY_FRONTEND_ALLOW_VALID_ONLY       },
    {"AllowInsecureFallback", GATEWAY_FRONTEND_ALLOW_INSECURE_FALLBACK},
    {NULL,                    0                                       },
};

#define T struct gateway_frontend_validation
static const struct field_type_row frontend_validation_fields[] = {
    MESSAGES_WITH(T, ca_certificate_refs, "caCertificateRefs", &ca_ref, .least = 1, .most = 8,
                  .required = true),
    ENUM(T, mode, "mode", frontend_mode_values),
};
static const struct message_type frontend_validation =
    MESSAGE_TYPE("FrontendTLSValidation", T, frontend_validation_fields);
#undef T

#define T struct gateway_frontend_default
static const struct field_type_row frontend_default_fields[] = {
    MESSAGE(T, validation, "validation", &frontend_validation),
};
static const struct message_type frontend_default =
    MESSAGE_TYPE("TLSConfig", T, frontend_default_fields);
#undef T

#define T struct gateway_frontend_port
static const struct field_type_row frontend_port_fields[] = {
    ROW_WITH(T, port, "port", FIELD_INT32, PORT_RANGE, .required = true),
    MESSAGE_WITH(T, tls, "tls", &frontend_default, .required = true),
};
static const struct message_type frontend_port =
    MESSAGE_TYPE("TLSPortConfig", T, frontend_port_fields);
#undef T

#define T struct gateway_frontend_tls
static const struct field_type_row frontend_tls_fields[] = {
    MESSAGE_WITH(T, fallback, "default", &frontend_default, .required = true),
    MESSAGES_WITH(T, per_port, "perPort", &frontend_port, .most = 64),
};
static const struct message_type frontend_tls =
    MESSAGE_TYPE("FrontendTLSConfig", T, frontend_tls_fields);
#undef T

#define T struct gateway_backend_tls
static const struct field_type_row backend_tls_fields[] = {
    MESSAGE(T, client_certificate_ref, "clientCertificateRef", &schema_gw_object_ref),
};
static const struct message_type backend_tls =
    MESSAGE_TYPE("GatewayBackendTLS", T, backend_tls_fields);
#undef T

#define T struct gateway_tls
static const struct field_type_row gateway_tls_fields[] = {
    MESSAGE(T, backend, "backend", &backend_tls),
    MESSAGE(T, frontend, "frontend", &frontend_tls),
};
static const struct message_type gateway_tls =
    MESSAGE_TYPE("GatewayTLSConfig", T, gateway_tls_fields);
#undef T

#define T struct gateway_gateway
#define UNUSED .not_acted_on = true
static const struct field_type_row gateway_fields[] = {
    ROW_WITH(T, gateway_class_name, "gatewayClassName", FIELD_STR, OBJECT_NAME, .required = true),
    MESSAGES_WITH(T, listeners, "listeners", &listener, .least = 1, .most = 64, .required = true),
    MESSAGES_WITH(T, addresses, "addresses", &address, .most = 16, UNUSED),
    MESSAGE_WITH(T, infrastructure, "infrastructure", &infrastructure, UNUSED),
    MESSAGE(T, allowed_listeners, "allowedListeners", &allowed_listeners),
    MESSAGE_WITH(T, tls, "tls", &gateway_tls, UNUSED),
    ENUM(T, default_scope, "defaultScope", default_scope_values),
};
const struct message_type schema_gw_gateway = MESSAGE_TYPE("GatewaySpec", T, gateway_fields);
#undef T

#define T struct gateway_class
static const struct field_type_row class_fields[] = {
    ROW_WITH(T, controller_name, "controllerName", FIELD_STR, .least = 1, .most = 253,
             .check = format_check_controller, .required = true),
    ROW_WITH(T, description, "description", FIELD_STR, .most = 64),
    MESSAGE(T, parameters_ref, "parametersRef", &class_parameters_ref),
};
const struct message_type schema_gw_class = MESSAGE_TYPE("GatewayClassSpec", T, class_fields);
#undef T

#define T struct gateway_listener_set
static const struct field_type_row listener_set_fields[] = {
    MESSAGE_WITH(T, parent_ref, "parentRef", &parent_gateway, .required = true),
    MESSAGES_WITH(T, listeners, "listeners", &listener, .least = 1, .most = 64, .required = true),
};
const struct message_type schema_gw_listener_set =
    MESSAGE_TYPE("ListenerSetSpec", T, listener_set_fields);
#undef T

/* ---- ReferenceGrant ---- */

#define T struct gateway_grant_from
static const struct field_type_row grant_from_fields[] = {
    ROW_WITH(T, group, "group", FIELD_STR, GROUP, .required = true),
    ROW_WITH(T, kind, "kind", FIELD_STR, KIND, .required = true),
    ROW_WITH(T, space, "namespace", FIELD_STR, NAMESPACE, .required = true),
};
static const struct message_type grant_from =
    MESSAGE_TYPE("ReferenceGrantFrom", T, grant_from_fields);
#undef T

#define T struct gateway_grant_to
static const struct field_type_row grant_to_fields[] = {
    ROW_WITH(T, group, "group", FIELD_STR, GROUP, .required = true),
    ROW_WITH(T, kind, "kind", FIELD_STR, KIND, .required = true),
    ROW_WITH(T, name, "name", FIELD_STR, OBJECT_NAME),
};
static const struct message_type grant_to = MESSAGE_TYPE("ReferenceGrantTo", T, grant_to_fields);
#undef T

#define T struct gateway_reference_grant
static const struct field_type_row reference_grant_fields[] = {
    MESSAGES_WITH(T, from, "from", &grant_from, .least = 1, .most = 16, .required = true),
    MESSAGES_WITH(T, to, "to", &grant_to, .least = 1, .most = 16, .required = true),
};
const struct message_type schema_gw_reference_grant =
    MESSAGE_TYPE("ReferenceGrantSpec", T, reference_grant_fields);
#undef T
