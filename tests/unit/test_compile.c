/* api/compile: rule text in, router out; statuses, options, limits and memory. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "support/failing_alloc.h"
#include "support/read_file.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

#define VS(name, host, rest)                                                                       \
    "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: " name "}\n"       \
    "spec: {hosts: [" host "], http: [{" rest "}]}\n"
#define TO(host) "route: [{destination: {host: " host "}}]"
#define GOOD VS("good", "good.com", TO("a.com"))
#define BAD VS("bad", "bad.com", TO("a.com") ", timeout: 0s")

static sluice_status
compile_text(sluice_router **out, const char *text, const sluice_compile_options *options,
             sluice_report *report)
{
    sluice_source source = {STR("rules.yaml"), sluice_str_of(text)};
    return sluice_compile(out, &source, 1, options, report);
}

/* The outcome for one host of the mesh. */
static sluice_outcome
route_host(sluice_router *router, const char *host)
{
    sluice_context *context;
    sluice_decision decision;
    sluice_request request = {.authority = sluice_str_of(host)};
    cr_assert(sluice_context_new(&context, router, NULL) == SLUICE_OK);
    sluice_outcome outcome = sluice_route(context, &request, &decision);
    sluice_context_free(context);
    return outcome;
}

Test(compile, answers_by_what_is_wrong)
{
    static const struct {
        int line;
        const char *text;
        sluice_status strict, lenient, keep_going;
    } rows[] = {
        {__LINE__,           "",                       SLUICE_OK,          SLUICE_OK,                    SLUICE_OK         },
        {__LINE__,           "# nothing\n---\nnull\n", SLUICE_OK,          SLUICE_OK,                    SLUICE_OK         },
        {__LINE__,           GOOD,                     SLUICE_OK,          SLUICE_OK,                    SLUICE_OK         },
        {__LINE__,           BAD,                      SLUICE_ERR_INVALID, SLUICE_OK,                    SLUICE_OK         },
        {__LINE__,           "a: [",                   SLUICE_ERR_SYNTAX,  SLUICE_ERR_SYNTAX,            SLUICE_ERR_SYNTAX },
        {__LINE__,           "{\"a\": ",               SLUICE_ERR_SYNTAX,  SLUICE_ERR_SYNTAX,            SLUICE_ERR_SYNTAX },
        {__LINE__,           GOOD "---\na: [",         SLUICE_ERR_SYNTAX,  SLUICE_ERR_SYNTAX,            SLUICE_OK         },
        {__LINE__,           "just text",              SLUICE_ERR_INVALID, SLUICE_ERR_INVALID,           SLUICE_OK         },
        {__LINE__,           VS("x",                   "x.com",            "unheard: of, " TO("a.com")), SLUICE_ERR_INVALID, SLUICE_OK,
         SLUICE_OK},
        {__LINE__,          VS("x",                                  "x.com",                                             "match: [{uri: {regex: '('}}], " TO("a.com")),
         SLUICE_ERR_INVALID,                                    SLUICE_ERR_INVALID, SLUICE_OK},
        {__LINE__, "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n",       SLUICE_OK,                SLUICE_OK,
         SLUICE_OK                   },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        for (int mode = 0; mode < 3; mode++) {
            sluice_compile_options options;
            sluice_compile_options_init(&options);
            options.lenient = mode == 1;
            options.keep_going = mode == 2;
            sluice_router *router = (sluice_router *)&options;
            sluice_status want = mode == 0   ? rows[i].strict
                                 : mode == 1 ? rows[i].lenient
                                             : rows[i].keep_going;
            sluice_status got = compile_text(&router, rows[i].text, &options, NULL);
            cr_expect(eq(i32, (int)got, (int)want), "line %d, mode %d", rows[i].line, mode);
            cr_expect(got == SLUICE_OK ? router != NULL : router == NULL, "line %d, mode %d",
                      rows[i].line, mode);
            sluice_router_release(router);
        }
    }
}

Test(compile, refuses_wrong_arguments)
{
    sluice_router *router;
    sluice_compile_options options;
    sluice_compile_options_init(&options);
    options.size = 1;
    cr_expect(sluice_compile(&router, NULL, 1, NULL, NULL) == SLUICE_ERR_ARGUMENT);
    cr_expect(compile_text(&router, GOOD, &options, NULL) == SLUICE_ERR_ARGUMENT);
    cr_expect(sluice_compile(NULL, NULL, 0, NULL, NULL) == SLUICE_ERR_ARGUMENT);
    cr_expect(sluice_compile(&router, NULL, 0, NULL, NULL) == SLUICE_OK);
    sluice_router_release(router);
}

/* A caller built against a header that had fewer options. */
Test(compile, takes_the_options_that_the_caller_knows)
{
    sluice_router *router;
    sluice_compile_options options;
    memset(&options, 0xff, sizeof(options));
    options.size = offsetof(sluice_compile_options, lenient) + 1;
    options.allocator = NULL;
    options.limits = (sluice_limits){0};
    options.lenient = true;
    cr_assert(compile_text(&router, BAD, &options, NULL) == SLUICE_OK);
    cr_expect(route_host(router, "bad.com") == SLUICE_FORWARD);
    sluice_router_release(router);
}

Test(compile, sets_bad_resources_aside)
{
    sluice_router *router;
    sluice_report *report;
    sluice_compile_options options;
    sluice_compile_options_init(&options);
    options.keep_going = true;
    cr_assert(sluice_report_new(&report, NULL) == SLUICE_OK);
    cr_assert(compile_text(&router, BAD "---\n" GOOD, &options, report) == SLUICE_OK);
    cr_expect(eq(sz, sluice_report_count_of(report, SLUICE_SEVERITY_ERROR), 1));
    cr_expect(route_host(router, "good.com") == SLUICE_FORWARD);
    cr_expect(route_host(router, "bad.com") == SLUICE_PASSTHROUGH);
    sluice_router_release(router);
    sluice_report_free(report);
}

Test(compile, reports_every_finding_with_its_place)
{
    sluice_router *router;
    sluice_report *report;
    static const char text[] = GOOD "---\n" BAD "---\n" VS("worse", "x.com", "timeout: -1s");
    cr_assert(sluice_report_new(&report, NULL) == SLUICE_OK);
    cr_assert(compile_text(&router, text, NULL, report) == SLUICE_ERR_INVALID);
    cr_assert(sluice_report_count_of(report, SLUICE_SEVERITY_ERROR) >= 3);
    const sluice_diagnostic *first = sluice_report_get(report, 0);
    cr_expect(str_equal(first->document, STR("rules.yaml")));
    cr_expect(str_equal(first->kind, STR("VirtualService")));
    cr_expect(str_equal(first->space, STR("default")));
    cr_expect(str_equal(first->name, STR("bad")));
    cr_expect(str_equal(first->path, STR("spec.http[0].timeout")));
    cr_expect(str_equal(first->code, STR("IST0106")));
    cr_expect(eq(u32, first->line, 9));
    cr_expect(first->column > 1 && first->message.len > 0);
    cr_expect(sluice_report_get(report, sluice_report_count(report)) == NULL);
    cr_expect(eq(sz, sluice_report_count_of(report, (sluice_severity)7), 0));
    sluice_report_clear(report);
    cr_expect(eq(sz, sluice_report_count(report), 0));
    cr_assert(compile_text(&router, GOOD, NULL, report) == SLUICE_OK);
    cr_expect(eq(sz, sluice_report_count_of(report, SLUICE_SEVERITY_ERROR), 0));
    sluice_router_release(router);
    sluice_report_free(report);
}

Test(compile, reads_several_sources)
{
    sluice_router *router;
    static const char json[] =
        "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [{\"apiVersion\": "
        "\"networking.istio.io/v1beta1\", \"kind\": \"VirtualService\", \"metadata\": {\"name\": "
        "\"j\"}, \"spec\": {\"hosts\": [\"j.com\"], \"http\": [{\"route\": [{\"destination\": "
        "{\"host\": \"a.com\"}}]}]}}]}";
    sluice_source sources[] = {
        {STR("a"),  STR(GOOD)},
        {STR("b"),  STR("")  },
        {STR("c"),  STR(json)},
        {{NULL, 0}, {NULL, 0}},
    };
    cr_assert(sluice_compile(&router, sources, ROWS(sources), NULL, NULL) == SLUICE_OK);
    cr_expect(route_host(router, "good.com") == SLUICE_FORWARD);
    cr_expect(route_host(router, "j.com") == SLUICE_FORWARD);
    size_t rules = sluice_router_rule_count(router);
    cr_expect(sluice_router_memory(router) > 0);
    sluice_router_release(router);
    cr_assert(sluice_compile(&router, sources, 1, NULL, NULL) == SLUICE_OK);
    cr_expect(eq(sz, sluice_router_rule_count(router) + 1, rules));
    sluice_router_release(router);
}

Test(compile, keeps_nothing_of_the_text)
{
    static const char text[] =
        VS("a", "a.com",
           "name: rn, match: [{name: m, uri: {prefix: /p}, headers: {h: {exact: v}}}], headers: "
           "{request: {set: {x: one}}}, timeout: 3s, rewrite: {uri: /q}, " TO("b.com"));
    char copy[sizeof(text)];
    memcpy(copy, text, sizeof(text));
    sluice_router *router;
    cr_assert(compile_text(&router, copy, NULL, NULL) == SLUICE_OK);
    memset(copy, '!', sizeof(copy));
    sluice_context *context;
    sluice_decision d;
    sluice_field header = {STR("h"), STR("v")};
    sluice_request request = {
        .authority = STR("a.com"), .path = STR("/p/1"), .headers = &header, .header_count = 1};
    cr_assert(sluice_context_new(&context, router, NULL) == SLUICE_OK);
    cr_assert(sluice_route(context, &request, &d) == SLUICE_FORWARD);
    cr_expect(str_equal(d.destination->host, STR("b.com")));
    cr_expect(str_equal(d.path, STR("/q/1")));
    cr_expect(str_equal(d.matched->route_name, STR("rn.m")));
    cr_assert(eq(sz, d.request_header_count, 1));
    cr_expect(str_equal(d.request_headers[0].value, STR("one")));
    sluice_context_free(context);
    sluice_router_release(router);
}

Test(compile, names_what_the_rules_read)
{
    sluice_router *router;
    static const char text[] =
        VS("a", "a.com",
           "match: [{headers: {X-User: {exact: v}}, queryParams: {q: {}}, sourceLabels: {app: "
           "web}}], " TO("b.com"));
    static const struct {
        int line;
        sluice_needed what;
        const char *name;
    } rows[] = {
        {__LINE__, SLUICE_NEEDED_HEADER,       "x-user"},
        {__LINE__, SLUICE_NEEDED_QUERY,        "q"     },
        {__LINE__, SLUICE_NEEDED_SOURCE_LABEL, "app"   },
    };
    cr_assert(compile_text(&router, text, NULL, NULL) == SLUICE_OK);
    for (size_t i = 0; i < ROWS(rows); i++) {
        cr_expect(eq(sz, sluice_router_needed_count(router, rows[i].what), 1), "line %d",
                  rows[i].line);
        cr_expect(str_equal(sluice_router_needed_get(router, rows[i].what, 0),
                            sluice_str_of(rows[i].name)),
                  "line %d", rows[i].line);
    }
    cr_expect(eq(sz, sluice_router_needed_count(router, SLUICE_NEEDED_COOKIE), 0));
    sluice_router_release(router);
}

Test(compile, keeps_to_limits)
{
    static const struct {
        int line;
        sluice_limits limits;
    } rows[] = {
        {__LINE__, {.text_bytes = 20} },
        {__LINE__, {.documents = 1}   },
        {__LINE__, {.depth = 3}       },
        {__LINE__, {.nodes = 10}      },
        {__LINE__, {.rules = 1}       },
        {__LINE__, {.destinations = 1}},
    };
    static const char text[] = GOOD
        "---\n" VS("two", "two.com",
                   "route: [{destination: {host: a.com}, weight: 1}, {destination: {host: b.com}, "
                   "weight: 1}]");
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_router *router;
        sluice_report *report;
        sluice_compile_options options;
        sluice_compile_options_init(&options);
        options.limits = rows[i].limits;
        cr_assert(sluice_report_new(&report, NULL) == SLUICE_OK);
        cr_expect(
            eq(i32, (int)compile_text(&router, text, &options, report), (int)SLUICE_ERR_LIMIT),
            "line %d", rows[i].line);
        cr_expect(router == NULL, "line %d", rows[i].line);
        cr_expect(sluice_report_count_of(report, SLUICE_SEVERITY_ERROR) > 0, "line %d",
                  rows[i].line);
        sluice_report_free(report);
    }
}

/* Rules are counted once for each listener; in lenient mode the API's own limit of backends does
 * not count. */
Test(compile, limits_hold_for_gateway_api)
{
    static const struct {
        int line;
        sluice_limits limits;
        sluice_status want;
    } rows[] = {
        {__LINE__, {.rules = 3},        SLUICE_ERR_LIMIT},
        {__LINE__, {.destinations = 1}, SLUICE_ERR_LIMIT},
        {__LINE__, {.rules = 7},        SLUICE_OK       }, /* the mesh has three by default */
        {__LINE__, {.destinations = 2}, SLUICE_OK       },
    };
    static const char text[] =
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: gw}\n"
        "spec: {gatewayClassName: c, listeners: [{name: a, port: 80, protocol: HTTP}, {name: b, "
        "port: 81, protocol: HTTP}]}\n"
        "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\n"
        "spec: {parentRefs: [{name: gw}], rules: [{matches: [{method: GET}, {method: PUT}], "
        "backendRefs: [{name: x, port: 80}, {name: y2, port: 80}]}]}\n";
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_router *router;
        sluice_report *report;
        sluice_compile_options options;
        sluice_compile_options_init(&options);
        options.limits = rows[i].limits;
        cr_assert(sluice_report_new(&report, NULL) == SLUICE_OK);
        cr_expect(eq(i32, (int)compile_text(&router, text, &options, report), (int)rows[i].want),
                  "line %d", rows[i].line);
        cr_expect(eq(int, router != NULL, rows[i].want == SLUICE_OK), "line %d", rows[i].line);
        cr_expect(eq(int, sluice_report_count_of(report, SLUICE_SEVERITY_ERROR) > 0,
                     rows[i].want != SLUICE_OK),
                  "line %d", rows[i].line);
        sluice_router_release(router);
        sluice_report_free(report);
    }
}

Test(compile, names_statuses_and_its_version)
{
    for (int status = 0; status <= 6; status++) {
        cr_expect(strlen(sluice_status_name((sluice_status)status)) > 1, "%d", status);
    }
    cr_expect(str_equal(sluice_str_of(sluice_version()), STR(SLUICE_VERSION_STRING)));
    cr_expect(sluice_str_of(NULL).ptr == NULL && sluice_str_of(NULL).len == 0);
}

/* ---- running out of memory ---- */

static void
fail_each_allocation(const sluice_source *sources, size_t count, bool after)
{
    sluice_status status = SLUICE_ERR_NOMEM;
    for (size_t k = 0; status != SLUICE_OK; k++) {
        struct failing_alloc memory;
        failing_alloc_init(&memory, k);
        memory.fail_after = after;
        sluice_compile_options options;
        sluice_compile_options_init(&options);
        options.allocator = &memory.allocator;
        options.lenient = options.keep_going = true;
        sluice_router *router = NULL;
        sluice_report *report = NULL;
        status = sluice_report_new(&report, &memory.allocator);
        if (status == SLUICE_OK) status = sluice_compile(&router, sources, count, &options, report);
        cr_assert(status == SLUICE_OK || status == SLUICE_ERR_NOMEM, "allocation %zu: %s", k,
                  sluice_status_name(status));
        cr_assert(eq(int, router != NULL, status == SLUICE_OK), "allocation %zu", k);
        cr_assert(memory.failed == (status != SLUICE_OK), "allocation %zu went unnoticed", k);
        sluice_router_release(router);
        sluice_report_free(report);
        cr_assert(eq(sz, failing_alloc_finish(&memory), 0), "allocation %zu", k);
    }
}

/* The seeds of the fuzzer hold every kind and nearly every field. */
Test(compile, survives_every_failed_allocation)
{
    static const char *const names[] = {
        "virtual_service.yaml", "destination_rule.yaml", "registry.yaml",
        "delegate.yaml",        "tls_tcp.yaml",          "list.json",
        "gateways.yaml",        "endpoints.yaml",        "odd_shapes.yaml",
        "gateway.yaml",         "http_route.yaml",       "gateway_odd.yaml",
        "gateway_mesh.yaml",    "corners.yaml"};
    sluice_source sources[ROWS(names)];
    for (size_t i = 0; i < ROWS(names); i++) {
        char path[512];
        snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/fuzz_compile/%s", SLUICE_SOURCE_DIR,
                 names[i]);
        sources[i] = (sluice_source){sluice_str_of(names[i]), read_file(path)};
        cr_assert(sources[i].text.ptr != NULL, "cannot read %s", path);
        fail_each_allocation(&sources[i], 1, false);
        fail_each_allocation(&sources[i], 1, true);
    }
    fail_each_allocation(sources, ROWS(names), false);
    for (size_t i = 0; i < ROWS(names); i++) {
        free((char *)(uintptr_t)sources[i].text.ptr);
    }
}
