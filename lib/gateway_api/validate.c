/*
 * validate: see validate.h. What all objects have, and the shared checks.
 */
#include "gateway_api/validate.h"

#include "gateway_api/formats.h"

enum { OBJECT_NAME_MAX = 253, NAMESPACE_MAX = 63 };

/* ---- places ---- */

const struct yaml_node *
gw_at(const struct yaml_node *message, const char *name)
{
    const struct yaml_node *child = yaml_get(message, sluice_str_of(name));
    return child ? child : message;
}

bool
gw_has(const struct yaml_node *message, const char *name)
{
    const struct yaml_node *child = yaml_get(message, sluice_str_of(name));
    return child && child->kind != YAML_NULL;
}

/* ---- regular expressions ---- */

void
gw_check_regex(struct validate *v, const struct yaml_node *at, sluice_str pattern)
{
    struct regex_error error;
    if (pattern.len > v->regexes->bytes_max) {
        BROKEN(v, at, "regular expression of %zu bytes is longer than %u, which is the limit",
               pattern.len, (unsigned)v->regexes->bytes_max);
        return;
    }
    switch (regex_store_check(v->regexes, pattern, &error)) {
    case REGEX_OK:
        return;
    case REGEX_BAD:
        BROKEN(v, at, "regular expression \"%.*s\" is not in RE2 syntax: %s", STR_ARG(pattern),
               error.text);
        return;
    case REGEX_UNSUPPORTED:
        BROKEN(v, at, "this build of sluice has no regular expressions");
        return;
    case REGEX_NOMEM:
        v->failed = true;
        return;
    }
}

/* ---- objects ---- */

static void
check_metadata(struct validate *v)
{
    const struct yaml_node *metadata = v->meta->metadata ? v->meta->metadata : v->meta->root;
    sluice_str name = v->meta->name, space = v->meta->space;
    if (name.len == 0) {
        if (!gw_has(metadata, "generateName")) BROKEN(v, metadata, "metadata.name is required");
    } else {
        const char *wrong = name.len > OBJECT_NAME_MAX ? "has more than 253 characters"
                                                       : format_check_subdomain(name);
        if (wrong) REFUSED(v, gw_at(metadata, "name"), "name \"%.*s\" %s", STR_ARG(name), wrong);
    }
    if (space.len == 0) return;
    const char *wrong =
        space.len > NAMESPACE_MAX ? "has more than 63 characters" : format_check_label(space);
    if (wrong) {
        REFUSED(v, gw_at(metadata, "namespace"), "namespace \"%.*s\" %s", STR_ARG(space), wrong);
    }
}

void
gw_check_object(struct validate *v, const struct gateway_object *object)
{
    check_metadata(v);
    switch (object->kind) {
    case GATEWAY_GATEWAY:
        gw_check_gateway(v, object->gateway);
        break;
    case GATEWAY_LISTENER_SET:
        gw_check_listeners(v, &object->listener_set->listeners);
        break;
    case GATEWAY_HTTP_ROUTE:
        gw_check_route(v, object->route, object->kind);
        gw_check_http_rules(v, &object->route->rules);
        break;
    case GATEWAY_GRPC_ROUTE:
        gw_check_route(v, object->route, object->kind);
        gw_check_grpc_rules(v, &object->route->rules);
        break;
    case GATEWAY_TLS_ROUTE:
    case GATEWAY_TCP_ROUTE:
    case GATEWAY_UDP_ROUTE:
        gw_check_route(v, object->route, object->kind);
        gw_check_l4_rules(v, &object->route->rules);
        break;
    case GATEWAY_REFERENCE_GRANT: /* the tables say it all */
    case GATEWAY_CLASS:
    case GATEWAY_SERVICE:
    case GATEWAY_NAMESPACE:
    case GATEWAY_KIND_COUNT:
        break;
    }
}
