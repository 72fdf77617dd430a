/*
 * decode_value: one field's value, by its type. Private to the decoder.
 */
#ifndef SLUICE_YAML_DECODE_VALUE_H
#define SLUICE_YAML_DECODE_VALUE_H

#include "yaml/decode.h"

/* Decode the value at a node into the field's place in its message. */
void decode_value(struct decode *decode, const struct field_type_row *field, void *to,
                  const struct yaml_node *at);

/* Decode a map (or null) into a zeroed message. False when memory ran out. */
bool decode_into(struct decode *decode, const struct message_type *type, void *message,
                 const struct yaml_node *node);

/* A node's kind for messages, e.g. "a list". */
const char *decode_kind_name(const struct yaml_node *node);

#endif
