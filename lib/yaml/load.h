/*
 * load: yaml_load() with the engine named, for tests that compare two of them.
 */
#ifndef SLUICE_YAML_LOAD_H
#define SLUICE_YAML_LOAD_H

#include "yaml/events.h"
#include "yaml/tree.h"

/* As yaml_load(). What is JSON is read without the engine. */
sluice_status yaml_load_with(struct yaml_load *load, const struct yaml_backend *backend,
                             const sluice_source *source, struct yaml_document ***tail);

#endif
