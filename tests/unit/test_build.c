/* router/build: a model becomes a sealed router, whole or not at all. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "base/diag.h"
#include "router/context.h"
#include "router/origin.h"
#include "support/failing_alloc.h"
#include "support/model_builder.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))
#define S(text) STR_INIT(text)

/* ---- a model that says everything that can be said (clang-format 14 crashes on it) ---- */

/* clang-format off */

static const sluice_field attributes[] = {{S("SameSite"), S("Lax")}};
static const sluice_hash_policy hash_policies[] = {
    {.key = SLUICE_HASH_HEADER, .name = S("X-User"), .ttl_ns = SLUICE_NO_DURATION},
    {.key = SLUICE_HASH_COOKIE, .name = S("uid"), .path = S("/"), .ttl_ns = 1,
        .attributes = attributes, .attribute_count = 1},
    {.key = SLUICE_HASH_QUERY_PARAMETER, .name = S("hq"), .ttl_ns = SLUICE_NO_DURATION},
    {.key = SLUICE_HASH_SOURCE_IP, .ttl_ns = SLUICE_NO_DURATION},
};
static const uint32_t codes[] = {500, 503};
static const sluice_retry_policy retry = {.attempts = 3, .retry_on = S("5xx"), .codes = codes,
    .code_count = 2};
static const sluice_locality_share shares[] = {{S("a/*"), S("b/*"), 70}, {S("a/*"), S("c/*"), 30}};
static const sluice_str names[] = {S("one"), S("two")};
static const sluice_traffic_policy policy = {
    .load_balancer = {.present = true, .hash_policy = {.name = S("X-Lb"),
    .attributes = attributes, .attribute_count = 1},
                      .distribute = shares, .distribute_count = 2, .failover = shares,
                      .failover_count = 1,
                      .failover_priority = names, .failover_priority_count = 2},
    .outlier_detection = {.present = true, .http_error_codes = codes, .http_error_code_count = 2},
    .tls = {.mode = SLUICE_UPSTREAM_TLS_SIMPLE, .ca_certificates = S("/ca"),
    .subject_alt_names = names, .subject_alt_name_count = 2},
    .proxy_protocol = S("V2"),
    .tunnel_target_host = S("t"),
};
static const sluice_field labels[] = {{S("version"), S("v1")}};
static const struct model_destination destinations[] = {
    {.host = S("reviews.default.svc.cluster.local"), .service_name = S("reviews"),
        .service_namespace = S("default"),
     .subset = S("v1"), .port = 9080, .labels = labels, .label_count = 1,
     .app_protocol = S("http"), .policy = &policy},
    {.host = S("reviews.default.svc.cluster.local"), .subset = S("v2"), .policy = &policy},
    {.host = S("mirror")},
};
static const sluice_header_op request_ops[] = {{SLUICE_HEADER_SET, S("a"), S("1")},
    {SLUICE_HEADER_REMOVE, S("b"), {NULL, 0}}};
static const sluice_header_op same_request_ops[] = {{SLUICE_HEADER_SET, S("a"), S("1")},
    {SLUICE_HEADER_REMOVE, S("b"), {NULL, 0}}};
static const sluice_header_op response_ops[] = {{SLUICE_HEADER_ADD, S("c"), S("2")}};
static const struct model_sticky_key keys[] = {
    {MODEL_STICKY_CALLER_KEY, {NULL, 0}, {NULL, 0}, SLUICE_NO_DURATION},
    {MODEL_STICKY_COOKIE, S("session"), S("/p"), 3600},
    {MODEL_STICKY_HEADER, S("x-key"), {NULL, 0}, SLUICE_NO_DURATION},
    {MODEL_STICKY_QUERY, S("sq"), {NULL, 0}, SLUICE_NO_DURATION},
    {MODEL_STICKY_SOURCE_IP, {NULL, 0}, {NULL, 0}, SLUICE_NO_DURATION},
};
static const struct model_redirect redirect = {
    .status = 302, .scheme = S("https"), .host = S("r.com"),
    .port_mode = MODEL_REDIRECT_PORT_FIXED, .port = 8443,
    .path = {.mode = MODEL_PATH_SEGMENT, .value = S("/to/")},
};
static const struct model_response response = {.status = 418, .body = S("teapot"),
    .grpc_status = -1, .fields = labels, .field_count = 1};
static const struct model_action redirecting = {.kind = MODEL_REDIRECT, .redirect = &redirect,
    .timeout_ns = SLUICE_NO_DURATION, .backend_timeout_ns = SLUICE_NO_DURATION};
static const struct model_action responding = {.kind = MODEL_RESPOND, .response = &response,
    .timeout_ns = SLUICE_NO_DURATION, .backend_timeout_ns = SLUICE_NO_DURATION};
static const struct model_action missing = {.kind = MODEL_NOT_FOUND,
    .timeout_ns = SLUICE_NO_DURATION, .backend_timeout_ns = SLUICE_NO_DURATION};
static const struct model_split_entry entries[] = {
    {.destination = &destinations[0], .weight = 90, .identity = S("r|v1"),
        .request_ops = {request_ops, 2}, .response_ops = {response_ops, 1}},
    {.destination = &destinations[1], .weight = 9, .identity = S("r|v2"),
        .request_ops = {same_request_ops, 2}, .authority = S("v2.com"), .instead = &redirecting},
    {.destination = NULL, .weight = 1, .identity = S("gone"), .invalid = true,
        .invalid_status = 500, .instead = &responding},
};
static const struct model_matcher origins[] = {
    {.op = MODEL_EXACT, .value = S("http://a")}, {.op = MODEL_PREFIX, .value = S("http://b")},
    {.op = MODEL_REGEX, .value = S("http://c.*")}, {.op = MODEL_AFFIX, .value = S("http://"),
        .suffix = S(".d")},
};
static const struct model_cors cors = {
    .origins = origins, .origin_count = 4, .allow_methods = S("GET,PUT"),
    .allow_headers = S("x"), .expose_headers = S("y"), .max_age = S("60"), .preflight_status = 200,
};
static const struct model_mirror mirrors[] = {{&destinations[2], {1, 2}}, {&destinations[0],
    {1, 1}}};
static const sluice_fault fault = {.abort_present = true, .abort_status = 503,
    .abort_grpc_status = -1, .abort_fraction = {1, 10}, .delay_fraction = {0, 100}};

static const struct model_action full = {
    .kind = MODEL_FORWARD,
    .split = {.entries = entries, .count = 3, .pick = MODEL_PICK_STICKY,
    .salt = S("default/vs"), .keys = keys, .key_count = ROWS(keys), .empty_status = 503},
    .request_ops = {request_ops, 2},
    .response_ops = {response_ops, 1},
    .path = {.mode = MODEL_PATH_REGEX, .pattern = S("a+"), .value = S("b")},
    .authority = S("up.com"),
    .timeout_ns = 5, .backend_timeout_ns = 6,
    .retry = &retry, .fault = &fault, .cors = &cors,
    .mirrors = mirrors, .mirror_count = 2,
    .hash_policy = hash_policies, .hash_policy_count = ROWS(hash_policies),
};
static const struct model_action even = {
    .kind = MODEL_FORWARD,
    .split = {.entries = entries, .count = 3, .pick = MODEL_PICK_EVEN, .salt = S("default/vs")},
    .timeout_ns = SLUICE_NO_DURATION, .backend_timeout_ns = SLUICE_NO_DURATION,
};

static const struct model_predicate predicates[] = {
    {.subject = MODEL_PATH, .matcher = {.op = MODEL_PREFIX, .value = S("/p")}},
    {.subject = MODEL_HEADER, .name = S("x-one"), .matcher = {.op = MODEL_REGEX, .value = S("a+")}},
    {.subject = MODEL_QUERY, .name = S("q"), .matcher = {.op = MODEL_EXACT, .value = S("1")}},
    {.subject = MODEL_CLAIM, .name = S("sub"), .matcher = {.op = MODEL_AFFIX, .value = S("a"),
        .suffix = S("b")}},
    {.subject = MODEL_SOURCE_LABEL, .name = S("app"), .matcher = {.op = MODEL_SUFFIX,
        .value = S("web")}},
    {.subject = MODEL_SOURCE_IP, .matcher = {.op = MODEL_CIDR, .cidr = &(struct model_cidr){.bits = 0}}},
    {.subject = MODEL_SNI, .matcher = {.op = MODEL_EXACT, .value = S("UP.com")}},
};
static const struct model_resource resource = {S("VirtualService"), S("default"), S("reviews")};
static const struct model_rule_names own_names = {S("r.m"), S("r")};
static const struct model_rule_names same_names = {S("r.m"), S("r")};
static const struct model_rule rules[] = {
    {.predicates = predicates, .predicate_count = ROWS(predicates), .action = &full,
        .resource = &resource, .rule = 0, .match = 0, .names = &own_names, .line = 7},
    {.predicates = predicates, .predicate_count = 1, .action = &full, .resource = &resource,
        .rule = 0, .match = 1, .names = &same_names, .line = 9},
    {.action = &even, .resource = &resource, .rule = 1, .match = -1, .line = 11},
    {.action = &redirecting, .rule = 2, .match = -1},
    {.action = &responding, .rule = 3, .match = -1},
    {.action = &missing, .rule = 4, .match = -1},
};
static const struct model_route_list empty_list = {.count = 0};
static const struct model_route_list list = {rules, ROWS(rules), &empty_list};
static const sluice_str domains[] = {S("a.com"), S("*.b.com"), S("*c"), S("*")};
static const struct model_virtual_host hosts[] = {{domains, 4, &list}, {domains, 2, &empty_list}};
static const struct model_listener listeners[] = {
    {.scope = MODEL_SCOPE_GATEWAY, .name = S("gw"), .port = 443, .tls = true,
        .hostname = S("*.com"), .hosts = hosts, .host_count = 2},
    {.scope = MODEL_SCOPE_MESH, .hosts = hosts, .host_count = 1},
    {.scope = MODEL_SCOPE_SERVICE, .name = S("default/reviews"), .family = MODEL_FAMILY_TCP,
        .port = 9, .hosts = hosts, .host_count = 1},
};
static const struct model everything = {.listeners = listeners, .listener_count = ROWS(listeners)};
static const sluice_field proxy_labels[] = {{S("app"), S("x")}};
/* clang-format on */

static sluice_status
build(sluice_router **router, const struct model *model, const sluice_allocator *alloc,
      struct diags *diags)
{
    struct router_settings settings = {
        .alloc = alloc,
        .max_rules = 1000000,
        .proxy_namespace = STR("default"),
        .proxy_labels = proxy_labels,
        .proxy_label_count = 1,
    };
    struct arena scratch = arena_init(alloc);
    sluice_status status = router_build(router, model, &settings, diags, &scratch);
    arena_free(&scratch);
    return status;
}

static sluice_router *
build_everything(struct failing_alloc *memory)
{
    struct diags diags = {0};
    sluice_router *router;
    failing_alloc_init(memory, FAILING_ALLOC_NEVER);
    cr_assert(build(&router, &everything, &memory->allocator, &diags) == SLUICE_OK);
    return router;
}

/* Before it may stand domains. */
static const struct route_list *
first_list(const sluice_router *router)
{
    const struct host_table *table = &router->listeners[0].hosts;
    uint32_t place = table->any;
    for (uint32_t i = 0; table->slots && i <= table->mask; i++) {
        if (!table->slots[i]) continue;
        uint32_t value = domain_at(router, host_slot_place(router, table->slots[i]))->value;
        if (value < place) place = value;
    }
    return list_at(router, place);
}

/* Of the first list. */
static const struct rule *
rule_of(const sluice_router *router, size_t i)
{
    return list_rule(first_list(router), i);
}

Test(build, counts_what_several_hosts_share_once)
{
    struct failing_alloc memory;
    sluice_router *router = build_everything(&memory);
    cr_expect(sluice_router_rule_count(router) == ROWS(rules));
    const struct action *of_first = &router->actions[rule_of(router, 0)->action];
    cr_expect(of_first == &router->actions[rule_of(router, 1)->action]);
    cr_expect(rule_of(router, 0)->origin.names == rule_of(router, 1)->origin.names);
    cr_expect(of_first->entries[0].request_ops.items == of_first->entries[1].request_ops.items);
    cr_expect(of_first->split->shares[0].destination->policy ==
              of_first->split->shares[1].destination->policy);
    cr_expect(router->mirror_max == 2);
    cr_expect(router->even_counter_count == 3);
    cr_expect(router->regex_count == 2); /* "a+" twice, "http://c.*" */
    sluice_router_release(router);
    cr_expect(failing_alloc_finish(&memory) == 0);
}

/* Nothing in the router points into the model: a copy of it may go. */
Test(build, keeps_what_the_model_said)
{
    struct failing_alloc memory;
    sluice_router *router = build_everything(&memory);
    const struct action *action = &router->actions[rule_of(router, 0)->action];
    const struct action_extra *extra = action->extra;
    cr_assert(extra && action->split && action->entries);
    cr_expect(action->kind == ACTION_FORWARD && action->empty_status == 503);
    cr_expect(extra->timeout_ns == 5 && extra->backend_timeout_ns == 6);
    cr_expect(extra->path.mode == PATH_REGEX && str_equal(extra->path.value, STR("b")));
    cr_expect(str_equal(router->patterns[extra->path.regex], STR("a+")));
    cr_expect(str_equal(extra->authority, STR("up.com")) &&
              extra->authority.ptr != full.authority.ptr);
    cr_expect(extra->cors->origin_count == 4 && extra->cors->origins[3].op == OP_AFFIX);
    cr_expect(str_equal(extra->cors->origins[3].affix.suffix, STR(".d")));
    cr_expect(extra->hash_policy_count == 4 && extra->hash_policy[1].attribute_count == 1);
    cr_expect(str_equal(extra->hash_policy[1].attributes[0].name, STR("SameSite")));
    cr_expect(extra->mirrors[0].fraction.denominator == 2);
    cr_expect(extra->fault->abort_fraction.denominator == 10);
    cr_expect(action->retry->code_count == 2 && action->retry->codes[1] == 503 &&
              action->retry->codes != codes);
    const struct split *split = action->split;
    cr_expect(split->count == 3 && split->usable == 3 && split->total == 100);
    cr_expect(split->pick == SLUICE_PICK_STICKY && split->key_count == ROWS(keys));
    cr_expect(split->shares[2].invalid && split->shares[2].destination->host.len == 0);
    cr_expect(action->entries[2].invalid_status == 500);
    cr_expect(action->entries[1].instead->extra->redirect->status == 302);
    cr_expect(str_equal(action->entries[1].instead->extra->redirect->path.value, STR("/to")));
    cr_expect(str_equal(action->entries[2].instead->extra->response->body, STR("teapot")));
    const sluice_destination *first = split->shares[0].destination;
    cr_expect(first->port == 9080 && first->label_count == 1 && first->labels != labels);
    cr_expect(first->policy->load_balancer.distribute[1].weight == 30);
    cr_expect(str_equal(first->policy->tls.subject_alt_names[1], STR("two")));
    cr_expect(rule_of(router, 2)->origin.line == 11 && rule_of(router, 2)->origin.names == 0);
    cr_expect(rule_of(router, 3)->origin.resource == NO_RESOURCE);
    sluice_matched matched;
    origin_show(router, rule_of(router, 0), &matched);
    cr_expect(str_equal(matched.kind, STR("VirtualService")));
    cr_expect(str_equal(matched.name, STR("reviews")));
    sluice_router_release(router);
}

Test(build, lists_the_names_that_rules_read)
{
    static const struct {
        int line;
        sluice_needed what;
        const char *name;
        bool needed;
    } rows[] = {
        {__LINE__, SLUICE_NEEDED_HEADER,       "x-one",                          true },
        {__LINE__, SLUICE_NEEDED_HEADER,       "x-user",                         true }, /* lower-case */
        {__LINE__, SLUICE_NEEDED_HEADER,       "X-User",                         false},
        {__LINE__, SLUICE_NEEDED_HEADER,       "x-key",                          true },
        {__LINE__, SLUICE_NEEDED_HEADER,       "cookie",                         true },
        {__LINE__, SLUICE_NEEDED_HEADER,       "origin",                         true },
        {__LINE__, SLUICE_NEEDED_HEADER,       "access-control-request-method",  true },
        {__LINE__, SLUICE_NEEDED_HEADER,       "access-control-request-headers", true },
        {__LINE__, SLUICE_NEEDED_HEADER,       "host",                           false},
        {__LINE__, SLUICE_NEEDED_QUERY,        "q",                              true },
        {__LINE__, SLUICE_NEEDED_QUERY,        "sq",                             true },
        {__LINE__, SLUICE_NEEDED_QUERY,        "hq",                             true },
        {__LINE__, SLUICE_NEEDED_COOKIE,       "session",                        true },
        {__LINE__, SLUICE_NEEDED_COOKIE,       "uid",                            true },
        {__LINE__, SLUICE_NEEDED_CLAIM,        "sub",                            true },
        {__LINE__, SLUICE_NEEDED_SOURCE_LABEL, "app",                            true },
    };
    struct failing_alloc memory;
    sluice_router *router = build_everything(&memory);
    size_t count = 0, needed = 0;
    for (int what = 0; what <= (int)SLUICE_NEEDED_SOURCE_LABEL; what++) {
        count += sluice_router_needed_count(router, (sluice_needed)what);
    }
    for (size_t i = 0; i < ROWS(rows); i++) {
        bool found = false;
        for (size_t k = 0; k < sluice_router_needed_count(router, rows[i].what); k++) {
            sluice_str name = sluice_router_needed_get(router, rows[i].what, k);
            found |= str_equal(name, sluice_str_of(rows[i].name));
        }
        cr_expect(found == rows[i].needed, "line %d", rows[i].line);
        needed += rows[i].needed;
    }
    cr_expect(count == needed, "%zu names, %zu known", count, needed);
    cr_expect(sluice_router_needed_get(router, SLUICE_NEEDED_CLAIM, 1).ptr == NULL);
    cr_expect(sluice_router_needed_count(router, (sluice_needed)99) == 0);
    sluice_router_release(router);
}

Test(build, fails_whole_on_every_failed_allocation, .timeout = 60)
{
    size_t sites = 0;
    for (;; sites++) {
        struct failing_alloc memory;
        struct diags diags = {0};
        sluice_router *router = (sluice_router *)&memory; /* must be overwritten */
        failing_alloc_init(&memory, sites);
        sluice_status status = build(&router, &everything, &memory.allocator, &diags);
        if (!memory.failed) {
            cr_expect(status == SLUICE_OK);
            sluice_router_release(router);
            cr_expect(failing_alloc_finish(&memory) == 0);
            break;
        }
        cr_assert(status == SLUICE_ERR_NOMEM, "allocation %zu: status %d", sites, (int)status);
        cr_assert(router == NULL, "allocation %zu", sites);
        cr_assert(failing_alloc_finish(&memory) == 0, "allocation %zu", sites);
    }
    cr_expect(sites > 20, "%zu sites", sites);
}

Test(build, counts_references)
{
    struct failing_alloc memory;
    sluice_router *router = build_everything(&memory);
    cr_expect(sluice_router_retain(router) == router);
    sluice_router_release(router);
    cr_expect(memory.live > 0);
    sluice_context *context;
    cr_assert(sluice_context_new(&context, router, NULL) == SLUICE_OK);
    sluice_router_release(router);
    cr_expect(memory.live > 0); /* the context holds it */
    sluice_context_free(context);
    cr_expect(failing_alloc_finish(&memory) == 0);
    sluice_router_release(NULL);
}

Test(build, refuses_a_pattern_that_does_not_compile)
{
    struct model_builder builder;
    model_builder_init(&builder);
    struct model_route_list *routes = model_builder_routes(&builder);
    struct model_predicate bad = model_builder_text(MODEL_PATH, MODEL_REGEX, "", "a(");
    model_builder_rule(&builder, routes, model_builder_forward(&builder, "a"), &bad, 1);
    model_builder_host(&builder, model_builder_mesh(&builder), "*", routes);
    struct diags diags = {0};
    sluice_router *router;
    cr_expect(build(&router, &builder.model, alloc_or_default(NULL), &diags) == SLUICE_ERR_INVALID);
    cr_expect(router == NULL && diags.count_of[SLUICE_SEVERITY_ERROR] == 1);
    model_builder_free(&builder);
}

Test(build, refuses_more_rules_than_the_limit)
{
    struct model_builder builder;
    model_builder_init(&builder);
    struct model_route_list *routes = model_builder_routes(&builder);
    for (int i = 0; i < 3; i++) {
        model_builder_rule(&builder, routes, model_builder_forward(&builder, "a"), NULL, 0);
    }
    model_builder_host(&builder, model_builder_mesh(&builder), "*", routes);
    sluice_status status;
    builder.settings.max_rules = 2;
    cr_expect(model_builder_compile(&builder, &status) == NULL);
    cr_expect(status == SLUICE_ERR_LIMIT);
    builder.settings.max_rules = 3;
    sluice_router *router = model_builder_compile(&builder, &status);
    cr_expect(status == SLUICE_OK);
    sluice_router_release(router);
    model_builder_free(&builder);
}

Test(build, takes_a_model_without_anything)
{
    struct model nothing = {.listener_count = 0};
    struct diags diags = {0};
    sluice_router *router;
    cr_assert(build(&router, &nothing, alloc_or_default(NULL), &diags) == SLUICE_OK);
    cr_expect(sluice_router_rule_count(router) == 0);
    sluice_context *context;
    cr_assert(sluice_context_new(&context, router, NULL) == SLUICE_OK);
    sluice_context_free(context);
    sluice_router_release(router);
}

/* One entry alone gets everything; weight 0 among several gets nothing; sums have a bound. */
Test(build, judges_weights)
{
    static const struct {
        int line;
        const char *split;
        sluice_status status;
        uint32_t usable, only;
        uint64_t total;
    } rows[] = {
        {__LINE__, "a",                 SLUICE_OK,          1, 0, 1         },
        {__LINE__, "a 0",               SLUICE_OK,          1, 0, 1         },
        {__LINE__, "a 7",               SLUICE_OK,          1, 0, 7         },
        {__LINE__, "a 0, b 5",          SLUICE_OK,          1, 1, 5         },
        {__LINE__, "a 0, b 0",          SLUICE_OK,          0, 0, 1         },
        {__LINE__, "a 1, b 0, c 3",     SLUICE_OK,          2, 2, 4         },
        {__LINE__, "a 4294967294, b 1", SLUICE_OK,          2, 1, 4294967295},
        {__LINE__, "a 4294967295, b 1", SLUICE_ERR_INVALID, 0, 0, 0         },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct model_builder builder;
        model_builder_init(&builder);
        struct model_route_list *routes = model_builder_routes(&builder);
        model_builder_rule(&builder, routes, model_builder_forward(&builder, rows[i].split), NULL,
                           0);
        model_builder_host(&builder, model_builder_mesh(&builder), "*", routes);
        sluice_status status;
        sluice_router *router = model_builder_compile(&builder, &status);
        cr_expect(status == rows[i].status, "line %d: %d", rows[i].line, (int)status);
        if (router) {
            const struct split *split = router->actions[0].split;
            cr_expect(split->usable == rows[i].usable, "line %d", rows[i].line);
            if (split->usable == 1) cr_expect(split->only == rows[i].only, "line %d", rows[i].line);
            cr_expect(split->total == rows[i].total, "line %d", rows[i].line);
        }
        sluice_router_release(router);
        model_builder_free(&builder);
    }
}

/* ---- size and speed ---- */

/* Rules as people write them: a prefix of its own and two weighted destinations, 20 to a host. With
 * `own_weights` no two splits of a host are alike. */
static void
many_rules(struct model_builder *builder, size_t count, bool own_weights)
{
    struct model_listener *mesh = model_builder_mesh(builder);
    struct model_route_list *routes = NULL;
    for (size_t i = 0; i < count; i++) {
        char text[128], split[256], host[64];
        size_t weight = own_weights ? 1 + i % 50 : 10;
        snprintf(text, sizeof(text), "/api/v1/product-%zu/items", i);
        snprintf(host, sizeof(host), "service-%zu.shop.svc.cluster.local", i / 20);
        snprintf(split, sizeof(split), "%s|v1 %zu, %s|v2 %zu", host, 100 - weight, host, weight);
        if (i % 20 == 0) {
            routes = model_builder_routes(builder);
            model_builder_host(builder, mesh, host, routes);
        }
        struct model_predicate p = {
            .subject = MODEL_PATH,
            .matcher = {.op = MODEL_PREFIX, .value = model_builder_dup(builder, text)},
        };
        struct model_action *action = model_builder_forward(builder, split);
        model_builder_rule(builder, routes, action, &p, 1);
    }
}

Test(build, takes_few_bytes_for_a_plain_rule)
{
    static const struct {
        int line;
        bool own_weights;
        size_t most;
    } rows[] = {
        {__LINE__, false, 200},
        {__LINE__, true,  450}, /* every rule has a split of its own to keep */
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        enum { COUNT = 20000 };
        struct model_builder builder;
        model_builder_init(&builder);
        many_rules(&builder, COUNT, rows[i].own_weights);
        sluice_router *router = model_builder_compile(&builder, NULL);
        cr_assert(router && sluice_router_rule_count(router) == COUNT);
        size_t each = sluice_router_memory(router) / COUNT;
        printf("build: %zu bytes a rule\n", each);
        cr_expect(each <= rows[i].most, "line %d: %zu bytes a rule", rows[i].line, each);
        sluice_router_release(router);
        model_builder_free(&builder);
    }
}

static double
seconds_to_build(size_t count)
{
    struct model_builder builder;
    model_builder_init(&builder);
    many_rules(&builder, count, true);
    clock_t begin = clock();
    sluice_router *router = model_builder_compile(&builder, NULL);
    double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
    cr_assert(router);
    sluice_router_release(router);
    model_builder_free(&builder);
    return seconds;
}

/* Eight times the rules may take eight times as long, not 64 times; with room for a busy machine.
 */
Test(build, takes_time_in_step_with_the_rules, .timeout = 120)
{
    double few = seconds_to_build(10000), many = seconds_to_build(80000);
    printf("build: %.1f ms for 10,000 rules, %.1f ms for 80,000\n", few * 1e3, many * 1e3);
    cr_expect(many < 32 * few + 0.1, "%f and %f s", few, many);
}

/* One rule of very many predicates, and one listener of very many wildcards. */
Test(build, is_not_quadratic_in_hostile_models, .timeout = 60)
{
    enum { COUNT = 100000 };
    struct model_builder builder;
    model_builder_init(&builder);
    struct model_predicate *many = model_builder_take(&builder, COUNT, sizeof(*many));
    sluice_str *wild = model_builder_take(&builder, COUNT, sizeof(*wild));
    for (size_t i = 0; i < COUNT; i++) {
        char text[32];
        snprintf(text, sizeof(text), "*.h%zu", i);
        wild[i] = model_builder_dup(&builder, text);
        many[i] = (struct model_predicate){
            .subject = i % 2 ? MODEL_HEADER : MODEL_QUERY_DECODED, /* each out of order */
            .name = str_skip(wild[i], 2),
            .matcher = {.op = MODEL_PRESENT},
        };
        if (i < COUNT / 2) many[i].subject = MODEL_QUERY_DECODED;
    }
    struct model_route_list *routes = model_builder_routes(&builder);
    model_builder_rule(&builder, routes, model_builder_forward(&builder, "a"), many, COUNT);
    struct model_virtual_host *host = model_builder_take(&builder, 1, sizeof(*host));
    *host = (struct model_virtual_host){wild, COUNT, routes};
    struct model_listener *mesh = model_builder_mesh(&builder);
    mesh->hosts = host;
    mesh->host_count = 1;
    sluice_router *router = model_builder_compile(&builder, NULL);
    cr_assert(router);
    const struct predicate *first = rule_predicates(router, rule_of(router, 0));
    for (size_t i = 1; i < COUNT; i++) {
        cr_assert(first[i - 1].subject == SUBJECT_HEADER || first[i].subject != SUBJECT_HEADER);
    }
    sluice_router_release(router);
    model_builder_free(&builder);
}

/* A kind is a word: what no resource can have is refused, not cut. */
Test(build, refuses_a_kind_of_more_than_255_bytes)
{
    static char kind[257];
    memset(kind, 'K', sizeof(kind) - 1);
    for (size_t len = KIND_MAX; len <= KIND_MAX + 1; len++) {
        struct model_builder builder;
        model_builder_init(&builder);
        struct model_route_list *routes = model_builder_routes(&builder);
        struct model_resource long_kind = {str_make(kind, len), STR("n"), STR("x")};
        model_builder_rule(&builder, routes, model_builder_forward(&builder, "a"), NULL, 0)
            ->resource = &long_kind;
        model_builder_host(&builder, model_builder_mesh(&builder), "*", routes);
        sluice_status status;
        sluice_router *router = model_builder_compile(&builder, &status);
        cr_expect((router != NULL) == (len == KIND_MAX));
        cr_expect(router || status == SLUICE_ERR_LIMIT);
        sluice_router_release(router);
        model_builder_free(&builder);
    }
}

/* ---- what is kept once, and where ---- */

/* Forwarding to one destination: a split's salt has nothing to decide, so actions that differ in it
 * alone are alike. Between two destinations it decides, but the racers may be shared. */
Test(build, keeps_actions_that_say_the_same_once)
{
    struct model_builder builder;
    model_builder_init(&builder);
    struct model_route_list *routes = model_builder_routes(&builder);
    struct model_action *actions[4];
    for (size_t i = 0; i < 4; i++) {
        actions[i] = model_builder_forward(&builder, i < 2 ? "a" : "a 60, b 40");
        actions[i]->split.salt = i % 2 ? STR("odd") : STR("even");
        model_builder_rule(&builder, routes, actions[i], NULL, 0);
    }
    model_builder_host(&builder, model_builder_mesh(&builder), "*", routes);
    sluice_router *router = model_builder_compile(&builder, NULL);
    cr_assert(router);
    uint32_t of[4];
    for (size_t i = 0; i < 4; i++) {
        of[i] = rule_of(router, i)->action;
    }
    cr_expect(of[0] == of[1] && of[1] != of[2] && of[2] != of[3]);
    const struct sticky *x = &router->actions[of[2]].split->sticky;
    const struct sticky *y = &router->actions[of[3]].split->sticky;
    cr_expect(x->salt_seed != y->salt_seed);
    cr_expect(x->identities == y->identities && x->weights == y->weights);
    sluice_router_release(router);
    model_builder_free(&builder);
}

/* A text of up to 64 bytes stands behind the predicates of its rule; a longer one is kept once. */
Test(build, keeps_short_texts_beside_their_rule)
{
    struct model_builder builder;
    model_builder_init(&builder);
    struct model_route_list *routes = model_builder_routes(&builder);
    struct model_action *action = model_builder_forward(&builder, "a");
    char bytes[65];
    memset(bytes, 'a', sizeof(bytes));
    for (size_t i = 0; i < 4; i++) {
        struct model_predicate path = {.subject = MODEL_PATH, .matcher = {.op = MODEL_EXACT}};
        path.matcher.value = str_make(bytes, i < 2 ? 64 : 65);
        model_builder_rule(&builder, routes, action, &path, 1);
    }
    model_builder_host(&builder, model_builder_mesh(&builder), "*", routes);
    sluice_router *router = model_builder_compile(&builder, NULL);
    cr_assert(router);
    const struct predicate *own[4];
    for (size_t i = 0; i < 4; i++) {
        own[i] = rule_predicates(router, rule_of(router, i));
        cr_expect(str_equal(own[i]->text, str_make(bytes, i < 2 ? 64 : 65)));
    }
    cr_expect(own[0]->text.ptr == (const char *)(own[0] + 1));
    cr_expect(own[1]->text.ptr == (const char *)(own[1] + 1));
    cr_expect(own[2]->text.ptr == own[3]->text.ptr);
    sluice_router_release(router);
    model_builder_free(&builder);
}
