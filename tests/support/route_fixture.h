/*
 * route_fixture: one virtual host for every name, a router of its rules, and a context to ask it.
 *
 *     struct route_fixture f;
 *     route_fixture_init(&f);
 *     route_fixture_rule(&f, model_builder_forward(&f.builder, "a 1, b 3"), NULL, 0);
 *     route_fixture_compile(&f);
 *     sluice_route(f.context, &request, &f.decision);
 *     route_fixture_free(&f);
 */
#ifndef SLUICE_TESTS_ROUTE_FIXTURE_H
#define SLUICE_TESTS_ROUTE_FIXTURE_H

#include "support/model_builder.h"

struct route_fixture {
    struct model_builder builder;
    struct model_listener *listener; /* of the mesh, any port */
    struct model_route_list *routes;
    sluice_router *router;
    sluice_context_options options; /* of the context: change before compiling */
    sluice_context *context;
    sluice_decision decision;
};

void route_fixture_init(struct route_fixture *fixture);
void route_fixture_rule(struct route_fixture *fixture, const struct model_action *action,
                        const struct model_predicate *predicates, size_t count);
/* Ends the program when it fails. */
void route_fixture_compile(struct route_fixture *fixture);
void route_fixture_free(struct route_fixture *fixture);

/* One rule, then compile. */
void route_fixture_one(struct route_fixture *fixture, const struct model_action *action,
                       const struct model_predicate *predicates, size_t count);

/* Route a GET of a path and authority. */
sluice_outcome route_fixture_get(struct route_fixture *fixture, const char *authority,
                                 const char *path);

/* Compare with a literal, and the value of a field by name ("" when there is none). */
bool route_fixture_is(sluice_str text, const char *expected);
sluice_str route_fixture_field(const sluice_field *fields, size_t count, const char *name);

/* For messages: the text, NUL-terminated, in a buffer that the next sixteen calls leave alone. */
const char *route_fixture_text(sluice_str text);

#endif
