#include "support/route_fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"

void
route_fixture_init(struct route_fixture *fixture)
{
    memset(fixture, 0, sizeof(*fixture));
    model_builder_init(&fixture->builder);
    fixture->listener = model_builder_mesh(&fixture->builder);
    fixture->routes = model_builder_routes(&fixture->builder);
    sluice_context_options_init(&fixture->options);
}

void
route_fixture_rule(struct route_fixture *fixture, const struct model_action *action,
                   const struct model_predicate *predicates, size_t count)
{
    model_builder_rule(&fixture->builder, fixture->routes, action, predicates, count);
}

void
route_fixture_compile(struct route_fixture *fixture)
{
    model_builder_host(&fixture->builder, fixture->listener, "*", fixture->routes);
    fixture->router = model_builder_compile(&fixture->builder, NULL);
    if (fixture->router &&
        sluice_context_new(&fixture->context, fixture->router, &fixture->options) == SLUICE_OK) {
        return;
    }
    fprintf(stderr, "route_fixture: the model does not compile\n");
    exit(2);
}

void
route_fixture_free(struct route_fixture *fixture)
{
    sluice_context_free(fixture->context);
    sluice_router_release(fixture->router);
    model_builder_free(&fixture->builder);
}

void
route_fixture_one(struct route_fixture *fixture, const struct model_action *action,
                  const struct model_predicate *predicates, size_t count)
{
    route_fixture_rule(fixture, action, predicates, count);
    route_fixture_compile(fixture);
}

sluice_outcome
route_fixture_get(struct route_fixture *fixture, const char *authority, const char *path)
{
    sluice_request request = {
        .authority = {authority, strlen(authority)},
        .path = {path,      strlen(path)     },
    };
    return sluice_route(fixture->context, &request, &fixture->decision);
}

bool
route_fixture_is(sluice_str text, const char *expected)
{
    return text.len == strlen(expected) &&
           memcmp(text.ptr ? text.ptr : "", expected, text.len) == 0;
}

sluice_str
route_fixture_field(const sluice_field *fields, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (route_fixture_is(fields[i].name, name)) return fields[i].value;
    }
    return (sluice_str){NULL, 0};
}

const char *
route_fixture_text(sluice_str text)
{
    static char ring[16][512];
    static size_t at;
    char *to = ring[at++ % 16];
    snprintf(to, sizeof(ring[0]), "%.*s", STR_ARG(text));
    return to;
}
