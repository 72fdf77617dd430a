/*
 * label_index: things with labels, found by the labels that are asked for.
 */
#ifndef SLUICE_ISTIO_LABEL_INDEX_H
#define SLUICE_ISTIO_LABEL_INDEX_H

#include "base/map.h"

/* Ascending. */
struct label_positions {
    uint32_t *items;
    size_t count, capacity;
};

struct label_index {
    struct arena *arena;
    struct map lists; /* namespace and label, or namespace alone -> struct label_positions */
};

struct label_index label_index_init(struct arena *arena);
void label_index_free(struct label_index *index);

/* Positions are added in ascending order. False when memory ran out. */
bool label_index_add(struct label_index *index, sluice_str space, const sluice_field *labels,
                     size_t count, uint32_t position);

/*
 * Everything in the namespace that may have all the labels: what has the rarest of them. The other
 * labels are for the caller to compare. False when memory ran out.
 */
bool label_index_find(const struct label_index *index, sluice_str space, const sluice_field *wanted,
                      size_t count, struct label_positions *out);

#endif
