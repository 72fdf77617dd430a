/* Which entry of a split a request gets, and by which key: docs/sticky.md, docs/rules.md,
 * "Destinations". */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "engine/pcg.h"
#include "router/context.h"
#include "support/route_fixture.h"

#define ROWS(rows) (sizeof(rows) / sizeof((rows)[0]))

static size_t
pick(struct route_fixture *f, const sluice_request *request)
{
    sluice_route(f->context, request, &f->decision);
    return f->decision.split_index;
}

static bool
drew_nothing(const sluice_context *context, const sluice_rng *before)
{
    return memcmp(&context->rng, before, sizeof(*before)) == 0;
}

Test(pick, random_follows_the_weights_with_one_draw)
{
    struct route_fixture f;
    const sluice_request request = {0};
    size_t count[3] = {0};
    route_fixture_init(&f);
    route_fixture_one(&f, model_builder_forward(&f.builder, "a 90, b 0, c 10"), NULL, 0);
    for (int i = 0; i < 20000; i++) {
        sluice_rng expected = f.context->rng;
        pcg_next(&expected);
        count[pick(&f, &request)]++;
        cr_assert(drew_nothing(f.context, &expected));
    }
    cr_expect(eq(sz, count[1], 0));
    cr_expect(count[0] > 17830 && count[0] < 18170, "%zu of 18000, 4 sigma", count[0]);
    cr_expect(eq(int, f.decision.pick, SLUICE_PICK_RANDOM));
    cr_expect(eq(sz, f.decision.split_count, 3), "weight 0 is shown");
    cr_expect(eq(u64, f.decision.split_total, 100));
    cr_expect(eq(int, f.decision.sticky.by, SLUICE_STICKY_NONE));
    route_fixture_free(&f);
}

Test(pick, equal_seeds_give_equal_picks)
{
    struct route_fixture a, b;
    const sluice_request request = {0};
    route_fixture_init(&a);
    route_fixture_init(&b);
    a.options.seed = b.options.seed = 7;
    route_fixture_one(&a, model_builder_forward(&a.builder, "a 1, b 1, c 5"), NULL, 0);
    route_fixture_one(&b, model_builder_forward(&b.builder, "a 1, b 1, c 5"), NULL, 0);
    for (int i = 0; i < 100; i++) {
        cr_assert(eq(sz, pick(&a, &request), pick(&b, &request)));
    }
    route_fixture_free(&a);
    route_fixture_free(&b);
}

Test(pick, one_usable_destination_draws_nothing)
{
    static const struct {
        int line;
        const char *split;
        size_t want;
    } rows[] = {
        {__LINE__, "a 100",         0},
        {__LINE__, "a 0",           0}, /* alone: its weight does not count */
        {__LINE__, "a 0, b 100",    1},
        {__LINE__, "a 0, b 1, c 0", 1},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct route_fixture f;
        const sluice_request request = {0};
        route_fixture_init(&f);
        route_fixture_one(&f, model_builder_forward(&f.builder, rows[i].split), NULL, 0);
        sluice_rng before = f.context->rng;
        cr_expect(eq(sz, pick(&f, &request), rows[i].want), "line %d", rows[i].line);
        cr_expect(eq(int, f.decision.outcome, SLUICE_FORWARD), "line %d", rows[i].line);
        cr_expect(eq(int, f.decision.pick, SLUICE_PICK_ONLY), "line %d", rows[i].line);
        cr_expect(f.decision.destination == f.decision.split[rows[i].want].destination);
        cr_expect(drew_nothing(f.context, &before), "line %d", rows[i].line);
        route_fixture_free(&f);
    }
}

/* With one way to go there is nothing to pick, and all is said of it that is said of others. */
Test(pick, the_only_destination_is_described_like_others)
{
    static const uint32_t ports[] = {0, 9080};
    for (size_t i = 0; i < ROWS(ports); i++) {
        struct route_fixture f;
        route_fixture_init(&f);
        struct model_action *action = model_builder_forward(&f.builder, "a 70");
        struct model_destination destination = *action->split.entries[0].destination;
        sluice_retry_policy retry = {.attempts = 3};
        destination.port = ports[i];
        struct model_split_entry *entry = (void *)(uintptr_t)action->split.entries;
        entry->destination = &destination;
        action->retry = &retry;
        route_fixture_one(&f, action, NULL, 0);
        cr_expect(eq(sz, pick(&f, &(sluice_request){.port = 81}), 0));
        cr_expect(eq(u32, f.decision.port, ports[i] ? ports[i] : 81));
        cr_expect(eq(u64, f.decision.split_total, 70));
        cr_expect(eq(sz, f.decision.split_count, 1));
        cr_assert(f.decision.split && f.decision.retry);
        cr_expect(f.decision.destination == f.decision.split->destination);
        cr_expect(eq(u32, f.decision.split->weight, 70));
        cr_expect(eq(u32, f.decision.retry->attempts, 3));
        cr_expect(eq(int, f.decision.sticky.by, SLUICE_STICKY_NONE));
        pick(&f, &(sluice_request){.sticky_key = STR("k")});
        cr_expect(eq(int, f.decision.sticky.by, SLUICE_STICKY_KEY));
        cr_expect(f.decision.sticky.hit && f.decision.split_total == 70);
        route_fixture_free(&f);
    }
}

Test(pick, nothing_usable_is_unavailable)
{
    static const struct {
        int line;
        const char *split;
        uint32_t status;
        sluice_protocol protocol;
        int32_t grpc;
        size_t count;
    } rows[] = {
        {__LINE__, "",         500, SLUICE_PROTOCOL_HTTP, -1, 0},
        {__LINE__, "",         503, SLUICE_PROTOCOL_GRPC, 14, 0},
        {__LINE__, "a 0, b 0", 500, SLUICE_PROTOCOL_GRPC, 14, 2},
        {__LINE__, "a 0, b 0", 503, SLUICE_PROTOCOL_HTTP, -1, 2},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct route_fixture f;
        route_fixture_init(&f);
        struct model_action *action = model_builder_forward(&f.builder, rows[i].split);
        action->split.empty_status = rows[i].status;
        route_fixture_one(&f, action, NULL, 0);
        pick(&f, &(sluice_request){.protocol = rows[i].protocol});
        cr_expect(eq(int, f.decision.outcome, SLUICE_UNAVAILABLE), "line %d", rows[i].line);
        cr_expect(eq(u32, f.decision.status, rows[i].status), "line %d", rows[i].line);
        cr_expect(eq(i32, f.decision.grpc_status, rows[i].grpc), "line %d", rows[i].line);
        cr_expect(f.decision.destination == NULL && f.decision.port == 0);
        cr_expect(eq(sz, f.decision.split_count, rows[i].count), "line %d", rows[i].line);
        route_fixture_free(&f);
    }
}

Test(pick, an_entry_alone_may_need_a_weight)
{
    static const struct {
        int line;
        bool weigh_alone;
        const char *split;
        sluice_outcome want;
    } rows[] = {
        {__LINE__, false, "a 0", SLUICE_FORWARD    },
        {__LINE__, true,  "a 0", SLUICE_UNAVAILABLE},
        {__LINE__, true,  "a 5", SLUICE_FORWARD    },
    };
    struct route_fixture f; /* one router: the splits differ in nothing else */
    route_fixture_init(&f);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct model_action *action = model_builder_forward(&f.builder, rows[i].split);
        action->split.weigh_alone = rows[i].weigh_alone;
        action->split.empty_status = 500;
        struct model_predicate port = model_builder_number(MODEL_PORT, (uint32_t)i + 1);
        route_fixture_rule(&f, action, &port, 1);
    }
    route_fixture_compile(&f);
    for (size_t i = 0; i < ROWS(rows); i++) {
        pick(&f, &(sluice_request){.port = (uint32_t)i + 1});
        cr_expect(eq(int, f.decision.outcome, rows[i].want), "line %d", rows[i].line);
        cr_expect(eq(sz, f.decision.split_count, 1), "line %d", rows[i].line);
    }
    route_fixture_free(&f);
}

Test(pick, the_share_of_an_invalid_entry_is_unavailable)
{
    struct route_fixture f;
    const sluice_request request = {0};
    size_t unavailable = 0;
    route_fixture_init(&f);
    struct model_action *action = model_builder_forward(&f.builder, "a 3, b 1");
    struct model_split_entry *entries = (void *)(uintptr_t)action->split.entries;
    sluice_header_op set = {SLUICE_HEADER_SET, STR("x"), STR("1")};
    action->request_ops = entries[0].request_ops = (struct model_header_ops){&set, 1};
    action->timeout_ns = 5;
    entries[1].invalid = true;
    entries[1].invalid_status = 503;
    route_fixture_one(&f, action, NULL, 0);
    for (int i = 0; i < 4000; i++) {
        size_t index = pick(&f, &request);
        cr_assert(eq(int, f.decision.outcome, index ? SLUICE_UNAVAILABLE : SLUICE_FORWARD));
        unavailable += index;
        if (!index) continue;
        cr_assert(eq(u32, f.decision.status, 503));
        cr_assert(f.decision.destination == NULL && f.decision.request_header_count == 0);
        cr_assert(eq(i64, f.decision.timeout_ns, SLUICE_NO_DURATION));
    }
    cr_expect(unavailable > 890 && unavailable < 1110, "%zu of 1000, 4 sigma", unavailable);
    cr_expect(f.decision.split[1].invalid && !f.decision.split[0].invalid);
    route_fixture_free(&f);
}

Test(pick, even_never_strays)
{
    struct route_fixture f;
    const sluice_request request = {0};
    size_t canary = 0;
    route_fixture_init(&f);
    struct model_action *action = model_builder_forward(&f.builder, "a 90, b 10");
    action->split.pick = MODEL_PICK_EVEN;
    route_fixture_one(&f, action, NULL, 0);
    sluice_rng before = f.context->rng;
    for (size_t n = 1; n <= 1000; n++) {
        canary += pick(&f, &request);
        cr_assert(canary * 10 < n + 10 && canary * 10 + 10 > n, "after %zu: %zu", n, canary);
    }
    cr_expect(eq(sz, canary, 100));
    cr_expect(eq(int, f.decision.pick, SLUICE_PICK_EVEN));
    cr_expect(drew_nothing(f.context, &before));
    route_fixture_free(&f);
}

/* ---- sticky ---- */

static struct model_action *
sticky_action(struct route_fixture *f, const char *split, const struct model_sticky_key *keys,
              size_t count)
{
    struct model_action *action = model_builder_forward(&f->builder, split);
    action->split.pick = MODEL_PICK_STICKY;
    action->split.keys = keys;
    action->split.key_count = count;
    return action;
}

static size_t
expected_index(const char *key)
{
    static const sluice_split_entry entries[] = {
        {STR_INIT("a"), 50},
        {STR_INIT("b"), 50},
    };
    struct model_builder builder;
    struct sticky sticky;
    model_builder_init(&builder);
    cr_assert(
        sticky_build(&sticky, &builder.arena, &builder.arena, STR("default/test"), entries, 2));
    size_t index = sticky_pick(&sticky, sluice_str_of(key));
    model_builder_free(&builder);
    return index;
}

Test(pick, sticky_takes_the_first_key_that_is_present)
{
    static const struct model_sticky_key keys[] = {
        {MODEL_STICKY_COOKIE,    STR_INIT("uid"),    {NULL, 0}, SLUICE_NO_DURATION},
        {MODEL_STICKY_HEADER,    STR_INIT("x-user"), {NULL, 0}, SLUICE_NO_DURATION},
        {MODEL_STICKY_QUERY,     STR_INIT("u"),      {NULL, 0}, SLUICE_NO_DURATION},
        {MODEL_STICKY_SOURCE_IP, {NULL, 0},          {NULL, 0}, SLUICE_NO_DURATION},
    };
    static const struct {
        int line;
        const char *caller, *cookie, *header, *path, *ip;
        sluice_sticky_by by;
        const char *name, *key;
        bool hit;
    } rows[] = {
        {__LINE__, "c", "uid=k",                "h",  "/?u=q",    "1.1.1.1", SLUICE_STICKY_KEY,       "",       "c",       true },
        {__LINE__, "",  "uid=k1",               "h",  "/?u=q",    "1.1.1.1", SLUICE_STICKY_COOKIE,    "uid",    "k1",      true },
        {__LINE__, "",  "a=1; uid=\"k2\"; b=2", "h",  "/",        "",        SLUICE_STICKY_COOKIE,    "uid",    "k2",
         true                                                                                                                   },
        {__LINE__, "",  "uid=",                 "h1", "/?u=q",    "",        SLUICE_STICKY_HEADER,    "x-user", "h1",      true },
        {__LINE__, "",  "xuid=k",               "h2", "/?u=q",    "",        SLUICE_STICKY_HEADER,    "x-user", "h2",      true },
        {__LINE__, "",  "",                     "",   "/?u=q%20", "1.1.1.1", SLUICE_STICKY_QUERY,     "u",      "q%20",    true },
        {__LINE__, "",  "",                     "",   "/?u=",     "1.1.1.1", SLUICE_STICKY_SOURCE_IP, "",       "1.1.1.1", true },
        {__LINE__, "",  "",                     "",   "/",        "",        SLUICE_STICKY_COOKIE,    "uid",    NULL,      false},
    };
    struct route_fixture f;
    route_fixture_init(&f);
    route_fixture_one(&f, sticky_action(&f, "a 50, b 50", keys, 4), NULL, 0);
    for (size_t i = 0; i < ROWS(rows); i++) {
        const sluice_field headers[] = {
            {STR("Cookie"), sluice_str_of(rows[i].cookie)},
            {STR("X-User"), sluice_str_of(rows[i].header)},
        };
        size_t index = pick(&f, &(sluice_request){.path = sluice_str_of(rows[i].path),
                                                  .headers = headers,
                                                  .header_count = 2,
                                                  .source_ip = sluice_str_of(rows[i].ip),
                                                  .sticky_key = sluice_str_of(rows[i].caller)});
        cr_expect(eq(int, f.decision.sticky.by, rows[i].by), "line %d", rows[i].line);
        cr_expect(route_fixture_is(f.decision.sticky.name, rows[i].name), "line %d", rows[i].line);
        cr_expect(eq(int, f.decision.sticky.hit, rows[i].hit), "line %d", rows[i].line);
        cr_expect(eq(sz, f.decision.sticky.set_cookie.len, 0), "line %d", rows[i].line);
        cr_expect(eq(int, f.decision.pick, rows[i].hit ? SLUICE_PICK_STICKY : SLUICE_PICK_RANDOM),
                  "line %d", rows[i].line);
        if (rows[i].key) {
            cr_expect(eq(sz, index, expected_index(rows[i].key)), "line %d", rows[i].line);
        }
    }
    route_fixture_free(&f);
}

Test(pick, a_callers_key_makes_any_split_sticky)
{
    static const enum model_pick picks[] = {MODEL_PICK_RANDOM, MODEL_PICK_EVEN, MODEL_PICK_STICKY};
    for (size_t i = 0; i < ROWS(picks); i++) {
        struct route_fixture f;
        route_fixture_init(&f);
        struct model_action *action = model_builder_forward(&f.builder, "a 50, b 50");
        action->split.pick = picks[i];
        route_fixture_one(&f, action, NULL, 0);
        sluice_rng before = f.context->rng;
        for (int n = 0; n < 50; n++) {
            char key[8] = {'k', (char)('0' + n % 10), (char)('0' + n / 10)};
            cr_assert(eq(sz, pick(&f, &(sluice_request){.sticky_key = sluice_str_of(key)}),
                         expected_index(key)));
            cr_assert(eq(int, f.decision.sticky.by, SLUICE_STICKY_KEY));
            cr_assert(f.decision.sticky.hit);
        }
        cr_expect(drew_nothing(f.context, &before));
        route_fixture_free(&f);
    }
}

/* The value between "uid=" and the first semicolon. */
static sluice_str
cookie_value(sluice_str set_cookie)
{
    sluice_str rest = str_skip(set_cookie, 4);
    return str_first(rest, str_find(rest, ';'));
}

Test(pick, a_cookie_with_a_ttl_is_made_and_picked_by)
{
    static const struct {
        int line;
        int64_t ttl_ns;
        const char *path, *tail;
    } rows[] = {
        {__LINE__, INT64_C(3600000000000), "/",  "; Max-Age=3600; Path=/; HttpOnly"},
        {__LINE__, INT64_C(1999999999),    "",   "; Max-Age=1; HttpOnly"           },
        {__LINE__, INT64_C(500000000),     "/a", "; Path=/a; HttpOnly"             },
        {__LINE__, 0,                      "",   "; HttpOnly"                      },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct route_fixture f;
        struct model_sticky_key key = {MODEL_STICKY_COOKIE, STR("uid"), sluice_str_of(rows[i].path),
                                       rows[i].ttl_ns};
        route_fixture_init(&f);
        route_fixture_one(&f, sticky_action(&f, "a 50, b 50", &key, 1), NULL, 0);
        size_t first = pick(&f, &(sluice_request){0});
        sluice_sticky sticky = f.decision.sticky;
        cr_expect(sticky.by == SLUICE_STICKY_COOKIE && !sticky.hit);
        cr_expect(eq(int, f.decision.pick, SLUICE_PICK_STICKY));
        cr_assert(str_starts_with(sticky.set_cookie, STR("uid=")), "line %d", rows[i].line);
        sluice_str value = cookie_value(sticky.set_cookie);
        cr_assert(eq(sz, value.len, 16), "line %d", rows[i].line);
        for (size_t k = 0; k < 16; k++) {
            cr_expect(memchr("0123456789abcdef", value.ptr[k], 16) != NULL);
        }
        cr_expect(route_fixture_is(str_skip(sticky.set_cookie, 4 + 16), rows[i].tail),
                  "line %d: %s", rows[i].line, route_fixture_text(sticky.set_cookie));
        char line[64];
        snprintf(line, sizeof(line), "uid=%s", route_fixture_text(value));
        sluice_field header = {STR("cookie"), sluice_str_of(line)};
        for (int n = 0; n < 10; n++) {
            sluice_request again = {.headers = &header, .header_count = 1};
            cr_expect(eq(sz, pick(&f, &again), first), "the client stays");
            cr_expect(f.decision.sticky.hit && f.decision.sticky.set_cookie.len == 0);
        }
        route_fixture_free(&f);
    }
}

Test(pick, a_cookie_is_made_before_the_ramp_begins)
{
    static const char *const splits[] = {"a 100, b 0", "a 100"};
    struct model_sticky_key keys[] = {
        {MODEL_STICKY_HEADER, STR("x"),   STR(""), SLUICE_NO_DURATION},
        {MODEL_STICKY_COOKIE, STR("uid"), STR(""), 0                 },
    };
    for (size_t i = 0; i < ROWS(splits); i++) {
        struct route_fixture f;
        route_fixture_init(&f);
        route_fixture_one(&f, sticky_action(&f, splits[i], keys, 2), NULL, 0);
        cr_expect(eq(sz, pick(&f, &(sluice_request){0}), 0));
        cr_expect(eq(int, f.decision.pick, SLUICE_PICK_ONLY));
        cr_expect(eq(int, f.decision.sticky.by, SLUICE_STICKY_COOKIE), "%s", splits[i]);
        cr_expect(eq(sz, f.decision.sticky.set_cookie.len, 4 + 16 + 10));
        sluice_field header = {STR("x"), STR("k")};
        pick(&f, &(sluice_request){.headers = &header, .header_count = 1});
        cr_expect(f.decision.sticky.hit && f.decision.sticky.set_cookie.len == 0);
        cr_expect(eq(int, f.decision.sticky.by, SLUICE_STICKY_HEADER));
        route_fixture_free(&f);
    }
}

Test(pick, a_cookie_that_does_not_fit_is_unavailable)
{
    for (size_t room = 1; room < 60; room++) {
        struct route_fixture f;
        struct model_sticky_key key = {MODEL_STICKY_COOKIE, STR("uid"), STR("/"),
                                       INT64_C(3600000000000)};
        route_fixture_init(&f);
        f.options.scratch_bytes = room;
        route_fixture_one(&f, sticky_action(&f, "a 50, b 50", &key, 1), NULL, 0);
        pick(&f, &(sluice_request){0});
        /* 16 value + 4 age + 52 text */
        cr_expect(eq(int, f.decision.outcome, SLUICE_UNAVAILABLE), "%zu bytes", room);
        cr_expect(eq(sz, f.decision.sticky.set_cookie.len, 0));
        route_fixture_free(&f);
    }
}
