/* router/live, router/move: publishing, following, and when memory runs out. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "router/live.h"
#include "support/live_fixture.h"

/* Made with the fixture's allocator, so that it is missed when it is not freed. */
static sluice_router *
router_to(struct live_fixture *f, const char *host)
{
    return live_fixture_to(&f->routers.allocator, host);
}

static bool
goes_to(struct live_fixture *f, const char *host)
{
    return str_equal(live_fixture_host(f, "/"), sluice_str_of(host));
}

Test(live, decisions_come_from_the_router_published_last)
{
    struct live_fixture f;
    live_fixture_init(&f);
    live_fixture_start(&f, router_to(&f, "a"));
    cr_expect(goes_to(&f, "a"));
    live_fixture_publish(&f, router_to(&f, "b"));
    cr_expect(goes_to(&f, "b"));
    live_fixture_publish(&f, router_to(&f, "c"));
    live_fixture_publish(&f, router_to(&f, "d"));
    cr_expect(goes_to(&f, "d"));
    cr_expect(goes_to(&f, "d"));
    cr_expect(eq(sz, live_fixture_finish(&f), 0));
}

Test(live, a_context_of_a_router_follows_nothing)
{
    struct live_fixture f;
    live_fixture_init(&f);
    sluice_router *first = router_to(&f, "a");
    sluice_context *fixed;
    cr_assert(sluice_context_new(&fixed, first, NULL) == SLUICE_OK);
    live_fixture_start(&f, first);
    live_fixture_publish(&f, router_to(&f, "b"));
    cr_expect(goes_to(&f, "b"));
    sluice_decision decision;
    const sluice_request request = {0};
    sluice_route(fixed, &request, &decision);
    cr_expect(str_equal(decision.destination->host, STR("a")));
    cr_expect(sluice_context_refresh(fixed) == SLUICE_OK);
    cr_expect(sluice_context_router_get(fixed) == first);
    sluice_context_free(fixed);
    cr_expect(eq(sz, live_fixture_finish(&f), 0));
}

Test(live, an_old_router_is_freed_when_its_last_context_moves_on)
{
    struct live_fixture f;
    live_fixture_init(&f);
    live_fixture_start(&f, router_to(&f, "a"));
    sluice_context *idle;
    cr_assert(sluice_context_new_live(&idle, f.live, &f.options) == SLUICE_OK);
    size_t one = f.routers.live - 1; /* blocks of a router; the live is one more */
    live_fixture_publish(&f, router_to(&f, "b"));
    cr_expect(goes_to(&f, "b"));
    cr_expect(eq(sz, f.routers.live, 2 * one + 1), "the idle context holds the old one");
    cr_expect(sluice_context_refresh(idle) == SLUICE_OK);
    cr_expect(eq(sz, f.routers.live, one + 1));
    cr_expect(sluice_context_router_get(idle) == sluice_context_router_get(f.context));
    live_fixture_publish(&f, router_to(&f, "c"));
    cr_expect(goes_to(&f, "c"));
    sluice_context_free(idle); /* one that is freed lets go as well */
    cr_expect(eq(sz, f.routers.live, one + 1));
    cr_expect(eq(sz, live_fixture_finish(&f), 0));
}

Test(live, a_router_that_nobody_took_is_freed_by_the_next_publish)
{
    struct live_fixture f;
    live_fixture_init(&f);
    live_fixture_start(&f, router_to(&f, "a"));
    live_fixture_publish(&f, router_to(&f, "b"));
    size_t two = f.routers.live;
    live_fixture_publish(&f, router_to(&f, "c"));
    cr_expect(eq(sz, f.routers.live, two));
    cr_expect(eq(sz, live_fixture_finish(&f), 0));
}

Test(live, gives_the_current_router_with_a_reference)
{
    struct live_fixture f;
    live_fixture_init(&f);
    sluice_router *first = router_to(&f, "a");
    live_fixture_start(&f, first);
    sluice_router *current = sluice_live_router_retain(f.live);
    cr_expect(current == first);
    live_fixture_publish(&f, router_to(&f, "b"));
    cr_expect(goes_to(&f, "b"));
    cr_expect(eq(sz, sluice_router_rule_count(current), 1), "still alive");
    sluice_router_release(current);
    cr_expect(eq(sz, live_fixture_finish(&f), 0));
}

Test(live, publishing_the_current_router_changes_nothing)
{
    struct live_fixture f;
    live_fixture_init(&f);
    sluice_router *first = router_to(&f, "a");
    live_fixture_start(&f, first);
    cr_expect(eq(sz, atomic_load(&first->references), 2), "of the live and the context");
    size_t calls = f.contexts.calls;
    for (int i = 0; i < 3; i++) {
        cr_expect(sluice_live_publish(f.live, first) == SLUICE_OK);
        cr_expect(goes_to(&f, "a"));
    }
    cr_expect(eq(sz, atomic_load(&first->references), 2));
    cr_expect(eq(sz, f.contexts.calls, calls), "the context did not move");
    cr_expect(eq(sz, live_fixture_finish(&f), 0));
}

Test(live, a_router_may_come_back)
{
    struct live_fixture f;
    live_fixture_init(&f);
    sluice_router *first = sluice_router_retain(router_to(&f, "a"));
    live_fixture_start(&f, first);
    for (int i = 0; i < 3; i++) {
        live_fixture_publish(&f, router_to(&f, "b"));
        cr_expect(goes_to(&f, "b"));
        cr_expect(sluice_live_publish(f.live, first) == SLUICE_OK);
        cr_expect(goes_to(&f, "a"));
    }
    sluice_router_release(first);
    cr_expect(eq(sz, live_fixture_finish(&f), 0));
}

Test(live, refuses_wrong_arguments)
{
    struct live_fixture f;
    live_fixture_init(&f);
    sluice_live *live = (sluice_live *)&f;
    cr_expect(sluice_live_new(&live, NULL, NULL) == SLUICE_ERR_ARGUMENT);
    cr_expect(live == NULL);
    sluice_context *context = (sluice_context *)&f;
    cr_expect(sluice_context_new_live(&context, NULL, NULL) == SLUICE_ERR_ARGUMENT);
    cr_expect(context == NULL);
    live_fixture_start(&f, router_to(&f, "a"));
    cr_expect(sluice_live_publish(f.live, NULL) == SLUICE_ERR_ARGUMENT);
    cr_expect(goes_to(&f, "a"), "the old router stays");
    const sluice_context_options options = {0};
    cr_expect(sluice_context_new_live(&context, f.live, &options) == SLUICE_ERR_ARGUMENT);
    cr_expect(context == NULL);
    sluice_live_release(NULL);
    cr_expect(eq(sz, live_fixture_finish(&f), 0));
}

Test(live, may_be_released_before_its_contexts)
{
    struct live_fixture f;
    live_fixture_init(&f);
    live_fixture_start(&f, router_to(&f, "a"));
    live_fixture_publish(&f, router_to(&f, "b"));
    cr_expect(sluice_live_retain(f.live) == f.live);
    sluice_live_release(f.live);
    sluice_live_release(f.live);
    f.live = NULL;
    cr_expect(goes_to(&f, "b"), "by the router published last");
    cr_expect(sluice_context_refresh(f.context) == SLUICE_OK);
    cr_expect(eq(sz, live_fixture_finish(&f), 0));
}

Test(live, with_manual_refresh_only_refreshing_moves_a_context)
{
    struct live_fixture f;
    live_fixture_init(&f);
    f.options.manual_refresh = true;
    sluice_router *first = router_to(&f, "a");
    live_fixture_start(&f, first);
    live_fixture_publish(&f, router_to(&f, "b"));
    cr_expect(goes_to(&f, "a"));
    cr_expect(sluice_context_router_get(f.context) == first);
    cr_expect(sluice_context_refresh(f.context) == SLUICE_OK);
    cr_expect(goes_to(&f, "b"));
    cr_expect(eq(sz, live_fixture_finish(&f), 0));
}

Test(live, a_decision_outlives_a_publish_until_the_next_call)
{
    struct live_fixture f;
    live_fixture_init(&f);
    live_fixture_start(&f, router_to(&f, "a"));
    cr_expect(goes_to(&f, "a"));
    live_fixture_publish(&f, router_to(&f, "b"));
    cr_expect(str_equal(f.decision.destination->host, STR("a")));
    sluice_router *kept = sluice_router_retain(sluice_context_router_get(f.context));
    const sluice_destination *destination = f.decision.destination;
    cr_expect(goes_to(&f, "b"));
    cr_expect(str_equal(destination->host, STR("a")), "longer where the router is retained");
    sluice_router_release(kept);
    cr_expect(eq(sz, live_fixture_finish(&f), 0));
}

Test(live, an_explanation_tells_of_the_router_that_decides)
{
    struct live_fixture f;
    live_fixture_init(&f);
    live_fixture_start(&f, router_to(&f, "a"));
    const struct live_rule rules[] = {
        {.path = "/other", .split = "b", .pick = MODEL_PICK_RANDOM},
        {.path = "/",      .split = "c", .pick = MODEL_PICK_RANDOM},
    };
    live_fixture_publish(&f, live_fixture_router(&f.routers.allocator, rules, 2));
    sluice_explanation *explanation;
    const sluice_request request = {0};
    cr_assert(sluice_explain(&explanation, f.context, &request, &f.decision) == SLUICE_OK);
    cr_expect(eq(sz, sluice_explanation_count(explanation), 2));
    cr_expect(str_equal(f.decision.destination->host, STR("c")));
    sluice_explanation_free(explanation);
    cr_expect(eq(sz, live_fixture_finish(&f), 0));
}

Test(live, keeps_the_random_sequence_across_a_swap)
{
    const struct live_rule rule = {.path = "/", .split = "a 1, b 1", .pick = MODEL_PICK_RANDOM};
    struct live_fixture swapped, still;
    live_fixture_init(&swapped);
    live_fixture_init(&still);
    live_fixture_start(&swapped, live_fixture_router(NULL, &rule, 1));
    live_fixture_start(&still, live_fixture_router(NULL, &rule, 1));
    for (int i = 0; i < 100; i++) {
        live_fixture_publish(&swapped, live_fixture_router(NULL, &rule, 1));
        cr_assert(eq(sz, live_fixture_entry(&swapped, "/"), live_fixture_entry(&still, "/")));
    }
    cr_expect(eq(sz, live_fixture_finish(&swapped) + live_fixture_finish(&still), 0));
}

/* ---- memory ---- */

Test(live, is_not_made_when_memory_runs_out)
{
    struct failing_alloc memory;
    failing_alloc_init(&memory, 0);
    sluice_router *router = live_fixture_to(NULL, "a");
    sluice_live *live = (sluice_live *)&memory;
    cr_expect(sluice_live_new(&live, router, &memory.allocator) == SLUICE_ERR_NOMEM);
    cr_expect(live == NULL && failing_alloc_finish(&memory) == 0);
    cr_expect(eq(sz, atomic_load(&router->references), 1));
    sluice_router_release(router);
}

Test(live, publishing_allocates_nothing)
{
    struct live_fixture f;
    live_fixture_init(&f);
    live_fixture_start(&f, router_to(&f, "a"));
    sluice_router *next = router_to(&f, "b");
    size_t calls = f.routers.calls;
    live_fixture_publish(&f, next);
    cr_expect(eq(sz, f.routers.calls, calls));
    cr_expect(eq(sz, live_fixture_finish(&f), 0));
}

/* Whatever allocation of compile, publish and move fails: the old router serves, then the new. */
Test(live, the_old_router_serves_when_the_next_one_runs_out_of_memory)
{
    static const char rules[] =
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: x}\n"
        "spec: {hosts: [x], http: [{route: [{destination: {host: b}}]}]}\n";
    const sluice_source source = {
        STR("x"), {rules, sizeof(rules) - 1}
    };
    struct live_fixture f;
    live_fixture_init(&f);
    live_fixture_start(&f, router_to(&f, "a"));
    size_t sites = 0;
    for (bool served = false; !served; sites++) {
        struct failing_alloc memory;
        failing_alloc_init(&memory, sites);
        sluice_compile_options options;
        sluice_compile_options_init(&options);
        options.allocator = &memory.allocator;
        sluice_router *router;
        sluice_status status = sluice_compile(&router, &source, 1, &options, NULL);
        served = status == SLUICE_OK;
        cr_assert(served == !memory.failed, "allocation %zu", sites);
        if (served) {
            sluice_router_release(router);
        } else {
            cr_assert(sluice_live_publish(f.live, router) == SLUICE_ERR_ARGUMENT);
        }
        cr_assert(goes_to(&f, "a"), "allocation %zu", sites);
        cr_assert(eq(sz, failing_alloc_finish(&memory), 0), "allocation %zu", sites);
    }
    cr_expect(sites > 20);
    cr_expect(eq(sz, live_fixture_finish(&f), 0));
}

Test(live, a_context_that_cannot_move_serves_the_old_router)
{
    size_t sites = 0;
    for (;; sites++) {
        struct live_fixture f;
        live_fixture_init(&f);
        live_fixture_start(&f, router_to(&f, "a"));
        size_t before = f.contexts.live;
        live_fixture_publish(&f, router_to(&f, "b"));
        f.contexts.fail_at = f.contexts.calls + sites;
        sluice_status status = sluice_context_refresh(f.context);
        bool failed = f.contexts.failed;
        cr_assert(status == (failed ? SLUICE_ERR_NOMEM : SLUICE_OK), "allocation %zu", sites);
        cr_assert(goes_to(&f, failed ? "a" : "b"), "allocation %zu", sites);
        cr_assert(eq(sz, f.contexts.live, before), "allocation %zu", sites);
        cr_assert(sluice_context_refresh(f.context) == SLUICE_OK, "allocation %zu", sites);
        cr_assert(goes_to(&f, "b"), "allocation %zu", sites);
        cr_assert(eq(sz, live_fixture_finish(&f), 0), "allocation %zu", sites);
        if (!failed) break;
    }
    cr_expect(sites >= 4);
}

/* How many calls are answered by the old router until the context tries to move again. */
static size_t
calls_until_next_try(struct live_fixture *f)
{
    size_t tries = f->contexts.calls, calls = 0;
    do {
        cr_assert(goes_to(f, "a"));
        calls++;
    } while (f->contexts.calls == tries && calls < 5000);
    return calls;
}

Test(live, a_context_that_cannot_move_tries_again_ever_more_rarely)
{
    struct live_fixture f;
    live_fixture_init(&f);
    live_fixture_start(&f, router_to(&f, "a"));
    live_fixture_publish(&f, router_to(&f, "b"));
    f.contexts.fail_at = f.contexts.calls;
    f.contexts.fail_after = true;
    cr_expect(eq(sz, calls_until_next_try(&f), 1));
    for (size_t wait = 1; wait <= 4096; wait *= 2) {
        cr_expect(eq(sz, calls_until_next_try(&f), (wait < 1024 ? wait : 1024) + 1));
    }
    f.contexts.fail_after = false;
    size_t old = 0;
    while (!goes_to(&f, "b")) {
        old++;
    }
    cr_expect(eq(sz, old, 1024), "then it moves by itself");
    live_fixture_publish(&f, router_to(&f, "c"));
    cr_expect(goes_to(&f, "c"), "and is prompt again");
    cr_expect(eq(sz, live_fixture_finish(&f), 0));
}

Test(live, refreshing_does_not_wait)
{
    struct live_fixture f;
    live_fixture_init(&f);
    live_fixture_start(&f, router_to(&f, "a"));
    live_fixture_publish(&f, router_to(&f, "b"));
    f.contexts.fail_at = f.contexts.calls;
    f.contexts.fail_after = true;
    for (int i = 0; i < 100; i++) {
        cr_expect(goes_to(&f, "a"));
    }
    f.contexts.fail_after = false;
    cr_expect(sluice_context_refresh(f.context) == SLUICE_OK);
    cr_expect(goes_to(&f, "b"));
    cr_expect(eq(sz, live_fixture_finish(&f), 0));
}

Test(live, a_hundred_thousand_swaps_leave_memory_flat)
{
    struct live_fixture f;
    live_fixture_init(&f);
    live_fixture_start(&f, router_to(&f, "service-0"));
    size_t routers = f.routers.live_bytes, contexts = f.contexts.live_bytes, peak = 0;
    for (int i = 1; i <= 100000; i++) {
        char host[16];
        snprintf(host, sizeof(host), "service-%d", i % 10);
        live_fixture_publish(&f, router_to(&f, host));
        cr_assert(goes_to(&f, host), "swap %d", i);
        cr_assert(eq(sz, f.routers.live_bytes, routers), "swap %d: the old router is freed", i);
        cr_assert(eq(sz, f.contexts.live_bytes, contexts), "swap %d", i);
        if (i == 10) peak = f.routers.peak_bytes + f.contexts.peak_bytes;
    }
    cr_expect(eq(sz, f.routers.peak_bytes + f.contexts.peak_bytes, peak), "since ten swaps");
    cr_expect(eq(sz, live_fixture_finish(&f), 0));
}
