/* router/match: predicates, one by one, then rules in order. */
#include <criterion/criterion.h>

#include "router/match.h"
#include "support/model_builder.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

/* A router with one rule made of `predicates`, and whether it takes the request. */
static bool
takes(const struct model_predicate *predicates, size_t count, const sluice_request *request)
{
    struct model_builder builder;
    model_builder_init(&builder);
    struct model_route_list *routes = model_builder_routes(&builder);
    model_builder_rule(&builder, routes, model_builder_forward(&builder, "a"), predicates, count);
    model_builder_host(&builder, model_builder_mesh(&builder), "*", routes);
    sluice_router *router = model_builder_compile(&builder, NULL);
    sluice_context *context;
    cr_assert(router && sluice_context_new(&context, router, NULL) == SLUICE_OK);
    struct view view;
    const struct route_list *list;
    sluice_str domain;
    view_init(&view, context, request);
    cr_assert(match_host(&view, &list, &domain) == LOOKUP_FOUND);
    bool taken = match_first(&view, list) != NULL;
    cr_assert(!context->scratch.overflow);
    sluice_context_free(context);
    sluice_router_release(router);
    model_builder_free(&builder);
    return taken;
}

#define S(text) STR_INIT(text)
#define NONE                                                                                       \
    {                                                                                              \
        NULL, 0                                                                                    \
    }
enum { PLAIN = 0, FOLD = 1, NOT = 2, EMPTY = 4 }; /* ignore_case, negate, absent_is_empty */

static struct model_predicate
predicate(enum model_subject subject, enum model_op op, int flags, sluice_str name,
          sluice_str value)
{
    return (struct model_predicate){
        .subject = subject,
        .negate = flags & NOT,
        .absent_is_empty = flags & EMPTY,
        .name = name,
        .matcher = {.op = op, .ignore_case = flags & FOLD, .value = value},
    };
}

Test(match, compares_paths)
{
    static const struct {
        int line;
        enum model_op op;
        int flags;
        sluice_str value, path;
        bool want;
    } rows[] = {
        {__LINE__, MODEL_PREFIX,         PLAIN, S("/foo"),      S("/foobar"),  true },
        {__LINE__, MODEL_PREFIX,         PLAIN, S("/foo"),      S("/fo"),      false},
        {__LINE__, MODEL_PREFIX,         PLAIN, S("/foo"),      S("/FOO"),     false},
        {__LINE__, MODEL_PREFIX,         FOLD,  S("/foo"),      S("/FOObar"),  true },
        {__LINE__, MODEL_PREFIX,         PLAIN, NONE,           S("/x"),       true },
        {__LINE__, MODEL_PREFIX,         PLAIN, S("/foo/"),     S("/foo"),     false},
        {__LINE__, MODEL_PREFIX,         PLAIN, S("/a?"),       S("/a?b"),     false}, /* no query in the path */
        {__LINE__, MODEL_SEGMENT_PREFIX, PLAIN, S("/foo"),      S("/foobar"),  false},
        {__LINE__, MODEL_SEGMENT_PREFIX, PLAIN, S("/foo"),      S("/foo"),     true },
        {__LINE__, MODEL_SEGMENT_PREFIX, PLAIN, S("/foo"),      S("/foo/x"),   true },
        {__LINE__, MODEL_SEGMENT_PREFIX, PLAIN, S("/foo/"),     S("/foo"),     true },
        {__LINE__, MODEL_SEGMENT_PREFIX, PLAIN, S("/foo/"),     S("/foo/x"),   true },
        {__LINE__, MODEL_SEGMENT_PREFIX, PLAIN, S("/foo//"),    S("/foo"),     false}, /* one slash only */
        {__LINE__, MODEL_SEGMENT_PREFIX, PLAIN, S("/"),         S("/x"),       true },
        {__LINE__, MODEL_SEGMENT_PREFIX, PLAIN, S("/foo"),      S("/FOO/x"),   false},
        {__LINE__, MODEL_SEGMENT_PREFIX, FOLD,  S("/foo"),      S("/FOO/x"),   true },
        {__LINE__, MODEL_SEGMENT_PREFIX, FOLD,  S("/foo"),      S("/FOOx"),    false},
        {__LINE__, MODEL_SEGMENT_PREFIX, PLAIN, S("/foo"),      S("/foo?q"),   true },
        {__LINE__, MODEL_EXACT,          PLAIN, S("/foo"),      S("/foo?x=1"), true },
        {__LINE__, MODEL_EXACT,          PLAIN, S("/foo"),      S("/foo/"),    false},
        {__LINE__, MODEL_EXACT,          PLAIN, S("/foo"),      S("/foo#f"),   true },
        {__LINE__, MODEL_EXACT,          PLAIN, S("/foo?x=1"),  S("/foo?x=1"), false},
        {__LINE__, MODEL_EXACT,          FOLD,  S("/foo"),      S("/FoO"),     true },
        {__LINE__, MODEL_EXACT,          FOLD,  S("/[a"),       S("/{A"),      false}, /* letters alone fold */
        {__LINE__, MODEL_EXACT,          FOLD,  S("/\xc4"),     S("/\xe4"),    false},
        {__LINE__, MODEL_REGEX,          PLAIN, S("/a"),        S("/ab"),      false},
        {__LINE__, MODEL_REGEX,          PLAIN, S(".*b"),       S("/ab?q=z"),  true },
        {__LINE__, MODEL_REGEX,          PLAIN, S("/foo"),      S("/FOO"),     false},
        {__LINE__, MODEL_REGEX,          PLAIN, S("/u/[0-9]+"), S("/u/12?z"),  true },
        {__LINE__, MODEL_REGEX,          NOT,   S("/a"),        S("/ab"),      true },
        {__LINE__, MODEL_SUFFIX,         PLAIN, S("b"),         S("/ab"),      true },
        {__LINE__, MODEL_SUFFIX,         PLAIN, S("/ab"),       S("/ab"),      false}, /* something before it */
        {__LINE__, MODEL_PRESENT,        PLAIN, NONE,           S("/"),        true },
        {__LINE__, MODEL_PRESENT,        NOT,   NONE,           S("/"),        false},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct model_predicate p =
            predicate(MODEL_PATH, rows[i].op, rows[i].flags, STR(""), rows[i].value);
        sluice_request request = {.path = rows[i].path};
        cr_expect(takes(&p, 1, &request) == rows[i].want, "line %d", rows[i].line);
    }
}

#define H(n, v)                                                                                    \
    {                                                                                              \
        STR_INIT(n), STR_INIT(v)                                                                   \
    }

/* docs/rules.md, "Matches". */
Test(match, compares_headers)
{
    static const struct {
        int line;
        const char *name;
        enum model_op op;
        int flags;
        sluice_str value;
        sluice_field headers[3];
        size_t count;
        bool want;
    } rows[] = {
        {__LINE__, "x",          MODEL_PRESENT, PLAIN,       NONE,            {{NONE, NONE}},             0, false},
        {__LINE__, "x",          MODEL_PRESENT, PLAIN,       NONE,            {H("x", "")},               1, true },
        {__LINE__, "x",          MODEL_PRESENT, NOT | EMPTY, NONE,            {{NONE, NONE}},             0, true },
        {__LINE__, "x",          MODEL_PRESENT, NOT | EMPTY, NONE,            {H("x", "")},               1, false},
        {__LINE__, "x",          MODEL_EXACT,   PLAIN,       S("a"),          {H("X", "a")},              1, true },
        {__LINE__, "x",          MODEL_EXACT,   PLAIN,       S("a"),          {H("x", "A")},              1, false},
        {__LINE__, "x",          MODEL_EXACT,   PLAIN,       S("a"),          {H("x", "a"), H("x", "b")}, 2, false},
        {__LINE__, "x",          MODEL_EXACT,   PLAIN,       S("a,b"),        {H("x", "a"), H("x", "b")}, 2, true },
        {__LINE__, "x",          MODEL_EXACT,   PLAIN,       NONE,            {{NONE, NONE}},             0, false},
        {__LINE__, "x",          MODEL_EXACT,   PLAIN,       NONE,            {H("x", "")},               1, true },
        {__LINE__, "x",          MODEL_PREFIX,  PLAIN,       S("a"),          {H("x", "ab")},             1, true },
        {__LINE__, "x",          MODEL_PREFIX,  PLAIN,       S("a"),          {{NONE, NONE}},             0, false},
        {__LINE__, "x",          MODEL_REGEX,   PLAIN,       S(".*"),         {{NONE, NONE}},             0, false},
        {__LINE__, "x",          MODEL_REGEX,   PLAIN,       S("a.*"),        {H("x", "a"), H("x", "b")}, 2, true },
        {__LINE__, "x",          MODEL_REGEX,   PLAIN,       S("a"),          {H("x", "ab")},             1, false},
 /* withoutHeaders */
        {__LINE__, "x",          MODEL_EXACT,   NOT | EMPTY, S("v"),          {{NONE, NONE}},             0, true },
        {__LINE__, "x",          MODEL_EXACT,   NOT | EMPTY, S("v"),          {H("x", "v")},              1, false},
        {__LINE__, "x",          MODEL_EXACT,   NOT | EMPTY, S("v"),          {H("x", "w")},              1, true },
        {__LINE__, "x",          MODEL_EXACT,   NOT | EMPTY, NONE,            {{NONE, NONE}},             0, false},
        {__LINE__, "x",          MODEL_EXACT,   NOT | EMPTY, NONE,            {H("x", "")},               1, false},
        {__LINE__, "x",          MODEL_EXACT,   NOT | EMPTY, NONE,            {H("x", "1")},              1, true },
        {__LINE__, "x",          MODEL_PREFIX,  NOT | EMPTY, S("p"),          {{NONE, NONE}},             0, true },
        {__LINE__, "x",          MODEL_PREFIX,  NOT | EMPTY, S("p"),          {H("x", "pq")},             1, false},
        {__LINE__, "x",          MODEL_REGEX,   NOT | EMPTY, S(".*"),         {{NONE, NONE}},             0, false},
        {__LINE__, "x",          MODEL_REGEX,   NOT | EMPTY, S(".+"),         {{NONE, NONE}},             0, true },
        {__LINE__, "x",          MODEL_REGEX,   NOT | EMPTY, S("r+"),         {H("x", "rr")},             1, false},
 /* pseudo headers, and names that only look like one */
        {__LINE__, ":path",      MODEL_EXACT,   PLAIN,       S("/a"),         {{NONE, NONE}},             0, false},
        {__LINE__, ":path",      MODEL_EXACT,   PLAIN,       S("/a?x"),       {{NONE, NONE}},             0, true },
        {__LINE__, ":method",    MODEL_EXACT,   PLAIN,       S("PUT"),        {{NONE, NONE}},             0, true },
        {__LINE__, ":scheme",    MODEL_EXACT,   PLAIN,       S("http"),       {{NONE, NONE}},             0, true },
        {__LINE__, ":authority", MODEL_EXACT,   PLAIN,       S("A.com:8080"), {{NONE, NONE}},             0, true },
        {__LINE__, "host",       MODEL_EXACT,   PLAIN,       S("A.com:8080"), {{NONE, NONE}},             0, true },
        {__LINE__, "method",     MODEL_EXACT,   PLAIN,       S("PUT"),        {{NONE, NONE}},             0, false},
        {__LINE__, "method",     MODEL_EXACT,   PLAIN,       S("PUT"),        {H("method", "PUT")},       1, true },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct model_predicate p =
            predicate(MODEL_HEADER, rows[i].op, rows[i].flags,
                      str_make(rows[i].name, strlen(rows[i].name)), rows[i].value);
        sluice_request request = {
            .method = STR("PUT"),
            .authority = STR("A.com:8080"),
            .path = STR("/a?x"),
            .headers = rows[i].headers,
            .header_count = rows[i].count,
        };
        cr_expect(takes(&p, 1, &request) == rows[i].want, "line %d", rows[i].line);
    }
}

/* docs/rules.md, "Matches"; the decoded form is Gateway API's. */
Test(match, compares_query_parameters)
{
    static const struct {
        int line;
        enum model_subject subject;
        enum model_op op;
        sluice_str value, path;
        bool want;
    } rows[] = {
        {__LINE__, MODEL_QUERY,         MODEL_EXACT,   NONE,       S("/?k"),         true },
        {__LINE__, MODEL_QUERY,         MODEL_EXACT,   NONE,       S("/?k="),        true },
        {__LINE__, MODEL_QUERY,         MODEL_EXACT,   NONE,       S("/?k=1"),       false},
        {__LINE__, MODEL_QUERY,         MODEL_EXACT,   NONE,       S("/"),           false},
        {__LINE__, MODEL_QUERY,         MODEL_EXACT,   S("a b"),   S("/?k=a%20b"),   false},
        {__LINE__, MODEL_QUERY,         MODEL_EXACT,   S("a%20b"), S("/?k=a%20b"),   true },
        {__LINE__, MODEL_QUERY,         MODEL_EXACT,   S("2"),     S("/?k=1&k=2"),   false},
        {__LINE__, MODEL_QUERY,         MODEL_PRESENT, NONE,       S("/?a&k"),       true },
        {__LINE__, MODEL_QUERY,         MODEL_PREFIX,  S("1"),     S("/?k=12"),      true },
        {__LINE__, MODEL_QUERY,         MODEL_REGEX,   S("[0-9]"), S("/?k=12"),      false},
        {__LINE__, MODEL_QUERY_DECODED, MODEL_EXACT,   S("a b"),   S("/?%6b=a%20b"), true },
        {__LINE__, MODEL_QUERY_DECODED, MODEL_EXACT,   S("a b"),   S("/?k=a+b"),     true },
        {__LINE__, MODEL_QUERY_DECODED, MODEL_EXACT,   NONE,       S("/?k"),         true },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct model_predicate p =
            predicate(rows[i].subject, rows[i].op, PLAIN, STR("k"), rows[i].value);
        sluice_request request = {.path = rows[i].path};
        cr_expect(takes(&p, 1, &request) == rows[i].want, "line %d", rows[i].line);
    }
}

Test(match, compares_everything_else)
{
    static const sluice_field labels[] = {H("app", "web"), H("empty", "")};
    static const sluice_field claims[] = {H("groups", "a"), H("groups", "b"), H("a.b", "1")};
    static const sluice_request request = {
        .protocol = SLUICE_PROTOCOL_GRPC,
        .port = 8080,
        .authority = S("Foo.com:8080"),
        .path = S("/pkg.Service/Method"),
        .sni = S("WWW.Foo.com"),
        .source_namespace = S("prod"),
        .source_labels = labels,
        .source_label_count = ROWS(labels),
        .claims = claims,
        .claim_count = ROWS(claims),
    };
    static const sluice_request bare = {.path = S("/one")};
    static const struct {
        int line;
        const sluice_request *request;
        enum model_subject subject;
        enum model_op op;
        int flags;
        sluice_str name, value;
        bool want;
    } rows[] = {
        {__LINE__, &request, MODEL_METHOD,           MODEL_EXACT,   PLAIN,       NONE,        S("POST"),         true },
        {__LINE__, &request, MODEL_METHOD,           MODEL_EXACT,   PLAIN,       NONE,        S("post"),         false},
        {__LINE__, &bare,    MODEL_METHOD,           MODEL_EXACT,   PLAIN,       NONE,        S("GET"),          true },
        {__LINE__, &request, MODEL_SCHEME,           MODEL_PREFIX,  PLAIN,       NONE,        S("ht"),           true },
        {__LINE__, &request, MODEL_AUTHORITY,        MODEL_EXACT,   PLAIN,       NONE,        S("Foo.com:8080"), true },
        {__LINE__, &request, MODEL_AUTHORITY,        MODEL_EXACT,   PLAIN,       NONE,        S("foo.com"),      false},
        {__LINE__, &bare,    MODEL_AUTHORITY,        MODEL_PRESENT, PLAIN,       NONE,        NONE,              false},
        {__LINE__, &request, MODEL_RAW_PATH,         MODEL_REGEX,   PLAIN,       NONE,        S("/pkg.*"),       true },
        {__LINE__, &request, MODEL_SOURCE_NAMESPACE, MODEL_EXACT,   PLAIN,       NONE,        S("prod"),         true },
        {__LINE__, &bare,    MODEL_SOURCE_NAMESPACE, MODEL_EXACT,   PLAIN,       NONE,        S("default"),      true },
        {__LINE__, &request, MODEL_SOURCE_LABEL,     MODEL_EXACT,   PLAIN,       S("app"),    S("web"),          true },
        {__LINE__, &request, MODEL_SOURCE_LABEL,     MODEL_EXACT,   PLAIN,       S("App"),    S("web"),          false},
        {__LINE__, &request, MODEL_SOURCE_LABEL,     MODEL_EXACT,   PLAIN,       S("empty"),  NONE,              true },
        {__LINE__, &request, MODEL_SOURCE_LABEL,     MODEL_EXACT,   PLAIN,       S("none"),   NONE,              false},
        {__LINE__, &bare,    MODEL_SOURCE_LABEL,     MODEL_PRESENT, PLAIN,       S("app"),    NONE,              false},
        {__LINE__, &request, MODEL_SNI,              MODEL_EXACT,   PLAIN,       NONE,        S("www.foo.com"),  true },
        {__LINE__, &request, MODEL_SNI,              MODEL_EXACT,   PLAIN,       NONE,        S("WWW.Foo.com"),  true },
        {__LINE__, &request, MODEL_SNI,              MODEL_SUFFIX,  PLAIN,       NONE,        S(".foo.com"),     true },
        {__LINE__, &request, MODEL_SNI,              MODEL_SUFFIX,  PLAIN,       NONE,        S("www.foo.com"),  false},
        {__LINE__, &bare,    MODEL_SNI,              MODEL_SUFFIX,  PLAIN,       NONE,        NONE,              false},
        {__LINE__, &bare,    MODEL_SNI,              MODEL_EXACT,   NOT,         NONE,        S("a"),            true },
        {__LINE__, &request, MODEL_CLAIM,            MODEL_EXACT,   PLAIN,       S("groups"), S("b"),            true },
        {__LINE__, &request, MODEL_CLAIM,            MODEL_EXACT,   PLAIN,       S("groups"), S("c"),            false},
        {__LINE__, &request, MODEL_CLAIM,            MODEL_EXACT,   NOT,         S("groups"), S("b"),            false},
        {__LINE__, &request, MODEL_CLAIM,            MODEL_EXACT,   PLAIN,       S("a.b"),    S("1"),            true },
        {__LINE__, &bare,    MODEL_CLAIM,            MODEL_PRESENT, PLAIN,       S("groups"), NONE,              false},
        {__LINE__, &bare,    MODEL_CLAIM,            MODEL_EXACT,   NOT,         S("groups"), S("b"),            true },
        {__LINE__, &bare,    MODEL_CLAIM,            MODEL_EXACT,   NOT | EMPTY, S("groups"), NONE,              false},
        {__LINE__, &request, MODEL_GRPC_SERVICE,     MODEL_EXACT,   PLAIN,       NONE,        S("pkg.Service"),  true },
        {__LINE__, &request, MODEL_GRPC_METHOD,      MODEL_EXACT,   PLAIN,       NONE,        S("Method"),       true },
        {__LINE__, &bare,    MODEL_GRPC_SERVICE,     MODEL_PRESENT, PLAIN,       NONE,        NONE,              false},
        {__LINE__, &bare,    MODEL_GRPC_METHOD,      MODEL_REGEX,   PLAIN,       NONE,        S(".*"),           false},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct model_predicate p =
            predicate(rows[i].subject, rows[i].op, rows[i].flags, rows[i].name, rows[i].value);
        cr_expect(takes(&p, 1, rows[i].request) == rows[i].want, "line %d", rows[i].line);
    }
}

Test(match, compares_numbers)
{
    static const struct {
        int line;
        enum model_subject subject;
        uint32_t number;
        sluice_request request;
        bool want;
    } rows[] = {
        {__LINE__, MODEL_PORT,     80,                   {0},                                true },
        {__LINE__, MODEL_PORT,     443,                  {.scheme = S("https")},             true },
        {__LINE__, MODEL_PORT,     8080,                 {.port = 8080},                     true },
        {__LINE__, MODEL_PORT,     80,                   {.port = 8080},                     false},
        {__LINE__, MODEL_PROTOCOL, SLUICE_PROTOCOL_GRPC, {.protocol = SLUICE_PROTOCOL_GRPC}, true },
        {__LINE__, MODEL_PROTOCOL, SLUICE_PROTOCOL_GRPC, {0},                                false},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct model_predicate p = model_builder_number(rows[i].subject, rows[i].number);
        cr_expect(takes(&p, 1, &rows[i].request) == rows[i].want, "line %d", rows[i].line);
        p.negate = true;
        cr_expect(takes(&p, 1, &rows[i].request) != rows[i].want, "line %d", rows[i].line);
    }
}

Test(match, compares_affixes)
{
    static const struct {
        int line;
        sluice_str prefix, suffix, text;
        bool want;
    } rows[] = {
        {__LINE__, S("/a"),  S("z"),  S("/a-z"), true },
        {__LINE__, S("/a"),  S("z"),  S("/az"),  false}, /* at least one byte between */
        {__LINE__, S("/ab"), S("ba"), S("/aba"), false}, /* they must not overlap */
        {__LINE__, NONE,     S("z"),  S("/z"),   true },
        {__LINE__, S("/a"),  NONE,    S("/ab"),  true },
        {__LINE__, S("/a"),  S("z"),  S("/b-z"), false},
        {__LINE__, S("/a"),  S("z"),  S("/a-y"), false},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct model_predicate p =
            predicate(MODEL_PATH, MODEL_AFFIX, PLAIN, STR(""), rows[i].prefix);
        p.matcher.suffix = rows[i].suffix;
        sluice_request request = {.path = rows[i].text};
        cr_expect(takes(&p, 1, &request) == rows[i].want, "line %d", rows[i].line);
    }
}

Test(match, compares_addresses)
{
    static const struct {
        int line;
        uint8_t address[16];
        uint32_t bits;
        sluice_str text;
        bool want;
    } rows[] = {
        {__LINE__, {[10] = 0xff, 0xff, 10},          104, S("10.1.2.3"),         true },
        {__LINE__, {[10] = 0xff, 0xff, 10},          104, S("11.1.2.3"),         false},
        {__LINE__, {[10] = 0xff, 0xff, 10},          104, S("::ffff:10.1.2.3"),  true },
        {__LINE__, {[10] = 0xff, 0xff, 10},          104, S("::10.1.2.3"),       false},
        {__LINE__, {[10] = 0xff, 0xff, 10, 1, 2, 3}, 128, S("10.1.2.3"),         true },
        {__LINE__, {[10] = 0xff, 0xff, 10, 1, 2, 3}, 128, S("10.1.2.2"),         false},
        {__LINE__, {[10] = 0xff, 0xff, 10, 1, 2, 2}, 127, S("10.1.2.3"),         true },
        {__LINE__, {[10] = 0xff, 0xff, 10, 1, 2, 2}, 127, S("10.1.2.4"),         false},
        {__LINE__, {[10] = 0xff, 0xff},              96,  S("1.2.3.4"),          true },
        {__LINE__, {[10] = 0xff, 0xff},              96,  S("::1"),              false},
        {__LINE__, {0x20, 0x01, 0x0d, 0xb8},         33,  S("2001:db8:7fff::1"), true },
        {__LINE__, {0x20, 0x01, 0x0d, 0xb8},         33,  S("2001:db8:8000::1"), false},
        {__LINE__, {0},                              0,   S("2001:db8::1"),      true },
        {__LINE__, {0},                              0,   S("1.2.3.4"),          true },
        {__LINE__, {0},                              0,   S("1.2.3"),            false}, /* no address */
        {__LINE__, {0},                              0,   S("1.2.3.4:80"),       false},
        {__LINE__, {0},                              0,   NONE,                  false},
        {__LINE__, {0},                              0,   S("\0\xff"),           false},
    };
    for (size_t i = 0; i < 2 * ROWS(rows); i++) {
        size_t row = i / 2;
        bool source = i % 2 == 0;
        struct model_predicate p = predicate(source ? MODEL_SOURCE_IP : MODEL_DESTINATION_IP,
                                             MODEL_CIDR, PLAIN, STR(""), STR(""));
        struct model_cidr cidr = {.bits = rows[row].bits};
        memcpy(cidr.address, rows[row].address, 16);
        p.matcher.cidr = &cidr;
        sluice_request request = {0};
        *(source ? &request.source_ip : &request.destination_ip) = rows[row].text;
        cr_expect(takes(&p, 1, &request) == rows[row].want, "line %d", rows[row].line);
        p.negate = true;
        cr_expect(takes(&p, 1, &request) != rows[row].want, "line %d", rows[row].line);
    }
}

/* Labels and namespace of the workload stand in where the request says nothing. */
Test(match, falls_back_to_the_proxys_own_labels)
{
    static const sluice_field own[] = {H("app", "web")};
    struct model_builder builder;
    model_builder_init(&builder);
    builder.settings.proxy_labels = own;
    builder.settings.proxy_label_count = 1;
    builder.settings.proxy_namespace = STR("shop");
    struct model_predicate predicates[] = {
        predicate(MODEL_SOURCE_LABEL, MODEL_EXACT, PLAIN, STR("app"), STR("web")),
        predicate(MODEL_SOURCE_NAMESPACE, MODEL_EXACT, PLAIN, STR(""), STR("shop")),
    };
    struct model_route_list *routes = model_builder_routes(&builder);
    model_builder_rule(&builder, routes, model_builder_forward(&builder, "a"), predicates, 2);
    model_builder_host(&builder, model_builder_mesh(&builder), "*", routes);
    sluice_router *router = model_builder_compile(&builder, NULL);
    model_builder_free(&builder);
    sluice_context *context;
    cr_assert(router && sluice_context_new(&context, router, NULL) == SLUICE_OK);
    const sluice_field others[] = {H("app", "db")};
    const sluice_request requests[] = {
        {0                       },
        {                       .source_labels = others, .source_label_count = 1},
        {                       .source_namespace = STR("x")                       },
        { .source_labels = others,                        .source_label_count = 0}, /* known to have none */
    };
    for (size_t i = 0; i < ROWS(requests); i++) {
        struct view view;
        view_init(&view, context, &requests[i]);
        cr_expect((match_first(&view, list_at(router, 0)) != NULL) == (i == 0), "%zu", i);
    }
    sluice_context_free(context);
    sluice_router_release(router);
}

Test(match, takes_the_first_rule_that_holds)
{
    struct model_builder builder;
    model_builder_init(&builder);
    struct model_route_list *routes = model_builder_routes(&builder);
    struct model_action *action = model_builder_forward(&builder, "a");
    struct model_predicate both[] = {
        model_builder_text(MODEL_PATH, MODEL_PREFIX, "", "/a"),
        model_builder_text(MODEL_HEADER, MODEL_EXACT, "x", "1"),
    };
    struct model_predicate prefix = model_builder_text(MODEL_PATH, MODEL_PREFIX, "", "/a");
    struct model_predicate exact = model_builder_text(MODEL_PATH, MODEL_EXACT, "", "/a/b");
    model_builder_rule(&builder, routes, action, both, 2);
    model_builder_rule(&builder, routes, action, &prefix, 1);
    model_builder_rule(&builder, routes, action, &exact, 1); /* shadowed: no ranking */
    model_builder_host(&builder, model_builder_mesh(&builder), "*", routes);
    sluice_router *router = model_builder_compile(&builder, NULL);
    sluice_context *context;
    cr_assert(router && sluice_context_new(&context, router, NULL) == SLUICE_OK);
    static const sluice_field one[] = {H("x", "1")};
    static const struct {
        int line;
        sluice_request request;
        int rule;
    } rows[] = {
        {__LINE__, {.path = S("/a/b"), .headers = one, .header_count = 1}, 0 },
        {__LINE__, {.path = S("/a/b")},                                    1 },
        {__LINE__, {.path = S("/b"), .headers = one, .header_count = 1},   -1},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct view view;
        view_init(&view, context, &rows[i].request);
        const struct rule *rule = match_first(&view, list_at(router, 0));
        int got = rule ? (int)rule->origin.rule : -1;
        cr_expect(got == rows[i].rule, "line %d: rule %d", rows[i].line, got);
    }
    sluice_context_free(context);
    sluice_router_release(router);
    model_builder_free(&builder);
}

static const sluice_str short_paths[] = {
    S("/"),        S("/\0"),       S("/a"),        S("/A"),      S("/a\0"), S("/abcdefg"),
    S("/ABCDEFG"), S("/abcdefgh"), S("/abcdef\0"), S("/abcdef"), S("a"),
};

/* A short list passes over rules by a filter, and takes some for certain by it. */
static void
expect_filter_agrees(const struct model_predicate *path)
{
    struct model_builder builder;
    model_builder_init(&builder);
    struct model_route_list *routes = model_builder_routes(&builder);
    model_builder_rule(&builder, routes, model_builder_forward(&builder, "a"), path, 1);
    model_builder_host(&builder, model_builder_mesh(&builder), "*", routes);
    sluice_router *router = model_builder_compile(&builder, NULL);
    sluice_context *context;
    cr_assert(router && sluice_context_new(&context, router, NULL) == SLUICE_OK);
    const struct route_list *list = list_at(router, 0);
    for (size_t i = 0; i < ROWS(short_paths); i++) {
        struct view view;
        sluice_request request = {.path = short_paths[i]};
        view_init(&view, context, &request);
        bool holds = match_rule(&view, list_rule(list, 0)) == NULL;
        cr_expect((match_first(&view, list) != NULL) == holds, "path %zu, rule of %zu bytes", i,
                  path->matcher.value.len);
    }
    sluice_context_free(context);
    sluice_router_release(router);
    model_builder_free(&builder);
}

Test(match, filters_agree_with_the_rules)
{
    static const enum model_op ops[] = {MODEL_PREFIX, MODEL_EXACT, MODEL_SEGMENT_PREFIX};
    for (size_t i = 0; i < 6 * ROWS(short_paths); i++) {
        struct model_predicate path = model_builder_text(MODEL_PATH, ops[i % 3], "", "");
        path.matcher.value = short_paths[i / 6];
        path.matcher.ignore_case = i % 6 >= 3;
        expect_filter_agrees(&path);
    }
}

/* Whatever the order written, a regular expression is looked at last and the path early. */
Test(match, orders_predicates_by_cost)
{
    struct model_builder builder;
    model_builder_init(&builder);
    struct model_predicate predicates[] = {
        model_builder_text(MODEL_HEADER, MODEL_REGEX, "a", ".*"),
        model_builder_text(MODEL_QUERY, MODEL_EXACT, "q", "1"),
        model_builder_text(MODEL_HEADER, MODEL_EXACT, "b", "1"),
        model_builder_text(MODEL_METHOD, MODEL_EXACT, "", "GET"),
        model_builder_text(MODEL_PATH, MODEL_EXACT, "", "/"),
    };
    struct model_route_list *routes = model_builder_routes(&builder);
    model_builder_rule(&builder, routes, model_builder_forward(&builder, "a"), predicates,
                       ROWS(predicates));
    model_builder_host(&builder, model_builder_mesh(&builder), "*", routes);
    sluice_router *router = model_builder_compile(&builder, NULL);
    cr_assert(router);
    const struct predicate *first = rule_predicates(router, list_rule(list_at(router, 0), 0));
    cr_expect(first[ROWS(predicates) - 1].op == OP_REGEX);
    for (size_t i = 0; i < 2; i++) {
        cr_expect(first[i].subject == SUBJECT_PATH || first[i].subject == SUBJECT_METHOD);
    }
    sluice_router_release(router);
    model_builder_free(&builder);
}

/* ---- random predicates on random requests, against the plainest possible reading ---- */

static uint64_t
next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

static const char *const texts[] = {"", "a", "A", "ab", "b", "/", "/a", "/a/", "/a/b", "/A", "aa"};
/* Patterns that a few lines of C can decide. */
static const char *const patterns[] = {"", "a*", "/.*", ".*b", ".+"};

static bool
oracle_regex(const char *pattern, const char *text)
{
    size_t len = strlen(text);
    if (strcmp(pattern, "a*") == 0) return strspn(text, "a") == len;
    if (strcmp(pattern, "/.*") == 0) return text[0] == '/';
    if (strcmp(pattern, ".*b") == 0) return len > 0 && text[len - 1] == 'b';
    if (strcmp(pattern, ".+") == 0) return len > 0;
    return len == 0;
}

static char
oracle_fold(char c, bool fold)
{
    return fold && c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
oracle_prefix(const char *prefix, size_t len, const char *text, bool fold)
{
    for (size_t i = 0; i < len; i++) {
        if (oracle_fold(prefix[i], fold) != oracle_fold(text[i], fold)) return false;
    }
    return true;
}

static bool
oracle_compare(enum model_op op, bool fold, const char *value, const char *text)
{
    size_t len = strlen(value), text_len = strlen(text);
    switch (op) {
    case MODEL_PRESENT:
        return true;
    case MODEL_EXACT:
        return len == text_len && oracle_prefix(value, len, text, fold);
    case MODEL_PREFIX:
        return oracle_prefix(value, len, text, fold);
    case MODEL_SEGMENT_PREFIX:
        if (len > 0 && value[len - 1] == '/') len--;
        return oracle_prefix(value, len, text, fold) && (text[len] == '\0' || text[len] == '/');
    case MODEL_SUFFIX:
        return text_len > len && strcmp(text + text_len - len, value) == 0;
    case MODEL_REGEX:
        return oracle_regex(value, text);
    default:
        return false;
    }
}

Test(match, agrees_with_a_plain_reading, .timeout = 60)
{
    static const enum model_subject subjects[] = {MODEL_PATH, MODEL_METHOD, MODEL_HEADER,
                                                  MODEL_QUERY, MODEL_AUTHORITY};
    uint64_t random = 7;
    size_t held = 0;
    enum { ROUNDS = 3000 };
    for (size_t round = 0; round < ROUNDS; round++) {
        enum model_subject subject = subjects[next_random(&random) % ROWS(subjects)];
        enum model_op op = (enum model_op)(next_random(&random) % 7);
        if (op == MODEL_AFFIX) continue;
        bool fold = op <= MODEL_SEGMENT_PREFIX && next_random(&random) % 2;
        const char *value = op == MODEL_REGEX ? patterns[next_random(&random) % ROWS(patterns)]
                                              : texts[next_random(&random) % ROWS(texts)];
        const char *actual = texts[next_random(&random) % ROWS(texts)];
        /* Empty method, path and authority are "not given". */
        bool given = next_random(&random) % 4 != 0;
        if (subject != MODEL_HEADER && subject != MODEL_QUERY) given = actual[0] != '\0';
        char path[16] = "/?k=";
        sluice_field header = {STR("X"), sluice_str_of(actual)};
        sluice_request request = {0};
        if (subject == MODEL_PATH) request.path = sluice_str_of(actual);
        if (subject == MODEL_METHOD) request.method = sluice_str_of(actual);
        if (subject == MODEL_AUTHORITY) request.authority = sluice_str_of(actual);
        if (subject == MODEL_HEADER && given) {
            request.headers = &header;
            request.header_count = 1;
        }
        if (subject == MODEL_QUERY && given) request.path = sluice_str_of(strcat(path, actual));
        int flags = (fold ? FOLD : 0) | (next_random(&random) % 2 ? NOT : 0) |
                    (next_random(&random) % 2 ? EMPTY : 0);
        struct model_predicate p = predicate(subject, op, flags, STR(""), sluice_str_of(value));
        if (subject == MODEL_HEADER) p.name = STR("x");
        if (subject == MODEL_QUERY) p.name = STR("k");

        bool want;
        if (!given && subject == MODEL_PATH) {
            want = oracle_compare(op, fold, value, "/");
        } else if (!given && subject == MODEL_METHOD) {
            want = oracle_compare(op, fold, value, "GET");
        } else if (given) {
            want = oracle_compare(op, fold, value, actual);
        } else {
            want = (flags & EMPTY) && op != MODEL_PRESENT && oracle_compare(op, fold, value, "");
        }
        if (flags & NOT) want = !want;
        held += want;
        cr_assert(takes(&p, 1, &request) == want,
                  "round %zu: subject %d op %d flags %d value '%s' actual '%s' given %d", round,
                  (int)subject, (int)op, flags, value, actual, given);
    }
    cr_expect(held > ROUNDS / 8 && held < ROUNDS * 7 / 8, "%zu held", held); /* both happen */
}
