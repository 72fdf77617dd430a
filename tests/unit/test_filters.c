/* router/match_first: what a short list passes over by its filters, against a scan of its rules. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "router/hosts.h"
#include "router/match.h"
#include "support/model_builder.h"
#include "support/rows.h"

static uint64_t
next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

enum { LONGEST = 64 };

/* Most have `common` before some letters, of which there are few, so that many paths begin alike; a
 * NUL too. */
static sluice_str
random_path(uint64_t *state, sluice_str common, char bytes[LONGEST])
{
    static const char letters[] = {'a', 'b', 'A', '/', '\0', '?'};
    size_t len = next_random(state) % 8 ? common.len : next_random(state) % (common.len + 1);
    memcpy(bytes, common.ptr, len);
    for (size_t more = next_random(state) % 16; more > 0; more--) {
        bytes[len++] = next_random(state) % 4 ? '/' : letters[next_random(state) % 6];
    }
    return str_make(bytes, len);
}

static struct model_predicate
random_predicate(struct model_builder *builder, uint64_t *state, sluice_str common)
{
    static const char *const headers[] = {"x-a", "x-b", "x-c"};
    static const enum model_op ops[] = {MODEL_PREFIX, MODEL_EXACT, MODEL_SEGMENT_PREFIX,
                                        MODEL_SUFFIX};
    if (next_random(state) % 5 == 0) {
        return model_builder_text(MODEL_HEADER, MODEL_PRESENT, headers[next_random(state) % 3], "");
    }
    char *bytes = model_builder_take(builder, LONGEST, 1);
    struct model_predicate path = {.subject = MODEL_PATH};
    path.matcher.op = ops[next_random(state) % 4];
    path.matcher.ignore_case = next_random(state) % 4 == 0;
    path.matcher.value = random_path(state, common, bytes);
    path.negate = next_random(state) % 16 == 0;
    return path;
}

static void
add_rules(struct model_builder *builder, struct model_route_list *routes, size_t count,
          uint64_t *state, sluice_str common)
{
    const struct model_action *action = model_builder_forward(builder, "a");
    for (size_t i = 0; i < count; i++) {
        struct model_predicate predicates[2];
        size_t predicate_count = next_random(state) % 8 ? 1 + next_random(state) % 2 : 0;
        for (size_t k = 0; k < predicate_count; k++) {
            predicates[k] = random_predicate(builder, state, common);
        }
        model_builder_rule(builder, routes, action, predicates, predicate_count);
    }
}

static const struct rule *
scan(struct view *view, const struct route_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (!match_rule(view, list_rule(list, i))) return list_rule(list, i);
    }
    return NULL;
}

/* How many of the requests some rule decided. */
static size_t
expect_scan(sluice_router *router, uint64_t *state, sluice_str common)
{
    enum { REQUESTS = 200 };
    const struct route_list *list = list_at(router, 0);
    sluice_context *context;
    size_t decided = 0;
    cr_assert(sluice_context_new(&context, router, NULL) == SLUICE_OK);
    for (size_t i = 0; i < REQUESTS; i++) {
        static const sluice_field headers[] = {
            {STR_INIT("x-a"), STR_INIT("1")},
            {STR_INIT("x-b"), STR_INIT("1")},
        };
        char bytes[LONGEST];
        sluice_request request = {.path = random_path(state, common, bytes), .headers = headers};
        request.header_count = next_random(state) % 3;
        struct view view;
        view_init(&view, context, &request);
        const struct rule *want = scan(&view, list);
        view_init(&view, context, &request);
        cr_assert(match_first(&view, list) == want, "request %zu", i);
        decided += want != NULL;
    }
    sluice_context_free(context);
    return decided;
}

static const struct route_list *
find_list(const sluice_router *router, const char *host)
{
    sluice_str domain;
    const struct host_table *table = &router->mesh_listener[FAMILY_HTTP]->hosts;
    return list_at(router, hosts_find(router, table, sluice_str_of(host), &domain));
}

/* Of lists of every length there is, and one rule more; with more kinds of masks than groups. */
Test(filters, find_the_rule_that_a_scan_finds)
{
    static const sluice_str common[] = {STR_INIT("/"), STR_INIT("/api/v1/"), STR_INIT("/aAa/a/a"),
                                        STR_INIT("/ab/ab/ab/ab/ab/ab/ab/ab/ab")};
    uint64_t state = 7;
    size_t full = 0, moved = 0, decided = 0;
    for (size_t round = 0; round < 24 * (SHORT_LIST + 2); round++) {
        struct model_builder builder;
        model_builder_init(&builder);
        struct model_route_list *routes = model_builder_routes(&builder);
        size_t count = round % (SHORT_LIST + 2);
        add_rules(&builder, routes, count, &state, common[round % ROWS(common)]);
        model_builder_host(&builder, model_builder_mesh(&builder), "*", routes);
        sluice_router *router = model_builder_compile(&builder, NULL);
        cr_assert(router);
        const struct route_list *list = list_at(router, 0);
        cr_expect(list->index == 0 && (list->next != NO_ROUTES) == (count > SHORT_LIST));
        cr_expect(list->group_count <= FILTER_GROUPS);
        full += list->group_count == FILTER_GROUPS;
        moved += list->window > 1;
        decided += expect_scan(router, &state, common[round % ROWS(common)]);
        sluice_router_release(router);
        model_builder_free(&builder);
    }
    cr_expect(full > 100 && moved > 10 && decided > 10000, "%zu %zu %zu", full, moved, decided);
}

/* Of rules a few more than a short list has, the rest is a second list; behind them comes what the
 * model says. */
Test(filters, of_more_rules_are_two_lists)
{
    static const size_t counts[] = {SHORT_LIST, SHORT_LIST + 1, HALVED_LIST, HALVED_LIST + 1};
    for (size_t round = 0; round < ROWS(counts); round++) {
        const size_t count = counts[round];
        struct model_builder builder;
        model_builder_init(&builder);
        struct model_route_list *routes = model_builder_routes(&builder);
        struct model_route_list *behind = model_builder_routes(&builder);
        const struct model_action *action = model_builder_forward(&builder, "a");
        char paths[HALVED_LIST + 2][24];
        for (size_t i = 0; i <= count; i++) {
            snprintf(paths[i], sizeof(paths[i]), "/r%zu", i);
            struct model_predicate path = model_builder_text(MODEL_PATH, MODEL_EXACT, "", paths[i]);
            struct model_route_list *list = i < count ? routes : behind;
            model_builder_rule(&builder, list, action, &path, 1)->line = (uint32_t)i + 1;
        }
        routes->next = behind;
        struct model_listener *mesh = model_builder_mesh(&builder);
        model_builder_host(&builder, mesh, "a", routes);
        model_builder_host(&builder, mesh, "b", behind);
        model_builder_host(&builder, mesh, "c", routes);
        sluice_router *router = model_builder_compile(&builder, NULL);
        sluice_context *context;
        cr_assert(router && sluice_context_new(&context, router, NULL) == SLUICE_OK);
        cr_expect(sluice_router_rule_count(router) == count + 1);
        for (size_t i = 0; i <= count; i++) {
            sluice_request request = {.authority = STR("c"), .path = sluice_str_of(paths[i])};
            sluice_decision decision;
            cr_assert(sluice_route(context, &request, &decision) == SLUICE_FORWARD);
            cr_expect(decision.matched->line == i + 1, "rule %zu of %zu", i, count);
            request.authority = STR("b");
            sluice_outcome outcome = sluice_route(context, &request, &decision);
            cr_expect((outcome == SLUICE_FORWARD) == (i == count), "rule %zu of %zu", i, count);
        }
        const struct route_list *list = find_list(router, "a");
        cr_expect((list->index != 0) == (count > HALVED_LIST), "%zu", count);
        cr_expect(list->index || list->count == SHORT_LIST, "%zu", count);
        sluice_context_free(context);
        sluice_router_release(router);
        model_builder_free(&builder);
    }
}

/* Paths of every length that is compared in some way of its own, with one byte changed. */
Test(filters, let_no_byte_of_a_path_pass_unseen)
{
    enum { RULES = FEW_RULES + 1, LONG = 70 };
    static const enum model_op ops[] = {MODEL_EXACT, MODEL_PREFIX};
    for (size_t round = 0; round < 2 * LONG; round++) {
        size_t len = 1 + round / 2;
        char bytes[LONG + 1] = "/", lines[RULES][8];
        for (size_t i = 1; i < len; i++) {
            bytes[i] = (char)('a' + i % 26);
        }
        struct model_builder builder;
        model_builder_init(&builder);
        struct model_route_list *routes = model_builder_routes(&builder);
        for (size_t i = 0; i < RULES; i++) {
            snprintf(lines[i], sizeof(lines[i]), "other%zu", i);
            struct model_predicate path =
                model_builder_text(MODEL_PATH, ops[round % 2], "", i == 0 ? bytes : lines[i]);
            model_builder_rule(&builder, routes, model_builder_forward(&builder, "a"), &path, 1);
        }
        model_builder_host(&builder, model_builder_mesh(&builder), "*", routes);
        sluice_router *router = model_builder_compile(&builder, NULL);
        sluice_context *context;
        cr_assert(router && sluice_context_new(&context, router, NULL) == SLUICE_OK);
        const struct route_list *list = list_at(router, 0);
        cr_assert(list->group_count > 0);
        for (size_t changed = 0; changed <= len; changed++) {
            char asked[LONG + 1];
            memcpy(asked, bytes, sizeof(asked));
            if (changed < len) asked[changed] ^= 1;
            struct view view;
            sluice_request request = {.path = str_make(asked, len)};
            view_init(&view, context, &request);
            cr_assert((match_first(&view, list) != NULL) == (changed == len), "%zu of %zu", changed,
                      len);
        }
        sluice_context_free(context);
        sluice_router_release(router);
        model_builder_free(&builder);
    }
}

/* What the filter looks at begins behind what all paths have in common, but for the short ones. */
Test(filters, look_behind_a_common_prefix)
{
    static const char *const paths[] = {"/api/v1/users", "/api/v1/orders", "/api/v1/items", "/"};
    struct model_builder builder;
    model_builder_init(&builder);
    struct model_route_list *routes = model_builder_routes(&builder);
    for (size_t i = 0; i < ROWS(paths); i++) {
        struct model_predicate path = model_builder_text(MODEL_PATH, MODEL_PREFIX, "", paths[i]);
        model_builder_rule(&builder, routes, model_builder_forward(&builder, "a"), &path, 1);
    }
    model_builder_host(&builder, model_builder_mesh(&builder), "*", routes);
    sluice_router *router = model_builder_compile(&builder, NULL);
    cr_assert(router);
    const struct route_list *list = list_at(router, 0);
    cr_expect(list->window == strlen("/api/v1/"));
    static const struct {
        sluice_str path;
        int rule; /* -1: none */
    } rows[] = {
        {STR_INIT("/api/v1/users/7"), 0 },
        {STR_INIT("/api/v1/items"),   2 },
        {STR_INIT("/api/v2/users"),   3 },
        {STR_INIT("/api/v1/"),        3 },
        {STR_INIT("/"),               3 },
        {STR_INIT("api/v1/users"),    -1}, /* not even the short one begins so */
    };
    sluice_context *context;
    cr_assert(sluice_context_new(&context, router, NULL) == SLUICE_OK);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct view view;
        sluice_request request = {.path = rows[i].path};
        view_init(&view, context, &request);
        const struct rule *rule = match_first(&view, list);
        cr_expect((rule ? (int)rule->origin.rule : -1) == rows[i].rule, "%zu", i);
    }
    sluice_context_free(context);
    sluice_router_release(router);
    model_builder_free(&builder);
}

/* A rule is reached by sixteen bits: where they do not suffice for so few rules, the list has an
 * index. */
Test(filters, of_rules_too_large_for_a_short_list)
{
    enum { RULES = 8, HEADERS = 1000 };
    struct model_builder builder;
    model_builder_init(&builder);
    struct model_route_list *routes = model_builder_routes(&builder);
    struct model_predicate predicates[HEADERS + 1];
    for (size_t i = 0; i < HEADERS; i++) {
        predicates[i] = model_builder_text(MODEL_HEADER, MODEL_EXACT, "x",
                                           "a value that is nearly as long as a near text may be");
    }
    for (size_t i = 0; i < RULES; i++) {
        char path[8];
        snprintf(path, sizeof(path), "/%zu", i);
        predicates[HEADERS] = model_builder_text(MODEL_PATH, MODEL_EXACT, "", "");
        predicates[HEADERS].matcher.value = model_builder_dup(&builder, path);
        model_builder_rule(&builder, routes, model_builder_forward(&builder, "a"), predicates,
                           HEADERS + 1);
    }
    model_builder_host(&builder, model_builder_mesh(&builder), "*", routes);
    sluice_router *router = model_builder_compile(&builder, NULL);
    sluice_context *context;
    cr_assert(router && sluice_context_new(&context, router, NULL) == SLUICE_OK);
    cr_expect(list_at(router, 0)->index != 0);
    sluice_field header = {STR("x"), predicates[0].matcher.value};
    sluice_request request = {.path = STR("/6"), .headers = &header, .header_count = 1};
    sluice_decision decision;
    cr_expect(sluice_route(context, &request, &decision) == SLUICE_FORWARD);
    cr_expect(decision.matched->rule == 6);
    sluice_context_free(context);
    sluice_router_release(router);
    model_builder_free(&builder);
}
