/*
 * validate_cors: cross-origin policies.
 */
#include "base/syntax.h"
#include "istio/validate.h"

#define SECOND 1000000000

static void
check_origins(struct validate *v, const struct value_list *origins)
{
    const struct istio_string_match *items = origins->items;
    for (size_t i = 0; i < origins->count; i++) {
        const struct istio_string_match *origin = &items[i];
        if (origin->exact.v.len + origin->prefix.v.len + origin->regex.v.len == 0) {
            BROKEN(v, origin->node, "the origin is empty; it needs exact, prefix or regex");
        } else if (origin->regex.v.len > 0) {
            validate_regex(v, validate_at(origin->node, "regex"), origin->regex.v);
        }
    }
}

static bool
is_method(sluice_str text)
{
    static const sluice_str methods[] = {
        STR_INIT("GET"),   STR_INIT("HEAD"),   STR_INIT("POST"),    STR_INIT("PUT"),
        STR_INIT("PATCH"), STR_INIT("DELETE"), STR_INIT("CONNECT"), STR_INIT("OPTIONS"),
        STR_INIT("TRACE"), STR_INIT("*"),
    };
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (str_equal(text, methods[i])) return true;
    }
    return false;
}

static void
check_header_names(struct validate *v, const struct value_list *names)
{
    for (struct str_walk s = str_walk(names); str_next(&s);) {
        if (syntax_is_token(s.text)) continue;
        REFUSED(v, s.node, "\"%.*s\" is no header name; expected a name or \"*\"", STR_ARG(s.text));
    }
}

void
validate_cors(struct validate *v, const struct istio_cors *cors)
{
    if (!cors) return;
    check_origins(v, &cors->allow_origins);
    for (struct str_walk s = str_walk(&cors->allow_methods); str_next(&s);) {
        if (is_method(s.text)) continue;
        REFUSED(v, s.node, "\"%.*s\" is no HTTP method; expected one such as GET, or \"*\"",
                STR_ARG(s.text));
    }
    check_header_names(v, &cors->allow_headers);
    check_header_names(v, &cors->expose_headers);
    validate_duration(v, cors->node, "maxAge", cors->max_age);
    if (cors->max_age.set && cors->max_age.v % SECOND != 0) {
        REFUSED(v, validate_at(cors->node, "maxAge"), "maxAge must be whole seconds");
    }
}
