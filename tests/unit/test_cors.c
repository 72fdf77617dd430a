/* CORS: docs/rules.md, "CORS" and docs/gateway-api.md, "Filters". */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "support/route_fixture.h"

#define ROWS(rows) (sizeof(rows) / sizeof((rows)[0]))

static const struct model_matcher origins[] = {
    {.op = MODEL_EXACT,  .value = STR_INIT("https://a.example")},
    {.op = MODEL_PREFIX, .value = STR_INIT("http://b.")        },
    {.op = MODEL_AFFIX,  .value = STR_INIT("https://"),          .suffix = STR_INIT(".c.com")},
    {.op = MODEL_REGEX,                  .value = STR_INIT("https?://d[0-9]+")                                       },
};

static const struct model_cors full = {
    .origins = origins,
    .origin_count = ROWS(origins),
    .allow_methods = STR_INIT("GET,POST"),
    .allow_headers = STR_INIT("x-a,x-b"),
    .expose_headers = STR_INIT("x-e"),
    .max_age = STR_INIT("600"),
    .allow_credentials = true,
    .preflight_status = 200,
};

/* Everything that a rule has besides, to see that a preflight gets none of it. */
static void
setup(struct route_fixture *f, const struct model_cors *cors)
{
    route_fixture_init(f);
    struct model_action *action = model_builder_forward(&f->builder, "a");
    action->cors = cors;
    action->path = (struct model_path_edit){.mode = MODEL_PATH_FULL, .value = STR("/new")};
    route_fixture_one(f, action, NULL, 0);
}

/* NULL leaves a header out. */
static sluice_outcome
ask(struct route_fixture *f, const char *method, const char *origin, const char *asks_method,
    const char *asks_headers)
{
    sluice_field headers[3];
    size_t count = 0;
    if (origin) headers[count++] = (sluice_field){STR("Origin"), sluice_str_of(origin)};
    if (asks_method) {
        headers[count++] =
            (sluice_field){STR("Access-Control-Request-Method"), sluice_str_of(asks_method)};
    }
    if (asks_headers) {
        headers[count++] =
            (sluice_field){STR("Access-Control-Request-Headers"), sluice_str_of(asks_headers)};
    }
    sluice_request request = {
        .method = sluice_str_of(method), .headers = headers, .header_count = count};
    return sluice_route(f->context, &request, &f->decision);
}

/* "name=value" lines without their common beginning, in order. */
static const char *
lines(const sluice_field *fields, size_t count)
{
    static char text[1024];
    size_t at = 0;
    text[0] = 0;
    for (size_t i = 0; i < count; i++) {
        sluice_str name = str_skip(fields[i].name, sizeof("access-control-") - 1);
        at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%.*s=%.*s", i ? " " : "",
                               STR_ARG(name), STR_ARG(fields[i].value));
    }
    return text;
}

Test(cors, ordinary_requests_go_on_and_their_responses_get_headers)
{
    static const struct {
        int line;
        const char *method, *origin, *asks, *want;
    } rows[] = {
        {__LINE__, "GET",     "https://a.example", NULL,
         "allow-origin=https://a.example allow-credentials=true expose-headers=x-e"},
        {__LINE__, "OPTIONS", "http://b.x",        NULL,
         "allow-origin=http://b.x allow-credentials=true expose-headers=x-e"       },
        {__LINE__, "OPTIONS", "http://b.x",        "",
         "allow-origin=http://b.x allow-credentials=true expose-headers=x-e"       },
        {__LINE__, "GET",     "https://x.y.c.com", "GET",
         "allow-origin=https://x.y.c.com allow-credentials=true expose-headers=x-e"},
        {__LINE__, "GET",     "http://d12",        NULL,
         "allow-origin=http://d12 allow-credentials=true expose-headers=x-e"       },
        {__LINE__, "GET",     "https://.c.com",    NULL,  ""                       },
        {__LINE__, "GET",     "http://d",          NULL,  ""                       },
        {__LINE__, "GET",     "HTTPS://A.EXAMPLE", NULL,  ""                       },
        {__LINE__, "GET",     "",                  NULL,  ""                       },
        {__LINE__, "GET",     NULL,                NULL,  ""                       },
        {__LINE__, "OPTIONS", NULL,                "GET", ""                       },
        {__LINE__, "OPTIONS", "https://evil",      "GET", ""                       }, /* a foreign preflight goes upstream */
    };
    struct route_fixture f;
    setup(&f, &full);
    for (size_t i = 0; i < ROWS(rows); i++) {
        cr_expect(
            eq(int, ask(&f, rows[i].method, rows[i].origin, rows[i].asks, NULL), SLUICE_FORWARD),
            "line %d", rows[i].line);
        const char *got = lines(f.decision.cors_headers, f.decision.cors_header_count);
        cr_expect(eq(str, (char *)got, (char *)rows[i].want), "line %d", rows[i].line);
        cr_expect(route_fixture_is(f.decision.path, "/new"));
        cr_expect(eq(sz, f.decision.response_field_count, 0));
    }
    route_fixture_free(&f);
}

Test(cors, preflights_are_answered)
{
    struct model_cors wild = {.any_origin = true,
                              .any_method = true,
                              .any_header = true,
                              .expose_headers = STR("x-e"),
                              .expose_on_preflight = true,
                              .preflight_status = 204};
    struct model_cors bare = {.any_origin = true, .preflight_status = 200};
    const struct {
        int line;
        const struct model_cors *cors;
        const char *asks_headers, *want;
    } rows[] = {
        {__LINE__, &full, "x-z",
         "allow-origin=http://b.x allow-credentials=true allow-methods=GET,POST "
         "allow-headers=x-a,x-b max-age=600"                                                        },
        {__LINE__, &wild, "x-z, x-y",
         "allow-origin=http://b.x allow-methods=PUT allow-headers=x-z, x-y expose-headers=x-e"      },
        {__LINE__, &wild, NULL,       "allow-origin=http://b.x allow-methods=PUT expose-headers=x-e"},
        {__LINE__, &bare, "x-z",      "allow-origin=http://b.x"                                     },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct route_fixture f;
        setup(&f, rows[i].cors);
        cr_expect(
            eq(int, ask(&f, "OPTIONS", "http://b.x", "PUT", rows[i].asks_headers), SLUICE_RESPOND),
            "line %d", rows[i].line);
        cr_expect(eq(u32, f.decision.status, rows[i].cors->preflight_status));
        const char *got = lines(f.decision.response_fields, f.decision.response_field_count);
        cr_expect(eq(str, (char *)got, (char *)rows[i].want), "line %d", rows[i].line);
        cr_expect(f.decision.destination == NULL && f.decision.body.len == 0);
        cr_expect(eq(sz, f.decision.cors_header_count, 0));
        route_fixture_free(&f);
    }
}

Test(cors, foreign_preflights_may_be_answered)
{
    struct model_cors ignore = full, empty = full;
    struct route_fixture f;
    ignore.answer_foreign_preflight = ignore.foreign_headers = true;
    setup(&f, &ignore);
    cr_expect(eq(int, ask(&f, "OPTIONS", "https://evil", "PUT", NULL), SLUICE_RESPOND));
    const char *got = lines(f.decision.response_fields, f.decision.response_field_count);
    cr_expect(
        eq(str, (char *)got,
           "allow-credentials=true allow-methods=GET,POST allow-headers=x-a,x-b max-age=600"));
    route_fixture_free(&f);
    empty.answer_foreign_preflight = true;
    empty.preflight_status = 204;
    setup(&f, &empty);
    cr_expect(eq(int, ask(&f, "OPTIONS", "https://evil", "PUT", NULL), SLUICE_RESPOND));
    cr_expect(eq(u32, f.decision.status, 204));
    cr_expect(eq(sz, f.decision.response_field_count, 0));
    cr_expect(eq(int, ask(&f, "GET", "https://evil", NULL, NULL), SLUICE_FORWARD), "not blocked");
    route_fixture_free(&f);
}

Test(cors, a_matcher_that_accepts_a_star_accepts_everybody)
{
    static const struct {
        int line;
        struct model_matcher matcher;
        bool allowed;
    } rows[] = {
        {__LINE__, {.op = MODEL_EXACT, .value = STR_INIT("*")},          true },
        {__LINE__, {.op = MODEL_REGEX, .value = STR_INIT(".*")},         true },
        {__LINE__, {.op = MODEL_PREFIX, .value = STR_INIT("*")},         true },
        {__LINE__, {.op = MODEL_PREFIX, .value = STR_INIT("**")},        false},
        {__LINE__, {.op = MODEL_REGEX, .value = STR_INIT("http://y.*")}, false},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct model_cors cors = {
            .origins = &rows[i].matcher, .origin_count = 1, .preflight_status = 200};
        struct route_fixture f;
        setup(&f, &cors);
        ask(&f, "GET", "http://x", NULL, NULL);
        sluice_str got = route_fixture_field(f.decision.cors_headers, f.decision.cors_header_count,
                                             "access-control-allow-origin");
        cr_expect(route_fixture_is(got, rows[i].allowed ? "http://x" : ""), "line %d",
                  rows[i].line);
        route_fixture_free(&f);
    }
}

/* Rules that do not forward, and entries of a split, may have CORS too. */
Test(cors, acts_before_redirects_and_answers)
{
    static const enum model_action_kind kinds[] = {MODEL_REDIRECT, MODEL_RESPOND};
    static const struct model_redirect redirect = {.status = 301};
    static const struct model_response response = {.status = 200, .grpc_status = -1};
    for (size_t i = 0; i < ROWS(kinds); i++) {
        struct route_fixture f;
        route_fixture_init(&f);
        struct model_action *action = model_builder_action(&f.builder, kinds[i]);
        action->cors = &full;
        action->redirect = &redirect;
        action->response = &response;
        route_fixture_one(&f, action, NULL, 0);
        cr_expect(eq(int, ask(&f, "OPTIONS", "http://b.x", "PUT", NULL), SLUICE_RESPOND));
        cr_expect(f.decision.response_field_count > 0);
        cr_expect(eq(int, ask(&f, "GET", "http://b.x", NULL, NULL),
                     kinds[i] == MODEL_REDIRECT ? SLUICE_REDIRECT : SLUICE_RESPOND));
        cr_expect(f.decision.cors_header_count == 3);
        route_fixture_free(&f);
    }
}

Test(cors, of_an_entry_acts_when_it_is_picked)
{
    struct route_fixture f;
    route_fixture_init(&f);
    struct model_action *action = model_builder_forward(&f.builder, "a 1, b 1");
    struct model_action *instead = model_builder_action(&f.builder, MODEL_FORWARD);
    struct model_split_entry *entries = (void *)(uintptr_t)action->split.entries;
    instead->cors = &full;
    entries[1].instead = instead;
    action->timeout_ns = 7;
    route_fixture_one(&f, action, NULL, 0);
    size_t answered = 0;
    for (int i = 0; i < 1000; i++) {
        sluice_outcome outcome = ask(&f, "OPTIONS", "http://b.x", "PUT", NULL);
        cr_assert(eq(int, outcome, f.decision.split_index ? SLUICE_RESPOND : SLUICE_FORWARD));
        if (outcome == SLUICE_FORWARD) continue;
        cr_assert(f.decision.response_field_count > 0 && f.decision.destination == NULL);
        cr_assert(f.decision.timeout_ns == SLUICE_NO_DURATION);
        answered++;
    }
    cr_expect(answered > 400 && answered < 600);
    route_fixture_free(&f);
}

/* What an AFFIX leaves in the middle is a host, so "any host, port 443" means that. */
Test(cors, an_affix_leaves_a_host)
{
    static const struct {
        int line;
        const char *suffix, *origin;
        bool allowed;
    } rows[] = {
        {__LINE__, "",       "https://a.b",        true },
        {__LINE__, "",       "https://[::1]",      true },
        {__LINE__, "",       "https://a.b:443",    false},
        {__LINE__, "",       "https://[::1]:443",  false},
        {__LINE__, "",       "https://",           false},
        {__LINE__, ":443",   "https://a.b:443",    true },
        {__LINE__, ":443",   "https://[::1]:443",  true },
        {__LINE__, ":443",   "https://a:1:443",    false},
        {__LINE__, ".b.com", "https://x.y.b.com",  true },
        {__LINE__, ".b.com", "https://b.com",      false},
        {__LINE__, ".b.com", "https://e/x.b.com",  false},
        {__LINE__, ".b.com", "https://e:1/.b.com", false},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct model_matcher matcher = {
            .op = MODEL_AFFIX, .value = STR("https://"), .suffix = sluice_str_of(rows[i].suffix)};
        struct model_cors cors = {.origins = &matcher, .origin_count = 1};
        struct route_fixture f;
        setup(&f, &cors);
        ask(&f, "GET", rows[i].origin, NULL, NULL);
        cr_expect(rows[i].allowed == (f.decision.cors_header_count > 0), "line %d", rows[i].line);
        route_fixture_free(&f);
    }
}
