/*
 * host_set: hosts of a resource, asked which of them covers another host.
 *
 * Wildcards are hosts whose first byte is "*"; such a host covers every host that ends in the rest
 * of it (itself included), wildcards too. Time for a question does not grow with the number of
 * hosts.
 */
#ifndef SLUICE_ISTIO_HOST_SET_H
#define SLUICE_ISTIO_HOST_SET_H

#include "base/map.h"

#define HOST_SET_LENGTHS 256

static inline bool
host_is_wildcard(sluice_str host)
{
    return host.len > 0 && host.ptr[0] == '*';
}

struct host_set {
    struct map plain; /* host */
    struct map tails; /* of wildcards, without the "*" */
    bool tail_of_length[HOST_SET_LENGTHS];
};

struct host_set host_set_init(const struct arena *arena);
void host_set_free(struct host_set *set);

/* Add a host of at most 255 bytes; a longer one is left out. The first of equal hosts keeps its
 * value. `value` is not NULL. The text must outlive the set. False when memory ran out. */
bool host_set_add(struct host_set *set, sluice_str host, void *value);

/* The value of an equal host. NULL when there is none. */
void *host_set_find(const struct host_set *set, sluice_str host);

/* The value of the wildcard that covers `host` with the longest text, other than value `not_this`.
 * NULL when there is none. */
void *host_set_covering(const struct host_set *set, sluice_str host, const void *not_this);

#endif
