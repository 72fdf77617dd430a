/*
 * scalar: what a plain scalar means to Kubernetes (sigs.k8s.io/yaml, the YAML 1.1 rules of go-yaml
 * v2), and the values of numbers and booleans, JSON's included.
 */
#ifndef SLUICE_YAML_SCALAR_H
#define SLUICE_YAML_SCALAR_H

#include "yaml/tree.h"

/* Kind of a plain, untagged scalar: y and on are booleans, 010 and 0x1F and 1_000 integers. */
enum yaml_kind scalar_kind(sluice_str text);

/* The value of text of kind YAML_BOOL. */
bool scalar_bool(sluice_str text);
/* Of text that is an integer. False when it is none, or does not fit 64 bits. */
bool scalar_integer(sluice_str text, bool *negative, uint64_t *magnitude);
/* Of YAML_INT and YAML_FLOAT; infinite or not a number where the text says so. */
double scalar_double(sluice_str text);

/* Whether text is a number as JSON writes it. */
bool scalar_is_json_number(sluice_str text);

/* The text of a key of a kind other than YAML_STRING: true, 8 for 010, 1.5 for 1.50. False when
 * memory ran out. */
bool scalar_key(struct arena *arena, enum yaml_kind kind, sluice_str text, sluice_str *out);

#endif
