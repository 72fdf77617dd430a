/*
 * build: events into trees: limits, anchors, merge keys, duplicate keys.
 */
#ifndef SLUICE_YAML_BUILD_H
#define SLUICE_YAML_BUILD_H

#include "yaml/events.h"
#include "yaml/tree.h"

/* As yaml_load(), of text that passed the precheck, with the engine named. */
sluice_status yaml_build(struct yaml_load *load, const struct yaml_backend *backend,
                         sluice_str source, sluice_str text, struct yaml_document ***tail);

/* yaml_load() with the engine named, precheck and JSON included. */
sluice_status yaml_load_with(struct yaml_load *load, const struct yaml_backend *backend,
                             const sluice_source *source, struct yaml_document ***tail);

/* ---- what the JSON reader shares ---- */

/* A zeroed node, counted against the limit; NULL with *status set otherwise. */
struct yaml_node *yaml_node_new(struct yaml_load *load, sluice_str source, uint32_t line,
                                uint32_t column, sluice_status *status);
/* Append a finished document; one that is empty is dropped. */
sluice_status yaml_add_document(struct yaml_load *load, sluice_str source, struct yaml_node *root,
                                struct yaml_document ***tail);
/* Report each key that stands twice in a map. False when memory ran out. */
bool yaml_check_keys(struct yaml_load *load, sluice_str source, const struct yaml_node *map,
                     bool *repeated);
void yaml_report(struct yaml_load *load, sluice_str source, const char *code, uint32_t line,
                 uint32_t column, const char *format, ...) __attribute__((format(printf, 6, 7)));

#endif
