/*
 * fuzz_compile: any bytes as rules, then a handful of requests.
 *
 * The text is compiled strictly and, once more, lenient and keep_going with the text as two
 * sources. What compiles decides requests that are built from words of rules, in every role and
 * protocol. Compiling the same text again must say the same: status, findings, number of rules.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static void
check(bool holds, const char *what)
{
    if (holds) return;
    fprintf(stderr, "fuzz_compile: %s\n", what);
    abort();
}

/* Touch every byte of a text, so that a sanitizer sees one that points nowhere. */
static size_t
read_text(sluice_str text)
{
    size_t sum = 0;
    for (size_t i = 0; i < text.len; i++) {
        sum += (unsigned char)text.ptr[i];
    }
    return sum;
}

static size_t
read_endpoints(const sluice_endpoints *endpoints)
{
    size_t sum = 0;
    for (size_t i = 0; endpoints && i < endpoints->count; i++) {
        const sluice_endpoint *at = &endpoints->items[i];
        check(at->weight > 0, "an endpoint without weight");
        sum += read_text(at->address) + read_text(at->region) + read_text(at->zone) +
               read_text(at->subzone);
        for (size_t k = 0; k < at->label_count; k++) {
            sum += read_text(at->labels[k].name) + read_text(at->labels[k].value);
        }
    }
    return sum;
}

static size_t
read_decision(const sluice_decision *d)
{
    size_t sum = read_text(d->path) + read_text(d->authority) + read_text(d->body) +
                 read_text(d->redirect.location) + read_text(d->sticky.set_cookie);
    for (size_t i = 0; i < d->split_count; i++) {
        sum += read_text(d->split[i].destination->host) +
               read_text(d->split[i].destination->subset) +
               read_endpoints(d->split[i].destination->endpoints);
    }
    for (size_t i = 0; i < d->request_header_count; i++) {
        sum += read_text(d->request_headers[i].name) + read_text(d->request_headers[i].value);
    }
    for (size_t i = 0; i < d->response_field_count; i++) {
        sum += read_text(d->response_fields[i].name) + read_text(d->response_fields[i].value);
    }
    for (size_t i = 0; i < d->mirror_count; i++) {
        sum += read_text(d->mirrors[i].destination->host);
    }
    if (d->matched) sum += read_text(d->matched->name) + read_text(d->matched->route_name);
    return sum;
}

static size_t
read_report(const sluice_report *report)
{
    size_t sum = 0;
    for (size_t i = 0; i < sluice_report_count(report); i++) {
        const sluice_diagnostic *found = sluice_report_get(report, i);
        check((found->line == 0) == (found->column == 0), "a line without a column");
        check(found->code.len > 0 && found->message.len > 0, "a finding says nothing");
        sum += read_text(found->message) + read_text(found->path) + read_text(found->name);
    }
    return sum;
}

static const sluice_field headers[] = {
    {STR_INIT("cookie"),                        STR_INIT("uid=alice; user=bob")},
    {STR_INIT("end-user"),                      STR_INIT("jason")              },
    {STR_INIT("origin"),                        STR_INIT("http://a.com")       },
    {STR_INIT("access-control-request-method"), STR_INIT("PUT")                },
};

static void
route(sluice_context *context, sluice_str gateway, sluice_str authority, sluice_str path)
{
    for (int protocol = SLUICE_PROTOCOL_HTTP; protocol <= SLUICE_PROTOCOL_UDP; protocol++) {
        sluice_request request = {
            .protocol = (sluice_protocol)protocol,
            .gateway = gateway,
            .authority = authority,
            .path = path,
            .sni = authority,
            .destination_ip = authority,
            .source_ip = STR("10.0.0.1"),
            .headers = headers,
            .header_count = ROWS(headers),
        };
        sluice_decision decision;
        sluice_route(context, &request, &decision);
        check((decision.outcome != SLUICE_FORWARD) || decision.destination, "forward to nowhere");
        check(!decision.destination || decision.port > 0, "a destination without a port");
        read_decision(&decision);
    }
}

static void
route_some(sluice_router *router)
{
    static const sluice_str gateways[] = {
        {NULL, 0},
        STR_INIT("default/gw"), STR_INIT("default/second")
    };
    static const sluice_str hosts[] = {
        {NULL, 0},
        STR_INIT("reviews"),
        STR_INIT("x.foo.com:8080"),
        STR_INIT("a.com"),
        STR_INIT("10.0.0.1")
    };
    static const sluice_str paths[] = {
        {NULL, 0},
        STR_INIT("/v1/a?k=1&q=%41"), STR_INIT("a#b")
    };
    sluice_context *context;
    check(sluice_context_new(&context, router, NULL) == SLUICE_OK, "no context");
    for (size_t i = 0; i < ROWS(gateways) * ROWS(hosts) * ROWS(paths); i++) {
        route(context, gateways[i % ROWS(gateways)], hosts[i / ROWS(gateways) % ROWS(hosts)],
              paths[i / (ROWS(gateways) * ROWS(hosts))]);
    }
    sluice_context_free(context);
}

struct outcome {
    sluice_status status;
    size_t errors, findings, words, rules;
};

/* Not as bytes: there is padding between the members. */
static bool
is_same(const struct outcome *a, const struct outcome *b)
{
    return a->status == b->status && a->errors == b->errors && a->findings == b->findings &&
           a->words == b->words && a->rules == b->rules;
}

static struct outcome
compile(const sluice_source *sources, size_t count, const sluice_compile_options *options)
{
    sluice_router *router;
    sluice_report *report;
    struct outcome outcome = {0};
    check(sluice_report_new(&report, NULL) == SLUICE_OK, "no report");
    outcome.status = sluice_compile(&router, sources, count, options, report);
    outcome.errors = sluice_report_count_of(report, SLUICE_SEVERITY_ERROR);
    outcome.findings = sluice_report_count(report);
    outcome.words = read_report(report);
    check((router != NULL) == (outcome.status == SLUICE_OK), "router and status disagree");
    check(outcome.status == SLUICE_OK || outcome.errors > 0, "refused without a reason");
    if (router) {
        outcome.rules = sluice_router_rule_count(router);
        route_some(router);
    }
    sluice_router_release(router);
    sluice_report_free(report);
    return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sluice_str text = {(const char *)data, size};
    sluice_source whole = {STR("rules"), text};
    sluice_source halves[] = {
        {STR("first"),  str_first(text, size / 2)},
        {STR("second"), str_skip(text,  size / 2)},
    };
    sluice_compile_options options;
    sluice_compile_options_init(&options);
    struct outcome strict = compile(&whole, 1, &options);
    struct outcome again = compile(&whole, 1, &options);
    check(is_same(&strict, &again), "the same text compiles differently");
    check(strict.status != SLUICE_OK || strict.errors == 0, "errors, and yet a router");
    options.lenient = options.keep_going = true;
    options.outbound_policy = SLUICE_OUTBOUND_REGISTRY_ONLY;
    compile(&whole, 1, &options);
    compile(halves, 2, &options);
    return 0;
}
