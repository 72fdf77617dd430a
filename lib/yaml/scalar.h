/*
 * scalar: what a plain scalar means to Kubernetes (sigs.k8s.io/yaml, the YAML 1.1 rules of go-yaml
 * v2).
 */
#ifndef SLUICE_YAML_SCALAR_H
#define SLUICE_YAML_SCALAR_H

#include "yaml/tree.h"

/* Kind of a plain, untagged scalar: y and on are booleans, 010 and 0x1F and 1_000 integers. */
enum yaml_kind scalar_kind(sluice_str text);

/* The value of text of that kind. */
bool scalar_bool(sluice_str text);
/* False when it does not fit 64 bits. */
bool scalar_integer(sluice_str text, bool *negative, uint64_t *magnitude);
/* Of YAML_INT and YAML_FLOAT. */
double scalar_double(sluice_str text);

#endif
