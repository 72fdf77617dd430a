/*
 * live_fixture: routers made on the spot, a live that swaps them, and a context that follows it.
 */
#ifndef SLUICE_TESTS_LIVE_FIXTURE_H
#define SLUICE_TESTS_LIVE_FIXTURE_H

#include "support/failing_alloc.h"
#include "support/model_builder.h"

/* One rule of a router: requests for exactly this path are split so. */
struct live_rule {
    const char *path, *split; /* as model_builder_forward() reads it */
    const char *salt;         /* NULL: the builder's */
    enum model_pick pick;
};

/* A router of those rules for every host. Ends the program when it does not compile. */
sluice_router *live_fixture_router(const sluice_allocator *alloc, const struct live_rule *rules,
                                   size_t count);
/* The same of one rule that sends "/" to one host. */
sluice_router *live_fixture_to(const sluice_allocator *alloc, const char *host);

struct live_fixture {
    struct failing_alloc routers, contexts; /* where they take their memory */
    sluice_live *live;
    sluice_context *context;
    sluice_context_options options; /* of the context: change before starting */
    sluice_decision decision;
};

void live_fixture_init(struct live_fixture *fixture);
/* Make live and context. Takes the caller's reference to the router. */
void live_fixture_start(struct live_fixture *fixture, sluice_router *first);
/* Publish, and give the caller's reference back. */
void live_fixture_publish(struct live_fixture *fixture, sluice_router *router);
/* Free what the fixture made. How many blocks of either allocator are still in use. */
size_t live_fixture_finish(struct live_fixture *fixture);

/* The host, and the entry of the split, that a GET of the path goes to. */
sluice_str live_fixture_host(struct live_fixture *fixture, const char *path);
size_t live_fixture_entry(struct live_fixture *fixture, const char *path);

#endif
