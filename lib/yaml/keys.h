/*
 * keys: what is done with a map once all its keys are known: duplicates, and merge keys (<<).
 *
 * Sorting instead of hashing: no choice of keys makes it slow.
 */
#ifndef SLUICE_YAML_KEYS_H
#define SLUICE_YAML_KEYS_H

#include "yaml/reading.h"

/* Report each key that stands twice; then move in what << merges. Findings and want of memory are
 * in the reading. */
void keys_finish(struct reading *reading, struct reading_frame *frame);

#endif
