/* router/view: a request as the predicates see it. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "router/view.h"
#include "support/model_builder.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static bool
same(sluice_str a, sluice_str b)
{
    return str_equal(a, b);
}

/* A router that needs the headers x, cookie, :path, host and :authority, in some order. */
struct rig {
    struct model_builder builder;
    sluice_router *router;
    sluice_context *context;
};

static void
rig_init(struct rig *rig, size_t scratch_bytes)
{
    model_builder_init(&rig->builder);
    struct model_route_list *routes = model_builder_routes(&rig->builder);
    const char *names[] = {"x", "cookie", ":path", ":method", ":scheme", ":authority", "host"};
    struct model_predicate predicates[ROWS(names)];
    for (size_t i = 0; i < ROWS(names); i++) {
        predicates[i] = model_builder_text(MODEL_HEADER, MODEL_PRESENT, names[i], "");
    }
    model_builder_rule(&rig->builder, routes, model_builder_forward(&rig->builder, "a"), predicates,
                       ROWS(names));
    model_builder_host(&rig->builder, model_builder_mesh(&rig->builder), "*", routes);
    rig->router = model_builder_compile(&rig->builder, NULL);
    cr_assert(rig->router != NULL);
    sluice_context_options options;
    sluice_context_options_init(&options);
    options.scratch_bytes = scratch_bytes;
    cr_assert(sluice_context_new(&rig->context, rig->router, &options) == SLUICE_OK);
}

static void
rig_free(struct rig *rig)
{
    sluice_context_free(rig->context);
    sluice_router_release(rig->router);
    model_builder_free(&rig->builder);
}

static uint32_t
header_index(const sluice_router *router, const char *name)
{
    for (uint32_t i = 0; i < sluice_router_needed_count(router, SLUICE_NEEDED_HEADER); i++) {
        if (same(sluice_router_needed_get(router, SLUICE_NEEDED_HEADER, i), sluice_str_of(name))) {
            return i;
        }
    }
    return NO_HEADER;
}

Test(view, normalises_the_host)
{
    static const struct {
        int line;
        sluice_str authority, host;
    } rows[] = {
        {__LINE__, STR_INIT("foo.com"),       STR_INIT("foo.com")  },
        {__LINE__, STR_INIT("foo.com:80"),    STR_INIT("foo.com")  },
        {__LINE__, STR_INIT("FOO.com:8080"),  STR_INIT("foo.com")  },
        {__LINE__, STR_INIT("foo.com:"),      STR_INIT("foo.com")  },
        {__LINE__, STR_INIT("a:b:80"),        STR_INIT("a:b")      },
        {__LINE__, STR_INIT("[::1]"),         STR_INIT("[::1]")    },
        {__LINE__, STR_INIT("[::1]:443"),     STR_INIT("[::1]")    },
        {__LINE__, STR_INIT("[FE80::A]:443"), STR_INIT("[fe80::a]")},
        {__LINE__, STR_INIT("[::1"),          STR_INIT("[:")       }, /* no bracket closes */
        {__LINE__, STR_INIT("foo.com."),      STR_INIT("foo.com.") },
        {__LINE__, STR_INIT(":80"),           {NULL, 0}            },
        {__LINE__, {NULL, 0},                 {NULL, 0}            },
        {__LINE__,
         STR_INIT("\xc3\x84"
                  "B.com"),
         STR_INIT("\xc3\x84"
                  "b.com")                                         },
    };
    struct rig rig;
    rig_init(&rig, 0);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct view view;
        sluice_request request = {.authority = rows[i].authority};
        view_init(&view, rig.context, &request);
        cr_expect(same(view.host, rows[i].host), "line %d: %.*s", rows[i].line, STR_ARG(view.host));
        cr_expect(same(view_authority(&view), rows[i].authority), "line %d", rows[i].line);
    }
    rig_free(&rig);
}

Test(view, lower_cases_every_ascii_letter_and_nothing_else)
{
    struct rig rig;
    rig_init(&rig, 0);
    for (int c = 0; c < 256; c++) {
        for (size_t len = 1; len < 20; len++) { /* the odd byte at every place */
            char text[20], want[20];
            memset(text, 'a', sizeof(text));
            text[len - 1] = (char)c;
            memcpy(want, text, len);
            if (c >= 'A' && c <= 'Z') want[len - 1] = (char)(c + 32);
            if (c == ':') continue;
            struct view view;
            sluice_request request = {
                .authority = {text, len}
            };
            view_init(&view, rig.context, &request);
            cr_assert(same(view.host, str_make(want, len)), "byte %d at %zu", c, len - 1);
        }
    }
    rig_free(&rig);
}

/* Marks at every two places of paths of every length, against a look at each byte. */
Test(view, splits_the_path_at_the_first_mark)
{
    enum { LONGEST = 50 };
    struct rig rig;
    rig_init(&rig, 0);
    for (size_t len = 1; len <= LONGEST; len++) {
        for (size_t both = 0; both < len * len * 4; both++) {
            char text[LONGEST];
            memset(text, '/', len);
            text[both / 4 % len] = "?#"[both & 1];
            text[both / 4 / len] = "?#"[both >> 1 & 1];
            size_t end = 0, query = 0;
            while (end < len && text[end] != '?' && text[end] != '#') {
                end++;
            }
            while (query < len && text[query] != '?') {
                query++;
            }
            struct view view;
            sluice_request request = {
                .path = {text, len}
            };
            view_init(&view, rig.context, &request);
            cr_assert(view.path.ptr == text && view.path.len == end, "%.*s", (int)len, text);
            cr_assert(view.query.len == len - query, "%.*s", (int)len, text);
            cr_assert(query == len || view.query.ptr == text + query, "%.*s", (int)len, text);
        }
    }
    rig_free(&rig);
}

Test(view, applies_defaults)
{
    static const struct {
        int line;
        sluice_request request;
        sluice_str method, scheme, path;
        uint32_t port;
        enum family family;
    } rows[] = {
        {__LINE__, {0},                                      STR_INIT("GET"), STR_INIT("http"), STR_INIT("/"), 80, FAMILY_HTTP},
        {__LINE__,
         {.scheme = STR_INIT("https")},
         STR_INIT("GET"),
         STR_INIT("https"),
         STR_INIT("/"),
         443,                                                                                                      FAMILY_HTTP},
        {__LINE__,
         {.port = 15, .scheme = STR_INIT("https")},
         STR_INIT("GET"),
         STR_INIT("https"),
         STR_INIT("/"),
         15,                                                                                                       FAMILY_HTTP},
        {__LINE__,
         {.protocol = SLUICE_PROTOCOL_GRPC},
         STR_INIT("POST"),
         STR_INIT("http"),
         STR_INIT("/"),
         80,                                                                                                       FAMILY_HTTP},
        {__LINE__,
         {.protocol = SLUICE_PROTOCOL_TLS},
         STR_INIT("GET"),
         STR_INIT("http"),
         STR_INIT("/"),
         443,                                                                                                      FAMILY_TLS },
        {__LINE__,
         {.protocol = SLUICE_PROTOCOL_TCP},
         STR_INIT("GET"),
         STR_INIT("http"),
         STR_INIT("/"),
         80,                                                                                                       FAMILY_TCP },
        {__LINE__,
         {.protocol = SLUICE_PROTOCOL_UDP, .port = 53},
         STR_INIT("GET"),
         STR_INIT("http"),
         STR_INIT("/"),
         53,                                                                                                       FAMILY_UDP },
        {__LINE__,
         {.method = STR_INIT("put"), .path = STR_INIT("x")},
         STR_INIT("put"),
         STR_INIT("http"),
         STR_INIT("x"),
         80,                                                                                                       FAMILY_HTTP},
    };
    struct rig rig;
    rig_init(&rig, 0);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct view view;
        view_init(&view, rig.context, &rows[i].request);
        cr_expect(same(view_method(&view), rows[i].method), "line %d", rows[i].line);
        cr_expect(same(view_scheme(&view), rows[i].scheme), "line %d", rows[i].line);
        cr_expect(same(view.path, rows[i].path), "line %d", rows[i].line);
        cr_expect(view.port == rows[i].port, "line %d", rows[i].line);
        cr_expect(view.family == rows[i].family, "line %d", rows[i].line);
    }
    rig_free(&rig);
}

Test(view, takes_the_server_name_as_the_host_of_tls)
{
    struct rig rig;
    rig_init(&rig, 0);
    struct view view;
    sluice_request request = {
        .protocol = SLUICE_PROTOCOL_TLS, .authority = STR("other"), .sni = STR("WWW.a.com")};
    view_init(&view, rig.context, &request);
    cr_expect(same(view.host, STR("www.a.com")));
    cr_expect(same(view.sni, STR("www.a.com")));
    rig_free(&rig);
}

Test(view, splits_path_and_query)
{
    static const struct {
        int line;
        sluice_str raw, path, query;
    } rows[] = {
        {__LINE__, STR_INIT("/a"),       STR_INIT("/a"), {NULL, 0}         },
        {__LINE__, STR_INIT("/a?x=1"),   STR_INIT("/a"), STR_INIT("?x=1")  },
        {__LINE__, STR_INIT("/a#f"),     STR_INIT("/a"), {NULL, 0}         },
        {__LINE__, STR_INIT("/a#f?x=1"), STR_INIT("/a"), STR_INIT("?x=1")  },
        {__LINE__, STR_INIT("/a?x#f?y"), STR_INIT("/a"), STR_INIT("?x#f?y")},
        {__LINE__, STR_INIT("?"),        {NULL, 0},      STR_INIT("?")     },
        {__LINE__, STR_INIT("#"),        {NULL, 0},      {NULL, 0}         },
    };
    struct rig rig;
    rig_init(&rig, 0);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct view view;
        sluice_request request = {.path = rows[i].raw};
        view_init(&view, rig.context, &request);
        cr_expect(same(view.path, rows[i].path), "line %d", rows[i].line);
        cr_expect(same(view.query, rows[i].query), "line %d", rows[i].line);
        cr_expect(same(view.raw_path, rows[i].raw), "line %d", rows[i].line);
    }
    rig_free(&rig);
}

/* Headers by callback must look the same as headers by array. */
struct callback {
    const sluice_field *headers;
    size_t count;
};

static bool
header_callback(void *user, size_t index, sluice_str name, size_t nth, sluice_str *value)
{
    const struct callback *callback = user;
    (void)index;
    for (size_t i = 0; i < callback->count; i++) {
        if (!str_equal_ignore_case(callback->headers[i].name, name)) continue;
        if (nth-- > 0) continue;
        *value = callback->headers[i].value;
        return true;
    }
    return false;
}

static sluice_request
with_headers(const sluice_field *headers, size_t count, struct callback *callback)
{
    if (!callback) return (sluice_request){.headers = headers, .header_count = count};
    *callback = (struct callback){headers, count};
    return (sluice_request){.header_fn = header_callback, .header_user = callback};
}

#define H(n, v)                                                                                    \
    {                                                                                              \
        STR_INIT(n), STR_INIT(v)                                                                   \
    }

Test(view, joins_the_occurrences_of_a_header)
{
    static const struct {
        int line;
        sluice_field headers[4];
        size_t count;
        bool present;
        sluice_str joined;
    } rows[] = {
        {__LINE__, {{{0}, {0}}},                                  0, false, {NULL, 0}       },
        {__LINE__, {H("y", "1"), H("xx", "2")},                   2, false, {NULL, 0}       },
        {__LINE__, {H("x", "1")},                                 1, true,  STR_INIT("1")   },
        {__LINE__, {H("X", "1")},                                 1, true,  STR_INIT("1")   },
        {__LINE__, {H("x", "")},                                  1, true,  {NULL, 0}       },
        {__LINE__, {H("x", "a"), H("y", "-"), H("X", "b")},       3, true,  STR_INIT("a,b") },
        {__LINE__, {H("x", "a"), H("x", ""), H("x", "b")},        3, true,  STR_INIT("a,,b")},
        {__LINE__, {H("x", ""), H("x", "")},                      2, true,  STR_INIT(",")   },
        {__LINE__,
         {H("x", "a, b"), H("x", "c"), H("x", "d"), H("X", "e")},
         4,                                                          true,
         STR_INIT("a, b,c,d,e")                                                             },
    };
    struct rig rig;
    rig_init(&rig, 0);
    uint32_t x = header_index(rig.router, "x");
    cr_assert(x != NO_HEADER);
    for (size_t i = 0; i < 2 * ROWS(rows); i++) {
        size_t row = i / 2;
        struct callback callback;
        struct view view;
        sluice_str value = {NULL, 0}, again = {NULL, 0}, first = {NULL, 0};
        sluice_request request =
            with_headers(rows[row].headers, rows[row].count, i % 2 ? &callback : NULL);
        view_init(&view, rig.context, &request);
        bool present = view_header(&view, x, &value);
        cr_expect(present == rows[row].present, "line %d", rows[row].line);
        if (!present) continue;
        cr_expect(same(value, rows[row].joined), "line %d: %.*s", rows[row].line, STR_ARG(value));
        cr_expect(view_header(&view, x, &again), "line %d", rows[row].line);
        cr_expect(again.ptr == value.ptr && again.len == value.len, "line %d", rows[row].line);
        cr_expect(view_first_header(&view, x, &first), "line %d", rows[row].line);
        cr_expect(same(first, rows[row].headers[0].value), "line %d", rows[row].line);
    }
    rig_free(&rig);
}

/* The first may be looked for alone; then all lines are read. */
Test(view, finds_headers_in_whatever_order_they_are_asked_for)
{
    static const char *const names[] = {"x", "cookie", "host", ":path"};
    static const sluice_field lines[] = {
        H("host", "ignored"), H("X", "a"),    H("other", "1"),    H("x", "b"),
        H("cookie", "c=1"),   H("y", "none"), H("Cookie", "d=2"),
    };
    static const char *const values[] = {"a,b", "c=1,d=2", "", "/p"};
    struct rig rig;
    rig_init(&rig, 0);
    sluice_request request = {.path = STR("/p"), .headers = lines, .header_count = ROWS(lines)};
    for (size_t first = 0; first < ROWS(names); first++) {
        for (size_t step = 1; step < ROWS(names); step += 2) {
            struct view view;
            size_t used = 0;
            view_init(&view, rig.context, &request);
            for (size_t i = 0; i < 2 * ROWS(names); i++) {
                size_t which = (first + i * step) % ROWS(names);
                sluice_str value;
                if (i == ROWS(names)) used = rig.context->scratch.used;
                uint32_t index = header_index(rig.router, names[which]);
                cr_expect(view_has_headers(&view, UINT64_C(1) << index), "%s", names[which]);
                cr_expect(view_header(&view, index, &value), "%s", names[which]);
                cr_expect(same(value, sluice_str_of(values[which])), "%s: %.*s", names[which],
                          STR_ARG(value));
                view_read_headers(&view); /* what is known stays known */
            }
            cr_expect(rig.context->scratch.used == used, "a header was joined again");
        }
    }
    rig_free(&rig);
}

Test(view, remembers_a_header_for_one_request_only)
{
    struct rig rig;
    rig_init(&rig, 0);
    uint32_t x = header_index(rig.router, "x");
    sluice_field headers[] = {H("x", "1")};
    sluice_request with = {.headers = headers, .header_count = 1}, without = {0};
    struct view view;
    sluice_str value;
    view_init(&view, rig.context, &with);
    cr_expect(view_header(&view, x, &value));
    view_init(&view, rig.context, &without);
    cr_expect(!view_header(&view, x, &value));
    cr_expect(value.ptr == NULL && value.len == 0); /* nothing of the request before */
    value = STR("stale");
    cr_expect(!view_first_header(&view, x, &value));
    cr_expect(value.ptr == NULL && value.len == 0);
    headers[0].value = STR("2");
    view_init(&view, rig.context, &with);
    cr_expect(view_header(&view, x, &value) && same(value, STR("2")));
    rig_free(&rig);
}

Test(view, marks_what_does_not_fit_the_scratch)
{
    struct rig rig;
    rig_init(&rig, 8);
    uint32_t x = header_index(rig.router, "x");
    static const sluice_field headers[] = {H("x", "1234"), H("x", "567"), H("x", "89")};
    struct view view;
    sluice_str value;
    sluice_request request = {.headers = headers, .header_count = 2};
    view_init(&view, rig.context, &request);
    cr_expect(view_header(&view, x, &value) && same(value, STR("1234,567")));
    cr_expect(!rig.context->scratch.overflow); /* 8 bytes fit 8 bytes */
    request.header_count = 3;
    view_init(&view, rig.context, &request);
    view_header(&view, x, &value);
    cr_expect(rig.context->scratch.overflow);
    request.header_count = 1;
    request.authority = STR("ABCDEFGHI");
    view_init(&view, rig.context, &request);
    cr_expect(rig.context->scratch.overflow);
    request.authority = STR("ABCDEFGH");
    view_init(&view, rig.context, &request);
    cr_expect(!rig.context->scratch.overflow && same(view.host, STR("abcdefgh")));
    rig_free(&rig);
}

Test(view, reads_cookies)
{
    static const struct {
        int line;
        sluice_str lines[3];
        sluice_str name;
        bool present;
        sluice_str value;
    } rows[] = {
        {__LINE__, {STR_INIT("a=1")},                              STR_INIT("a"), true,  STR_INIT("1")  },
        {__LINE__, {STR_INIT("a=1; b=2")},                         STR_INIT("b"), true,  STR_INIT("2")  },
        {__LINE__, {STR_INIT("a=1;b=2")},                          STR_INIT("b"), true,  STR_INIT("2")  },
        {__LINE__,
         {STR_INIT("a=1; b=2"), STR_INIT("c=3"), STR_INIT("d=4")},
         STR_INIT("d"),
         true,                                                                           STR_INIT("4")  },
        {__LINE__,
         {STR_INIT("a=1"), STR_INIT("a=2")},
         STR_INIT("a"),
         true,                                                                           STR_INIT("1")  }, /* first */
        {__LINE__, {STR_INIT("a=\"q r\"")},                        STR_INIT("a"), true,  STR_INIT("q r")},
        {__LINE__, {STR_INIT("a=\"")},                             STR_INIT("a"), true,  STR_INIT("\"") },
        {__LINE__, {STR_INIT("a=\"\"")},                           STR_INIT("a"), false, {NULL, 0}      },
        {__LINE__, {STR_INIT("a=")},                               STR_INIT("a"), false, {NULL, 0}      },
        {__LINE__, {STR_INIT("a")},                                STR_INIT("a"), false, {NULL, 0}      },
        {__LINE__, {STR_INIT("A=1")},                              STR_INIT("a"), false, {NULL, 0}      }, /* case counts */
        {__LINE__, {STR_INIT("aa=1; xa=2")},                       STR_INIT("a"), false, {NULL, 0}      },
        {__LINE__, {STR_INIT(";;; ;a=1")},                         STR_INIT("a"), true,  STR_INIT("1")  },
        {__LINE__, {STR_INIT("  a=1=2 ;")},                        STR_INIT("a"), true,  STR_INIT("1=2")},
        {__LINE__, {STR_INIT("b=a=1")},                            STR_INIT("a"), false, {NULL, 0}      },
    };
    struct rig rig;
    rig_init(&rig, 0);
    uint32_t cookie = header_index(rig.router, "cookie");
    for (size_t i = 0; i < 2 * ROWS(rows); i++) {
        size_t row = i / 2;
        sluice_field headers[4];
        size_t count = 0;
        while (count < 3 && rows[row].lines[count].ptr) {
            headers[count] = (sluice_field){STR("Cookie"), rows[row].lines[count]};
            count++;
        }
        struct callback callback;
        struct view view;
        sluice_str value = {NULL, 0};
        sluice_request request = with_headers(headers, count, i % 2 ? &callback : NULL);
        view_init(&view, rig.context, &request);
        bool present = view_cookie(&view, cookie, rows[row].name, &value);
        cr_expect(present == rows[row].present, "line %d", rows[row].line);
        if (present) cr_expect(same(value, rows[row].value), "line %d", rows[row].line);
    }
    rig_free(&rig);
}

/* A request may hold as many cookie lines as the caller lets in: reading them is one pass. */
Test(view, reads_many_cookie_lines_in_one_pass, .timeout = 5)
{
    enum { LINES = 60000 };
    struct rig rig;
    rig_init(&rig, 0);
    sluice_field *headers = calloc(LINES, sizeof(*headers));
    cr_assert(headers != NULL);
    for (size_t i = 0; i < LINES; i++) {
        headers[i] = (sluice_field){STR("cookie"), STR("b=1")};
    }
    struct view view;
    sluice_str value;
    sluice_request request = {.headers = headers, .header_count = LINES};
    view_init(&view, rig.context, &request);
    cr_expect(!view_cookie(&view, header_index(rig.router, "cookie"), STR("a"), &value));
    free(headers);
    rig_free(&rig);
}

Test(view, reads_query_parameters)
{
    static const struct {
        int line;
        sluice_str path, name;
        bool raw, decoded; /* present */
        sluice_str raw_value, decoded_value;
    } rows[] = {
        {__LINE__, STR_INIT("/"),             STR_INIT("k"),   false, false, {NULL, 0},          {NULL, 0}     },
        {__LINE__, STR_INIT("/?k"),           STR_INIT("k"),   true,  true,  {NULL, 0},          {NULL, 0}     },
        {__LINE__, STR_INIT("/?k="),          STR_INIT("k"),   true,  true,  {NULL, 0},          {NULL, 0}     },
        {__LINE__, STR_INIT("/?k=1"),         STR_INIT("k"),   true,  true,  STR_INIT("1"),      STR_INIT("1") },
        {__LINE__, STR_INIT("/?K=1"),         STR_INIT("k"),   false, false, {NULL, 0},          {NULL, 0}     },
        {__LINE__, STR_INIT("/?kk=1&xk=2"),   STR_INIT("k"),   false, false, {NULL, 0},          {NULL, 0}     },
        {__LINE__, STR_INIT("/?k=1&k=2"),     STR_INIT("k"),   true,  true,  STR_INIT("1"),      STR_INIT("1") },
        {__LINE__, STR_INIT("/?a=0&&k=1=2&"), STR_INIT("k"),   true,  true,  STR_INIT("1=2"),
         STR_INIT("1=2")                                                                                       },
        {__LINE__, STR_INIT("/?k=a%20b"),     STR_INIT("k"),   true,  true,  STR_INIT("a%20b"),
         STR_INIT("a b")                                                                                       },
        {__LINE__, STR_INIT("/?k=a+b"),       STR_INIT("k"),   true,  true,  STR_INIT("a+b"),
         STR_INIT("a b")                                                                                       },
        {__LINE__, STR_INIT("/?%6B=1"),       STR_INIT("k"),   false, true,  {NULL, 0},          STR_INIT("1") },
        {__LINE__, STR_INIT("/?%6b=1&k=2"),   STR_INIT("k"),   true,  true,  STR_INIT("2"),
         STR_INIT("1")                                                                                         },
        {__LINE__, STR_INIT("/?k=%4"),        STR_INIT("k"),   true,  true,  STR_INIT("%4"),     STR_INIT("%4")},
        {__LINE__, STR_INIT("/?k=%"),         STR_INIT("k"),   true,  true,  STR_INIT("%"),      STR_INIT("%") },
        {__LINE__, STR_INIT("/?k=%zz%41"),    STR_INIT("k"),   true,  true,  STR_INIT("%zz%41"),
         STR_INIT("%zzA")                                                                                      },
        {__LINE__, STR_INIT("/?k=%00x"),      STR_INIT("k"),   true,  true,  STR_INIT("%00x"),
         STR_INIT("\0x")                                                                                       },
        {__LINE__, STR_INIT("/#?k=1"),        STR_INIT("k"),   true,  true,  STR_INIT("1"),      STR_INIT("1") },
        {__LINE__, STR_INIT("/?a b=1"),       STR_INIT("a b"), true,  true,  STR_INIT("1"),      STR_INIT("1") },
        {__LINE__, STR_INIT("/?a+b=1"),       STR_INIT("a b"), false, true,  {NULL, 0},          STR_INIT("1") },
        {__LINE__, STR_INIT("/?x?k=1"),       STR_INIT("k"),   false, false, {NULL, 0},          {NULL, 0}     },
    };
    struct rig rig;
    rig_init(&rig, 0);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct view view;
        sluice_str value = {NULL, 0};
        sluice_request request = {.path = rows[i].path};
        view_init(&view, rig.context, &request);
        cr_expect(view_query(&view, rows[i].name, &value) == rows[i].raw, "line %d", rows[i].line);
        if (rows[i].raw) cr_expect(same(value, rows[i].raw_value), "line %d", rows[i].line);
        cr_expect(view_query_decoded(&view, rows[i].name, &value) == rows[i].decoded, "line %d",
                  rows[i].line);
        if (rows[i].decoded) cr_expect(same(value, rows[i].decoded_value), "line %d", rows[i].line);
    }
    rig_free(&rig);
}
