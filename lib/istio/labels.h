/*
 * labels: maps of labels as texts and as conditions.
 */
#ifndef SLUICE_ISTIO_LABELS_H
#define SLUICE_ISTIO_LABELS_H

#include "base/arena.h"

/* A copy in the order of names. NULL: no memory. */
sluice_field *labels_sorted(struct arena *arena, const sluice_field *labels, size_t count);

/* One text for equal sorted lists. {NULL, 0}: no memory. */
sluice_str labels_text(struct arena *arena, const sluice_field *labels, size_t count);

/* Put them in the order of names and keep the first of each name. False: no memory. */
bool labels_keep_first(struct arena *arena, sluice_field *labels, size_t *count);

/* Whether every wanted label is among `labels`. */
bool labels_contain(const sluice_field *labels, size_t count, const sluice_field *wanted,
                    size_t wanted_count);

#endif
