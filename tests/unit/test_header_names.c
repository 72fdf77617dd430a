/* router/header_names: a line's name finds its index, whatever the names have in common. */
#include <criterion/criterion.h>

#include "router/layout.h"
#include "support/model_builder.h"
#include "support/rows.h"

static const char *const needed[] = {
    "x",
    "xy",
    "x-group",
    "x-groups",
    "x-groupsy",
    "abcdefgh-abcdefg",
    "abcdefgh-abcdefgh",
    "abcdefgh--bcdefgh",
    "x-experiment-aaaa-enabled",
    "x-experiment-bbbb-enabled",
    "x-experiment-enabled",
    "x-experiment-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-enabled",
};

/* Look like the names above, and are not. */
static const char *const others[] = {
    "",
    "y",
    "x-groupz",
    "z-groups",
    "abcdefgh-abcdefgX",
    "x-experiment-cccc-enabled",
    "x-experiment--enabled",
    "x-experiment-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabaaaaaaaaa-enabled",
    "x-experiment-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-enabled",
};

static sluice_router *
make_router(struct model_builder *builder)
{
    struct model_predicate predicates[ROWS(needed)];
    model_builder_init(builder);
    for (size_t i = 0; i < ROWS(needed); i++) {
        predicates[i] = model_builder_text(MODEL_HEADER, MODEL_PRESENT, needed[i], "");
    }
    struct model_route_list *routes = model_builder_routes(builder);
    model_builder_rule(builder, routes, model_builder_forward(builder, "a"), predicates,
                       ROWS(needed));
    model_builder_host(builder, model_builder_mesh(builder), "*", routes);
    sluice_router *router = model_builder_compile(builder, NULL);
    cr_assert(router != NULL);
    return router;
}

static uint32_t
find(const sluice_router *router, sluice_str name)
{
    const struct header_names *names = &router->header_names;
    bool may = (names->any_length >> (name.len & 63) & 1) && header_names_may_hold(names, name);
    return may ? header_names_find(names, &router->hash_keys, name) : NO_HEADER;
}

Test(header_names, are_found_in_any_case)
{
    struct model_builder builder;
    sluice_router *router = make_router(&builder);
    for (size_t i = 0; i < ROWS(needed); i++) {
        char name[128];
        size_t len = strlen(needed[i]);
        for (size_t k = 0; k < len; k++) {
            bool upper = (k + i) % 2 && needed[i][k] >= 'a';
            name[k] = (char)(needed[i][k] - (upper ? 0x20 : 0));
        }
        uint32_t index = find(router, (sluice_str){name, len});
        cr_assert(index != NO_HEADER, "%s", needed[i]);
        cr_expect(str_equal(router->needed[SLUICE_NEEDED_HEADER][index], sluice_str_of(needed[i])),
                  "%s", needed[i]);
    }
    sluice_router_release(router);
    model_builder_free(&builder);
}

Test(header_names, that_only_look_alike_are_not)
{
    struct model_builder builder;
    sluice_router *router = make_router(&builder);
    for (size_t i = 0; i < ROWS(others); i++) {
        cr_expect(find(router, sluice_str_of(others[i])) == NO_HEADER, "%s", others[i]);
    }
    sluice_router_release(router);
    model_builder_free(&builder);
}
