/* The golden cases of tests/cases through the public API: the format is in tests/cases/README.md.
 */
#define _POSIX_C_SOURCE 200809L /* scandir */

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "support/case_check.h"
#include "support/case_file.h"
#include "support/case_request.h"
#include "support/read_file.h"

#define FOLDER SLUICE_SOURCE_DIR "/tests/cases"

/* One file while it is replayed. */
struct replay {
    const char *file;
    struct arena arena;
    sluice_router *router; /* of the last rules block; NULL: it did not compile */
    sluice_report *report;
    size_t lines; /* of requests and findings, over all files */
    /* Compile with keep_going and this text before (or behind) every rules block, and look at
     * requests alone. Empty: not. */
    sluice_str beside;
    bool behind;
};

static void
complain(const struct replay *replay, const struct case_block *block, size_t index,
         const char *what)
{
    cr_expect(false, "%s:%zu (%.*s): %s", replay->file, block->line + index,
              STR_ARG(block->heading), what);
}

/* ---- rules ---- */

struct rule_options {
    sluice_compile_options compile;
    sluice_field labels[CASE_TOKENS];
    bool refused;
};

static bool
read_word(struct rule_options *out, sluice_str token)
{
    sluice_compile_options *compile = &out->compile;
    if (str_equal(token, STR("refused"))) {
        out->refused = true;
    } else if (str_equal(token, STR("lenient"))) {
        compile->lenient = true;
    } else if (str_equal(token, STR("keep-going"))) {
        compile->keep_going = true;
    } else if (str_equal(token, STR("registry=on"))) {
        compile->registry = SLUICE_REGISTRY_ON;
    } else if (str_equal(token, STR("registry=off"))) {
        compile->registry = SLUICE_REGISTRY_OFF;
    } else if (str_equal(token, STR("outbound=registry-only"))) {
        compile->outbound_policy = SLUICE_OUTBOUND_REGISTRY_ONLY;
    } else {
        return false;
    }
    return true;
}

static bool
read_option(struct rule_options *out, sluice_str token)
{
    sluice_compile_options *compile = &out->compile;
    if (case_field(token, "label:", &out->labels[compile->proxy_label_count])) {
        compile->proxy_labels = out->labels;
        compile->proxy_label_count++;
        return true;
    }
    return read_word(out, token) || case_value(token, "export-to=", &compile->default_export_to) ||
           case_value(token, "namespace=", &compile->proxy_namespace);
}

static void
print_report(const struct replay *replay, const struct case_block *block)
{
    for (size_t i = 0; i < sluice_report_count(replay->report); i++) {
        const sluice_diagnostic *found = sluice_report_get(replay->report, i);
        if (found->severity != SLUICE_SEVERITY_ERROR) continue;
        sluice_str text = arena_printf((struct arena *)&replay->arena, "%.*s: %.*s",
                                       STR_ARG(found->path), STR_ARG(found->message));
        complain(replay, block, found->line ? found->line - 1 : 0, text.ptr);
    }
}

static sluice_status
compile(struct replay *replay, const struct case_block *block,
        const sluice_compile_options *options)
{
    sluice_source sources[] = {
        {STR("beside"), replay->beside},
        {STR("rules"),  block->text   },
        {STR("beside"), replay->beside},
    };
    size_t first = replay->beside.len && !replay->behind ? 0 : 1;
    size_t count = replay->beside.len ? 2 : 1;
    return sluice_compile(&replay->router, &sources[first], count, options, replay->report);
}

static void
compile_rules(struct replay *replay, const struct case_block *block)
{
    struct rule_options options = {0};
    struct case_tokens tokens;
    sluice_compile_options_init(&options.compile);
    cr_assert(case_tokenize(&tokens, &replay->arena, block->options));
    for (size_t i = 0; i < tokens.count; i++) {
        if (!read_option(&options, tokens.items[i])) complain(replay, block, 0, "unknown option");
    }
    sluice_router_release(replay->router);
    replay->router = NULL;
    sluice_report_clear(replay->report);
    if (replay->beside.len && options.refused) return;
    options.compile.keep_going |= replay->beside.len > 0;
    sluice_status status = compile(replay, block, &options.compile);
    sluice_status wanted = options.refused ? SLUICE_ERR_INVALID : SLUICE_OK;
    if (status == wanted) return;
    complain(replay, block, 0, sluice_status_name(status));
    print_report(replay, block);
}

/* ---- requests ---- */

static void
run_request(struct replay *replay, const struct case_block *block, size_t index,
            const struct case_tokens *left, const struct case_tokens *right)
{
    struct case_request *request = arena_alloc(&replay->arena, sizeof(*request));
    const sluice_str *unknown = request ? case_request_read(request, left) : NULL;
    sluice_context *context;
    sluice_decision decision;
    if (!request || unknown || !replay->router) {
        complain(replay, block, index, unknown ? unknown->ptr : "there is no router");
        return;
    }
    cr_assert(sluice_context_new(&context, replay->router, NULL) == SLUICE_OK);
    sluice_route(context, &request->request, &decision);
    const char *wrong = case_check(&replay->arena, right, &decision);
    if (wrong) complain(replay, block, index, wrong);
    sluice_context_free(context);
}

/* ---- findings ---- */

static size_t
count_findings(const struct replay *replay, sluice_severity severity)
{
    return sluice_report_count_of(replay->report, severity);
}

static bool
finds(const struct replay *replay, const struct case_tokens *tokens)
{
    static const char *const severities[] = {"info", "warning", "error"};
    for (size_t i = 0; tokens->count == 5 && i < sluice_report_count(replay->report); i++) {
        const sluice_diagnostic *found = sluice_report_get(replay->report, i);
        sluice_str name, space = case_cut(tokens->items[3], '/', &name);
        if (str_equal(sluice_str_of(severities[found->severity]), tokens->items[0]) &&
            str_equal(found->code, tokens->items[1]) && str_equal(found->kind, tokens->items[2]) &&
            str_equal(found->space, space) && str_equal(found->name, name) &&
            str_equal(found->path, tokens->items[4]) && found->line > 0 && found->column > 0) {
            return true;
        }
    }
    return false;
}

static bool
finding_holds(const struct replay *replay, const struct case_tokens *tokens)
{
    size_t errors = count_findings(replay, SLUICE_SEVERITY_ERROR);
    size_t warnings = count_findings(replay, SLUICE_SEVERITY_WARNING);
    sluice_str first = tokens->items[0];
    if (str_equal(first, STR("nothing"))) return errors + warnings == 0;
    if (!str_equal(first, STR("no"))) return finds(replay, tokens);
    return tokens->count == 2 &&
           (str_equal(tokens->items[1], STR("errors")) ? errors == 0 : warnings == 0);
}

/* ---- files ---- */

static void
replay_line(struct replay *replay, const struct case_block *block, size_t index, sluice_str line)
{
    struct case_tokens tokens, left, right;
    if (!case_tokenize(&tokens, &replay->arena, line)) {
        complain(replay, block, index, "the line cannot be cut into tokens");
    } else if (tokens.count == 0) {
        return;
    } else if (block->kind == CASE_FINDINGS) {
        if (!finding_holds(replay, &tokens)) {
            complain(replay, block, index, "there is no such finding");
            print_report(replay, block);
        }
    } else if (!case_split(&tokens, &left, &right)) {
        complain(replay, block, index, "the line has no ->");
    } else {
        run_request(replay, block, index, &left, &right);
    }
    replay->lines++;
}

static void
replay_file(struct replay *replay, sluice_str text)
{
    struct case_reader reader = {.rest = text, .line = 1};
    struct case_block block;
    while (case_block_next(&reader, &block)) {
        sluice_str rest = block.text, line;
        if (block.kind == CASE_RULES) {
            compile_rules(replay, &block);
            continue;
        }
        if (block.kind == CASE_FINDINGS && replay->beside.len) continue;
        for (size_t i = 0; case_line_next(&rest, &line); i++) {
            replay_line(replay, &block, i, line);
        }
    }
    sluice_router_release(replay->router);
    replay->router = NULL;
}

static int
is_case_file(const struct dirent *entry)
{
    sluice_str name = sluice_str_of(entry->d_name);
    return str_ends_with(name, STR(".md")) && !str_equal(name, STR("README.md"));
}

static void
replay_all(sluice_str beside, bool behind)
{
    struct dirent **names;
    int count = scandir(FOLDER, &names, is_case_file, alphasort);
    struct replay replay = {
        .arena = arena_init(alloc_or_default(NULL)), .beside = beside, .behind = behind};
    cr_assert(count > 0 && sluice_report_new(&replay.report, NULL) == SLUICE_OK);
    for (int i = 0; i < count; i++) {
        sluice_str path = arena_printf(&replay.arena, "%s/%s", FOLDER, names[i]->d_name);
        sluice_str text = read_file(path.ptr);
        replay.file = names[i]->d_name;
        cr_assert(text.ptr, "cannot read %s", path.ptr);
        size_t before = replay.lines;
        replay_file(&replay, text);
        cr_expect(replay.lines > before, "%s says nothing", replay.file);
        free((char *)(uintptr_t)text.ptr);
        free(names[i]);
    }
    free(names);
    sluice_report_free(replay.report);
    arena_free(&replay.arena);
}

Test(cases, hold)
{
    replay_all(STR(""), false);
}

/* With keep_going, a resource that has errors changes nothing for the others: all cases hold beside
 * resources that would claim their hosts, names and places if they were valid. */
Test(cases, hold_beside_resources_with_errors)
{
#define BAD(kind, meta, spec)                                                                      \
    "---\n{apiVersion: networking.istio.io/v1, kind: " kind ", metadata: {" meta                   \
    ", creationTimestamp: '1990-01-01T00:00:00Z'}, spec: {" spec "}}\n"
#define BAD_ROUTE(kind, meta, spec)                                                                \
    "---\n{apiVersion: gateway.networking.k8s.io/v1, kind: " kind ", metadata: {" meta             \
    ", creationTimestamp: '1990-01-01T00:00:00Z'}, spec: {" spec "}}\n"
#define HOSTS "a, b, x, reviews, a.com, b.com, c.com, any.com, a.io, ext.com, '*.org'"
#define BROKEN "http: [{route: [{destination: {host: bad.com}, weight: -1}]}]"
    static const char *const texts[] = {
        BAD("VirtualService", "name: '0'", "hosts: [" HOSTS "], " BROKEN),
        BAD("VirtualService", "name: '0'", "hosts: [" HOSTS "], gateways: [gw, infra/gw], " BROKEN),
        BAD("VirtualService", "name: a", "hosts: [" HOSTS "], " BROKEN),
        BAD("VirtualService", "name: plain", BROKEN),
        BAD("DestinationRule", "name: '0'", "host: a, subsets: [{name: v1}, {name: ''}]"),
        BAD("DestinationRule", "name: a", "host: '*.local', subsets: [{name: ''}]"),
        BAD("ServiceEntry", "name: '0'", "hosts: [" HOSTS "], ports: [{number: 0, name: http}]"),
        BAD("ServiceEntry", "name: a", "hosts: [" HOSTS "], ports: [{number: 0, name: http}]"),
        BAD("WorkloadEntry", "name: '0'", "ports: {http: 99999}"),
        BAD("Gateway", "name: gw", "selector: {istio: ingress}, servers: []"),
        BAD_ROUTE("Gateway", "name: '0'", "gatewayClassName: c, listeners: []"),
        BAD_ROUTE("ListenerSet", "name: '0'",
                  "parentRef: {name: gw}, listeners: [{name: a, port: 80, protocol: TCP}, {name: "
                  "http, port: 0, protocol: HTTP}]"),
        BAD_ROUTE("HTTPRoute", "name: '0'",
                  "parentRefs: [{name: gw}, {group: '', kind: Service, name: reviews}], rules: "
                  "[{backendRefs: [{name: bad, port: 0}]}]"),
        BAD_ROUTE("GRPCRoute", "name: '0'", "parentRefs: [{name: gw}], rules: [{matches: 1}]"),
        BAD_ROUTE("TCPRoute", "name: '0'", "parentRefs: [{name: gw}], rules: []"),
        BAD_ROUTE("ReferenceGrant", "name: '0', namespace: near",
                  "from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: default}],"
                  " to: [{group: '', kind: Service}, {}]"),
        "---\n{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 0}]}}",
        "---\n{apiVersion: v1, kind: Service, metadata: [], spec: {ports: [{port: 80}]}}",
        "hosts: [a\n",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        replay_all(sluice_str_of(texts[i]), false);
        replay_all(sluice_str_of(texts[i]), true);
    }
}
