/*
 * host_index: hosts of many owners, asked whose hosts match a host (docs/rules.md, "Names").
 *
 * "Matches" goes both ways: equal hosts, a wildcard and what it covers, and two wildcards of which
 * one covers the other. The time of a question grows with its answer, not with the number of hosts.
 */
#ifndef SLUICE_ISTIO_HOST_INDEX_H
#define SLUICE_ISTIO_HOST_INDEX_H

#include "base/arena.h"

struct host_entry {
    sluice_str text; /* of a wildcard without its "*" */
    bool wildcard;
    uint32_t owner;
};

struct host_index {
    struct arena *arena;
    struct host_entry *items; /* once sealed: by text read from its end */
    size_t count, capacity;
};

/* Owners, as numbers; ascending and each once after host_owners_sort(). */
struct host_owners {
    uint32_t *items;
    size_t count, capacity;
};

/* The text must outlive the index. False when memory ran out. */
bool host_index_add(struct host_index *index, sluice_str host, uint32_t owner);

/* No host is added from here on, and questions may be asked. */
void host_index_seal(struct host_index *index);

/* Whether some host matches. */
bool host_index_matches(const struct host_index *index, sluice_str host);

/* Append the owner of every host that matches. False when memory ran out. */
bool host_index_find(const struct host_index *index, sluice_str host, struct host_owners *out);

void host_owners_sort(struct host_owners *owners);

#endif
