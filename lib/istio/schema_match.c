/*
 * schema_match: see schema_match.h.
 */
#include "istio/schema_match.h"

#define T struct istio_string_match
static const struct field_type_row string_match_fields[] = {
    ROW_WITH(T, exact, "exact", FIELD_STR, .oneof = "match_type"),
    ROW_WITH(T, prefix, "prefix", FIELD_STR, .oneof = "match_type"),
    ROW_WITH(T, regex, "regex", FIELD_STR, .oneof = "match_type"),
};
const struct message_type schema_string_match = MESSAGE_TYPE("StringMatch", T, string_match_fields);
#undef T

#define T struct istio_http_match
#define MORE struct istio_http_match_more
const MORE istio_no_more_of_match = {.name = {.v = {NULL, 0}}};
static const struct field_type_row http_match_fields[] = {
    MORE_ROW(MORE, name, "name", FIELD_STR),
    MESSAGE(T, uri, "uri", &schema_string_match),
    MORE_MESSAGE(MORE, scheme, "scheme", &schema_string_match),
    MESSAGE(T, method, "method", &schema_string_match),
    MORE_MESSAGE(MORE, authority, "authority", &schema_string_match),
    ROW_WITH(T, headers, "headers", FIELD_MESSAGE_MAP, .message = &schema_string_match),
    ROW_WITH(MORE, without_headers, "withoutHeaders", FIELD_MESSAGE_MAP, .in_more = true,
             .message = &schema_string_match),
    ROW_WITH(MORE, query_params, "queryParams", FIELD_MESSAGE_MAP, .in_more = true,
             .message = &schema_string_match),
    MORE_ROW(MORE, ignore_uri_case, "ignoreUriCase", FIELD_BOOL),
    MORE_ROW(MORE, port, "port", FIELD_UINT32),
    MORE_ROW(MORE, source_labels, "sourceLabels", FIELD_STR_MAP),
    MORE_ROW(MORE, source_namespace, "sourceNamespace", FIELD_STR),
    MORE_ROW(MORE, gateways, "gateways", FIELD_STR_LIST),
    ROW_WITH(MORE, stat_prefix, "statPrefix", FIELD_STR, .in_more = true, .not_acted_on = true),
};
const struct message_type schema_http_match =
    MESSAGE_TYPE_WITH("HTTPMatchRequest", T, http_match_fields,
                      WITH_MORE(T, istio_no_more_of_match), .line = offsetof(T, line));
#undef MORE
#undef T

#define T struct istio_l4_match
static const struct field_type_row tls_match_fields[] = {
    ROW(T, sni_hosts, "sniHosts", FIELD_STR_LIST),
    ROW(T, destination_subnets, "destinationSubnets", FIELD_STR_LIST),
    ROW(T, port, "port", FIELD_UINT32),
    ROW(T, source_labels, "sourceLabels", FIELD_STR_MAP),
    ROW(T, gateways, "gateways", FIELD_STR_LIST),
    ROW(T, source_namespace, "sourceNamespace", FIELD_STR),
};
const struct message_type schema_tls_match =
    MESSAGE_TYPE("TLSMatchAttributes", T, tls_match_fields);

static const struct field_type_row tcp_match_fields[] = {
    ROW(T, destination_subnets, "destinationSubnets", FIELD_STR_LIST),
    ROW(T, port, "port", FIELD_UINT32),
    ROW_WITH(T, source_subnet, "sourceSubnet", FIELD_STR, .not_acted_on = true),
    ROW(T, source_labels, "sourceLabels", FIELD_STR_MAP),
    ROW(T, gateways, "gateways", FIELD_STR_LIST),
    ROW(T, source_namespace, "sourceNamespace", FIELD_STR),
};
const struct message_type schema_tcp_match = MESSAGE_TYPE("L4MatchAttributes", T, tcp_match_fields);
#undef T
