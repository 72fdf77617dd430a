/* router/index: long lists. That the index finds what a scan finds is plain/index_oracle.c. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "router/build_index.h"
#include "router/index_text.h"
#include "router/match.h"
#include "support/failing_alloc.h"
#include "support/model_builder.h"

enum { PATHS = 20, VALUES = 30 };

/* A few paths times many header values, and nested prefixes: large buckets and a chain. */
static void
add_rules(struct model_builder *builder, struct model_route_list *routes)
{
    struct model_action *action = model_builder_forward(builder, "a");
    for (size_t i = 0; i < PATHS * VALUES; i++) {
        char path[32], value[32];
        snprintf(path, sizeof(path), "/p%zu", i / VALUES);
        snprintf(value, sizeof(value), "v%zu", i % VALUES);
        struct model_predicate both[] = {
            model_builder_text(MODEL_PATH, MODEL_EXACT, "", ""),
            model_builder_text(MODEL_HEADER, MODEL_EXACT, "x", ""),
        };
        both[0].matcher.value = model_builder_dup(builder, path);
        both[1].matcher.value = model_builder_dup(builder, value);
        model_builder_rule(builder, routes, action, both, 2);
    }
    static const char *const prefixes[] = {"/n/a/b/c", "/n/a/b", "/n/a", "/n"};
    for (size_t i = 0; i < 4; i++) {
        struct model_predicate p = model_builder_text(MODEL_PATH, MODEL_PREFIX, "", prefixes[i]);
        model_builder_rule(builder, routes, action, &p, 1);
    }
}

static const struct rule *
find(sluice_context *context, const char *path, const char *x)
{
    const sluice_field header = {STR("x"), sluice_str_of(x)};
    sluice_request request = {
        .path = sluice_str_of(path), .headers = &header, .header_count = x ? 1 : 0};
    struct view view;
    view_init(&view, context, &request);
    return match_first(&view, list_at(context->router, 0));
}

static sluice_router *
compile(struct model_builder *builder, sluice_status *status)
{
    struct model_route_list *routes = model_builder_routes(builder);
    add_rules(builder, routes);
    model_builder_host(builder, model_builder_mesh(builder), "*", routes);
    return model_builder_compile(builder, status);
}

Test(index, divides_a_large_bucket_by_another_literal)
{
    struct model_builder builder;
    model_builder_init(&builder);
    sluice_router *router = compile(&builder, NULL);
    sluice_context *context;
    cr_assert(router && sluice_context_new(&context, router, NULL) == SLUICE_OK);
    cr_expect(list_at(router, 0)->index == 1);
    const struct index *index = &router->indexes[0];
    bool divided = false;
    for (uint32_t i = 0; i < index->size; i++) {
        divided |= ref_kind(index->slots[i].ref) == REF_INDEX;
    }
    cr_expect(divided);
    cr_expect(find(context, "/p3", "v7") == &list_rules(list_at(router, 0))[3 * VALUES + 7]);
    cr_expect(find(context, "/p3", "v99") == NULL);
    cr_expect(find(context, "/p3", NULL) == NULL);
    cr_expect(find(context, "/p21", "v7") == NULL);
    sluice_context_free(context);
    sluice_router_release(router);
    model_builder_free(&builder);
}

Test(index, finds_the_longest_prefix_and_its_parents)
{
    struct model_builder builder;
    model_builder_init(&builder);
    sluice_router *router = compile(&builder, NULL);
    sluice_context *context;
    cr_assert(router && sluice_context_new(&context, router, NULL) == SLUICE_OK);
    const struct rule *first = &list_rules(list_at(router, 0))[PATHS * VALUES];
    cr_expect(find(context, "/n/a/b/c/d", NULL) == first);
    cr_expect(find(context, "/n/a/b/", NULL) == first + 1);
    cr_expect(find(context, "/n/ab", NULL) == first + 2);
    cr_expect(find(context, "/nothing", NULL) == first + 3);
    cr_expect(find(context, "/", NULL) == NULL);
    sluice_context_free(context);
    sluice_router_release(router);
    model_builder_free(&builder);
}

/* Texts of two letters, so that many of a length share their beginnings, in no order. */
static sluice_str
two_letters(char *to, uint64_t *state, size_t most)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    size_t len = 1 + (size_t)(*state >> 33) % most;
    for (size_t i = 0; i < len; i++) {
        to[i] = "ab"[*state >> (7 + i % 50) & 1];
    }
    return str_make(to, len);
}

/* Prefixes are linked a batch of one length at a time; a scan is the oracle. */
Test(index, finds_prefixes_that_share_their_beginnings)
{
    enum { PREFIXES = 2000, MOST = 24, ASKED = 4000 };
    static char texts[PREFIXES][MOST];
    static sluice_str prefixes[PREFIXES];
    uint64_t state = 7;
    struct model_builder builder;
    model_builder_init(&builder);
    struct model_route_list *routes = model_builder_routes(&builder);
    struct model_action *action = model_builder_forward(&builder, "a");
    for (size_t i = 0; i < PREFIXES; i++) {
        prefixes[i] = two_letters(texts[i], &state, i % 3 ? MOST : 8);
        struct model_predicate p = model_builder_text(MODEL_PATH, MODEL_PREFIX, "", "");
        p.matcher.value = prefixes[i];
        model_builder_rule(&builder, routes, action, &p, 1);
    }
    model_builder_host(&builder, model_builder_mesh(&builder), "*", routes);
    sluice_router *router = model_builder_compile(&builder, NULL);
    sluice_context *context;
    cr_assert(router && sluice_context_new(&context, router, NULL) == SLUICE_OK);
    for (size_t i = 0; i < ASKED; i++) {
        char path[2 * MOST + 1];
        sluice_str asked = two_letters(path, &state, 2 * MOST);
        size_t first = 0;
        while (first < PREFIXES && !str_starts_with(asked, prefixes[first])) {
            first++;
        }
        path[asked.len] = '\0';
        const struct rule *want = first < PREFIXES ? &list_rules(list_at(router, 0))[first] : NULL;
        cr_expect(find(context, path, NULL) == want, "%s", path);
    }
    sluice_context_free(context);
    sluice_router_release(router);
    model_builder_free(&builder);
}

/* Insertion, which is stable. */
static void
sort_slowly(uint64_t *items, size_t count, unsigned from)
{
    for (size_t i = 1; i < count; i++) {
        uint64_t item = items[i];
        size_t at = i;
        for (; at > 0 && items[at - 1] >> from > item >> from; at--) {
            items[at] = items[at - 1];
        }
        items[at] = item;
    }
}

Test(index, sorts_by_the_upper_bits_and_keeps_the_order_of_equals)
{
    enum { MOST = 300 };
    static const uint64_t masks[] = {UINT64_MAX, 0x3, UINT64_C(0x0100001f00000fff), 0};
    uint64_t items[MOST], spare[MOST], want[MOST], seed = 1;
    for (size_t count = 0; count <= MOST; count += count < 4 ? 1 : 37) {
        for (size_t k = 0; k < 8; k++) {
            unsigned from = k % 2 ? 32 : 0;
            for (size_t i = 0; i < count; i++) {
                seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
                items[i] = want[i] = (seed ^ seed >> 29) & masks[k / 2];
            }
            sort_slowly(want, count, from);
            const uint64_t *got = index_sort(items, spare, count, from);
            cr_expect(count == 0 || memcmp(got, want, count * sizeof(*got)) == 0,
                      "%zu items, mask %zu, from %u", count, k / 2, from);
        }
    }
}

/* A scan would not ask for the header of rules whose path is another one. What the index joined of
 * it must not be missing in the list that is asked next. */
Test(index, gives_back_what_it_took_of_the_scratch)
{
    enum { RULES = HALVED_LIST + 1 };
    static const sluice_field headers[] = {
        {STR_INIT("x"), STR_INIT("a value of twenty")},
        {STR_INIT("x"), STR_INIT("and then another") },
        {STR_INIT("y"), STR_INIT("of sixteen bytes") },
        {STR_INIT("y"), STR_INIT("each")             },
    };
    struct model_builder builder;
    model_builder_init(&builder);
    struct model_route_list *first = model_builder_routes(&builder);
    struct model_route_list *second = model_builder_routes(&builder);
    const struct model_action *action = model_builder_forward(&builder, "a");
    for (size_t i = 0; i < RULES; i++) {
        char value[32];
        snprintf(value, sizeof(value), "v%zu", i);
        struct model_predicate both[] = {
            model_builder_text(MODEL_PATH, MODEL_PREFIX, "", "/a"),
            model_builder_text(MODEL_HEADER, MODEL_EXACT, "x", ""),
        };
        both[1].matcher.value = model_builder_dup(&builder, value);
        model_builder_rule(&builder, first, action, both, 2);
    }
    struct model_predicate joined =
        model_builder_text(MODEL_HEADER, MODEL_EXACT, "y", "of sixteen bytes,each");
    model_builder_rule(&builder, second, action, &joined, 1)->line = 7;
    first->next = second;
    model_builder_host(&builder, model_builder_mesh(&builder), "*", first);
    sluice_router *router = model_builder_compile(&builder, NULL);
    sluice_context_options options;
    sluice_context_options_init(&options);
    options.scratch_bytes = 40; /* one of the two fits */
    sluice_context *context;
    cr_assert(router && sluice_context_new(&context, router, &options) == SLUICE_OK);
    cr_assert(list_at(router, 0)->index != 0);
    sluice_decision decision;
    sluice_request request = {.path = STR("/b"), .headers = headers, .header_count = 4};
    cr_expect(sluice_route(context, &request, &decision) == SLUICE_FORWARD);
    cr_expect(decision.matched && decision.matched->line == 7);
    sluice_context_free(context);
    sluice_router_release(router);
    model_builder_free(&builder);
}

Test(index, leaves_nothing_behind_when_memory_runs_out)
{
    sluice_status status = SLUICE_ERR_NOMEM;
    size_t sites = 0;
    for (; status != SLUICE_OK; sites++) {
        struct failing_alloc memory;
        struct model_builder builder;
        failing_alloc_init(&memory, sites);
        model_builder_init(&builder);
        builder.settings.alloc = &memory.allocator;
        sluice_router *router = compile(&builder, &status);
        cr_expect((router != NULL) == (status == SLUICE_OK), "allocation %zu", sites);
        cr_assert(status == SLUICE_OK || status == SLUICE_ERR_NOMEM);
        sluice_router_release(router);
        model_builder_free(&builder);
        cr_assert(failing_alloc_finish(&memory) == 0, "allocation %zu", sites);
    }
    cr_expect(sites > 30, "only %zu allocations", sites);
}

Test(index, allocates_nothing_for_a_decision)
{
    struct failing_alloc memory;
    struct model_builder builder;
    failing_alloc_init(&memory, FAILING_ALLOC_NEVER);
    model_builder_init(&builder);
    builder.settings.alloc = &memory.allocator;
    sluice_router *router = compile(&builder, NULL);
    sluice_context *context;
    cr_assert(router && sluice_context_new(&context, router, NULL) == SLUICE_OK);
    size_t calls = memory.calls;
    for (size_t i = 0; i < 100; i++) {
        sluice_decision decision;
        const sluice_field header = {STR("x"), STR("v7")};
        sluice_request request = {
            .path = i % 2 ? STR("/p3") : STR("/n/a/b/c"), .headers = &header, .header_count = 1};
        cr_expect(sluice_route(context, &request, &decision) == SLUICE_FORWARD);
    }
    cr_expect(memory.calls == calls);
    sluice_context_free(context);
    sluice_router_release(router);
    model_builder_free(&builder);
    cr_expect(failing_alloc_finish(&memory) == 0);
}

/* ---- two texts with one hash ---- */

enum { TEXT_LEN = 9, TEXTS = 1 << 20 };

struct hashed {
    uint64_t hash;
    uint32_t number;
};

static void
write_text(char *out, uint32_t number)
{
    snprintf(out, TEXT_LEN + 1, "/%08x", (unsigned)number);
}

static int
by_tag(const void *a, const void *b)
{
    uint64_t x = ((const struct hashed *)a)->hash, y = ((const struct hashed *)b)->hash;
    return (x > y) - (x < y);
}

/* Texts of equal tags (the high half of the hash), whose places in any small table are close. */
static bool
find_pair(char *x, char *y)
{
    struct hash_keys keys = text_hash_keys(0);
    struct hashed *all = malloc(TEXTS * sizeof(*all));
    cr_assert(all);
    for (uint32_t i = 0; i < TEXTS; i++) {
        struct index_text text;
        write_text(x, i);
        index_text_init(&text, &keys, index_dimension_id(SUBJECT_PATH, false), 0,
                        str_make(x, TEXT_LEN));
        all[i] = (struct hashed){index_text_hash(&text, TEXT_LEN, KEY_PREFIX), i};
    }
    qsort(all, TEXTS, sizeof(*all), by_tag);
    bool found = false;
    for (size_t i = 1; i < TEXTS && !found; i++) {
        uint64_t difference = all[i].hash ^ all[i - 1].hash;
        found = difference >> 32 == 0 && (uint32_t)difference >> 27 == 0;
        write_text(x, all[i - 1].number);
        write_text(y, all[i].number);
    }
    free(all);
    return found;
}

/* A hash that collides leads to the wrong place first, and no further. */
Test(index, tells_texts_of_one_hash_apart, .timeout = 120)
{
    static char x[TEXT_LEN + 1], y[TEXT_LEN + 1];
    cr_assert(find_pair(x, y), "no two texts have one hash");
    for (int filed = 0; filed < 3; filed++) { /* x, y, both */
        struct model_builder builder;
        model_builder_init(&builder);
        struct model_route_list *routes = model_builder_routes(&builder);
        struct model_predicate p[] = {model_builder_text(MODEL_PATH, MODEL_PREFIX, "", x),
                                      model_builder_text(MODEL_PATH, MODEL_PREFIX, "", y)};
        struct model_action *action = model_builder_forward(&builder, "a");
        for (int i = 0; i < 2; i++) {
            bool own = filed == 2 || filed == i;
            if (own) model_builder_rule(&builder, routes, action, &p[i], 1);
        }
        uint32_t count = (uint32_t)routes->count;
        add_rules(&builder, routes);
        model_builder_host(&builder, model_builder_mesh(&builder), "*", routes);
        sluice_router *router = model_builder_compile(&builder, NULL);
        sluice_context *context;
        cr_assert(router && sluice_context_new(&context, router, NULL) == SLUICE_OK);
        const struct rule *of_x = find(context, x, NULL), *of_y = find(context, y, NULL);
        cr_expect(of_x == (filed != 1 ? list_rule(list_at(router, 0), 0) : NULL), "filed %d",
                  filed);
        cr_expect(of_y == (filed != 0 ? list_rule(list_at(router, 0), count - 1) : NULL),
                  "filed %d", filed);
        sluice_context_free(context);
        sluice_router_release(router);
        model_builder_free(&builder);
    }
}
