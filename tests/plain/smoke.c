/* smoke: text in, decision out, in every build of the library. Regular expressions where there are
 * any. */
#include <stdio.h>

#include "sluice/sluice.h"

#define RULES(match)                                                                               \
    "apiVersion: networking.istio.io/v1\n"                                                         \
    "kind: VirtualService\n"                                                                       \
    "metadata: {name: reviews}\n"                                                                  \
    "spec:\n"                                                                                      \
    "  hosts: [reviews]\n"                                                                         \
    "  http:\n"                                                                                    \
    "  - match: [{uri: {" match "}}]\n"                                                            \
    "    route: [{destination: {host: reviews, subset: v2}}]\n"

static const char prefix_rules[] = RULES("prefix: /v1");
static const char regex_rules[] = RULES("regex: '/v[0-9]/.*'");

#ifdef SLUICE_NO_REGEX
static const bool has_regex = false;
#else
static const bool has_regex = true;
#endif

static int failures;

static void
expect(bool holds, const char *what)
{
    if (holds) return;
    failures++;
    fprintf(stderr, "failed: %s\n", what);
}

static sluice_router *
compile(const char *text, sluice_report *report)
{
    sluice_source source = {sluice_str_of("rules"), sluice_str_of(text)};
    sluice_router *router;
    sluice_status status = sluice_compile(&router, &source, 1, NULL, report);
    expect((status == SLUICE_OK) == (router != NULL), "a router exactly when the status is OK");
    return router;
}

static void
route(sluice_router *router)
{
    sluice_context *context;
    sluice_status status = sluice_context_new(&context, router, NULL);
    expect(status == SLUICE_OK, "a context");
    if (status != SLUICE_OK) return;
    sluice_request request = {.authority = sluice_str_of("reviews"),
                              .path = sluice_str_of("/v1/x")};
    sluice_decision decision;
    expect(sluice_route(context, &request, &decision) == SLUICE_FORWARD, "forwards");
    expect(decision.destination && decision.destination->subset.len == 2, "to subset v2");
    request.path = sluice_str_of("/other");
    expect(sluice_route(context, &request, &decision) != SLUICE_FORWARD, "no rule for /other");
    sluice_context_free(context);
}

static void
try_rules(const char *text, bool accepted)
{
    sluice_report *report;
    if (sluice_report_new(&report, NULL) != SLUICE_OK) {
        expect(false, "a report");
        return;
    }
    sluice_router *router = compile(text, report);
    size_t errors = sluice_report_count_of(report, SLUICE_SEVERITY_ERROR);
    expect((router != NULL) == accepted, accepted ? "rules are accepted" : "rules are refused");
    expect((errors == 0) == accepted, "errors are reported for what is refused, and only then");
    if (router) route(router);
    sluice_router_release(router);
    sluice_report_free(report);
}

int
main(void)
{
    try_rules(prefix_rules, true);
    try_rules(regex_rules, has_regex);
    printf("%d failures\n", failures);
    return failures ? 1 : 0;
}
