/*
 * schema_match: the tables of VirtualService's match conditions.
 */
#ifndef SLUICE_ISTIO_SCHEMA_MATCH_H
#define SLUICE_ISTIO_SCHEMA_MATCH_H

#include "istio/schema.h"

extern const struct message_type schema_string_match;
extern const struct message_type schema_http_match;
extern const struct message_type schema_tls_match;
extern const struct message_type schema_tcp_match;

#endif
