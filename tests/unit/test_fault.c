/* Faults, and fractions in general: docs/rules.md, "Fault". */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "engine/pcg.h"
#include "router/act.h"
#include "router/context.h"
#include "support/route_fixture.h"

#define ROWS(rows) (sizeof(rows) / sizeof((rows)[0]))

static void
setup(struct route_fixture *f, const sluice_fault *fault)
{
    route_fixture_init(f);
    struct model_action *action = model_builder_forward(&f->builder, "a 1, b 1");
    action->fault = fault;
    action->timeout_ns = 5;
    route_fixture_one(f, action, NULL, 0);
}

Test(fault, fractions_are_exact)
{
    static const struct {
        int line;
        sluice_fraction fraction;
        uint64_t draw;
        bool want;
    } rows[] = {
        {__LINE__, {0, 100},        0,                    false},
        {__LINE__, {1, 100},        0,                    true },
        {__LINE__, {1, 100},        1,                    false},
        {__LINE__, {1, 100},        100,                  true },
        {__LINE__, {5699, 1000000}, 5698,                 true },
        {__LINE__, {5699, 1000000}, 5699,                 false},
        {__LINE__, {100, 100},      UINT64_MAX,           true },
        {__LINE__, {1, UINT32_MAX}, (uint64_t)UINT32_MAX, true },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        cr_expect(eq(int, act_hits(rows[i].fraction, rows[i].draw), rows[i].want), "line %d",
                  rows[i].line);
    }
}

/* The outcome is what the draws say, in the order pick, delay, abort; certainties draw nothing. */
Test(fault, draws_for_delay_and_abort_apart)
{
    static const struct {
        int line;
        sluice_fraction delay, abort;
        int delay_draws, abort_draws;
    } rows[] = {
        {__LINE__, {0, 100},   {0, 100},   0, 0},
        {__LINE__, {100, 100}, {0, 100},   0, 0},
        {__LINE__, {50, 100},  {0, 100},   1, 0},
        {__LINE__, {0, 100},   {50, 100},  0, 1},
        {__LINE__, {30, 100},  {50, 100},  1, 1},
        {__LINE__, {30, 100},  {100, 100}, 1, 0},
    };
    const sluice_request request = {0};
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct route_fixture f;
        setup(&f, &(sluice_fault){.delay_present = true,
                                  .delay_ns = 7,
                                  .delay_fraction = rows[i].delay,
                                  .abort_present = true,
                                  .abort_status = 503,
                                  .abort_grpc_status = -1,
                                  .abort_fraction = rows[i].abort});
        for (int n = 0; n < 200; n++) {
            sluice_rng rng = f.context->rng;
            pcg_next(&rng); /* the split */
            bool delay = act_hits(rows[i].delay, rows[i].delay_draws ? pcg_next(&rng) : 0);
            bool abort = act_hits(rows[i].abort, rows[i].abort_draws ? pcg_next(&rng) : 0);
            sluice_outcome got = sluice_route(f.context, &request, &f.decision);
            cr_assert(eq(int, got, abort ? SLUICE_RESPOND : SLUICE_FORWARD), "line %d",
                      rows[i].line);
            cr_assert(f.decision.fault->delay_chosen == delay, "line %d", rows[i].line);
            cr_assert(f.decision.fault->abort_chosen == abort, "line %d", rows[i].line);
            cr_assert(memcmp(&rng, &f.context->rng, sizeof(rng)) == 0, "line %d", rows[i].line);
        }
        route_fixture_free(&f);
    }
}

Test(fault, an_abort_ends_the_request)
{
    static const struct {
        int line;
        sluice_protocol protocol;
        uint32_t http;
        int32_t grpc;
        uint32_t want_status;
        int32_t want_grpc;
    } rows[] = {
        {__LINE__, SLUICE_PROTOCOL_HTTP, 503, -1, 503, -1},
        {__LINE__, SLUICE_PROTOCOL_GRPC, 503, -1, 503, 14},
        {__LINE__, SLUICE_PROTOCOL_GRPC, 418, -1, 418, 2 },
        {__LINE__, SLUICE_PROTOCOL_GRPC, 0,   5,  200, 5 },
        {__LINE__, SLUICE_PROTOCOL_HTTP, 0,   0,  200, 0 },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct route_fixture f;
        setup(&f, &(sluice_fault){
                      .delay_present = true,
                      .delay_ns = 7,
                      .delay_fraction = {1, 1},
                      .abort_present = true,
                      .abort_status = rows[i].http,
                      .abort_grpc_status = rows[i].grpc,
                      .abort_fraction = {1, 1}
        });
        sluice_request request = {.protocol = rows[i].protocol};
        cr_expect(eq(int, sluice_route(f.context, &request, &f.decision), SLUICE_RESPOND));
        cr_expect(eq(u32, f.decision.status, rows[i].want_status), "line %d", rows[i].line);
        cr_expect(eq(i32, f.decision.grpc_status, rows[i].want_grpc), "line %d", rows[i].line);
        cr_expect(route_fixture_is(f.decision.body, "fault filter abort"));
        cr_expect(f.decision.fault->delay_chosen, "delay first, then abort");
        cr_expect(f.decision.destination == NULL && f.decision.retry == NULL);
        cr_expect(eq(i64, f.decision.timeout_ns, SLUICE_NO_DURATION));
        route_fixture_free(&f);
    }
}

Test(fault, nothing_present_nothing_chosen)
{
    struct route_fixture f;
    setup(&f, &(sluice_fault){
                  .delay_present = true, /* of no length */
                  .delay_fraction = {1, 1},
                  .abort_fraction = {1, 1},
                  .abort_grpc_status = -1
    });
    cr_expect(eq(int, route_fixture_get(&f, "h", "/"), SLUICE_FORWARD));
    cr_expect(f.decision.fault->delay_chosen == false);
    cr_expect(f.decision.fault->abort_chosen == false);
    route_fixture_free(&f);
}

/* Traps 40 and 88: an aborted preflight has no CORS headers. */
Test(fault, comes_before_cors)
{
    static const struct model_cors cors = {.any_origin = true, .preflight_status = 200};
    const sluice_field headers[] = {
        {STR("origin"),                        STR("http://x")},
        {STR("access-control-request-method"), STR("PUT")     },
    };
    const sluice_fault fault = {
        .abort_present = true,
        .abort_status = 503,
        .abort_grpc_status = -1,
        .abort_fraction = {100, 100}
    };
    struct route_fixture f;
    route_fixture_init(&f);
    struct model_action *action = model_builder_forward(&f.builder, "a");
    action->fault = &fault;
    action->cors = &cors;
    route_fixture_one(&f, action, NULL, 0);
    sluice_request request = {.method = STR("OPTIONS"), .headers = headers, .header_count = 2};
    cr_expect(eq(int, sluice_route(f.context, &request, &f.decision), SLUICE_RESPOND));
    cr_expect(eq(u32, f.decision.status, 503));
    cr_expect(f.decision.response_field_count == 0 && f.decision.cors_header_count == 0);
    route_fixture_free(&f);
}
