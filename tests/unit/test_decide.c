/* Decisions as a whole: outcomes, defaults, and what a forwarding rule adds up to. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "router/act.h"
#include "support/route_fixture.h"

#define ROWS(rows) (sizeof(rows) / sizeof((rows)[0]))

Test(decide, names_outcomes)
{
    static const struct {
        sluice_outcome outcome;
        const char *name;
    } rows[] = {
        {SLUICE_FORWARD,     "forward"    },
        {SLUICE_PASSTHROUGH, "passthrough"},
        {SLUICE_REDIRECT,    "redirect"   },
        {SLUICE_RESPOND,     "respond"    },
        {SLUICE_NOT_FOUND,   "not_found"  },
        {SLUICE_UNAVAILABLE, "unavailable"},
        {SLUICE_MISDIRECTED, "misdirected"},
        {(sluice_outcome)99, "unknown"    },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        cr_expect(eq(str, (char *)sluice_outcome_name(rows[i].outcome), (char *)rows[i].name));
    }
}

Test(decide, a_bare_forward_has_defaults)
{
    struct route_fixture f;
    route_fixture_init(&f);
    route_fixture_one(&f, model_builder_forward(&f.builder, "a|v1"), NULL, 0);
    memset(&f.decision, 0xff, sizeof(f.decision));
    cr_expect(eq(int, route_fixture_get(&f, "Host:8080", "/p?q"), SLUICE_FORWARD));
    const sluice_decision *d = &f.decision;
    cr_expect(d->status == 0 && d->grpc_status == -1);
    cr_expect(route_fixture_is(d->path, "/p?q") && route_fixture_is(d->authority, "Host:8080"));
    cr_expect(route_fixture_is(d->destination->host, "a"));
    cr_expect(route_fixture_is(d->destination->subset, "v1"));
    cr_expect(eq(u32, d->port, 80), "of the request");
    cr_expect(d->split_count == 1 && d->split_index == 0 && d->split_total == 1);
    cr_expect(d->timeout_ns == SLUICE_NO_DURATION && d->backend_timeout_ns == SLUICE_NO_DURATION);
    cr_expect(d->retry == NULL && d->fault == NULL && d->mirrors == NULL && d->mirror_count == 0);
    cr_expect(d->request_header_count == 0 && d->response_header_count == 0);
    cr_expect(d->cors_header_count == 0 && d->response_field_count == 0 && d->body.len == 0);
    cr_expect(d->hash_policy_count == 0 && !d->hash_present && d->redirect.location.len == 0);
    cr_expect(d->sticky.by == SLUICE_STICKY_NONE && d->listener_tls == SLUICE_LISTENER_TLS_NONE);
    cr_expect(d->matched && d->matched->match == -1 && d->matched->kind.len == 0);
    route_fixture_free(&f);
}

/* ---- which headers a request has, seen by the rules ---- */

static const char *const needed[] = {"end-user", "x-group", "X-Other", "host"};

/* One rule for each needed header, then one for the rest. */
static void
header_rules(struct route_fixture *f)
{
    static const char *const destinations[] = {"a", "b", "c", "d"};
    for (size_t i = 0; i < ROWS(needed); i++) {
        struct model_predicate header =
            model_builder_text(MODEL_HEADER, MODEL_EXACT, needed[i], "1");
        route_fixture_rule(f, model_builder_forward(&f->builder, destinations[i]), &header, 1);
    }
    route_fixture_rule(f, model_builder_forward(&f->builder, "rest"), NULL, 0);
    route_fixture_compile(f);
}

/* A request's lines behind a callback that counts how often it was asked. */
struct asked {
    const sluice_field *lines;
    size_t count, calls;
};

static bool
ask(void *user, size_t index, sluice_str name, size_t nth, sluice_str *value)
{
    struct asked *asked = user;
    (void)index;
    asked->calls++;
    for (size_t i = 0; i < asked->count; i++) {
        if (!str_equal_ignore_case(asked->lines[i].name, name) || nth-- > 0) continue;
        *value = asked->lines[i].value;
        return true;
    }
    return false;
}

Test(decide, tells_needed_headers_from_others_like_them)
{
    static const struct {
        const char *name, *value, *destination;
    } rows[] = {
        {"end-user",                                                                  "1", "a"   },
        {"END-User",                                                                  "1", "a"   },
        {"end-user",                                                                  "2", "rest"},
        {"end-us3r",                                                                  "1", "rest"}, /* as long, same last byte */
        {"and-user",                                                                  "1", "rest"},
        {"end-use2",                                                                  "1", "rest"}, /* last byte alike in five bits */
        {"end\ruser",                                                                 "1", "rest"}, /* '-' is no letter to fold */
        {"x-group",                                                                   "1", "b"   },
        {"y-group",                                                                   "1", "rest"},
        {"x-groups",                                                                  "1", "rest"},
        {"x-other",                                                                   "1", "c"   },
        {"",                                                                          "1", "rest"},
        {"x-a-name-of-seventy-two-bytes-which-is-eight-more-than-sixty-four-isn't-r", "1", "rest"},
    };
    struct route_fixture f;
    route_fixture_init(&f);
    header_rules(&f);
    for (size_t i = 0; i < ROWS(rows) * 2; i++) {
        size_t row = i / 2;
        sluice_field line = {sluice_str_of(rows[row].name), sluice_str_of(rows[row].value)};
        struct asked asked = {&line, 1, 0};
        sluice_request request = {.headers = &line, .header_count = 1};
        if (i % 2) request = (sluice_request){.header_fn = ask, .header_user = &asked};
        sluice_route(f.context, &request, &f.decision);
        cr_expect(route_fixture_is(f.decision.destination->host, rows[row].destination),
                  "row %zu, %s", row, i % 2 ? "callback" : "array");
    }
    route_fixture_free(&f);
}

Test(decide, finds_one_header_among_three_hundred)
{
    enum { LINES = 300 };
    static char names[LINES][16];
    sluice_field lines[LINES];
    struct route_fixture f;
    route_fixture_init(&f);
    header_rules(&f);
    for (size_t i = 0; i < LINES; i++) { /* as long as a needed one, with its last letter */
        snprintf(names[i], sizeof(names[i]), "x%06zur", i);
        lines[i] = (sluice_field){sluice_str_of(names[i]), STR("1")};
    }
    for (size_t at = 0; at < LINES; at++) {
        sluice_field kept = lines[at];
        lines[at] = (sluice_field){STR("end-user"), STR("1")};
        sluice_request request = {.headers = lines, .header_count = LINES};
        sluice_route(f.context, &request, &f.decision);
        cr_assert(route_fixture_is(f.decision.destination->host, "a"), "line %zu", at);
        lines[at] = kept;
        sluice_route(f.context, &request, &f.decision);
        cr_assert(route_fixture_is(f.decision.destination->host, "rest"), "line %zu", at);
    }
    route_fixture_free(&f);
}

/* Several rules that need the same header ask for it once; the request's own parts never. */
Test(decide, asks_a_callback_once_for_what_is_absent)
{
    struct route_fixture f;
    struct asked asked = {NULL, 0, 0};
    route_fixture_init(&f);
    for (size_t i = 0; i < 3; i++) {
        struct model_predicate header =
            model_builder_text(MODEL_HEADER, MODEL_PRESENT, i == 2 ? ":method" : "x", "");
        struct model_predicate path = model_builder_text(MODEL_PATH, MODEL_EXACT, "", "/none");
        route_fixture_rule(&f, model_builder_forward(&f.builder, "a"), &header, 1);
        route_fixture_rule(&f, model_builder_forward(&f.builder, "b"), &path, 1);
    }
    route_fixture_compile(&f);
    sluice_request request = {.header_fn = ask, .header_user = &asked};
    for (size_t calls = 1; calls <= 3; calls++) {
        cr_expect(eq(int, sluice_route(f.context, &request, &f.decision), SLUICE_FORWARD));
        cr_expect(eq(sz, asked.calls, calls));
    }
    route_fixture_free(&f);
}

/* ---- the rule that decided ---- */

/* By turns, so that what was said of the rule before must not stay. */
Test(decide, says_which_rule_decided_each_request)
{
    static const char *const paths[] = {"/0", "/1", "/1", "/0", "/2", "/0"};
    struct route_fixture f;
    route_fixture_init(&f);
    for (size_t i = 0; i < 3; i++) {
        struct model_predicate path =
            model_builder_text(MODEL_PATH, MODEL_EXACT, "", (const char *[]){"/0", "/1", "/2"}[i]);
        route_fixture_rule(&f, model_builder_forward(&f.builder, "a"), &path, 1);
    }
    route_fixture_compile(&f);
    for (size_t i = 0; i < ROWS(paths); i++) {
        route_fixture_get(&f, "h", paths[i]);
        const struct origin *origin =
            &list_rule(list_at(f.router, 0), (size_t)(paths[i][1] - '0'))->origin;
        cr_expect(f.decision.matched->rule == origin->rule, "%s", paths[i]);
        cr_expect(f.decision.matched->line == origin->line, "%s", paths[i]);
    }
    cr_expect(eq(int, route_fixture_get(&f, "h", "/3"), SLUICE_NOT_FOUND));
    cr_expect(f.decision.matched == NULL);
    route_fixture_free(&f);
}

Test(decide, nothing_matches)
{
    struct route_fixture f;
    route_fixture_init(&f);
    struct model_predicate path = model_builder_text(MODEL_PATH, MODEL_EXACT, "", "/a");
    route_fixture_one(&f, model_builder_forward(&f.builder, "a"), &path, 1);
    cr_expect(eq(int, route_fixture_get(&f, "h", "/b"), SLUICE_NOT_FOUND));
    cr_expect(f.decision.status == 404 && f.decision.grpc_status == -1);
    cr_expect(f.decision.matched == NULL && f.decision.split_count == 0);
    sluice_request grpc = {.protocol = SLUICE_PROTOCOL_GRPC, .path = STR("/b")};
    sluice_route(f.context, &grpc, &f.decision);
    cr_expect(f.decision.status == 404 && f.decision.grpc_status == 12);
    sluice_request elsewhere = {.gateway = STR("default/gw")};
    cr_expect(eq(int, sluice_route(f.context, &elsewhere, &f.decision), SLUICE_NOT_FOUND));
    sluice_request tcp = {.protocol = SLUICE_PROTOCOL_TCP};
    cr_expect(eq(int, sluice_route(f.context, &tcp, &f.decision), SLUICE_NOT_FOUND));
    cr_expect(f.decision.path.len == 0, "a connection has no path");
    route_fixture_free(&f);
}

/* A list that names a next one falls through to it; lists are shared, and the rest is 404. */
Test(decide, falls_through_to_the_next_list)
{
    static const struct {
        int line;
        const char *host, *path, *want;
    } rows[] = {
        {__LINE__, "x.a", "/own",    "own"   },
        {__LINE__, "x.a", "/shared", "shared"},
        {__LINE__, "x.a", "/both",   "own"   },
        {__LINE__, "x.a", "/last",   "last"  },
        {__LINE__, "x.a", "/none",   NULL    },
        {__LINE__, "y.a", "/shared", "shared"},
        {__LINE__, "y.a", "/own",    NULL    },
        {__LINE__, "b",   "/last",   "last"  },
        {__LINE__, "b",   "/shared", NULL    },
    };
    struct model_builder b;
    model_builder_init(&b);
    struct model_route_list *own = model_builder_routes(&b), *shared = model_builder_routes(&b);
    struct model_route_list *empty = model_builder_routes(&b), *last = model_builder_routes(&b);
    const struct {
        struct model_route_list *list;
        const char *path, *to;
    } rules[] = {
        {own,    "/own",    "own"   },
        {own,    "/both",   "own"   },
        {shared, "/shared", "shared"},
        {shared, "/both",   "shared"},
        {last,   "/last",   "last"  },
    };
    for (size_t i = 0; i < ROWS(rules); i++) {
        struct model_predicate path =
            model_builder_text(MODEL_PATH, MODEL_EXACT, "", rules[i].path);
        model_builder_rule(&b, rules[i].list, model_builder_forward(&b, rules[i].to), &path, 1);
    }
    own->next = shared;
    shared->next = empty;
    empty->next = last;
    struct model_listener *mesh = model_builder_mesh(&b);
    model_builder_host(&b, mesh, "x.a", own);
    model_builder_host(&b, mesh, "*.a", shared);
    model_builder_host(&b, mesh, "*", last);
    sluice_router *router = model_builder_compile(&b, NULL);
    sluice_context *context;
    cr_assert(router && sluice_context_new(&context, router, NULL) == SLUICE_OK);
    cr_expect(eq(sz, sluice_router_rule_count(router), ROWS(rules)), "each list once");
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_decision decision;
        sluice_request request = {.authority = sluice_str_of(rows[i].host),
                                  .path = sluice_str_of(rows[i].path)};
        sluice_outcome outcome = sluice_route(context, &request, &decision);
        cr_expect(eq(int, outcome, rows[i].want ? SLUICE_FORWARD : SLUICE_NOT_FOUND), "line %d",
                  rows[i].line);
        if (outcome != SLUICE_FORWARD) continue;
        cr_expect(route_fixture_is(decision.destination->host, rows[i].want), "line %d",
                  rows[i].line);
    }
    sluice_context_free(context);
    sluice_router_release(router);
    model_builder_free(&b);
}

Test(decide, tells_the_rule)
{
    static const struct model_resource resource = {STR_INIT("VirtualService"), STR_INIT("ns"),
                                                   STR_INIT("vs")};
    static const struct model_rule_names names = {STR_INIT("r.m"), STR_INIT("r")};
    struct route_fixture f;
    route_fixture_init(&f);
    struct model_rule *rule =
        model_builder_rule(&f.builder, f.routes, model_builder_forward(&f.builder, "a"), NULL, 0);
    rule->resource = &resource;
    rule->rule = 3;
    rule->match = 2;
    rule->line = 17;
    rule->names = &names;
    route_fixture_compile(&f);
    route_fixture_get(&f, "h", "/");
    const sluice_matched *m = f.decision.matched;
    cr_expect(route_fixture_is(m->kind, "VirtualService") && route_fixture_is(m->space, "ns"));
    cr_expect(route_fixture_is(m->name, "vs") && route_fixture_is(m->route_name, "r.m"));
    cr_expect(route_fixture_is(m->rule_name, "r"));
    cr_expect(m->rule == 3 && m->match == 2 && m->line == 17);
    route_fixture_free(&f);
}

Test(decide, kinds_of_action)
{
    struct route_fixture f;
    route_fixture_init(&f);
    struct model_action *known = model_builder_forward(&f.builder, "svc");
    known->kind = MODEL_PASSTHROUGH;
    struct model_predicate a = model_builder_text(MODEL_PATH, MODEL_EXACT, "", "/known");
    struct model_predicate b = model_builder_text(MODEL_PATH, MODEL_EXACT, "", "/unknown");
    route_fixture_rule(&f, known, &a, 1);
    route_fixture_rule(&f, model_builder_action(&f.builder, MODEL_PASSTHROUGH), &b, 1);
    route_fixture_rule(&f, model_builder_action(&f.builder, MODEL_NOT_FOUND), NULL, 0);
    route_fixture_compile(&f);
    cr_expect(eq(int, route_fixture_get(&f, "h", "/known"), SLUICE_PASSTHROUGH));
    cr_expect(route_fixture_is(f.decision.destination->host, "svc"));
    cr_expect(f.decision.port == 80 && f.decision.split_count == 1);
    cr_expect(eq(int, route_fixture_get(&f, "h", "/unknown"), SLUICE_PASSTHROUGH));
    cr_expect(f.decision.destination == NULL && f.decision.split_count == 0);
    cr_expect(eq(int, route_fixture_get(&f, "h", "/else"), SLUICE_NOT_FOUND));
    cr_expect(f.decision.status == 404 && f.decision.matched != NULL);
    route_fixture_free(&f);
}

Test(decide, direct_responses)
{
    static const sluice_header_op typed = {SLUICE_HEADER_SET, STR_INIT("content-type"),
                                           STR_INIT("a/b")};
    static const sluice_header_op untyped = {
        SLUICE_HEADER_REMOVE, STR_INIT("content-type"), {NULL, 0}
    };
    static const sluice_field own = {STR_INIT("x"), STR_INIT("1")};
    static const struct {
        int line;
        uint32_t status;
        const char *body;
        const sluice_header_op *op;
        sluice_protocol protocol;
        int32_t grpc;
        const char *type, *location;
    } rows[] = {
        {__LINE__, 200, "hi", NULL,     SLUICE_PROTOCOL_HTTP, -1, "text/plain", ""               },
        {__LINE__, 418, "",   NULL,     SLUICE_PROTOCOL_HTTP, -1, "",           ""               },
        {__LINE__, 200, "hi", &typed,   SLUICE_PROTOCOL_HTTP, -1, "",           ""               },
        {__LINE__, 200, "hi", &untyped, SLUICE_PROTOCOL_HTTP, -1, "text/plain", ""               },
        {__LINE__, 302, "",   NULL,     SLUICE_PROTOCOL_HTTP, -1, "",           "https://h:1/x?q"},
        {__LINE__, 201, "b",  NULL,     SLUICE_PROTOCOL_HTTP, -1, "text/plain", "https://h:1/x?q"},
        {__LINE__, 400, "",   NULL,     SLUICE_PROTOCOL_GRPC, 13, "",           ""               },
        {__LINE__, 401, "",   NULL,     SLUICE_PROTOCOL_GRPC, 16, "",           ""               },
        {__LINE__, 403, "",   NULL,     SLUICE_PROTOCOL_GRPC, 7,  "",           ""               },
        {__LINE__, 404, "",   NULL,     SLUICE_PROTOCOL_GRPC, 12, "",           ""               },
        {__LINE__, 429, "",   NULL,     SLUICE_PROTOCOL_GRPC, 14, "",           ""               },
        {__LINE__, 502, "",   NULL,     SLUICE_PROTOCOL_GRPC, 14, "",           ""               },
        {__LINE__, 503, "",   NULL,     SLUICE_PROTOCOL_GRPC, 14, "",           ""               },
        {__LINE__, 504, "",   NULL,     SLUICE_PROTOCOL_GRPC, 14, "",           ""               },
        {__LINE__, 500, "",   NULL,     SLUICE_PROTOCOL_GRPC, 2,  "",           ""               },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct route_fixture f;
        route_fixture_init(&f);
        struct model_response response = {rows[i].status, sluice_str_of(rows[i].body), -1, &own, 1};
        struct model_action *action = model_builder_action(&f.builder, MODEL_RESPOND);
        action->response = &response;
        if (rows[i].op) action->response_ops = (struct model_header_ops){rows[i].op, 1};
        route_fixture_one(&f, action, NULL, 0);
        sluice_request request = {.protocol = rows[i].protocol,
                                  .scheme = STR("https"),
                                  .authority = STR("h:1"),
                                  .path = STR("/x?q")};
        const sluice_decision *d = &f.decision;
        cr_expect(eq(int, sluice_route(f.context, &request, &f.decision), SLUICE_RESPOND));
        cr_expect(d->status == rows[i].status && d->grpc_status == rows[i].grpc, "line %d",
                  rows[i].line);
        cr_expect(route_fixture_is(d->body, rows[i].body), "line %d", rows[i].line);
        sluice_str type =
            route_fixture_field(d->response_fields, d->response_field_count, "content-type");
        sluice_str location =
            route_fixture_field(d->response_fields, d->response_field_count, "location");
        sluice_str x = route_fixture_field(d->response_fields, d->response_field_count, "x");
        cr_expect(route_fixture_is(type, rows[i].type), "line %d", rows[i].line);
        cr_expect(route_fixture_is(location, rows[i].location), "line %d", rows[i].line);
        cr_expect(route_fixture_is(x, "1"), "line %d", rows[i].line);
        route_fixture_free(&f);
    }
}

/* Traps 34 and 37: what an entry says replaces what the action says; only the one picked counts. */
Test(decide, headers_and_authority_of_the_entry)
{
    static const sluice_header_op ops[] = {
        {SLUICE_HEADER_SET, STR_INIT("x"), STR_INIT("action")},
        {SLUICE_HEADER_SET, STR_INIT("x"), STR_INIT("a")     },
        {SLUICE_HEADER_SET, STR_INIT("x"), STR_INIT("b")     },
    };
    struct route_fixture f;
    route_fixture_init(&f);
    struct model_action *action = model_builder_forward(&f.builder, "a 0, b 1, c 1");
    struct model_split_entry *entries = (void *)(uintptr_t)action->split.entries;
    action->authority = STR("rewritten");
    action->request_ops = action->response_ops = (struct model_header_ops){&ops[0], 1};
    entries[0].request_ops = (struct model_header_ops){&ops[1], 1};
    entries[1].request_ops = (struct model_header_ops){&ops[2], 1};
    entries[1].response_ops = entries[2].request_ops = entries[2].response_ops =
        action->request_ops;
    entries[2].authority = STR("of-c");
    route_fixture_one(&f, action, NULL, 0);
    size_t seen[3] = {0};
    for (int i = 0; i < 100; i++) {
        cr_expect(eq(int, route_fixture_get(&f, "h", "/"), SLUICE_FORWARD));
        const sluice_decision *d = &f.decision;
        seen[d->split_index]++;
        cr_assert(d->request_header_count == 1 && d->response_header_count == 1);
        cr_expect(
            route_fixture_is(d->request_headers[0].value, d->split_index == 1 ? "b" : "action"));
        cr_expect(route_fixture_is(d->response_headers[0].value, "action"));
        cr_expect(route_fixture_is(d->authority, d->split_index == 2 ? "of-c" : "rewritten"));
    }
    cr_expect(seen[0] == 0 && seen[1] > 0 && seen[2] > 0);
    route_fixture_free(&f);
}

Test(decide, an_entry_may_do_something_else_instead)
{
    static const struct model_redirect redirect = {.status = 302, .host = STR_INIT("b.com")};
    static const struct model_response response = {418, STR_INIT("tea"), -1, NULL, 0};
    const sluice_hash_policy cookie = {.key = SLUICE_HASH_COOKIE, .name = STR("u"), .ttl_ns = 0};
    struct route_fixture f;
    route_fixture_init(&f);
    struct model_mirror mirrors[2] = {
        {model_builder_destination(&f.builder, STR("m0"), STR("")), {1, 1}},
        {model_builder_destination(&f.builder, STR("m1"), STR("")), {1, 2}},
    };
    struct model_action *instead[3];
    static const enum model_action_kind kinds[] = {MODEL_REDIRECT, MODEL_RESPOND, MODEL_FORWARD};
    struct model_action *action = model_builder_forward(&f.builder, "a 1, b 1, c 1");
    struct model_split_entry *entries = (void *)(uintptr_t)action->split.entries;
    for (size_t i = 0; i < 3; i++) {
        instead[i] = model_builder_action(&f.builder, kinds[i]);
        entries[i].instead = instead[i];
    }
    instead[0]->redirect = &redirect;
    instead[1]->response = &response;
    instead[2]->path = (struct model_path_edit){.mode = MODEL_PATH_FULL, .value = STR("/c")};
    instead[2]->mirrors = &mirrors[1];
    instead[2]->mirror_count = 1;
    action->mirrors = &mirrors[0];
    action->mirror_count = 1;
    action->path = (struct model_path_edit){.mode = MODEL_PATH_FULL, .value = STR("/all")};
    action->timeout_ns = 5;
    action->hash_policy = &cookie;
    action->hash_policy_count = 1;
    route_fixture_one(&f, action, NULL, 0);
    size_t seen[3] = {0}, copied = 0;
    for (int i = 0; i < 3000; i++) {
        sluice_outcome outcome = route_fixture_get(&f, "h", "/x");
        const sluice_decision *d = &f.decision;
        seen[d->split_index]++;
        if (d->split_index == 2) {
            cr_assert(eq(int, outcome, SLUICE_FORWARD));
            cr_assert(route_fixture_is(d->path, "/c") && d->mirror_count == 2);
            cr_assert(d->mirrors[0].chosen && d->mirrors[0].port == 80);
            copied += d->mirrors[1].chosen;
            cr_assert(d->response_field_count == 1 && d->hash_present);
            continue;
        }
        cr_assert(eq(int, outcome, d->split_index ? SLUICE_RESPOND : SLUICE_REDIRECT));
        cr_assert(d->destination == NULL && d->port == 0 && d->mirror_count == 0);
        cr_assert(d->timeout_ns == SLUICE_NO_DURATION && !d->hash_present);
        if (d->split_index) {
            cr_assert(d->status == 418 && d->response_field_count == 1);
        } else {
            cr_assert(route_fixture_is(d->redirect.location, "http://b.com/x"));
        }
    }
    cr_expect(seen[0] > 850 && seen[1] > 850 && seen[2] > 850);
    cr_expect(copied * 10 > seen[2] * 4 && copied * 10 < seen[2] * 6);
    route_fixture_free(&f);
}

/* Traps 42 and 89: one number for the split and for every mirror. */
Test(decide, mirrors_share_the_requests_number)
{
    static const sluice_fraction fractions[] = {
        {0,    100    },
        {1,    1      },
        {50,   100    },
        {50,   100    },
        {5699, 1000000},
    };
    static const char *const splits[] = {"a 1", "a 1, b 1"};
    for (size_t s = 0; s < ROWS(splits); s++) {
        struct route_fixture f;
        struct model_mirror mirrors[ROWS(fractions)];
        route_fixture_init(&f);
        struct model_action *action = model_builder_forward(&f.builder, splits[s]);
        for (size_t i = 0; i < ROWS(fractions); i++) {
            struct model_destination *to =
                (void *)(uintptr_t)model_builder_destination(&f.builder, STR("m"), STR(""));
            to->port = i ? (uint32_t)i : 0;
            mirrors[i] = (struct model_mirror){to, fractions[i]};
        }
        action->mirrors = mirrors;
        action->mirror_count = ROWS(fractions);
        route_fixture_one(&f, action, NULL, 0);
        for (int n = 0; n < 200; n++) {
            sluice_rng rng = f.context->rng;
            uint64_t number = sluice_rng_next(&rng);
            route_fixture_get(&f, "h", "/");
            cr_assert(memcmp(&rng, &f.context->rng, sizeof(rng)) == 0, "one draw");
            cr_assert(eq(sz, f.decision.mirror_count, ROWS(fractions)));
            for (size_t i = 0; i < ROWS(fractions); i++) {
                const sluice_mirror *mirror = &f.decision.mirrors[i];
                cr_assert(mirror->chosen == act_hits(fractions[i], number), "%zu", i);
                cr_assert(mirror->port == (i ? i : 80));
            }
        }
        sluice_request connect = {.method = STR("CONNECT")};
        sluice_route(f.context, &connect, &f.decision);
        cr_expect(eq(sz, f.decision.mirror_count, 0));
        route_fixture_free(&f);
    }
}

Test(decide, whole_mirrors_draw_nothing)
{
    struct route_fixture f;
    route_fixture_init(&f);
    struct model_mirror mirror = {
        model_builder_destination(&f.builder, STR("m"), STR("")), {1, 1}
    };
    struct model_action *action = model_builder_forward(&f.builder, "a");
    action->mirrors = &mirror;
    action->mirror_count = 1;
    route_fixture_one(&f, action, NULL, 0);
    sluice_rng before = f.context->rng;
    route_fixture_get(&f, "h", "/");
    cr_expect(f.decision.mirrors[0].chosen);
    cr_expect(memcmp(&before, &f.context->rng, sizeof(before)) == 0);
    route_fixture_free(&f);
}

Test(decide, timeouts_and_retries)
{
    const sluice_retry_policy retry = {.attempts = 3, .retry_on = STR("5xx")};
    struct route_fixture f;
    route_fixture_init(&f);
    struct model_action *action = model_builder_forward(&f.builder, "a");
    action->timeout_ns = 0;
    action->backend_timeout_ns = 7;
    action->retry = &retry;
    route_fixture_one(&f, action, NULL, 0);
    route_fixture_get(&f, "h", "/");
    cr_expect(f.decision.timeout_ns == 0 && f.decision.backend_timeout_ns == 7);
    cr_expect(f.decision.retry->attempts == 3);
    route_fixture_free(&f);
}

/* Whatever the bytes, a decision is made; a host that does not fit the scratch is unavailable. */
Test(decide, hostile_requests)
{
    static char big[100000];
    memset(big, 'A', sizeof(big));
    struct route_fixture f;
    route_fixture_init(&f);
    route_fixture_one(&f, model_builder_forward(&f.builder, "a 1, b 1"), NULL, 0);
    sluice_request request = {
        .authority = {big, sizeof(big)}
    };
    cr_expect(eq(int, sluice_route(f.context, &request, &f.decision), SLUICE_UNAVAILABLE));
    cr_expect(f.decision.status == 500 && f.decision.destination == NULL);
    cr_expect(eq(sz, f.decision.split_count, 0));
    request = (sluice_request){
        .path = {big,      sizeof(big)},
          .method = {"\0\xff", 2          }
    };
    cr_expect(eq(int, sluice_route(f.context, &request, &f.decision), SLUICE_FORWARD));
    request = (sluice_request){.protocol = (sluice_protocol)77};
    cr_expect(eq(int, sluice_route(f.context, &request, &f.decision), SLUICE_FORWARD));
    route_fixture_free(&f);
}
