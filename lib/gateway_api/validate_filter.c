/*
 * validate_filter: one filter.
 */
#include "gateway_api/formats.h"
#include "gateway_api/validate.h"

/* ---- headers ---- */

void
gw_check_header_value(struct validate *v, const struct yaml_node *message, struct value_str value)
{
    if (!value_is_set(value) || value.v.len == 0) return;
    const struct yaml_node *at = gw_at(message, "value");
    if (format_has_control(value.v)) {
        BROKEN(v, at, "the value holds a control character, which no header may carry");
        return;
    }
    const char *wrong = format_check_header_value(value.v);
    if (wrong) REFUSED(v, at, "value \"%.*s\" %s", STR_ARG(value.v), wrong);
}

static void
check_headers(struct validate *v, struct header_names *names, const struct value_list *headers)
{
    const struct gateway_header *items = headers->items;
    for (size_t i = 0; i < headers->count; i++) {
        gw_check_header_value(v, items[i].node, items[i].value);
        if (!value_is_set(items[i].name)) continue;
        gw_check_header_name(v, names, headers, gw_at(items[i].node, "name"), items[i].name.v);
    }
}

static void
check_header_filter(struct validate *v, const struct gateway_header_filter *filter)
{
    if (!filter) return;
    struct header_names names = {map_init(v->decode->arena)};
    check_headers(v, &names, &filter->set);
    check_headers(v, &names, &filter->add);
    for (struct str_walk s = str_walk(&filter->remove); str_next(&s);) {
        gw_check_header_name(v, &names, &filter->remove, s.node, s.text);
    }
    map_free(&names.seen);
}

/* ---- redirect, rewrite ---- */

static void
check_path_modifier(struct validate *v, const struct gateway_path_modifier *path)
{
    if (!path || !path->type.set) return;
    static const char *const fields[] = {
        [GATEWAY_REPLACE_FULL_PATH] = "replaceFullPath",
        [GATEWAY_REPLACE_PREFIX_MATCH] = "replacePrefixMatch",
    };
    const char *own = fields[path->type.v], *other = fields[!path->type.v];
    const struct yaml_node *type = gw_at(path->node, "type");
    if (!gw_has(path->node, own))
        BROKEN(v, path->node, "%s is required with type %.*s", own, STR_ARG(type->text));
    if (gw_has(path->node, other)) {
        REFUSED(v, gw_at(path->node, other), "%s must not be given with type %.*s", other,
                STR_ARG(type->text));
    }
}

static void
check_redirect(struct validate *v, const struct gateway_redirect *redirect)
{
    static const int64_t statuses[] = {301, 302, 303, 307, 308};
    if (!redirect) return;
    check_path_modifier(v, redirect->path);
    if (!redirect->status_code.set) return;
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        if (redirect->status_code.v == statuses[i]) return;
    }
    BROKEN(v, gw_at(redirect->node, "statusCode"),
           "statusCode is %lld; 301, 302, 303, 307 or 308 is expected",
           (long long)redirect->status_code.v);
}

/* ---- mirror ---- */

static void
check_mirror(struct validate *v, const struct gateway_mirror *mirror)
{
    enum { DENOMINATOR = 100 };
    if (!mirror) return;
    if (mirror->backend_ref) gw_check_backend_ref(v, mirror->backend_ref);
    const struct gateway_fraction *fraction = mirror->fraction;
    if (!fraction) return;
    if (gw_has(mirror->node, "percent"))
        BROKEN(v, gw_at(mirror->node, "percent"),
               "percent and fraction exclude each other: give one of them");
    int64_t denominator = fraction->denominator.set ? fraction->denominator.v : DENOMINATOR;
    if (fraction->numerator.v <= denominator || denominator < 1) return;
    BROKEN(v, gw_at(fraction->node, "numerator"),
           "numerator %lld is above the denominator, %lld: a share is at most 1",
           (long long)fraction->numerator.v, (long long)denominator);
}

/* ---- which field belongs to which type ---- */

static const char *const fields[] = {
    [GATEWAY_FILTER_REQUEST_HEADERS] = "requestHeaderModifier",
    [GATEWAY_FILTER_RESPONSE_HEADERS] = "responseHeaderModifier",
    [GATEWAY_FILTER_MIRROR] = "requestMirror",
    [GATEWAY_FILTER_REDIRECT] = "requestRedirect",
    [GATEWAY_FILTER_URL_REWRITE] = "urlRewrite",
    [GATEWAY_FILTER_CORS] = "cors",
    [GATEWAY_FILTER_EXTERNAL_AUTH] = "externalAuth",
    [GATEWAY_FILTER_EXTENSION_REF] = "extensionRef",
};

static void
check_union(struct validate *v, const struct gateway_filter *filter)
{
    const struct yaml_node *type = gw_at(filter->node, "type");
    if (!filter->type.set) return;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        bool given = gw_has(filter->node, fields[i]);
        if (filter->type.v == (int64_t)i && !given) {
            BROKEN(v, filter->node, "a filter of type %.*s needs %s", STR_ARG(type->text),
                   fields[i]);
        } else if (filter->type.v != (int64_t)i && given) {
            BROKEN(v, gw_at(filter->node, fields[i]), "%s does not belong to a filter of type %.*s",
                   fields[i], STR_ARG(type->text));
        }
    }
}

void
gw_check_filter(struct validate *v, const struct gateway_filter *filter)
{
    if (filter->node->kind != YAML_MAP) return;
    check_union(v, filter);
    check_header_filter(v, filter->request_headers);
    check_header_filter(v, filter->response_headers);
    check_mirror(v, filter->mirror);
    check_redirect(v, filter->redirect);
    if (filter->url_rewrite) check_path_modifier(v, filter->url_rewrite->path);
    gw_check_cors(v, filter->cors);
    gw_check_external_auth(v, filter->external_auth);
}
