/*
 * decode_check: what a table says of a field's value beyond its type. Private to the decoder.
 *
 * These are the limits of a CRD's schema. A wrong number or text has no meaning and is an error;
 * too much of something good is only refused by the API server, which is a warning when lenient.
 */
#ifndef SLUICE_YAML_DECODE_CHECK_H
#define SLUICE_YAML_DECODE_CHECK_H

#include "yaml/decode.h"

/* Check a field that has been decoded into `value`. */
void decode_check_value(struct decode *decode, const struct field_type_row *field,
                        const void *value, const struct yaml_node *at);

/* Report the required fields that a message, which is a map, does not have. */
void decode_check_required(struct decode *decode, const struct message_type *type,
                           const struct yaml_node *node);

#endif
