/*
 * json: strict JSON (RFC 8259) into the tree that YAML gives, with marks and without recursion.
 */
#ifndef SLUICE_YAML_JSON_H
#define SLUICE_YAML_JSON_H

#include "yaml/reading.h"

/* Whether text may be JSON: it begins, behind white space, with { or [. */
bool json_is_likely(sluice_str text);

/*
 * Read one JSON value that fills the text, which passed precheck_encoding(). False when it is not
 * strict JSON, with *error at the first byte that is wrong: then nothing is reported or kept.
 */
bool json_read(struct reading *reading, size_t *error);

#endif
