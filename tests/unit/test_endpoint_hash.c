/* The endpoint hash: docs/rules.md, "Hash of a request", with its check values. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "engine/hash.h"
#include "router/context.h"
#include "support/route_fixture.h"

#define ROWS(rows) (sizeof(rows) / sizeof((rows)[0]))
#define HEADER(header)                                                                             \
    {                                                                                              \
        .key = SLUICE_HASH_HEADER, .name = STR_INIT(header), .ttl_ns = SLUICE_NO_DURATION          \
    }

static void
setup(struct route_fixture *f, const sluice_hash_policy *policies, size_t count)
{
    route_fixture_init(f);
    struct model_action *action = model_builder_forward(&f->builder, "a");
    action->hash_policy = policies;
    action->hash_policy_count = count;
    route_fixture_one(f, action, NULL, 0);
}

Test(endpoint_hash, combines_keys_in_order)
{
    static const sluice_hash_policy policies[] = {HEADER("X-A"), HEADER("x-b")};
    static const struct {
        int line;
        const char *a, *b; /* NULL: absent */
        bool present;
        uint64_t want;
    } rows[] = {
        {__LINE__, "alice", NULL,    true,  0x73a3ea485f2e6049},
        {__LINE__, NULL,    "foo",   true,  0x33bf00a859c4ba3f},
        {__LINE__, "alice", "foo",   true,  0xd4f8d438e7987aad},
        {__LINE__, "foo",   "alice", true,  0x14ddeb18eca71437},
        {__LINE__, "alice", "alice", true,  0x94e43ed8e172a0db},
        {__LINE__, "",      NULL,    true,  0xef46db3751d8e999},
        {__LINE__, NULL,    NULL,    false, 0                 },
    };
    struct route_fixture f;
    setup(&f, policies, 2);
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_field headers[2];
        size_t count = 0;
        if (rows[i].b) headers[count++] = (sluice_field){STR("X-B"), sluice_str_of(rows[i].b)};
        if (rows[i].a) headers[count++] = (sluice_field){STR("x-a"), sluice_str_of(rows[i].a)};
        sluice_request request = {.headers = headers, .header_count = count};
        sluice_route(f.context, &request, &f.decision);
        cr_expect(eq(int, f.decision.hash_present, rows[i].present), "line %d", rows[i].line);
        cr_expect(eq(u64, f.decision.hash, rows[i].want), "line %d", rows[i].line);
        cr_expect(eq(sz, f.decision.hash_policy_count, 2));
        cr_expect(eq(sz, f.decision.response_field_count, 0));
    }
    route_fixture_free(&f);
}

static bool
nth_of_three(void *user, size_t index, sluice_str name, size_t nth, sluice_str *value)
{
    const sluice_str *values = user;
    (void)index;
    if (!str_equal(name, STR("x-a")) || nth >= 3) return false;
    *value = values[nth];
    return true;
}

Test(endpoint_hash, several_values_are_sorted_and_joined)
{
    static const sluice_hash_policy policy = HEADER("x-a");
    static const struct {
        int line;
        const char *values[3], *joined;
    } rows[] = {
        {__LINE__, {"b", "a", "c"},    "abc"   },
        {__LINE__, {"c", "b", "a"},    "abc"   },
        {__LINE__, {"ab", "a", ""},    "aab"   },
        {__LINE__, {"z", "Z", "\xff"}, "Zz\xff"},
    };
    struct route_fixture f;
    setup(&f, &policy, 1);
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_field headers[4] = {
            {STR("other"), STR("x")}
        };
        sluice_str values[3];
        for (size_t k = 0; k < 3; k++) {
            values[k] = sluice_str_of(rows[i].values[k]);
            headers[k + 1] = (sluice_field){STR("X-a"), values[k]};
        }
        uint64_t want = hash_xxh64(sluice_str_of(rows[i].joined), 0);
        sluice_request request = {.headers = headers, .header_count = 4};
        sluice_route(f.context, &request, &f.decision);
        cr_expect(eq(u64, f.decision.hash, want), "line %d", rows[i].line);
        request = (sluice_request){.header_fn = nth_of_three, .header_user = values};
        sluice_route(f.context, &request, &f.decision);
        cr_expect(eq(u64, f.decision.hash, want), "line %d", rows[i].line);
    }
    route_fixture_free(&f);
}

/* Sorting does not depend on luck, and what does not fit is unavailable. */
Test(endpoint_hash, thousands_of_values)
{
    enum { COUNT = 2000 };
    static sluice_field headers[COUNT];
    static char texts[COUNT][5];
    static const sluice_hash_policy policy = HEADER("h");
    uint64_t sorted = 0;
    for (int descending = 0; descending < 2; descending++) {
        for (size_t i = 0; i < COUNT; i++) {
            snprintf(texts[i], sizeof(texts[i]), "%04zu", descending ? COUNT - 1 - i : i);
            headers[i] = (sluice_field){
                STR("h"), {texts[i], 4}
            };
        }
        struct route_fixture f;
        setup(&f, &policy, 1);
        sluice_request request = {.headers = headers, .header_count = COUNT};
        cr_expect(eq(int, sluice_route(f.context, &request, &f.decision), SLUICE_FORWARD));
        if (descending) cr_expect(eq(u64, f.decision.hash, sorted));
        sorted = f.decision.hash;
        route_fixture_free(&f);
    }
    for (size_t room = 1; room < 100; room++) {
        struct route_fixture f;
        route_fixture_init(&f);
        f.options.scratch_bytes = room;
        struct model_action *action = model_builder_forward(&f.builder, "a");
        action->hash_policy = &policy;
        action->hash_policy_count = 1;
        route_fixture_one(&f, action, NULL, 0);
        sluice_request request = {.headers = headers, .header_count = 8};
        cr_expect(eq(int, sluice_route(f.context, &request, &f.decision), SLUICE_UNAVAILABLE));
        route_fixture_free(&f);
    }
}

Test(endpoint_hash, other_keys)
{
    static const struct {
        int line;
        sluice_hash_policy policy;
        const char *path, *ip, *cookie;
        const char *want; /* NULL: no hash */
    } rows[] = {
        {__LINE__, {.key = SLUICE_HASH_SOURCE_IP},                              "/",   "10.0.0.7", "", "10.0.0.7"},
        {__LINE__, {.key = SLUICE_HASH_SOURCE_IP},                              "/",   "",         "", NULL      },
        {__LINE__,
         {.key = SLUICE_HASH_QUERY_PARAMETER, .name = STR_INIT("q")},
         "/?a=1&q=%20x&q=2",                                                           "",
         "",                                                                                           "%20x"    },
        {__LINE__, {.key = SLUICE_HASH_QUERY_PARAMETER, .name = STR_INIT("q")}, "/?q", "",         "", ""        },
        {__LINE__,
         {.key = SLUICE_HASH_QUERY_PARAMETER, .name = STR_INIT("q")},
         "/?Q=1",                                                                      "",
         "",                                                                                           NULL      },
        {__LINE__,
         {.key = SLUICE_HASH_COOKIE, .name = STR_INIT("u"), .ttl_ns = -1},
         "/",                                                                          "",
         "a=1; u=\"x\"",                                                                               "x"       },
        {__LINE__,
         {.key = SLUICE_HASH_COOKIE, .name = STR_INIT("u"), .ttl_ns = 0},
         "/",                                                                          "",
         "u=y; u=z",                                                                                   "y"       },
        {__LINE__,
         {.key = SLUICE_HASH_COOKIE, .name = STR_INIT("u"), .ttl_ns = -1},
         "/",                                                                          "",
         "u=",                                                                                         NULL      },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct route_fixture f;
        setup(&f, &rows[i].policy, 1);
        sluice_field header = {STR("cookie"), sluice_str_of(rows[i].cookie)};
        sluice_request request = {.path = sluice_str_of(rows[i].path),
                                  .source_ip = sluice_str_of(rows[i].ip),
                                  .headers = &header,
                                  .header_count = 1};
        sluice_route(f.context, &request, &f.decision);
        cr_expect(eq(int, f.decision.hash_present, rows[i].want != NULL), "line %d", rows[i].line);
        uint64_t want = rows[i].want ? hash_xxh64(sluice_str_of(rows[i].want), 0) : 0;
        cr_expect(eq(u64, f.decision.hash, want), "line %d", rows[i].line);
        cr_expect(eq(sz, f.decision.response_field_count, 0));
        route_fixture_free(&f);
    }
}

/* Trap 68. */
Test(endpoint_hash, a_cookie_with_a_ttl_is_made)
{
    static const sluice_field attributes[] = {
        {STR_INIT("SameSite"), STR_INIT("Lax")},
        {STR_INIT("Secure"),   {NULL, 0}      },
    };
    static const struct {
        int line;
        sluice_hash_policy policy;
        const char *tail;
    } rows[] = {
        {__LINE__, {.ttl_ns = 0},                                       "; HttpOnly"},
        {__LINE__, {.ttl_ns = 500000000},                               "; HttpOnly"},
        {__LINE__,
         {.ttl_ns = INT64_C(60999999999), .path = STR_INIT("/p")},
         "; Max-Age=60; Path=/p; HttpOnly"                                          },
        {__LINE__,
         {.ttl_ns = 0, .attributes = attributes, .attribute_count = 2},
         "; SameSite=Lax; Secure; HttpOnly"                                         },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_hash_policy policy = rows[i].policy;
        policy.key = SLUICE_HASH_COOKIE;
        policy.name = STR("u");
        struct route_fixture f;
        setup(&f, &policy, 1);
        route_fixture_get(&f, "h", "/");
        cr_assert(eq(sz, f.decision.response_field_count, 1), "line %d", rows[i].line);
        cr_expect(route_fixture_is(f.decision.response_fields[0].name, "set-cookie"));
        sluice_str text = f.decision.response_fields[0].value;
        cr_assert(str_starts_with(text, STR("u=\"")) && text.len > 20 && text.ptr[19] == '"');
        cr_expect(route_fixture_is(str_skip(text, 20), rows[i].tail), "line %d: %s", rows[i].line,
                  route_fixture_text(text));
        cr_expect(f.decision.hash_present);
        cr_expect(eq(u64, f.decision.hash, hash_xxh64(str_make(text.ptr + 3, 16), 0)));
        route_fixture_free(&f);
    }
}

Test(endpoint_hash, one_cookie_for_several_destinations_of_one_rule)
{
    static const sluice_hash_policy policies[] = {
        {.key = SLUICE_HASH_COOKIE, .name = STR_INIT("u"), .ttl_ns = 0},
        {.key = SLUICE_HASH_COOKIE, .name = STR_INIT("v"), .ttl_ns = 0},
        {.key = SLUICE_HASH_COOKIE, .name = STR_INIT("u"), .ttl_ns = 0},
    };
    struct route_fixture f;
    setup(&f, policies, 3);
    sluice_rng before = f.context->rng;
    route_fixture_get(&f, "h", "/");
    cr_assert(eq(sz, f.decision.response_field_count, 2));
    sluice_str u = f.decision.response_fields[0].value, v = f.decision.response_fields[1].value;
    cr_expect(str_starts_with(u, STR("u=")) && str_starts_with(v, STR("v=")));
    uint64_t once = hash_xxh64(str_make(u.ptr + 3, 16), 0);
    uint64_t twice = ((once << 1) | (once >> 63)) ^ once;
    cr_expect(eq(u64, f.decision.hash, ((twice << 1) | (twice >> 63)) ^ once));
    (void)sluice_rng_next(&before);
    cr_expect(memcmp(&before, &f.context->rng, sizeof(before)) == 0, "one draw");
    route_fixture_free(&f);
}

Test(endpoint_hash, only_what_is_forwarded_gets_a_cookie)
{
    static const sluice_hash_policy policy = {
        .key = SLUICE_HASH_COOKIE, .name = STR_INIT("u"), .ttl_ns = 0};
    struct route_fixture f;
    route_fixture_init(&f);
    struct model_action *action = model_builder_forward(&f.builder, "a 0, b 0");
    action->hash_policy = &policy;
    action->hash_policy_count = 1;
    route_fixture_one(&f, action, NULL, 0);
    cr_expect(eq(int, route_fixture_get(&f, "h", "/"), SLUICE_UNAVAILABLE));
    cr_expect(f.decision.response_field_count == 0 && !f.decision.hash_present);
    route_fixture_free(&f);
}
