/*
 * resource: see resource.h.
 */
#include "gateway_api/resource.h"

#include <stdarg.h>
#include <stdio.h>

#include "gateway_api/schema.h"
#include "gateway_api/validate.h"

#define CODE_ANNOTATION "SL0401"

static const struct decode_dialect gateway_dialect = {
    .error_code = GATEWAY_ERROR,
    .warning_code = GATEWAY_WARNING,
    .info_code = "SL0303",
    .crd = true,
};

/* ---- which kind, which version ---- */

struct kind_row {
    sluice_str name;
    sluice_str version;
    enum gateway_kind kind;
    const struct message_type *schema;
    bool deprecated;
};

#define ROW_OF(name_, version_, kind_, schema_, deprecated_)                                       \
    {                                                                                              \
        STR_INIT(name_), STR_INIT(version_), kind_, &(schema_), deprecated_                        \
    }

/* The first row of a kind is its newest version. */
static const struct kind_row kinds[] = {
    ROW_OF("Gateway", "v1", GATEWAY_GATEWAY, schema_gw_gateway, false),
    ROW_OF("Gateway", "v1beta1", GATEWAY_GATEWAY, schema_gw_gateway, false),
    ROW_OF("ListenerSet", "v1", GATEWAY_LISTENER_SET, schema_gw_listener_set, false),
    ROW_OF("HTTPRoute", "v1", GATEWAY_HTTP_ROUTE, schema_gw_http_route, false),
    ROW_OF("HTTPRoute", "v1beta1", GATEWAY_HTTP_ROUTE, schema_gw_http_route, false),
    ROW_OF("GRPCRoute", "v1", GATEWAY_GRPC_ROUTE, schema_gw_grpc_route, false),
    ROW_OF("TLSRoute", "v1", GATEWAY_TLS_ROUTE, schema_gw_tls_route, false),
    ROW_OF("TLSRoute", "v1alpha3", GATEWAY_TLS_ROUTE, schema_gw_tls_route_alpha, true),
    ROW_OF("TLSRoute", "v1alpha2", GATEWAY_TLS_ROUTE, schema_gw_tls_route_alpha, true),
    ROW_OF("TCPRoute", "v1", GATEWAY_TCP_ROUTE, schema_gw_l4_route, false),
    ROW_OF("TCPRoute", "v1alpha2", GATEWAY_TCP_ROUTE, schema_gw_l4_route_alpha, true),
    ROW_OF("UDPRoute", "v1", GATEWAY_UDP_ROUTE, schema_gw_l4_route, false),
    ROW_OF("UDPRoute", "v1alpha2", GATEWAY_UDP_ROUTE, schema_gw_l4_route_alpha, true),
    ROW_OF("GatewayClass", "v1", GATEWAY_CLASS, schema_gw_class, false),
    ROW_OF("GatewayClass", "v1beta1", GATEWAY_CLASS, schema_gw_class, false),
    ROW_OF("ReferenceGrant", "v1", GATEWAY_REFERENCE_GRANT, schema_gw_reference_grant, false),
    ROW_OF("ReferenceGrant", "v1beta1", GATEWAY_REFERENCE_GRANT, schema_gw_reference_grant, false),
};
enum { KIND_ROWS = sizeof(kinds) / sizeof(kinds[0]) };

/* The row of this kind, its case aside, and version, or of its newest version; NULL for a kind that
 * is not read. */
static const struct kind_row *
kind_of(const struct envelope *envelope)
{
    const struct kind_row *newest = NULL;
    if (!str_equal(envelope->group, STR(GATEWAY_GROUP))) return NULL;
    for (size_t i = 0; i < KIND_ROWS; i++) {
        if (!str_equal_ignore_case(envelope->kind, kinds[i].name)) continue;
        if (str_equal(envelope->version, kinds[i].version)) return &kinds[i];
        if (!newest) newest = &kinds[i];
    }
    return newest;
}

/* The child `name` of the object, or the object where a List says it for all. */
static const struct yaml_node *
place_of(const struct envelope *envelope, sluice_str name)
{
    const struct yaml_node *at = yaml_get(envelope->root, name);
    return at ? at : envelope->root;
}

/* False for a kind or version that nobody serves, which is reported. */
static bool
check_version(struct decode *decode, const struct envelope *envelope, const struct kind_row *row)
{
    const struct yaml_node *at = place_of(envelope, STR("apiVersion"));
    if (!str_equal(envelope->kind, row->name)) {
        decode_report(decode, SLUICE_SEVERITY_ERROR, GATEWAY_VERSION,
                      place_of(envelope, STR("kind")), "%s has no kind %.*s; write %.*s",
                      GATEWAY_GROUP, STR_ARG(envelope->kind), STR_ARG(row->name));
        return false;
    }
    if (!str_equal(envelope->version, row->version)) {
        decode_report(decode, SLUICE_SEVERITY_ERROR, GATEWAY_VERSION, at,
                      "%.*s has no version %.*s; use %s/%.*s", STR_ARG(row->name),
                      STR_ARG(envelope->version), GATEWAY_GROUP, STR_ARG(row->version));
        return false;
    }
    if (row->deprecated) {
        decode_report(decode, SLUICE_SEVERITY_WARNING, GATEWAY_DEPRECATED, at,
                      "version %.*s of %.*s is deprecated; use %s/v1", STR_ARG(row->version),
                      STR_ARG(row->name), GATEWAY_GROUP);
    }
    return true;
}

/* ---- annotations ---- */

/* The sluice.dev annotations of a route. False when memory ran out. */
static bool
read_sticky(struct model_sticky *out, const struct envelope *meta, struct decode *decode)
{
    const struct value_str_map *annotations = &meta->annotations;
    for (size_t i = 0; i < annotations->count; i++) {
        sluice_field field = annotations->items[i];
        struct annotation_error error = {0};
        if (annotation_parse(out, decode->arena, field.name, field.value, &error)) continue;
        if (!error.message) return false;
        decode_report(decode, SLUICE_SEVERITY_ERROR, CODE_ANNOTATION, annotations->nodes[i],
                      "%s, at \"%.*s\"", error.message, STR_ARG(str_skip(field.value, error.at)));
    }
    return true;
}

/* ---- one object ---- */

static bool
is_route(enum gateway_kind kind)
{
    return kind >= GATEWAY_HTTP_ROUTE && kind <= GATEWAY_UDP_ROUTE;
}

enum claim { CLAIM_NONE, CLAIM_TAKEN, CLAIM_NOMEM };

static enum claim
claim_result(bool ok)
{
    return ok ? CLAIM_TAKEN : CLAIM_NOMEM;
}

static enum claim
read_gateway(struct gateway_object *out, const struct kind_row *row, struct envelope *envelope,
             const struct envelope_options *options, struct regex_store *regexes)
{
    if (!envelope_claim(envelope, options, &gateway_dialect)) return CLAIM_NOMEM;
    struct decode decode = envelope_decode(envelope, options, &gateway_dialect);
    if (!check_version(&decode, envelope, row)) {
        envelope_decode_done(envelope, &decode);
        return CLAIM_NONE;
    }
    out->kind = row->kind;
    out->spec = envelope_decode_spec(envelope, &decode, row->schema, true);
    if (!out->spec) return CLAIM_NOMEM;
    struct validate v = {.decode = &decode, .meta = envelope, .regexes = regexes};
    if (envelope->spec) gw_check_object(&v, out);
    bool ok = !is_route(row->kind) || read_sticky(&out->sticky, envelope, &decode);
    envelope_decode_done(envelope, &decode);
    return claim_result(ok && !v.failed);
}

static enum claim
read_object(struct gateway_object *out, struct envelope *envelope,
            const struct envelope_options *options, struct regex_store *regexes)
{
    bool ok;
    const struct kind_row *row = kind_of(envelope);
    if (row) return read_gateway(out, row, envelope, options, regexes);
    if (kube_service_decode(&out->service, envelope, options)) {
        out->kind = GATEWAY_SERVICE;
        return claim_result(out->service != NULL);
    }
    if (kube_namespace_decode(&ok, envelope, options)) {
        out->kind = GATEWAY_NAMESPACE;
        return claim_result(ok);
    }
    return CLAIM_NONE;
}

/* ---- the set ---- */

static bool
sort_by_kind(struct gateway_set *set, struct arena *arena)
{
    for (size_t i = 0; i < set->count; i++) {
        set->count_of[set->items[i].kind]++;
    }
    for (size_t kind = 0; kind < GATEWAY_KIND_COUNT; kind++) {
        set->of[kind] = ARENA_ARRAY(arena, struct gateway_object *, set->count_of[kind]);
        if (!set->of[kind]) return false;
        set->count_of[kind] = 0;
    }
    for (size_t i = 0; i < set->count; i++) {
        enum gateway_kind kind = set->items[i].kind;
        set->of[kind][set->count_of[kind]++] = &set->items[i];
    }
    return true;
}

sluice_status
gateway_set_read(struct gateway_set *out, struct envelope_list *envelopes,
                 const struct envelope_options *options, struct regex_store *regexes)
{
    *out = (struct gateway_set){0};
    out->items = ARENA_ARRAY(options->arena, struct gateway_object, envelopes->count);
    if (!out->items) return SLUICE_ERR_NOMEM;
    for (size_t i = 0; i < envelopes->count; i++) {
        struct envelope *envelope = &envelopes->items[i];
        struct gateway_object *object = &out->items[out->count];
        if (envelope->replaced) continue;
        enum claim claim = read_object(object, envelope, options, regexes);
        if (claim == CLAIM_NOMEM) return SLUICE_ERR_NOMEM;
        if (claim == CLAIM_NONE) continue;
        object->meta = envelope;
        object->created = envelope->has_created ? envelope->created : GATEWAY_CREATED_UNKNOWN;
        object->bad = envelope->errors > 0;
        out->count++;
    }
    if (!sort_by_kind(out, options->arena) || options->diags->failed) return SLUICE_ERR_NOMEM;
    return SLUICE_OK;
}

void
gateway_report(struct gateway_object *object, const struct envelope_options *options,
               sluice_severity severity, const char *code, const struct yaml_node *at,
               const char *format, ...)
{
    char message[512];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    struct decode decode = envelope_decode(object->meta, options, &gateway_dialect);
    decode_report(&decode, severity, code, at, "%s", message);
    if (severity != SLUICE_SEVERITY_ERROR) return;
    object->meta->errors++;
    object->bad = true;
}
