/*
 * resource: see resource.h.
 */
#include "istio/resource.h"

#include <stdarg.h>
#include <stdio.h>

#include "istio/schema.h"
#include "istio/traffic_policy.h"
#include "istio/unknown_kind.h"
#include "istio/validate.h"

#define ISTIO_GROUP "networking.istio.io"
#define CODE_ANNOTATION "SL0401"

const struct decode_dialect istio_dialect = {
    .error_code = ISTIO_ERROR,
    .warning_code = ISTIO_WARNING,
    .info_code = "SL0303",
};

/* ---- which kind ---- */

struct kind_row {
    sluice_str name;
    enum istio_kind kind;
    const struct message_type *schema;
};

static const struct kind_row kinds[] = {
    {STR_INIT("VirtualService"),  ISTIO_VIRTUAL_SERVICE,  &schema_virtual_service },
    {STR_INIT("DestinationRule"), ISTIO_DESTINATION_RULE, &schema_destination_rule},
    {STR_INIT("ServiceEntry"),    ISTIO_SERVICE_ENTRY,    &schema_service_entry   },
    {STR_INIT("WorkloadEntry"),   ISTIO_WORKLOAD_ENTRY,   &schema_workload_entry  },
    {STR_INIT("Gateway"),         ISTIO_GATEWAY,          &schema_gateway         },
};

static bool
is_known_version(sluice_str version)
{
    return str_equal(version, STR("v1")) || str_equal(version, STR("v1beta1")) ||
           str_equal(version, STR("v1alpha3"));
}

static const struct kind_row *
kind_of(const struct envelope *envelope)
{
    if (!is_known_version(envelope->version)) return NULL;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (envelope_is(envelope, STR(ISTIO_GROUP), kinds[i].name)) return &kinds[i];
    }
    return NULL;
}

static void
report_unknown(const struct envelope *envelope, const struct envelope_options *options)
{
    sluice_str names[sizeof(kinds) / sizeof(kinds[0])];
    size_t count = sizeof(kinds) / sizeof(kinds[0]);
    for (size_t i = 0; i < count; i++) {
        names[i] = kinds[i].name;
    }
    unknown_kind_report(envelope, options, &istio_dialect, names, count);
}

/* ---- annotations ---- */

static bool
has_annotation_value(const struct envelope *meta, const char *name, const char *value)
{
    const sluice_str *found = envelope_annotation(meta, sluice_str_of(name), NULL);
    return found && str_equal(*found, sluice_str_of(value));
}

static bool
has_gateway_semantics(enum istio_kind kind, const struct envelope *meta)
{
    if (kind == ISTIO_GATEWAY)
        return has_annotation_value(meta, "internal.istio.io/gateway-semantics", "gateway");
    return has_annotation_value(meta, "internal.istio.io/route-semantics", "gateway");
}

/* Annotations that Istio's admission does not let a user write on these kinds. */
static void
check_annotations(struct validate *v)
{
    static const char *const refused[] = {"istio.io/dry-run", "internal.istio.io/parents",
                                          "internal.istio.io/webhook-always-reject"};
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        const struct yaml_node *node;
        if (!envelope_annotation(v->meta, sluice_str_of(refused[i]), &node)) continue;
        REFUSED(v, node, "annotation \"%s\" is not allowed on this kind; remove it", refused[i]);
    }
}

static void
report_annotation(struct decode *decode, const struct yaml_node *at, sluice_str value,
                  struct annotation_error error)
{
    decode_report(decode, SLUICE_SEVERITY_ERROR, CODE_ANNOTATION, at, "%s, at \"%.*s\"",
                  error.message, STR_ARG(str_skip(value, error.at)));
}

/* The sluice.dev annotations of a VirtualService. False when memory ran out. */
static bool
read_sticky(struct model_sticky *out, const struct envelope *meta, struct decode *decode)
{
    static const sluice_str names[] = {STR_INIT(ANNOTATION_STICKY), STR_INIT(ANNOTATION_COHORT),
                                       STR_INIT(ANNOTATION_PICK)};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const struct yaml_node *node;
        const sluice_str *value = envelope_annotation(meta, names[i], &node);
        struct annotation_error error = {0};
        if (!value || annotation_parse(out, decode->arena, names[i], *value, &error)) continue;
        if (!error.message) return false;
        report_annotation(decode, node, *value, error);
    }
    return true;
}

/* ---- one resource ---- */

static void
validate_spec(struct validate *v, const struct istio_resource *resource)
{
    check_annotations(v);
    switch (resource->kind) {
    case ISTIO_VIRTUAL_SERVICE:
        validate_virtual_service(v, resource->virtual_service);
        break;
    case ISTIO_DESTINATION_RULE:
        validate_destination_rule(v, resource->destination_rule);
        break;
    case ISTIO_SERVICE_ENTRY:
        validate_service_entry(v, resource->service_entry);
        break;
    case ISTIO_WORKLOAD_ENTRY:
        validate_workload_entry(v, resource->workload_entry);
        break;
    case ISTIO_GATEWAY:
        validate_gateway(v, resource->gateway);
        break;
    case ISTIO_SERVICE:
    case ISTIO_NAMESPACE:
    case ISTIO_KIND_COUNT:
        break;
    }
}

static void
sort_ports(struct istio_destination_rule *spec)
{
    struct istio_subset *subsets = spec->subsets.items;
    traffic_policy_sort_ports(spec->traffic_policy);
    for (size_t i = 0; i < spec->subsets.count; i++) {
        traffic_policy_sort_ports(subsets[i].traffic_policy);
    }
}

static bool
read_istio(struct istio_resource *out, const struct kind_row *row, struct envelope *envelope,
           const struct envelope_options *options, struct regex_store *regexes, struct arena *specs)
{
    if (!envelope_claim(envelope, options, &istio_dialect)) return false;
    struct decode decode = envelope_decode(envelope, options, &istio_dialect);
    decode.messages = specs;
    out->kind = row->kind;
    void *spec = envelope_decode_spec(envelope, &decode, row->schema, true);
    if (!spec) return false;
    out->spec = spec;
    struct validate v = {
        .decode = &decode,
        .meta = envelope,
        .regexes = regexes,
        .gateway_semantics = has_gateway_semantics(row->kind, envelope),
    };
    if (envelope->spec) validate_spec(&v, out);
    out->traits = v.traits;
    if (row->kind == ISTIO_DESTINATION_RULE) sort_ports(spec);
    bool ok = row->kind != ISTIO_VIRTUAL_SERVICE || read_sticky(&out->sticky, envelope, &decode);
    envelope_decode_done(envelope, &decode);
    return ok && !v.failed;
}

enum claim { CLAIM_NONE, CLAIM_TAKEN, CLAIM_NOMEM };

static enum claim
claim_result(bool ok)
{
    return ok ? CLAIM_TAKEN : CLAIM_NOMEM;
}

static enum claim
read_resource(struct istio_resource *out, struct envelope *envelope,
              const struct envelope_options *options, struct regex_store *regexes,
              struct arena *specs)
{
    bool ok;
    const struct kind_row *row = kind_of(envelope);
    if (row) return claim_result(read_istio(out, row, envelope, options, regexes, specs));
    if (kube_service_decode(&out->service, envelope, options)) {
        out->kind = ISTIO_SERVICE;
        return claim_result(out->service != NULL);
    }
    if (kube_namespace_decode(&ok, envelope, options)) {
        out->kind = ISTIO_NAMESPACE;
        return claim_result(ok);
    }
    report_unknown(envelope, options);
    return CLAIM_NONE;
}

/* ---- the set ---- */

static bool
sort_by_kind(struct istio_set *set, struct arena *arena)
{
    for (size_t i = 0; i < set->count; i++) {
        set->count_of[set->items[i].kind]++;
    }
    for (size_t kind = 0; kind < ISTIO_KIND_COUNT; kind++) {
        set->of[kind] = ARENA_ARRAY(arena, struct istio_resource *, set->count_of[kind]);
        if (!set->of[kind]) return false;
        set->count_of[kind] = 0;
    }
    for (size_t i = 0; i < set->count; i++) {
        enum istio_kind kind = set->items[i].kind;
        set->of[kind][set->count_of[kind]++] = &set->items[i];
    }
    return true;
}

/* Read one object into the set, if its kind belongs there. False when memory ran out. */
static bool
read_into(struct istio_set *out, struct envelope *envelope, const struct envelope_options *options,
          struct regex_store *regexes, struct arena *specs)
{
    struct istio_resource *resource = &out->items[out->count];
    enum claim claim = read_resource(resource, envelope, options, regexes, specs);
    if (claim != CLAIM_TAKEN) return claim == CLAIM_NONE;
    resource->meta = envelope;
    resource->bad = envelope->errors > 0;
    out->count++;
    return true;
}

sluice_status
istio_set_read(struct istio_set *out, struct envelope_list *envelopes,
               const struct envelope_options *options, struct regex_store *regexes,
               struct arena *specs)
{
    *out = (struct istio_set){0};
    out->items = ARENA_ARRAY(options->arena, struct istio_resource, envelopes->count);
    if (!out->items) return SLUICE_ERR_NOMEM;
    for (size_t i = 0; i < envelopes->count; i++) {
        struct envelope *envelope = &envelopes->items[i];
        if (envelope->replaced) continue;
        if (!read_into(out, envelope, options, regexes, specs)) return SLUICE_ERR_NOMEM;
    }
    /* An object that is set aside for its errors leaves the one that it was to replace. */
    for (size_t i = envelopes->count; i-- > 0;) {
        struct envelope *envelope = &envelopes->items[i];
        if (!envelope->replaced) continue;
        const struct envelope *later = &envelopes->items[envelope->replaced_by];
        if (later->replaced || later->errors == 0) continue;
        envelope->replaced = false;
        if (!read_into(out, envelope, options, regexes, specs)) return SLUICE_ERR_NOMEM;
    }
    if (!sort_by_kind(out, options->arena) || options->diags->failed) return SLUICE_ERR_NOMEM;
    return SLUICE_OK;
}

void
istio_report(struct istio_resource *resource, const struct envelope_options *options,
             sluice_severity severity, const char *code, const struct yaml_node *at,
             const char *format, ...)
{
    char message[512];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    struct decode decode = envelope_decode(resource->meta, options, &istio_dialect);
    decode_report(&decode, severity, code, at, "%s", message);
    if (severity != SLUICE_SEVERITY_ERROR) return;
    resource->meta->errors++;
    resource->bad = true;
}

int
istio_compare_age(const struct istio_resource *a, const struct istio_resource *b)
{
    const struct envelope *x = a->meta, *y = b->meta;
    if (x->created != y->created) return x->created < y->created ? -1 : 1;
    int order = str_compare(x->name, y->name);
    return order ? order : str_compare(x->space, y->space);
}
