/*
 * model_builder: models made by hand, for tests of the router. No rule text, no format.
 *
 *     struct model_builder b;
 *     model_builder_init(&b);
 *     struct model_route_list *routes = model_builder_routes(&b);
 *     struct model_predicate path = model_builder_text(MODEL_PATH, MODEL_PREFIX, "", "/v2");
 *     model_builder_rule(&b, routes, model_builder_forward(&b, "reviews|v2 90, reviews|v3 10"),
 * &path, 1); model_builder_host(&b, model_builder_mesh(&b), "reviews *.reviews", routes);
 *     sluice_router *router = model_builder_compile(&b, NULL);
 *     ... sluice_router_release(router);
 *     model_builder_free(&b);
 *
 * Everything that is returned lives until model_builder_free() and may be changed until compiled.
 * A test has no use for a failed malloc: running out of memory ends the program.
 */
#ifndef SLUICE_TESTS_MODEL_BUILDER_H
#define SLUICE_TESTS_MODEL_BUILDER_H

#include "model/model.h"
#include "router/build.h"

enum { MODEL_BUILDER_LISTENERS = 64 };

struct model_builder {
    struct arena arena;
    struct model_listener listeners[MODEL_BUILDER_LISTENERS];
    struct model model;
    struct router_settings settings; /* of model_builder_compile(); malloc, 4,000,000 rules */
};

void model_builder_init(struct model_builder *builder);
void model_builder_free(struct model_builder *builder);

/* `count` zeroed objects of `size` bytes. */
void *model_builder_take(struct model_builder *builder, size_t count, size_t size);
sluice_str model_builder_dup(struct model_builder *builder, const char *text);

/* A new listener; the name is empty for the mesh. */
struct model_listener *model_builder_listener(struct model_builder *builder, enum model_scope scope,
                                              const char *name, enum model_family family,
                                              uint32_t port);
/* The mesh's HTTP listener for every port. */
struct model_listener *model_builder_mesh(struct model_builder *builder);

/* Add a virtual host; `domains` are separated by blanks. */
void model_builder_host(struct model_builder *builder, struct model_listener *listener,
                        const char *domains, const struct model_route_list *routes);

struct model_route_list *model_builder_routes(struct model_builder *builder);

/* Add a rule at the end of the list; its predicates are copied. Valid until the next one is added.
 */
struct model_rule *model_builder_rule(struct model_builder *builder,
                                      struct model_route_list *routes,
                                      const struct model_action *action,
                                      const struct model_predicate *predicates, size_t count);

/* An action that says nothing but its kind. */
struct model_action *model_builder_action(struct model_builder *builder,
                                          enum model_action_kind kind);
/* Forward to "host|subset weight, host|subset weight"; subset and weight may be left out (weight
 * 1). */
struct model_action *model_builder_forward(struct model_builder *builder, const char *split);
const struct model_destination *model_builder_destination(struct model_builder *builder,
                                                          sluice_str host, sluice_str subset);

/* A predicate on text; regular expressions too. name and value are borrowed. */
struct model_predicate model_builder_text(enum model_subject subject, enum model_op op,
                                          const char *name, const char *value);
struct model_predicate model_builder_number(enum model_subject subject, uint32_t number);

/* router_build() with `settings`; NULL on failure, which *status (may be NULL) tells. */
sluice_router *model_builder_compile(struct model_builder *builder, sluice_status *status);

#endif
