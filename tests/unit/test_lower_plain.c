/* istio/lower_plain: rules share a key exactly when they do the same and nothing but send on. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "istio/lower_action.h"
#include "support/istio_fixture.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))
#define HEAD                                                                                       \
    "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v}\n"              \
    "spec:\n  hosts: [h.com]\n  http:\n"

/* Rules with one number do the same; 0: something else than sending on. */
static const struct {
    int number;
    const char *rule;
} rows[] = {
    {1, "{route: [{destination: {host: a.com}}]}"                                         },
    {1, "{name: other, match: [{uri: {exact: /}}], route: [{destination: {host: a.com}}]}"},
    {2, "{route: [{destination: {host: a.com, subset: v1}}]}"                             },
    {3, "{route: [{destination: {host: a.com, port: {number: 80}}}]}"                     },
    {4, "{route: [{destination: {host: a.comv1}}]}"                                       },
    {5, "{route: [{destination: {host: a.com}, weight: 1}]}"                              },
    {6, "{route: [{destination: {host: a.com}, weight: 1}, {destination: {host: b.com}, weight: "
        "2}]}"                                                                     },
    {7, "{route: [{destination: {host: a.com}, weight: 2}, {destination: {host: b.com}, weight: "
        "1}]}"                                                                     },
    {8, "{route: [{destination: {host: b.com}, weight: 2}, {destination: {host: a.com}, weight: "
        "1}]}"                                                                     },
    {7, "{route: [{weight: 2, destination: {host: a.com}}, {weight: 1, destination: {host: "
        "b.com}}]}"                                                                },
    {0, "{redirect: {uri: /x}}"                                                           },
    {0, "{directResponse: {status: 200}}"                                                 },
    {0, "{rewrite: {uri: /x}, route: [{destination: {host: a.com}}]}"                     },
    {0, "{timeout: 1s, route: [{destination: {host: a.com}}]}"                            },
    {0, "{retries: {attempts: 1}, route: [{destination: {host: a.com}}]}"                 },
    {0, "{fault: {abort: {httpStatus: 500}}, route: [{destination: {host: a.com}}]}"      },
    {0, "{mirror: {host: b.com}, route: [{destination: {host: a.com}}]}"                  },
    {0, "{mirrors: [{destination: {host: b.com}}], route: [{destination: {host: a.com}}]}"},
    {0, "{corsPolicy: {}, route: [{destination: {host: a.com}}]}"                         },
    {0, "{headers: {}, route: [{destination: {host: a.com}}]}"                            },
    {0, "{route: [{destination: {host: a.com}, headers: {}}]}"                            },
};

struct plain {
    struct istio_fixture fixture;
    struct lower lower;
    struct lower_source source;
    const struct istio_http_route *routes;
};

static void
begin(struct plain *plain, sluice_str text)
{
    istio_fixture_load(&plain->fixture, text, true);
    cr_assert(plain->fixture.set.count == 1);
    struct istio_resource *resource = &plain->fixture.set.items[0];
    plain->lower = (struct lower){.registry = NULL};
    plain->source = (struct lower_source){.resource = resource};
    plain->routes = resource->virtual_service->http.items;
    cr_assert(resource->virtual_service->http.count == ROWS(rows));
}

static bool
same(const struct plain_key *a, const struct plain_key *b)
{
    return str_equal(str_make(a->bytes, a->len), str_make(b->bytes, b->len));
}

Test(lower_plain, tells_apart_what_rules_do)
{
    static struct plain_key keys[ROWS(rows)];
    static char text[8192] = HEAD;
    static const struct lower_scope scope = {.mesh = true};
    struct plain plain;
    for (size_t i = 0; i < ROWS(rows); i++) {
        strcat(strcat(strcat(text, "  - "), rows[i].rule), "\n");
    }
    begin(&plain, sluice_str_of(text));
    for (size_t i = 0; i < ROWS(rows); i++) {
        bool sends =
            lower_plain_key(&keys[i], &plain.lower, &plain.source, &plain.routes[i], &scope);
        cr_expect(sends == (rows[i].number != 0), "%s", rows[i].rule);
        for (size_t k = 0; sends && k < i; k++) {
            if (!rows[k].number) continue;
            cr_expect(same(&keys[i], &keys[k]) == (rows[i].number == rows[k].number), "%s and %s",
                      rows[i].rule, rows[k].rule);
        }
    }
    istio_fixture_free(&plain.fixture);
}

Test(lower_plain, tells_apart_whom_it_is_for)
{
    static char text[8192] = HEAD;
    struct plain plain;
    for (size_t i = 0; i < ROWS(rows); i++) {
        strcat(strcat(strcat(text, "  - "), rows[i].rule), "\n");
    }
    begin(&plain, sluice_str_of(text));
    struct lower_scope mesh = {.mesh = true, .port = 1}, gateway = {.mesh = false, .port = 1};
    struct plain_key own, other;
    cr_assert(lower_plain_key(&own, &plain.lower, &plain.source, plain.routes, &mesh));
    cr_assert(lower_plain_key(&other, &plain.lower, &plain.source, plain.routes, &gateway));
    cr_expect(!same(&own, &other));
    struct lower_source source = plain.source;
    source.semantics = SEMANTICS_GATEWAY;
    cr_assert(lower_plain_key(&other, &plain.lower, &source, plain.routes, &mesh));
    cr_expect(!same(&own, &other));
    struct istio_resource resource = *plain.source.resource;
    source = (struct lower_source){.resource = &resource};
    cr_assert(lower_plain_key(&other, &plain.lower, &source, plain.routes, &mesh));
    cr_expect(!same(&own, &other));
    mesh.port = 2; /* which counts where a registry knows the ports */
    cr_assert(lower_plain_key(&other, &plain.lower, &plain.source, plain.routes, &mesh));
    cr_expect(same(&own, &other));
    plain.lower.registry = (struct registry *)&plain;
    cr_assert(lower_plain_key(&other, &plain.lower, &plain.source, plain.routes, &mesh));
    cr_expect(!same(&own, &other));
    istio_fixture_free(&plain.fixture);
}

/* Many destinations, or long names, are left to the rule alone. */
Test(lower_plain, has_room_for_a_few)
{
    static char text[8192] = HEAD "  - route:\n";
    struct istio_fixture fixture;
    struct lower lower = {.registry = NULL};
    const struct lower_scope scope = {.mesh = true};
    struct plain_key key;
    for (size_t i = 0; i < 20; i++) {
        strcat(text, "    - {destination: {host: a.com}, weight: 1}\n");
    }
    istio_fixture_load(&fixture, sluice_str_of(text), false);
    struct lower_source source = {.resource = &fixture.set.items[0]};
    const struct istio_http_route *route = source.resource->virtual_service->http.items;
    cr_expect(!lower_plain_key(&key, &lower, &source, route, &scope));
    cr_expect(key.len <= sizeof(key.bytes));
    istio_fixture_free(&fixture);
}
