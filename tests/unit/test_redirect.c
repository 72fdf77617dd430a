/* The Location of a redirect: docs/rules.md, "Redirect" and docs/gateway-api.md, "Filters". */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "support/route_fixture.h"

#define ROWS(rows) (sizeof(rows) / sizeof((rows)[0]))

struct row {
    int line;
    bool tls;
    uint32_t listener_port;
    const char *scheme, *host; /* of the rule */
    enum model_redirect_port mode;
    uint32_t port;
    const char *authority, *want; /* Location before the path /x?q */
    uint32_t effective;
};

static void
check(const struct row *row, bool keeps_port)
{
    struct route_fixture f;
    route_fixture_init(&f);
    f.listener->tls = row->tls;
    struct model_redirect redirect = {.status = 301,
                                      .scheme = sluice_str_of(row->scheme),
                                      .host = sluice_str_of(row->host),
                                      .host_keeps_port = keeps_port,
                                      .port_mode = row->mode,
                                      .port = row->port};
    struct model_action *action = model_builder_action(&f.builder, MODEL_REDIRECT);
    action->redirect = &redirect;
    route_fixture_one(&f, action, NULL, 0);
    sluice_request request = {.authority = sluice_str_of(row->authority),
                              .path = STR("/x?q"),
                              .scheme = row->tls ? STR("https") : STR("http"),
                              .port = row->listener_port};
    cr_expect(eq(int, sluice_route(f.context, &request, &f.decision), SLUICE_REDIRECT));
    const sluice_redirect *got = &f.decision.redirect;
    char want[128];
    snprintf(want, sizeof(want), "%s/x?q", row->want);
    cr_expect(route_fixture_is(got->location, want), "line %d: %s", row->line,
              route_fixture_text(got->location));
    cr_expect(eq(u32, got->port, row->effective), "line %d", row->line);
    cr_expect(route_fixture_is(got->path, "/x?q"), "line %d", row->line);
    cr_expect(eq(u32, f.decision.status, 301));
    cr_expect(f.decision.destination == NULL && f.decision.split_count == 0);
    route_fixture_free(&f);
}

#define NONE MODEL_REDIRECT_PORT_NONE
#define FIXED MODEL_REDIRECT_PORT_FIXED
#define LISTENER MODEL_REDIRECT_PORT_LISTENER

Test(redirect, istio)
{
    static const struct row rows[] = {
        {__LINE__, false, 80,   "https", "",        NONE,     0,   "a.com:8080",  "https://a.com:8080",  8080},
        {__LINE__, false, 80,   "https", "",        NONE,     0,   "a.com:80",    "https://a.com",       443 },
        {__LINE__, true,  443,  "http",  "",        NONE,     0,   "a.com:443",   "http://a.com",        80  },
        {__LINE__, true,  443,  "http",  "",        NONE,     0,   "a.com:80",    "http://a.com:80",     80  },
        {__LINE__, false, 80,   "http",  "",        NONE,     0,   "a.com:80",    "http://a.com:80",     80  },
        {__LINE__, false, 80,   "",      "",        FIXED,    80,  "a.com:8080",  "http://a.com:8080",   8080},
        {__LINE__, false, 80,   "",      "",        FIXED,    81,  "a.com:8080",  "http://a.com:81",     81  },
        {__LINE__, false, 80,   "https", "",        FIXED,    80,  "a.com",       "https://a.com:80",    80  },
        {__LINE__, true,  443,  "",      "",        FIXED,    443, "a.com",       "https://a.com",       443 },
        {__LINE__, false, 8080, "",      "",        LISTENER, 0,   "a.com",       "http://a.com:8080",   8080},
        {__LINE__, false, 8080, "",      "b.com",   NONE,     0,   "a.com:8080",  "http://b.com",        80  },
        {__LINE__, false, 8080, "",      "b.com:9", NONE,     0,   "a.com",       "http://b.com:9",      9   },
        {__LINE__, false, 80,   "https", "",        NONE,     0,   "[::1]:80",    "https://[::1]",       443 },
        {__LINE__, false, 80,   "https", "",        NONE,     0,   "[::1]",       "https://[::1]",       443 },
        {__LINE__, false, 80,   "",      "",        FIXED,    81,  "[::1]:80",    "http://[::1]:81",     81  },
        {__LINE__, false, 80,   "https", "",        NONE,     0,   "a.com:99999", "https://a.com:99999", 443 },
        {__LINE__, false, 80,   "https", "",        NONE,     0,   "",            "https://",            443 },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        check(&rows[i], true);
    }
}

Test(redirect, gateway_api)
{
    static const struct row rows[] = {
        {__LINE__, false, 80,   "",      "h", LISTENER, 0,    "r:80",   "http://h",       80  },
        {__LINE__, false, 80,   "",      "h", FIXED,    8080, "r:80",   "http://h:8080",  8080},
        {__LINE__, false, 80,   "https", "h", NONE,     0,    "r:80",   "https://h",      443 },
        {__LINE__, false, 80,   "https", "h", FIXED,    8443, "r",      "https://h:8443", 8443},
        {__LINE__, false, 8080, "",      "h", LISTENER, 0,    "r",      "http://h:8080",  8080},
        {__LINE__, false, 8080, "",      "h", FIXED,    80,   "r",      "http://h",       80  },
        {__LINE__, false, 8080, "https", "h", NONE,     0,    "r",      "https://h",      443 },
        {__LINE__, true,  443,  "",      "h", LISTENER, 0,    "r",      "https://h",      443 },
        {__LINE__, true,  443,  "",      "h", FIXED,    443,  "r",      "https://h",      443 },
        {__LINE__, true,  443,  "",      "h", FIXED,    8443, "r",      "https://h:8443", 8443},
        {__LINE__, true,  443,  "http",  "h", NONE,     0,    "r",      "http://h",       80  },
        {__LINE__, true,  443,  "http",  "h", FIXED,    8080, "r",      "http://h:8080",  8080},
        {__LINE__, false, 80,   "",      "",  LISTENER, 0,    "r:8080", "http://r",       80  },
        {__LINE__, false, 80,   "https", "",  NONE,     0,    "r:8080", "https://r",      443 },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        check(&rows[i], false);
    }
}

Test(redirect, path)
{
    static const struct {
        int line;
        const char *prefix; /* of the match, by bytes */
        enum model_path_mode mode;
        const char *value;
        bool drop_query;
        const char *path, *want;
    } rows[] = {
        {__LINE__, "/old", MODEL_PATH_FULL,    "/new",     false, "/old?x=1",   "/new?x=1"  },
        {__LINE__, "/old", MODEL_PATH_FULL,    "/new?y=2", true,  "/old?x=1",   "/new?y=2"  },
        {__LINE__, "/old", MODEL_PATH_FULL,    "new",      false, "/old",       "new"       },
        {__LINE__, "/old", MODEL_PATH_PREFIX,  "/new",     false, "/old/x?q",   "/new/x?q"  },
        {__LINE__, "/old", MODEL_PATH_PREFIX,  "n",        false, "/old/x",     "n/x"       },
        {__LINE__, "/old", MODEL_PATH_KEEP,    "",         false, "/old/x?q#f", "/old/x?q#f"},
        {__LINE__, "",     MODEL_PATH_KEEP,    "",         false, "x?q",        "x?q"       },
        {__LINE__, "/old", MODEL_PATH_SEGMENT, "/new",     false, "/old/x",     "/new/x"    },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct route_fixture f;
        route_fixture_init(&f);
        struct model_redirect redirect = {
            .status = 302,
            .path = {rows[i].mode, sluice_str_of(rows[i].value), {NULL, 0}, rows[i].drop_query}
        };
        struct model_action *action = model_builder_action(&f.builder, MODEL_REDIRECT);
        action->redirect = &redirect;
        struct model_predicate match =
            model_builder_text(MODEL_PATH, MODEL_PREFIX, "", rows[i].prefix);
        route_fixture_one(&f, action, &match, 1);
        cr_expect(eq(int, route_fixture_get(&f, "h", rows[i].path), SLUICE_REDIRECT));
        cr_expect(route_fixture_is(f.decision.redirect.path, rows[i].want), "line %d: %s",
                  rows[i].line, route_fixture_text(f.decision.redirect.location));
        cr_expect(str_ends_with(f.decision.redirect.location, f.decision.redirect.path));
        route_fixture_free(&f);
    }
}

Test(redirect, says_what_it_is_made_of)
{
    struct route_fixture f;
    route_fixture_init(&f);
    sluice_header_op set = {SLUICE_HEADER_SET, STR("x"), STR("1")};
    struct model_redirect redirect = {
        .status = 307, .host = STR("b.com:8443"), .scheme = STR("https")};
    struct model_action *action = model_builder_action(&f.builder, MODEL_REDIRECT);
    action->redirect = &redirect;
    action->response_ops = (struct model_header_ops){&set, 1};
    route_fixture_one(&f, action, NULL, 0);
    sluice_request request = {.protocol = SLUICE_PROTOCOL_GRPC, .path = STR("/s/m")};
    sluice_route(f.context, &request, &f.decision);
    cr_expect(route_fixture_is(f.decision.redirect.location, "https://b.com:8443/s/m"));
    cr_expect(route_fixture_is(f.decision.redirect.scheme, "https"));
    cr_expect(route_fixture_is(f.decision.redirect.host, "b.com"));
    cr_expect(eq(u32, f.decision.redirect.port, 8443));
    cr_expect(eq(u32, f.decision.status, 307));
    cr_expect(eq(i32, f.decision.grpc_status, 2));
    cr_expect(eq(sz, f.decision.response_header_count, 1));
    route_fixture_free(&f);
}

Test(redirect, that_does_not_fit_is_unavailable)
{
    for (size_t room = 1; room < 12; room++) {
        struct route_fixture f;
        route_fixture_init(&f);
        f.options.scratch_bytes = room;
        struct model_redirect redirect = {.status = 301};
        struct model_action *action = model_builder_action(&f.builder, MODEL_REDIRECT);
        action->redirect = &redirect;
        route_fixture_one(&f, action, NULL, 0);
        cr_expect(eq(int, route_fixture_get(&f, "hhhh", "/"), SLUICE_UNAVAILABLE), "%zu", room);
        cr_expect(f.decision.redirect.location.ptr == NULL && f.decision.status == 500);
        route_fixture_free(&f);
    }
}
