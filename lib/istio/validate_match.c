/*
 * validate_match: the conditions of an HTTP route.
 */
#include "base/syntax.h"
#include "istio/names.h"
#include "istio/validate.h"

static void
check_regex_match(struct validate *v, const struct yaml_node *at, sluice_str pattern,
                  unsigned rules)
{
    if (pattern.len == 0) {
        BROKEN(v, at, "regex is empty; it matches nothing but the empty text");
    } else if (str_equal(pattern, STR("*")) && (rules & MATCH_STAR_PRESENT)) {
        return;
    } else if (str_equal(pattern, STR("*")) && (rules & MATCH_STAR_REFUSED)) {
        REFUSED(v, at, "regex \"*\" is no regular expression; {} tests for presence");
    } else {
        validate_regex(v, at, pattern);
    }
}

void
validate_string_match(struct validate *v, const struct istio_string_match *match, unsigned rules)
{
    if (!match) return;
    if (value_is_set(match->prefix) && match->prefix.v.len == 0 && !(rules & MATCH_EMPTY_PREFIX)) {
        BROKEN(v, validate_at(match->node, "prefix"), "prefix is empty; {} tests for presence");
    }
    if (value_is_set(match->regex)) {
        check_regex_match(v, validate_at(match->node, "regex"), match->regex.v, rules);
    }
}

static bool
is_pseudo_header(sluice_str name)
{
    static const sluice_str names[] = {STR_INIT(":method"), STR_INIT(":scheme"),
                                       STR_INIT(":authority"), STR_INIT(":path"),
                                       STR_INIT(":status")};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (str_equal(name, names[i])) return true;
    }
    return false;
}

static void
check_header_name(struct validate *v, const struct yaml_node *at, sluice_str name)
{
    if (syntax_is_token(name) || is_pseudo_header(name) || name_is_jwt_claim(name)) return;
    if (name.len == 0) {
        BROKEN(v, at, "the header has no name");
    } else {
        BROKEN(
            v, at,
            "\"%.*s\" is no header name; expected letters, digits and !#$%%&'*+-.^_`|~, a pseudo "
            "header such as :path, or @request.auth.claims.NAME",
            STR_ARG(name));
    }
}

/* Without a look at the node of a matcher that is there, which is far away in memory. */
static bool
is_null(const struct istio_string_match *match)
{
    bool set =
        value_is_set(match->exact) || value_is_set(match->prefix) || value_is_set(match->regex);
    return !set && match->node->kind == YAML_NULL;
}

static void
check_headers(struct validate *v, const struct value_message_map *headers)
{
    const struct istio_string_match *items = headers->items;
    for (size_t i = 0; i < headers->count; i++) {
        check_header_name(v, items[i].node, headers->keys[i]);
        if (is_null(&items[i])) {
            REFUSED(v, items[i].node, "header \"%.*s\" has no matcher; {} tests for presence",
                    STR_ARG(headers->keys[i]));
        }
        validate_string_match(v, &items[i], MATCH_STAR_REFUSED);
    }
}

static void
check_without_headers(struct validate *v, const struct value_message_map *headers)
{
    const struct istio_string_match *items = headers->items;
    for (size_t i = 0; i < headers->count; i++) {
        check_header_name(v, items[i].node, headers->keys[i]);
        validate_string_match(v, &items[i], MATCH_STAR_PRESENT);
    }
}

static void
check_query_params(struct validate *v, const struct value_message_map *params)
{
    const struct istio_string_match *items = params->items;
    for (size_t i = 0; i < params->count; i++) {
        validate_string_match(v, &items[i], MATCH_STAR_REFUSED);
    }
}

static void
check_source(struct validate *v, const struct istio_http_match *match)
{
    if (match->more->port.v != 0)
        validate_port(v, validate_at(match->node, "port"), match->more->port.v);
    validate_labels(v, &match->more->source_labels);
    validate_gateway_names(v, &match->more->gateways);
    sluice_str space = match->more->source_namespace.v;
    if (space.len == 0 || name_is_dns_label(space)) return;
    REFUSED(v, validate_at(match->node, "sourceNamespace"),
            "sourceNamespace \"%.*s\" is no namespace name", STR_ARG(space));
}

void
validate_http_matches(struct validate *v, const struct value_list *matches)
{
    const struct istio_http_match *items = matches->items;
    for (size_t i = 0; i < matches->count; i++) {
        const struct istio_http_match *match = &items[i];
        validate_string_match(v, match->uri, MATCH_EMPTY_PREFIX);
        validate_string_match(v, match->more->scheme, MATCH_STAR_REFUSED);
        validate_string_match(v, match->method, MATCH_STAR_REFUSED);
        validate_string_match(v, match->more->authority, MATCH_STAR_REFUSED);
        check_headers(v, &match->headers);
        check_without_headers(v, &match->more->without_headers);
        check_query_params(v, &match->more->query_params);
        check_source(v, match);
    }
}
