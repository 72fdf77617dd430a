/*
 * space_index: hosts of many owners, asked by host and by the namespace that the owner lives in.
 */
#ifndef SLUICE_ISTIO_SPACE_INDEX_H
#define SLUICE_ISTIO_SPACE_INDEX_H

#include "base/map.h"
#include "istio/host_index.h"

struct space_index {
    struct host_index all;
    struct map spaces; /* -> struct host_index of that namespace's hosts */
};

struct space_index space_index_init(struct arena *arena);
void space_index_free(struct space_index *index);

/* The texts must outlive the index. False when memory ran out. */
bool space_index_add(struct space_index *index, sluice_str space, sluice_str host, uint32_t owner);

/* No host is added from here on, and questions may be asked. */
void space_index_seal(struct space_index *index);

/* The hosts of one namespace, of all for "*". NULL: none. */
const struct host_index *space_index_of(const struct space_index *index, sluice_str space);

#endif
