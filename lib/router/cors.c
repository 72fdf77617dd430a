/* cors: preflights that are answered here, and headers for the responses of others. */
#include "router/act.h"
#include "router/match.h"

static sluice_str
middle_of(const struct affix *affix, sluice_str text)
{
    size_t len = text.len - affix->prefix.len - affix->suffix.len;
    return str_make(text.ptr + affix->prefix.len, len);
}

/* Nothing of a port or a path; an IPv6 address stands in brackets. */
static bool
is_host(sluice_str text)
{
    if (str_starts_with(text, STR("["))) text = str_skip(text, str_find(text, ']'));
    return str_find(text, ':') == SIZE_MAX && str_find(text, '/') == SIZE_MAX;
}

static bool
origin_passes(struct view *view, const struct origin_matcher *matcher, sluice_str origin)
{
    if (matcher->op == OP_AFFIX) {
        return match_affix(&matcher->affix, origin) && is_host(middle_of(&matcher->affix, origin));
    }
    return match_text(view->context, matcher->op, false, matcher->affix.prefix, matcher->regex,
                      origin);
}

/* A matcher that accepts the text "*" accepts everybody, as in Envoy. */
static bool
origin_allowed(struct view *view, const struct cors *cors, sluice_str origin)
{
    if (cors->any_origin) return true;
    for (size_t i = 0; i < cors->origin_count; i++) {
        if (origin_passes(view, &cors->origins[i], origin) ||
            origin_passes(view, &cors->origins[i], STR("*"))) {
            return true;
        }
    }
    return false;
}

struct field_list {
    sluice_field *items;
    size_t count;
};

static void
add(struct field_list *list, sluice_str name, sluice_str value)
{
    if (value.len) list->items[list->count++] = (sluice_field){name, value};
}

static void
add_common(struct field_list *list, const struct cors *cors, sluice_str origin)
{
    add(list, STR("access-control-allow-origin"), origin);
    if (cors->allow_credentials) {
        add(list, STR("access-control-allow-credentials"), STR("true"));
    }
}

static void
answer_preflight(struct view *view, const struct cors *cors, sluice_str origin,
                 sluice_str requested_method, sluice_decision *decision)
{
    struct field_list list = {view->context->response, 0};
    sluice_str asked = {NULL, 0};
    view_header(view, view->router->request_headers_header, &asked);
    add_common(&list, cors, origin);
    add(&list, STR("access-control-allow-methods"),
        cors->any_method ? requested_method : cors->allow_methods);
    add(&list, STR("access-control-allow-headers"), cors->any_header ? asked : cors->allow_headers);
    if (cors->expose_on_preflight) {
        add(&list, STR("access-control-expose-headers"), cors->expose_headers);
    }
    add(&list, STR("access-control-max-age"), cors->max_age);
    act_answer(view, SLUICE_RESPOND, cors->preflight_status, -1, decision);
    decision->response_fields = list.items;
    decision->response_field_count = list.count;
}

bool
act_cors(struct view *view, const struct cors *cors, sluice_decision *decision)
{
    const sluice_router *router = view->router;
    sluice_str origin, requested;
    if (!view_first_header(view, router->origin_header, &origin) || origin.len == 0) return false;
    bool allowed = origin_allowed(view, cors, origin);
    bool preflight = str_equal(view_method(view), STR("OPTIONS")) &&
                     view_first_header(view, router->request_method_header, &requested) &&
                     requested.len > 0;
    if (preflight && allowed) {
        answer_preflight(view, cors, origin, requested, decision);
        return true;
    }
    if (preflight && cors->answer_foreign_preflight) {
        if (cors->foreign_headers) {
            answer_preflight(view, cors, STR(""), requested, decision);
        } else {
            act_answer(view, SLUICE_RESPOND, cors->preflight_status, -1, decision);
        }
        return true;
    }
    if (!allowed || preflight) return false;
    struct field_list list = {view->context->cors, 0};
    add_common(&list, cors, origin);
    add(&list, STR("access-control-expose-headers"), cors->expose_headers);
    decision->cors_headers = list.items;
    decision->cors_header_count = list.count;
    return false;
}
