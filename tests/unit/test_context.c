/* router/context: the mutable half, and the scratch that decisions build text in. */
#include <criterion/criterion.h>
#include <stddef.h>

#include "router/context.h"
#include "support/failing_alloc.h"
#include "support/model_builder.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

/* A router with regular expressions, an even split, headers and mirrors. */
static sluice_router *
make_router(struct model_builder *builder)
{
    model_builder_init(builder);
    struct model_route_list *routes = model_builder_routes(builder);
    struct model_predicate predicates[] = {
        model_builder_text(MODEL_PATH, MODEL_REGEX, "", "/a+"),
        model_builder_text(MODEL_HEADER, MODEL_REGEX, "x", "b+"),
        model_builder_text(MODEL_HEADER, MODEL_EXACT, "y", "1"),
    };
    struct model_action *action = model_builder_forward(builder, "a 2, b 1");
    action->split.pick = MODEL_PICK_EVEN;
    struct model_mirror *mirrors = model_builder_take(builder, 2, sizeof(*mirrors));
    mirrors[0] = mirrors[1] = (struct model_mirror){
        model_builder_destination(builder, STR("m"), STR("")), {1, 2}
    };
    action->mirrors = mirrors;
    action->mirror_count = 2;
    model_builder_rule(builder, routes, action, predicates, ROWS(predicates));
    model_builder_host(builder, model_builder_mesh(builder), "*", routes);
    sluice_router *router = model_builder_compile(builder, NULL);
    cr_assert(router);
    return router;
}

Test(context, has_defaults)
{
    sluice_context_options options;
    memset(&options, 0xff, sizeof(options));
    sluice_context_options_init(&options);
    cr_expect(options.size == sizeof(options));
    cr_expect(options.allocator == NULL);
    cr_expect(options.seed == 0 && options.stream == 0);
    cr_expect(options.scratch_bytes == 64 * 1024);
}

Test(context, holds_what_its_router_asks_for)
{
    struct model_builder builder;
    sluice_router *router = make_router(&builder);
    sluice_context *context;
    cr_assert(sluice_context_new(&context, router, NULL) == SLUICE_OK);
    cr_expect(context->router == router);
    cr_expect(context->scratch.capacity == 64 * 1024);
    for (uint32_t i = 0; i < router->regex_count; i++) {
        cr_expect(context->regexes[i] == NULL); /* compiled when it is asked first */
        const struct regex *own = context_regex(context, i);
        cr_expect(own && own != router->regexes[i]);
        cr_expect(context_regex(context, i) == own);
    }
    cr_expect(router->even_counter_count == 2);
    cr_expect(context->even_counters[0] == 0 && context->even_counters[1] == 0);
    sluice_context_free(context);
    sluice_router_release(router);
    model_builder_free(&builder);
}

/* A program compiled against an older header passes a shorter struct. */
Test(context, reads_options_by_their_size)
{
    struct model_builder builder;
    sluice_router *router = make_router(&builder);
    sluice_context *context;
    sluice_context_options options;
    sluice_context_options_init(&options);
    options.size = offsetof(sluice_context_options, scratch_bytes);
    options.scratch_bytes = 1;
    cr_assert(sluice_context_new(&context, router, &options) == SLUICE_OK);
    cr_expect(context->scratch.capacity == 64 * 1024);
    sluice_context_free(context);
    sluice_context_options_init(&options);
    options.scratch_bytes = 1;
    cr_assert(sluice_context_new(&context, router, &options) == SLUICE_OK);
    cr_expect(context->scratch.capacity == 1);
    sluice_context_free(context);
    sluice_router_release(router);
    model_builder_free(&builder);
}

Test(context, refuses_wrong_arguments)
{
    struct model_builder builder;
    sluice_router *router = make_router(&builder);
    sluice_context *context = (sluice_context *)&builder;
    cr_expect(sluice_context_new(&context, NULL, NULL) == SLUICE_ERR_ARGUMENT);
    cr_expect(context == NULL);
    sluice_context_options options = {0};
    context = (sluice_context *)&builder;
    cr_expect(sluice_context_new(&context, router, &options) == SLUICE_ERR_ARGUMENT);
    cr_expect(context == NULL);
    sluice_context_free(NULL);
    sluice_router_release(router);
    model_builder_free(&builder);
}

Test(context, draws_by_seed_and_stream)
{
    struct model_builder builder;
    sluice_router *router = make_router(&builder);
    static const uint64_t seeds[][2] = {
        {1, 2},
        {1, 2},
        {1, 3},
        {2, 2}
    };
    uint64_t first[ROWS(seeds)];
    for (size_t i = 0; i < ROWS(seeds); i++) {
        sluice_context_options options;
        sluice_context_options_init(&options);
        options.seed = seeds[i][0];
        options.stream = seeds[i][1];
        sluice_context *context;
        cr_assert(sluice_context_new(&context, router, &options) == SLUICE_OK);
        first[i] = context->rng.state[0] ^ context->rng.state[1] ^ context->rng.increment[0];
        sluice_context_free(context);
    }
    cr_expect(first[0] == first[1]);
    cr_expect(first[0] != first[2] && first[0] != first[3]);
    sluice_router_release(router);
    model_builder_free(&builder);
}

Test(context, fails_whole_on_every_failed_allocation)
{
    struct model_builder builder;
    sluice_router *router = make_router(&builder);
    size_t sites = 0;
    for (;; sites++) {
        struct failing_alloc memory;
        failing_alloc_init(&memory, sites);
        sluice_context_options options;
        sluice_context_options_init(&options);
        options.allocator = &memory.allocator;
        sluice_context *context = (sluice_context *)&memory;
        sluice_status status = sluice_context_new(&context, router, &options);
        if (!memory.failed) {
            cr_assert(status == SLUICE_OK);
            sluice_context_free(context);
            cr_expect(failing_alloc_finish(&memory) == 0);
            break;
        }
        cr_assert(status == SLUICE_ERR_NOMEM && context == NULL, "allocation %zu", sites);
        cr_assert(failing_alloc_finish(&memory) == 0, "allocation %zu", sites);
        cr_assert(atomic_load(&router->references) == 1, "allocation %zu", sites);
    }
    cr_expect(sites >= 5);
    sluice_router_release(router);
    model_builder_free(&builder);
}

Test(scratch, gives_out_its_bytes_once)
{
    char bytes[10];
    struct scratch scratch = {.bytes = bytes, .capacity = sizeof(bytes)};
    cr_expect(scratch_take(&scratch, 4) == bytes);
    cr_expect(scratch_take(&scratch, 6) == bytes + 4);
    cr_expect(scratch_take(&scratch, 0) == bytes + 10);
    cr_expect(!scratch.overflow);
    cr_expect(scratch_take(&scratch, 1) == NULL);
    cr_expect(scratch.overflow && scratch.used == 10);
}

Test(scratch, refuses_absurd_lengths)
{
    char bytes[10];
    struct scratch scratch = {.bytes = bytes, .capacity = sizeof(bytes), .used = 3};
    cr_expect(scratch_take(&scratch, SIZE_MAX) == NULL);
    cr_expect(scratch_take(&scratch, SIZE_MAX - 2) == NULL);
    cr_expect(scratch.overflow && scratch.used == 3);
}

Test(scratch, joins_all_or_nothing)
{
    char bytes[8];
    struct scratch scratch = {.bytes = bytes, .capacity = sizeof(bytes)};
    sluice_str parts[] = {
        STR("ab"), {NULL, 0},
         STR("c")
    };
    cr_expect(str_equal(scratch_concat(&scratch, parts, 3), STR("abc")));
    cr_expect(scratch.used == 3);
    sluice_str large[] = {STR("1234"), STR("56")};
    sluice_str joined = scratch_concat(&scratch, large, 2);
    cr_expect(joined.ptr == NULL && joined.len == 0 && scratch.overflow);
    cr_expect(str_equal(str_make(bytes, 3), STR("abc")));
}
