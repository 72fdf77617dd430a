/*
 * schema: the decode tables of Gateway API's types, with the limits of its CRDs.
 *
 * They are those of the experimental channel, which contains the standard one.
 */
#ifndef SLUICE_GATEWAY_API_SCHEMA_H
#define SLUICE_GATEWAY_API_SCHEMA_H

#include "gateway_api/formats.h"
#include "gateway_api/resources.h"
#include "yaml/schema.h"

/* ---- the kinds ---- */

extern const struct message_type schema_gw_gateway;
extern const struct message_type schema_gw_class;
extern const struct message_type schema_gw_listener_set;
extern const struct message_type schema_gw_http_route;
extern const struct message_type schema_gw_grpc_route;
extern const struct message_type schema_gw_tls_route;
extern const struct message_type schema_gw_tls_route_alpha; /* v1alpha2, v1alpha3 */
extern const struct message_type schema_gw_l4_route;        /* TCPRoute and UDPRoute */
extern const struct message_type schema_gw_l4_route_alpha;  /* v1alpha2 */
extern const struct message_type schema_gw_reference_grant;

/* ---- what several of them hold ---- */

extern const struct message_type schema_gw_http_filter;
extern const struct message_type schema_gw_grpc_filter;
extern const struct message_type schema_gw_object_ref; /* no group or kind required */
extern const struct message_type schema_gw_parent_ref;

#define PORT_RANGE .least = 1, .most = 65535
#define OBJECT_NAME .least = 1, .most = 253
#define SECTION_NAME .least = 1, .most = 253, .check = format_check_subdomain
#define GROUP .most = 253, .check = format_check_group
#define KIND .least = 1, .most = 63, .check = format_check_kind
#define NAMESPACE .least = 1, .most = 63, .check = format_check_label
#define HEADER_NAME .least = 1, .most = 256, .check = format_check_header_name

/* The rows that all references to objects begin with. */
#define OBJECT_ROWS(type_)                                                                         \
    ROW_WITH(type_, group, "group", FIELD_STR, GROUP),                                             \
        ROW_WITH(type_, kind, "kind", FIELD_STR, KIND),                                            \
        ROW_WITH(type_, space, "namespace", FIELD_STR, NAMESPACE),                                 \
        ROW_WITH(type_, name, "name", FIELD_STR, OBJECT_NAME, .required = true)

#endif
