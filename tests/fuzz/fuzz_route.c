/*
 * fuzz_route: any bytes as a request, against rules that use everything the router knows.
 *
 * The rules are compiled once. Input: one byte of options, then fields, each a byte that picks a
 * well-known text or a length, then that many bytes. Every request is decided four times: headers
 * as an array and by callback must give one decision; a context with little scratch must give that
 * decision or say 500; explain must agree. Every byte of a decision is read, so that a sanitizer
 * sees a slice that points nowhere.
 */
#include <stdio.h>
#include <stdlib.h>

#include "router/context.h"
#include "support/model_builder.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))
#define S(text) STR_INIT(text)

static void
check(bool holds, const char *what)
{
    if (holds) return;
    fprintf(stderr, "fuzz_route: %s\n", what);
    abort();
}

/* ---- the rules (clang-format 14 crashes on tables of designated rows) ---- */

static struct model_predicate
on_path(enum model_op op, const char *value)
{
    return model_builder_text(MODEL_PATH, op, "", value);
}

static struct model_action *
forward(struct model_builder *b)
{
    return model_builder_forward(b, "a.default|v1 90, a.default|v2 10, b 0");
}

static void
add(struct model_builder *b, struct model_route_list *routes, struct model_predicate predicate,
    const struct model_action *action)
{
    model_builder_rule(b, routes, action, &predicate, 1);
}

/* One rule for each subject and each way to compare. */
static void
add_predicates(struct model_builder *b, struct model_route_list *routes)
{
    static const struct {
        enum model_subject subject;
        const char *name, *value;
    } rows[] = {
        {MODEL_RAW_PATH,         "",       "/raw?x"},
        {MODEL_METHOD,           "",       "PATCH" },
        {MODEL_SCHEME,           "",       "ftp"   },
        {MODEL_AUTHORITY,        "",       "x:1"   },
        {MODEL_HEADER,           "x",      "1"     },
        {MODEL_HEADER,           ":path",  "/p"    },
        {MODEL_HEADER,           "host",   "h"     },
        {MODEL_QUERY,            "q",      "1"     },
        {MODEL_QUERY_DECODED,    "a b",    "c d"   },
        {MODEL_SOURCE_NAMESPACE, "",       "prod"  },
        {MODEL_SOURCE_LABEL,     "app",    "web"   },
        {MODEL_SNI,              "",       "s.com" },
        {MODEL_CLAIM,            "groups", "g"     },
        {MODEL_GRPC_SERVICE,     "",       "pkg.S" },
        {MODEL_GRPC_METHOD,      "",       "M"     },
    };
    static const enum model_op ops[] = {MODEL_EXACT,  MODEL_PREFIX, MODEL_SEGMENT_PREFIX,
                                        MODEL_SUFFIX, MODEL_AFFIX,  MODEL_REGEX};
    for (size_t i = 0; i < ROWS(rows) * ROWS(ops); i++) {
        struct model_predicate both[2] = {
            model_builder_text(rows[i % ROWS(rows)].subject, ops[i / ROWS(rows)],
                               rows[i % ROWS(rows)].name, rows[i % ROWS(rows)].value),
            on_path(MODEL_EXACT, "/only"),
        };
        both[0].matcher.ignore_case = i % 2;
        if (both[0].matcher.op == MODEL_AFFIX) both[0].matcher.suffix = STR("z");
        both[0].negate = both[0].absent_is_empty = i % 3 == 0;
        model_builder_rule(b, routes, forward(b), both, i % 3 == 0 ? 2 : 1);
    }
    static const struct model_cidr some = {
        {0x20, 1},
        17
    };
    struct model_predicate cidr = {
        .subject = MODEL_SOURCE_IP, .matcher = {.op = MODEL_CIDR, .cidr = &some}
    };
    add(b, routes, cidr, forward(b));
    cidr.subject = MODEL_DESTINATION_IP;
    add(b, routes, cidr, forward(b));
    add(b, routes, model_builder_number(MODEL_PORT, 9999), forward(b));
}

static void
add_rewrites(struct model_builder *b, struct model_route_list *routes)
{
    /* clang-format off */
    static const struct model_path_edit edits[] = {
        {.mode = MODEL_PATH_FULL, .value = S("/full?own=1"), .drop_query = true},
        {.mode = MODEL_PATH_PREFIX, .value = S("/p2")},
        {.mode = MODEL_PATH_SEGMENT, .value = S("/")},
        {.mode = MODEL_PATH_REGEX, .pattern = S("([a-z]*)/?"), .value = S("<\\1\\0>")},
    };
    /* clang-format on */
    static const enum model_op ops[] = {MODEL_PREFIX, MODEL_SEGMENT_PREFIX, MODEL_EXACT,
                                        MODEL_REGEX};
    for (size_t i = 0; i < ROWS(edits) * ROWS(ops); i++) {
        struct model_action *action = forward(b);
        action->path = edits[i % ROWS(edits)];
        action->authority = i % 2 ? STR("up.example") : STR("");
        char *value = model_builder_take(b, 8, 1);
        snprintf(value, 8, "/w%zu", i);
        add(b, routes, on_path(ops[i / ROWS(edits)], value), action);
    }
}

static void
add_redirects(struct model_builder *b, struct model_route_list *routes)
{
    /* clang-format off */
    static const struct model_redirect redirects[] = {
        {.status = 301, .scheme = S("https"), .host_keeps_port = true},
        {.status = 302, .host = S("r.com:81"), .path = {.mode = MODEL_PATH_PREFIX,
            .value = S("/n")}},
        {.status = 303, .port_mode = MODEL_REDIRECT_PORT_FIXED, .port = 8443,
            .host_keeps_port = true},
        {.status = 307, .port_mode = MODEL_REDIRECT_PORT_LISTENER, .scheme = S("http"),
            .path = {.mode = MODEL_PATH_FULL, .value = S("/f?q")}},
        {.status = 308, .path = {.mode = MODEL_PATH_SEGMENT, .value = S("/")}},
    };
    /* clang-format on */
    for (size_t i = 0; i < ROWS(redirects); i++) {
        struct model_action *action = model_builder_action(b, MODEL_REDIRECT);
        action->redirect = &redirects[i];
        char *value = model_builder_take(b, 8, 1);
        snprintf(value, 8, "/r%zu", i);
        add(b, routes, on_path(MODEL_PREFIX, value), action);
    }
    /* clang-format off */
    static const struct model_response responses[] = {
        {.status = 302, .body = S("body"), .grpc_status = -1}, {.status = 404, .grpc_status = 5}};
    /* clang-format on */
    for (size_t i = 0; i < ROWS(responses); i++) {
        struct model_action *action = model_builder_action(b, MODEL_RESPOND);
        action->response = &responses[i];
        add(b, routes, on_path(MODEL_EXACT, i ? "/d1" : "/d0"), action);
    }
}

static const struct model_sticky_key keys[] = {
    {MODEL_STICKY_HEADER,    S("x-key"), {NULL, 0}, SLUICE_NO_DURATION    },
    {MODEL_STICKY_QUERY,     S("k"),     {NULL, 0}, SLUICE_NO_DURATION    },
    {MODEL_STICKY_SOURCE_IP, {NULL, 0},  {NULL, 0}, SLUICE_NO_DURATION    },
    {MODEL_STICKY_COOKIE,    S("uid"),   S("/"),    INT64_C(3600000000000)},
};
static const sluice_field attributes[] = {
    {S("SameSite"), S("Lax") },
    {S("Secure"),   {NULL, 0}}
};
/* clang-format off */
static const sluice_hash_policy policies[] = {
    {.key = SLUICE_HASH_HEADER, .name = S("X-Hash"), .ttl_ns = SLUICE_NO_DURATION},
    {.key = SLUICE_HASH_COOKIE, .name = S("hc"), .path = S("/"), .ttl_ns = 0,
        .attributes = attributes, .attribute_count = 2},
    {.key = SLUICE_HASH_QUERY_PARAMETER, .name = S("h"), .ttl_ns = SLUICE_NO_DURATION},
    {.key = SLUICE_HASH_SOURCE_IP, .ttl_ns = SLUICE_NO_DURATION},
};
/* clang-format on */
/* clang-format off */
static const struct model_matcher origins[] = {
    {.op = MODEL_EXACT, .value = S("http://a")},
    {.op = MODEL_PREFIX, .value = S("http://b")},
    {.op = MODEL_REGEX, .value = S("http://c.*")},
    {.op = MODEL_AFFIX, .value = S("http://"), .suffix = S(".d")},
};
/* clang-format on */
static const sluice_header_op ops[] = {
    {SLUICE_HEADER_SET,    S("a"), S("1")   },
    {SLUICE_HEADER_REMOVE, S("b"), {NULL, 0}}
};

static struct model_action *
policy_action(struct model_builder *b, size_t i)
{
    /* clang-format off */
    static const struct model_cors cors[] = {
        {.origins = origins, .origin_count = 4, .allow_methods = S("GET"),
            .allow_headers = S("x"), .expose_headers = S("e"), .max_age = S("60"),
            .allow_credentials = true, .preflight_status = 200},
        {.any_origin = true, .any_method = true, .any_header = true,
            .expose_on_preflight = true, .answer_foreign_preflight = true, .preflight_status = 204},
    };
    /* clang-format on */
    /* clang-format off */
    static const sluice_fault faults[] = {
        {.delay_present = true, .delay_ns = 5, .delay_fraction = {1, 2}, .abort_present = true,
            .abort_status = 503, .abort_grpc_status = -1, .abort_fraction = {1, 3}},
        {.abort_present = true, .abort_grpc_status = 14, .abort_fraction = {1, 1},
            .delay_fraction = {0, 100}},
    };
    /* clang-format on */
    struct model_action *action = forward(b);
    struct model_mirror *mirrors = model_builder_take(b, 2, sizeof(*mirrors));
    mirrors[0] = mirrors[1] = (struct model_mirror){
        model_builder_destination(b, STR("m"), STR("")), {1, 3}
    };
    action->split.pick = i % 3 == 0   ? MODEL_PICK_STICKY
                         : i % 3 == 1 ? MODEL_PICK_EVEN
                                      : MODEL_PICK_RANDOM;
    action->split.keys = keys;
    action->split.key_count = ROWS(keys);
    action->cors = i % 4 == 0 ? NULL : &cors[i % 2];
    action->fault = i % 5 == 0 ? &faults[i % 2] : NULL;
    action->mirrors = mirrors;
    action->mirror_count = i % 3;
    action->hash_policy = policies;
    action->hash_policy_count = i % (ROWS(policies) + 1);
    action->request_ops = (struct model_header_ops){ops, i % 3};
    action->timeout_ns = 7;
    return action;
}

/* Entries that differ: one does not resolve, one redirects, one rewrites. */
static struct model_action *
entries_action(struct model_builder *b)
{
    static const struct model_redirect redirect = {.status = 302, .host = S("e.com")};
    struct model_action *redirecting = model_builder_action(b, MODEL_REDIRECT);
    redirecting->redirect = &redirect;
    struct model_action *rewriting = model_builder_action(b, MODEL_FORWARD);
    rewriting->path = (struct model_path_edit){.mode = MODEL_PATH_PREFIX, .value = STR("/e")};
    struct model_action *action = model_builder_forward(b, "a 1, b 1, c 1, d 1");
    struct model_split_entry *entries = model_builder_take(b, 4, sizeof(*entries));
    memcpy(entries, action->split.entries, 4 * sizeof(*entries));
    entries[0].invalid = true;
    entries[0].invalid_status = 500;
    entries[1].instead = redirecting;
    entries[2].instead = rewriting;
    entries[2].authority = STR("e.up");
    entries[3].response_ops = (struct model_header_ops){ops, 2};
    action->split.entries = entries;
    return action;
}

static void
add_hosts(struct model_builder *b, const struct model_route_list *routes)
{
    static const struct {
        enum model_scope scope;
        const char *name;
        enum model_family family;
        uint32_t port;
        bool tls;
        const char *hostname, *domains;
    } rows[] = {
        {MODEL_SCOPE_MESH,    "",       MODEL_FAMILY_HTTP, 0,   false, "",        "reviews *.foo.com *oo.com *"},
        {MODEL_SCOPE_MESH,    "",       MODEL_FAMILY_HTTP, 81,  false, "",        "[::1] a.b"                  },
        {MODEL_SCOPE_GATEWAY, "ns/gw",  MODEL_FAMILY_HTTP, 443, true,  "*.a.com", "*"                          },
        {MODEL_SCOPE_GATEWAY, "ns/gw",  MODEL_FAMILY_HTTP, 443, true,  "w.a.com", "*"                          },
        {MODEL_SCOPE_GATEWAY, "ns/gw",  MODEL_FAMILY_HTTP, 443, true,  "",        "*.a.com z"                  },
        {MODEL_SCOPE_GATEWAY, "ns/gw",  MODEL_FAMILY_TLS,  0,   false, "",        "*.a.com"                    },
        {MODEL_SCOPE_SERVICE, "ns/svc", MODEL_FAMILY_HTTP, 80,  false, "",        "*"                          },
        {MODEL_SCOPE_MESH,    "",       MODEL_FAMILY_TCP,  0,   false, "",        "*"                          },
        {MODEL_SCOPE_MESH,    "",       MODEL_FAMILY_UDP,  0,   false, "",        "*"                          },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct model_listener *listener =
            model_builder_listener(b, rows[i].scope, rows[i].name, rows[i].family, rows[i].port);
        listener->tls = listener->isolated = rows[i].tls;
        listener->hostname = sluice_str_of(rows[i].hostname);
        model_builder_host(b, listener, rows[i].domains, routes);
    }
}

static sluice_router *
compile_rules(void)
{
    struct model_builder b;
    model_builder_init(&b);
    struct model_route_list *routes = model_builder_routes(&b);
    add_rewrites(&b, routes);
    add_redirects(&b, routes);
    for (size_t i = 0; i < 12; i++) {
        char *value = model_builder_take(&b, 8, 1);
        snprintf(value, 8, "/s%zu", i);
        add(&b, routes, on_path(MODEL_EXACT, value), policy_action(&b, i));
    }
    add(&b, routes, on_path(MODEL_PREFIX, "/e"), entries_action(&b));
    add(&b, routes, on_path(MODEL_EXACT, "/none"), model_builder_forward(&b, "a 0, b 0"));
    add(&b, routes, on_path(MODEL_EXACT, "/empty"), model_builder_action(&b, MODEL_FORWARD));
    add(&b, routes, on_path(MODEL_EXACT, "/pass"), model_builder_action(&b, MODEL_PASSTHROUGH));
    add(&b, routes, on_path(MODEL_EXACT, "/nf"), model_builder_action(&b, MODEL_NOT_FOUND));
    add_predicates(&b, routes);
    add(&b, routes, on_path(MODEL_PREFIX, "/"), policy_action(&b, 3));
    add_hosts(&b, routes);
    sluice_router *router = model_builder_compile(&b, NULL);
    model_builder_free(&b);
    check(router != NULL, "the rules do not compile");
    return router;
}

/* ---- bytes to a request ---- */

struct input {
    const uint8_t *at;
    size_t left;
};

static uint8_t
take_byte(struct input *input)
{
    if (input->left == 0) return 0;
    input->left--;
    return *input->at++;
}

/* From 128 on a text that some rule knows; below, a length. */
static sluice_str
take_text(struct input *input)
{
    static const sluice_str known[] = {
        S("/s0"),
        S("/s1"),
        S("/s2"),
        S("/s3"),
        S("/s4"),
        S("/s5"),
        S("/s10?k=1&h=2"),
        S("/e/x"),
        S("/w0/a?b"),
        S("/w5"),
        S("/w15/abc"),
        S("/r0"),
        S("/r1/x?y"),
        S("/r3"),
        S("/only"),
        S("/?a+b=c%20d"),
        S("/pkg.S/M"),
        S("/none"),
        S("/empty"),
        S("/pass"),
        S("reviews"),
        S("REVIEWS:80"),
        S("x.Foo.com"),
        S("w.a.com"),
        S("q.a.com:443"),
        S("[::1]:81"),
        S("ns/gw"),
        S("mesh"),
        S("ns"),
        S("svc"),
        S("https"),
        S("OPTIONS"),
        S("CONNECT"),
        S("x"),
        S("cookie"),
        S("uid=1; hc=\"2\""),
        S("origin"),
        S("http://a"),
        S("http://b.c"),
        S("http://x.d"),
        S("access-control-request-method"),
        S("access-control-request-headers"),
        S("x-key"),
        S("X-HASH"),
        S("10.1.2.3"),
        S("2001:7f::1"),
        S("app"),
        S("web"),
        S("groups"),
        S("g"),
    };
    uint8_t byte = take_byte(input);
    if (byte >= 128) return known[byte % ROWS(known)];
    size_t len = byte < input->left ? byte : input->left;
    sluice_str text = {(const char *)input->at, len};
    input->at += len;
    input->left -= len;
    return text;
}

enum { FIELDS = 24 };

struct decoded {
    sluice_request request;
    sluice_field headers[FIELDS], labels[2], claims[3];
};

static size_t
take_fields(struct input *input, sluice_field *to, size_t most)
{
    size_t count = take_byte(input) % (most + 1);
    for (size_t i = 0; i < count; i++) {
        to[i].name = take_text(input);
        to[i].value = take_text(input);
    }
    return count;
}

static void
decode(struct decoded *to, struct input *input)
{
    static const uint32_t ports[] = {0, 80, 81, 443, 9999, UINT32_MAX};
    uint8_t options = take_byte(input);
    memset(to, 0, sizeof(*to));
    to->request = (sluice_request){
        .protocol = (sluice_protocol)(options % 5),
        .port = ports[options / 5 % ROWS(ports)],
        .headers = to->headers,
        .claims = to->claims,
        .source_labels = options & 128 ? to->labels : NULL,
    };
    sluice_str *texts[] = {
        &to->request.path,
        &to->request.authority,
        &to->request.method,
        &to->request.gateway,
        &to->request.scheme,
        &to->request.sni,
        &to->request.source_ip,
        &to->request.destination_ip,
        &to->request.source_namespace,
        &to->request.service_name,
        &to->request.service_namespace,
        &to->request.sticky_key,
    };
    for (size_t i = 0; i < 3; i++) {
        *texts[i] = take_text(input);
    }
    to->request.header_count = take_fields(input, to->headers, FIELDS);
    for (size_t i = 3; i < ROWS(texts); i++) {
        *texts[i] = take_text(input);
    }
    to->request.source_label_count = take_fields(input, to->labels, ROWS(to->labels));
    to->request.claim_count = take_fields(input, to->claims, ROWS(to->claims));
}

/* ---- reading a decision ---- */

static volatile uint8_t sink;

static void
touch(sluice_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        sink ^= (uint8_t)text.ptr[i];
    }
}

static void
touch_fields(const sluice_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        touch(fields[i].name);
        touch(fields[i].value);
    }
}

static void
touch_ops(const sluice_header_op *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        touch(items[i].name);
        touch(items[i].value);
    }
}

static void
touch_matched(const sluice_matched *matched)
{
    if (!matched) return;
    touch(matched->kind);
    touch(matched->space);
    touch(matched->name);
    touch(matched->route_name);
    touch(matched->rule_name);
}

static void
touch_destination(const sluice_destination *destination)
{
    if (!destination) return;
    touch(destination->host);
    touch(destination->name);
    touch(destination->space);
    touch(destination->subset);
    touch(destination->app_protocol);
    touch_fields(destination->labels, destination->label_count);
    for (size_t i = 0; destination->endpoints && i < destination->endpoints->count; i++) {
        const sluice_endpoint *endpoint = &destination->endpoints->items[i];
        touch(endpoint->address);
        touch(endpoint->region);
        touch(endpoint->zone);
        touch(endpoint->subzone);
        touch_fields(endpoint->labels, endpoint->label_count);
    }
}

static void
touch_decision(const sluice_decision *d)
{
    touch(d->path);
    touch(d->authority);
    touch(d->body);
    touch(d->sticky.name);
    touch(d->sticky.set_cookie);
    touch(d->redirect.location);
    touch(d->redirect.scheme);
    touch(d->redirect.host);
    touch(d->redirect.path);
    touch_matched(d->matched);
    touch_destination(d->destination);
    touch_ops(d->request_headers, d->request_header_count);
    touch_ops(d->response_headers, d->response_header_count);
    touch_fields(d->cors_headers, d->cors_header_count);
    touch_fields(d->response_fields, d->response_field_count);
    for (size_t i = 0; i < d->split_count; i++) {
        touch_destination(d->split[i].destination);
    }
    for (size_t i = 0; i < d->mirror_count; i++) {
        touch_destination(d->mirrors[i].destination);
        check(d->mirrors[i].port != 0, "a mirror without port");
    }
    for (size_t i = 0; i < d->hash_policy_count; i++) {
        touch(d->hash_policy[i].name);
        touch_fields(d->hash_policy[i].attributes, d->hash_policy[i].attribute_count);
    }
}

static void
check_decision(const sluice_decision *d)
{
    check(d->outcome <= SLUICE_MISDIRECTED, "outcome out of range");
    if (d->outcome == SLUICE_FORWARD) {
        check(d->destination != NULL && d->port != 0, "forward without destination or port");
        check(d->split_index < d->split_count, "split index out of range");
        check(d->split[d->split_index].destination == d->destination, "not the one picked");
        check(d->split_count == 1 || d->split[d->split_index].weight > 0, "picked weight 0");
        check(d->status == 0, "forward with a status");
    } else if (d->outcome != SLUICE_PASSTHROUGH) {
        check(d->destination == NULL, "an answer with a destination");
        /* A gRPC abort has a gRPC status alone. */
        check(d->status != 0 || d->fault != NULL, "an answer without status");
    }
    touch_decision(d);
}

static bool
same_text(sluice_str a, sluice_str b)
{
    return str_equal(a, b);
}

static bool
same_decision(const sluice_decision *a, const sluice_decision *b)
{
    return a->outcome == b->outcome && a->status == b->status && a->grpc_status == b->grpc_status &&
           a->destination == b->destination && a->port == b->port &&
           a->split_index == b->split_index && a->pick == b->pick && same_text(a->path, b->path) &&
           same_text(a->authority, b->authority) &&
           same_text(a->redirect.location, b->redirect.location) &&
           same_text(a->sticky.set_cookie, b->sticky.set_cookie) && a->hash == b->hash &&
           a->cors_header_count == b->cors_header_count &&
           a->response_field_count == b->response_field_count;
}

/* ---- the target ---- */

static bool
header_callback(void *user, size_t index, sluice_str name, size_t nth, sluice_str *value)
{
    const struct decoded *decoded = user;
    (void)index;
    for (size_t i = 0; i < decoded->request.header_count; i++) {
        if (!str_equal_ignore_case(decoded->headers[i].name, name) || nth-- > 0) continue;
        *value = decoded->headers[i].value;
        return true;
    }
    return false;
}

static sluice_context *
new_context(sluice_router *router, size_t scratch_bytes)
{
    sluice_context_options options;
    sluice_context *context;
    sluice_context_options_init(&options);
    options.scratch_bytes = scratch_bytes;
    options.seed = 1;
    check(sluice_context_new(&context, router, &options) == SLUICE_OK, "no context");
    return context;
}

static void
check_explain(sluice_context *context, const sluice_request *request,
              const sluice_decision *expected)
{
    sluice_explanation *explanation;
    sluice_decision d;
    check(sluice_explain(&explanation, context, request, &d) == SLUICE_OK, "no explanation");
    check(same_decision(&d, expected), "explain disagrees");
    touch(sluice_explanation_virtual_host(explanation));
    for (size_t i = 0; i < sluice_explanation_count(explanation); i++) {
        const sluice_explain_step *step = sluice_explanation_get(explanation, i);
        touch_matched(step->rule);
        touch(step->predicate);
        touch(step->actual);
    }
    sluice_explanation_free(explanation);
}

static void
copy_state(sluice_context *to, const sluice_context *from)
{
    to->rng = from->rng;
    memcpy(to->even_counters, from->even_counters,
           from->router->even_counter_count * sizeof(*to->even_counters));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static sluice_router *router;
    static sluice_context *contexts[4]; /* array, callback, little scratch, explain */
    if (!router) {
        router = compile_rules();
        for (size_t i = 0; i < ROWS(contexts); i++) {
            contexts[i] = new_context(router, i == 2 ? 48 : 65536);
        }
    }
    /* Every input begins alike, so that a finding can be replayed. */
    sluice_rng_init(&contexts[0]->rng, 1, 0);
    memset(contexts[0]->even_counters, 0,
           router->even_counter_count * sizeof(*contexts[0]->even_counters));
    struct input input = {data, size};
    while (input.left > 0) {
        struct decoded decoded;
        sluice_decision first, second;
        decode(&decoded, &input);
        for (size_t i = 1; i < ROWS(contexts); i++) {
            copy_state(contexts[i], contexts[0]); /* little scratch may draw less */
        }
        sluice_route(contexts[0], &decoded.request, &first);
        check_decision(&first);
        sluice_request by_callback = decoded.request;
        by_callback.header_fn = header_callback;
        by_callback.header_user = &decoded;
        sluice_route(contexts[1], &by_callback, &second);
        check(same_decision(&first, &second), "the callback gives another decision");
        sluice_route(contexts[2], &decoded.request, &second);
        check_decision(&second);
        check(same_decision(&first, &second) ||
                  (second.outcome == SLUICE_UNAVAILABLE && second.status == 500),
              "little scratch gives another decision");
        check_explain(contexts[3], &decoded.request, &first);
    }
    return 0;
}
