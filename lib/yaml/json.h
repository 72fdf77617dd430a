/*
 * json: strict JSON (RFC 8259) into the tree that YAML gives, with marks and without recursion.
 */
#ifndef SLUICE_YAML_JSON_H
#define SLUICE_YAML_JSON_H

#include "yaml/tree.h"

/*
 * Read one JSON value that fills the text. *refused is set when the text is not strict JSON: then
 * nothing was reported and the YAML reader decides. Otherwise the status is as of yaml_load().
 */
sluice_status json_load(struct yaml_load *load, sluice_str source, sluice_str text,
                        struct yaml_document ***tail, bool *refused);

#endif
