/*
 * routers: one compiled router and one context for each caller that requests come from.
 *
 * What a proxy sees of a rule set depends on the namespace it lives in, and on its labels where a
 * DestinationRule selects workloads, so a router is compiled for one caller. The first, for that
 * of the command line, also yields the diagnostics.
 */
#ifndef SLUICECTL_ROUTERS_H
#define SLUICECTL_ROUTERS_H

#include "sluicectl/files.h"
#include "sluicectl/options.h"

struct routers_entry {
    char *key; /* who the caller is */
    size_t key_len;
    sluice_router *router;
    sluice_context *context;
};

struct routers {
    const struct options *options;
    struct files files;
    struct routers_entry *entries;
    size_t count;
    size_t capacity;
    size_t last;    /* entry found last; most requests come from one caller */
    bool by_labels; /* labels make another caller */
    char *key;      /* of the caller in hand */
    size_t key_len, key_capacity;
};

/*
 * Read and compile what the options name. On failure, says why on standard error and returns an
 * exit status other than 0. Free with routers_free() either way.
 */
enum exit_status routers_open(struct routers *routers, const struct options *options);
void routers_free(struct routers *routers);

/* The context for the caller of the request, compiled at need. NULL, with the message, on failure.
 */
sluice_context *routers_context(struct routers *routers, const sluice_request *request,
                                struct failure *failure);

#endif
