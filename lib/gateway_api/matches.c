/*
 * matches: conditions of HTTPRoutes and GRPCRoutes as predicates, and how they rank
 * (docs/gateway-api.md, "Which match wins" and "GRPCRoute").
 */
#include "gateway_api/rules.h"

/* The text in lower case; itself where it is so already. */
static sluice_str
lower_case(struct gw_lower *lower, sluice_str text)
{
    char *copy = arena_bytes(lower->arena, text.len);
    for (size_t i = 0; copy && i < text.len; i++) {
        copy[i] = ascii_lower(text.ptr[i]);
    }
    if (!copy) gw_fail(lower);
    return (sluice_str){copy, copy ? text.len : 0};
}

/* ---- names and values ---- */

/* The first entry of a name counts, later ones are as if they were not there. */
static bool
is_repeat(const struct gateway_value_match *items, size_t index, bool ignore_case)
{
    sluice_str name = items[index].name.v;
    for (size_t i = 0; i < index; i++) {
        if (ignore_case ? str_equal_ignore_case(items[i].name.v, name)
                        : str_equal(items[i].name.v, name)) {
            return true;
        }
    }
    return false;
}

static struct model_matcher
matcher_of(int64_t type, sluice_str value)
{
    return (struct model_matcher){.op = type == GATEWAY_MATCH_REGEX ? MODEL_REGEX : MODEL_EXACT,
                                  .value = value};
}

/* Add a predicate for each header; how many. */
static uint32_t
add_headers(struct gw_lower *lower, const struct value_list *headers,
            struct model_predicate *predicates, size_t *count)
{
    const struct gateway_value_match *items = headers->items;
    size_t before = *count;
    for (size_t i = 0; i < headers->count; i++) {
        if (is_repeat(items, i, true)) continue;
        sluice_str name = lower_case(lower, items[i].name.v);
        predicates[(*count)++] = (struct model_predicate){
            .subject = str_equal(name, STR("host")) ? MODEL_AUTHORITY : MODEL_HEADER,
            .name = name,
            .matcher = matcher_of(items[i].type.v, items[i].value.v),
        };
    }
    return (uint32_t)(*count - before);
}

static uint32_t
add_queries(const struct value_list *queries, struct model_predicate *predicates, size_t *count)
{
    const struct gateway_value_match *items = queries->items;
    size_t before = *count;
    for (size_t i = 0; i < queries->count; i++) {
        if (is_repeat(items, i, false)) continue;
        predicates[(*count)++] = (struct model_predicate){
            .subject = MODEL_QUERY_DECODED,
            .name = items[i].name.v,
            .matcher = matcher_of(items[i].type.v, items[i].value.v),
        };
    }
    return (uint32_t)(*count - before);
}

/* ---- HTTPRoute ---- */

/* Exact, then prefix, then regular expression: Istio's order (docs/gateway-api.md). */
static uint32_t
rank_of_path(enum gateway_path_type type)
{
    switch (type) {
    case GATEWAY_PATH_EXACT:
        return 2;
    case GATEWAY_PATH_PREFIX:
        return 1;
    case GATEWAY_PATH_REGEX:
        break;
    }
    return 0;
}

static struct model_matcher
path_matcher(enum gateway_path_type type, sluice_str value)
{
    static const enum model_op ops[] = {
        [GATEWAY_PATH_PREFIX] = MODEL_SEGMENT_PREFIX,
        [GATEWAY_PATH_EXACT] = MODEL_EXACT,
        [GATEWAY_PATH_REGEX] = MODEL_REGEX,
    };
    return (struct model_matcher){.op = ops[type], .value = value};
}

static void
add_path(const struct gateway_path_match *path, struct gw_entry *out,
         struct model_predicate *predicates, size_t *count)
{
    enum gateway_path_type type = path ? (enum gateway_path_type)path->type.v : GATEWAY_PATH_PREFIX;
    sluice_str value = path && value_is_set(path->value) ? path->value.v : STR("/");
    out->rank[0] = rank_of_path(type);
    out->rank[1] = (uint32_t)value.len;
    if (type == GATEWAY_PATH_PREFIX && str_equal(value, STR("/"))) return; /* matches everything */
    predicates[(*count)++] =
        (struct model_predicate){.subject = MODEL_PATH, .matcher = path_matcher(type, value)};
}

bool
gw_match_http(struct gw_lower *lower, const struct gateway_http_match *match, struct gw_entry *out)
{
    static const struct gateway_http_match anything;
    if (!match) match = &anything;
    size_t room = 2 + match->headers.count + match->query_params.count, count = 0;
    struct model_predicate *predicates = ARENA_ARRAY(lower->arena, struct model_predicate, room);
    if (!predicates) return gw_fail(lower);
    add_path(match->path, out, predicates, &count);
    if (match->method.v.len) {
        predicates[count++] = (struct model_predicate){
            .subject = MODEL_METHOD, .matcher = matcher_of(GATEWAY_MATCH_EXACT, match->method.v)};
        out->rank[2] = 1;
    }
    out->rank[3] = add_headers(lower, &match->headers, predicates, &count);
    out->rank[4] = add_queries(&match->query_params, predicates, &count);
    out->rule.predicates = predicates;
    out->rule.predicate_count = (uint32_t)count;
    return !lower->failed;
}

/* ---- GRPCRoute ---- */

static void
add_grpc_method(const struct gateway_grpc_method *method, struct gw_entry *out,
                struct model_predicate *predicates, size_t *count)
{
    const struct {
        enum model_subject subject;
        sluice_str text;
    } parts[] = {
        {MODEL_GRPC_SERVICE, method->service.v},
        {MODEL_GRPC_METHOD,  method->method.v },
    };
    for (size_t i = 0; i < 2; i++) {
        out->rank[i] = (uint32_t)parts[i].text.len;
        if (parts[i].text.len == 0) continue;
        predicates[(*count)++] = (struct model_predicate){
            .subject = parts[i].subject, .matcher = matcher_of(method->type.v, parts[i].text)};
    }
}

bool
gw_match_grpc(struct gw_lower *lower, const struct gateway_grpc_match *match, struct gw_entry *out)
{
    static const struct gateway_grpc_match anything;
    if (!match) match = &anything;
    size_t count = 0;
    struct model_predicate *predicates =
        ARENA_ARRAY(lower->arena, struct model_predicate, 3 + match->headers.count);
    if (!predicates) return gw_fail(lower);
    predicates[count++] = (struct model_predicate){
        .subject = MODEL_PROTOCOL,
        .matcher = {.op = MODEL_EXACT, .number = SLUICE_PROTOCOL_GRPC},
    };
    if (match->method) add_grpc_method(match->method, out, predicates, &count);
    out->rank[2] = add_headers(lower, &match->headers, predicates, &count);
    out->rule.predicates = predicates;
    out->rule.predicate_count = (uint32_t)count;
    return !lower->failed;
}
