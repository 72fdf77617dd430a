/*
 * istio/analyze_reach: brute force. Rules of a small alphabet, every request of it, in the mesh and
 * at a gateway: a rule that is reported as out of reach is never the one that decides.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "support/rows.h"
#include "support/text.h"

#define RULE_SETS 400
#define RULES_MAX 5

/* ---- rules ---- */

static uint32_t
draw(uint64_t *state, uint32_t below)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33) % below;
}

#define ONE_OF(state, table) ((table)[draw((state), (uint32_t)ROWS(table))])

static void
add_block(struct text *text, uint64_t *state)
{
    static const char *const uris[] = {
        "{prefix: /}",     "{prefix: /a}",  "{prefix: /ab}", "{prefix: /A}",
        "{prefix: ''}",    "{exact: /a}",   "{exact: /ab}",  "{exact: /b}",
        "{regex: '/a.*'}", "{regex: '.*'}", "{exact: '/?'}", "{}",
    };
    static const char *const values[] = {
        "{}",          "{exact: a}",  "{exact: ab}",  "{exact: ''}",
        "{prefix: a}", "{prefix: b}", "{regex: a.*}", "{regex: '.*'}",
    };
    static const char *const others[] = {
        "port: 80",
        "port: 81",
        "sourceLabels: {l: '1'}",
        "gateways: [mesh]",
        "gateways: [gw]",
        "gateways: [gw, mesh]",
        "method: {exact: GET}",
        "ignoreUriCase: true",
    };
    text_add(text, "{statPrefix: s");
    if (draw(state, 3)) text_add(text, ", uri: %s", ONE_OF(state, uris));
    if (draw(state, 3) == 0) text_add(text, ", headers: {x: %s}", ONE_OF(state, values));
    if (draw(state, 3) == 0) text_add(text, ", withoutHeaders: {X: %s}", ONE_OF(state, values));
    if (draw(state, 3) == 0) text_add(text, ", %s", ONE_OF(state, others));
    text_add(text, "}");
}

static void
make_rules(struct text *text, uint64_t *state)
{
    text->len = 0;
    text_add(text,
             "{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: gw}, spec: "
             "{selector: {a: b}, servers: [{hosts: ['*'], port: {number: 80, name: p, protocol: "
             "HTTP}}, {hosts: ['*'], port: {number: 81, name: q, protocol: HTTP}}]}}\n---\n"
             "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v}, "
             "spec: {hosts: [h.org], gateways: [mesh, gw], http: [");
    uint32_t rules = 2 + draw(state, RULES_MAX - 1);
    for (uint32_t i = 0; i < rules; i++) {
        text_add(text, "%s{route: [{destination: {host: d}}]", i ? ", " : "");
        uint32_t blocks = draw(state, 3);
        for (uint32_t k = 0; k < blocks; k++) {
            text_add(text, "%s", k ? ", " : ", match: [");
            add_block(text, state);
        }
        text_add(text, blocks ? "]}" : "}");
    }
    text_add(text, "]}}\n");
}

/* ---- requests ---- */

/* Marks the rules that decide some request. */
static void
ask_all(sluice_context *context, bool *decided)
{
    static const char *const paths[] = {"/",    "/a", "/ab",  "/A",  "/Ab",
                                        "/abc", "/b", "/c?a", "/a?b"};
    static const char *const values[] = {NULL, "", "a", "ab", "b", "c"};
    static const sluice_field labels[] = {
        {STR_INIT("l"), STR_INIT("1")}
    };
    /* Bits: gateway, port, labels, method. */
    for (size_t i = 0; i < ROWS(paths) * ROWS(values) * 16; i++) {
        size_t value = i / 16 % ROWS(values);
        sluice_field header = {STR("x"), sluice_str_of(values[value] ? values[value] : "")};
        sluice_request request = {
            .authority = STR("h.org"),
            .path = sluice_str_of(paths[i / 16 / ROWS(values)]),
            .gateway = i & 1 ? STR("default/gw") : STR("mesh"),
            .port = i & 2 ? 80 : 81,
            .source_labels = labels,
            .source_label_count = i & 4 ? 1 : 0,
            .method = i & 8 ? STR("GET") : STR("POST"),
            .headers = &header,
            .header_count = values[value] ? 1 : 0,
        };
        sluice_decision decision;
        sluice_route(context, &request, &decision);
        if (decision.matched) decided[decision.matched->rule] = true;
    }
}

/* How many rules are reported; none of them may have decided. */
static size_t
check_report(const sluice_report *report, const bool *decided, const char *rules)
{
    size_t count = 0;
    for (size_t i = 0; i < sluice_report_count(report); i++) {
        const sluice_diagnostic *at = sluice_report_get(report, i);
        static const sluice_str path = STR_INIT("spec.http[");
        if (!str_equal(at->code, STR("SL0601"))) continue;
        cr_assert(str_starts_with(at->path, path));
        int rule = at->path.ptr[path.len] - '0';
        cr_assert(rule >= 0 && rule < RULES_MAX);
        cr_expect(!decided[rule], "rule %d decides: %s", rule, rules);
        count++;
    }
    return count;
}

Test(analyze_reach, a_rule_out_of_reach_never_decides)
{
    static struct text text;
    uint64_t state = 20;
    size_t reported = 0, compiled = 0;
    for (size_t i = 0; i < RULE_SETS; i++) {
        sluice_report *report;
        sluice_router *router;
        sluice_context *context;
        bool decided[RULES_MAX] = {false};
        make_rules(&text, &state);
        sluice_source source = {STR("test.yaml"), str_make(text.bytes, text.len)};
        cr_assert(sluice_report_new(&report, NULL) == SLUICE_OK);
        if (sluice_compile(&router, &source, 1, NULL, report) == SLUICE_OK) {
            cr_assert(sluice_context_new(&context, router, NULL) == SLUICE_OK);
            ask_all(context, decided);
            reported += check_report(report, decided, text.bytes);
            compiled++;
            sluice_context_free(context);
        }
        sluice_router_release(router);
        sluice_report_free(report);
    }
    cr_expect(compiled > RULE_SETS / 2, "%zu compiled", compiled);
    cr_expect(reported > RULE_SETS / 4, "%zu reported", reported);
}
