/*
 * schema: the decode tables of Istio's messages.
 */
#ifndef SLUICE_ISTIO_SCHEMA_H
#define SLUICE_ISTIO_SCHEMA_H

#include "istio/resources.h"
#include "yaml/schema.h"

extern const struct message_type schema_virtual_service;
extern const struct message_type schema_destination_rule;
extern const struct message_type schema_service_entry;
extern const struct message_type schema_workload_entry;
extern const struct message_type schema_gateway;

/* Messages that several kinds hold. */
extern const struct message_type schema_port_selector;

#endif
