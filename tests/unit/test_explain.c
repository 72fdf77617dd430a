/* Explanations: the same decision, and the rules tried on the way to it. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "router/context.h"
#include "support/failing_alloc.h"
#include "support/route_fixture.h"

#define ROWS(rows) (sizeof(rows) / sizeof((rows)[0]))

static sluice_explanation *
explain(struct route_fixture *f, const sluice_request *request)
{
    sluice_explanation *explanation = NULL;
    cr_assert(eq(int, sluice_explain(&explanation, f->context, request, &f->decision), SLUICE_OK));
    return explanation;
}

Test(explain, decides_as_route_does)
{
    struct route_fixture a, b;
    struct route_fixture *both[] = {&a, &b};
    struct model_predicate regex = model_builder_text(MODEL_HEADER, MODEL_REGEX, "x", "a+");
    for (size_t i = 0; i < 2; i++) {
        route_fixture_init(both[i]);
        route_fixture_rule(both[i], model_builder_forward(&both[i]->builder, "x"), &regex, 1);
        route_fixture_rule(both[i], model_builder_forward(&both[i]->builder, "a 1, b 1, c 1"), NULL,
                           0);
        route_fixture_compile(both[i]);
    }
    for (int n = 0; n < 100; n++) {
        sluice_request request = {.authority = STR("h")};
        sluice_explanation *explanation = explain(&a, &request);
        cr_assert(eq(int, sluice_route(b.context, &request, &b.decision), a.decision.outcome));
        cr_assert(eq(sz, a.decision.split_index, b.decision.split_index));
        cr_assert(memcmp(&a.context->rng, &b.context->rng, sizeof(sluice_rng)) == 0);
        sluice_explanation_free(explanation);
    }
    route_fixture_free(&a);
    route_fixture_free(&b);
}

Test(explain, rules_in_order_to_the_first_that_holds)
{
    static const struct model_resource resource = {STR_INIT("VirtualService"), STR_INIT("ns"),
                                                   STR_INIT("vs")};
    struct route_fixture f;
    route_fixture_init(&f);
    struct model_predicate user =
        model_builder_text(MODEL_HEADER, MODEL_EXACT, "end-user", "jason");
    struct model_predicate path = model_builder_text(MODEL_PATH, MODEL_PREFIX, "", "/api");
    const struct model_action *action = model_builder_forward(&f.builder, "a 1, b 1");
    const struct model_predicate *predicates[] = {&user, &path, NULL, NULL};
    for (uint32_t i = 0; i < 4; i++) {
        struct model_rule *rule =
            model_builder_rule(&f.builder, f.routes, action, predicates[i], predicates[i] ? 1 : 0);
        rule->resource = &resource;
        rule->rule = i;
    }
    route_fixture_compile(&f);
    sluice_field header = {STR("End-User"), STR("tom")};
    sluice_request request = {.authority = STR("h"), .headers = &header, .header_count = 1};
    sluice_explanation *explanation = explain(&f, &request);
    cr_expect(route_fixture_is(sluice_explanation_virtual_host(explanation), "*"));
    cr_assert(eq(sz, sluice_explanation_count(explanation), 3), "the fourth was not looked at");
    const sluice_explain_step *step = sluice_explanation_get(explanation, 0);
    cr_expect(step->holds == false);
    cr_expect(route_fixture_is(step->predicate, "header end-user exact \"jason\""));
    cr_expect(route_fixture_is(step->actual, "\"tom\""));
    step = sluice_explanation_get(explanation, 1);
    cr_expect(step->holds == false);
    cr_expect(route_fixture_is(step->predicate, "path prefix \"/api\""));
    cr_expect(route_fixture_is(step->actual, "\"/\""));
    cr_expect(step->rule->rule == 1 && route_fixture_is(step->rule->name, "vs"));
    step = sluice_explanation_get(explanation, 2);
    cr_expect(step->holds && step->predicate.len == 0 && step->actual.len == 0);
    cr_expect(sluice_explanation_get(explanation, 3) == NULL);
    /* The explanation keeps what it says when everything else is gone. */
    route_fixture_free(&f);
    cr_expect(route_fixture_is(sluice_explanation_virtual_host(explanation), "*"));
    cr_expect(route_fixture_is(step->rule->space, "ns"));
    sluice_explanation_free(explanation);
}

Test(explain, goes_on_through_the_lists_that_follow)
{
    struct route_fixture f;
    route_fixture_init(&f);
    struct model_route_list *empty = model_builder_routes(&f.builder);
    struct model_route_list *last = model_builder_routes(&f.builder);
    const struct model_action *action = model_builder_forward(&f.builder, "a");
    struct model_predicate path = model_builder_text(MODEL_PATH, MODEL_EXACT, "", "/x");
    model_builder_rule(&f.builder, f.routes, action, &path, 1)->rule = 4;
    model_builder_rule(&f.builder, last, action, &path, 1)->rule = 5;
    model_builder_rule(&f.builder, last, action, NULL, 0)->rule = 6;
    f.routes->next = empty;
    empty->next = last;
    route_fixture_compile(&f);
    sluice_request request = {.path = STR("/y")};
    sluice_explanation *explanation = explain(&f, &request);
    cr_assert(eq(sz, sluice_explanation_count(explanation), 3));
    for (uint32_t i = 0; i < 3; i++) {
        const sluice_explain_step *step = sluice_explanation_get(explanation, i);
        cr_expect(eq(u32, step->rule->rule, 4 + i));
        cr_expect(step->holds == (i == 2));
    }
    sluice_explanation_free(explanation);
    request.path = STR("/x");
    explanation = explain(&f, &request);
    cr_expect(eq(sz, sluice_explanation_count(explanation), 1));
    sluice_explanation_free(explanation);
    route_fixture_free(&f);
}

Test(explain, no_host_no_steps)
{
    struct route_fixture f;
    route_fixture_init(&f);
    route_fixture_one(&f, model_builder_forward(&f.builder, "a"), NULL, 0);
    sluice_request request = {.gateway = STR("ns/gw")};
    sluice_explanation *explanation = explain(&f, &request);
    cr_expect(eq(int, f.decision.outcome, SLUICE_NOT_FOUND));
    cr_expect(eq(sz, sluice_explanation_count(explanation), 0));
    cr_expect(eq(sz, sluice_explanation_virtual_host(explanation).len, 0));
    cr_expect(sluice_explanation_get(explanation, 0) == NULL);
    sluice_explanation_free(explanation);
    sluice_explanation_free(NULL);
    route_fixture_free(&f);
}

struct text_row {
    int line;
    struct model_predicate predicate;
    const char *predicate_text, *actual;
};

#define TEXT(op_, value_) .matcher = {.op = op_, .value = STR_INIT(value_)}

static const struct model_cidr ten = {
    {[10] = 255, 255, 10, 0, 0, 0},
    104
};
static const struct model_cidr documentation = {
    {0x20, 1, 0xd, 0xb8},
    32
};

static const struct text_row texts[] = {
    {__LINE__,
     {.subject = MODEL_HEADER, .name = STR_INIT("x"), TEXT(MODEL_PRESENT, "")},
     "header x present",                                                                                                  "absent"                },
    {__LINE__,
     {.subject = MODEL_HEADER,
      .name = STR_INIT("b"),
      .negate = true,
      TEXT(MODEL_EXACT, "\x01\xff\"\\")},
     "not header b exact \"\\x01\\xff\\\"\\\\\"",                                                                         "\"\\x01\\xff\\\"\\\\\""},
    {__LINE__,
     {.subject = MODEL_PATH,
      .matcher = {MODEL_EXACT, .ignore_case = true, .value = STR_INIT("/A")}},
     "path exact \"/A\", ignoring case",                                                                                  "\"/p\""                },
    {__LINE__,
     {.subject = MODEL_RAW_PATH, TEXT(MODEL_EXACT, "/")},
     "header :path exact \"/\"",                                                                                          "\"/p?q=1\""            },
    {__LINE__,
     {.subject = MODEL_PATH, TEXT(MODEL_SEGMENT_PREFIX, "/a")},
     "path segment prefix \"/a\"",                                                                                        "\"/p\""                },
    {__LINE__,
     {.subject = MODEL_METHOD, TEXT(MODEL_REGEX, "PU.")},
     "method regex \"PU.\"",                                                                                              "\"GET\""               },
    {__LINE__,
     {.subject = MODEL_SCHEME, TEXT(MODEL_EXACT, "https")},
     "scheme exact \"https\"",                                                                                            "\"http\""              },
    {__LINE__,
     {.subject = MODEL_AUTHORITY, TEXT(MODEL_SUFFIX, ".com")},
     "authority suffix \".com\"",                                                                                         "\"h:1\""               },
    {__LINE__,
     {.subject = MODEL_AUTHORITY,
      .matcher = {MODEL_AFFIX, .value = STR_INIT("a."), .suffix = STR_INIT(".c")}},
     "authority prefix \"a.\" and suffix \".c\"",                                                                         "\"h:1\""               },
    {__LINE__,
     {.subject = MODEL_QUERY, .name = STR_INIT("q"), TEXT(MODEL_EXACT, "2")},
     "query parameter q exact \"2\"",                                                                                     "\"1\""                 },
    {__LINE__,
     {.subject = MODEL_QUERY_DECODED, .name = STR_INIT("a b"), TEXT(MODEL_EXACT, "2")},
     "query parameter \"a b\" exact \"2\"",                                                                               "absent"                },
    {__LINE__,
     {.subject = MODEL_PORT, .matcher = {.op = MODEL_EXACT, .number = 8080}},
     "port 8080",                                                                                                         "80"                    },
    {__LINE__,
     {.subject = MODEL_PROTOCOL, .matcher = {.op = MODEL_EXACT, .number = 1}},
     "protocol grpc",                                                                                                     "http"                  },
    {__LINE__,
     {.subject = MODEL_SOURCE_NAMESPACE, TEXT(MODEL_EXACT, "ns")},
     "source namespace exact \"ns\"",                                                                                     "\"default\""           },
    {__LINE__,
     {.subject = MODEL_SOURCE_LABEL, .name = STR_INIT("app"), TEXT(MODEL_EXACT, "x")},
     "source label app exact \"x\"",                                                                                      "absent"                },
    {__LINE__,
     {.subject = MODEL_SOURCE_IP, .matcher = {.op = MODEL_CIDR, .cidr = &ten}},
     "source address in 10.0.0.0/8",                                                                                      "\"192.168.0.1\""       },
    {__LINE__,
     {.subject = MODEL_DESTINATION_IP, .matcher = {.op = MODEL_CIDR, .cidr = &documentation}},
     "destination address in 2001:db8:0:0:0:0:0:0/32",                                                                    "absent"                },
    {__LINE__, {.subject = MODEL_SNI, TEXT(MODEL_EXACT, "s")},                                 "server name exact \"s\"", "absent"                },
    {__LINE__,
     {.subject = MODEL_CLAIM, .name = STR_INIT("sub"), TEXT(MODEL_EXACT, "me")},
     "claim sub exact \"me\"",                                                                                            "absent"                },
    {__LINE__,
     {.subject = MODEL_GRPC_SERVICE, TEXT(MODEL_EXACT, "s")},
     "gRPC service exact \"s\"",                                                                                          "absent"                },
    {__LINE__,
     {.subject = MODEL_GRPC_METHOD, TEXT(MODEL_EXACT, "m")},
     "gRPC method exact \"m\"",                                                                                           "absent"                },
};

Test(explain, predicates_as_text)
{
    for (size_t i = 0; i < ROWS(texts); i++) {
        struct route_fixture f;
        route_fixture_init(&f);
        route_fixture_one(&f, model_builder_forward(&f.builder, "a"), &texts[i].predicate, 1);
        sluice_field header = {STR("B"), STR("\x01\xff\"\\")};
        sluice_request request = {.authority = STR("h:1"),
                                  .path = STR("/p?q=1"),
                                  .headers = &header,
                                  .header_count = 1,
                                  .source_ip = STR("192.168.0.1")};
        sluice_explanation *explanation = explain(&f, &request);
        const sluice_explain_step *step = sluice_explanation_get(explanation, 0);
        cr_expect(route_fixture_is(step->predicate, texts[i].predicate_text), "line %d: %s",
                  texts[i].line, route_fixture_text(step->predicate));
        cr_expect(route_fixture_is(step->actual, texts[i].actual), "line %d: %s", texts[i].line,
                  route_fixture_text(step->actual));
        sluice_explanation_free(explanation);
        route_fixture_free(&f);
    }
}

Test(explain, long_values_are_cut)
{
    char value[1000];
    memset(value, 'v', sizeof(value));
    struct route_fixture f;
    route_fixture_init(&f);
    struct model_predicate x = model_builder_text(MODEL_HEADER, MODEL_EXACT, "x", "1");
    route_fixture_one(&f, model_builder_forward(&f.builder, "a"), &x, 1);
    sluice_field header = {
        STR("x"), {value, sizeof(value)}
    };
    sluice_request request = {.headers = &header, .header_count = 1};
    sluice_explanation *explanation = explain(&f, &request);
    sluice_str actual = sluice_explanation_get(explanation, 0)->actual;
    cr_expect(eq(sz, actual.len, 205));
    cr_expect(str_ends_with(actual, STR("v\"...")));
    sluice_explanation_free(explanation);
    route_fixture_free(&f);
}

Test(explain, every_allocation_may_fail)
{
    struct model_predicate predicates[ROWS(texts)];
    for (size_t i = 0; i < ROWS(texts); i++) {
        predicates[i] = texts[i].predicate;
    }
    size_t k = 0;
    for (bool failed = true; failed; k++) {
        struct failing_alloc memory;
        struct route_fixture f;
        failing_alloc_init(&memory, FAILING_ALLOC_NEVER);
        route_fixture_init(&f);
        f.options.allocator = &memory.allocator;
        for (size_t i = 0; i < ROWS(texts); i++) {
            route_fixture_rule(&f, model_builder_forward(&f.builder, "a 1, b 1"), &predicates[i],
                               1);
        }
        route_fixture_compile(&f);
        sluice_rng before = f.context->rng;
        memory.fail_at = memory.calls + k;
        sluice_explanation *explanation = (void *)&memory;
        sluice_request request = {.authority = STR("h")};
        f.decision.status = 12345;
        sluice_status status = sluice_explain(&explanation, f.context, &request, &f.decision);
        failed = memory.failed;
        cr_assert(eq(int, status, failed ? SLUICE_ERR_NOMEM : SLUICE_OK), "allocation %zu", k);
        if (failed) {
            cr_expect(explanation == NULL && f.decision.status == 12345, "allocation %zu", k);
            cr_expect(memcmp(&before, &f.context->rng, sizeof(before)) == 0);
        }
        sluice_explanation_free(explanation);
        route_fixture_free(&f);
        cr_expect(eq(sz, failing_alloc_finish(&memory), 0), "allocation %zu", k);
    }
    cr_expect(k > 1);
}
