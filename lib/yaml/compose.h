/*
 * compose: YAML events into trees: types, anchors and aliases, merge keys.
 */
#ifndef SLUICE_YAML_COMPOSE_H
#define SLUICE_YAML_COMPOSE_H

#include "yaml/events.h"
#include "yaml/reading.h"

/*
 * Read all of the text, which passed the precheck. After a syntax error reading goes on at the next
 * line that begins with ---. What was found is in the reading.
 */
void compose_text(struct reading *reading, const struct yaml_backend *backend);

#endif
