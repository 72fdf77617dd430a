/*
 * envelope: see envelope.h.
 */
#include "yaml/envelope.h"

#include <stddef.h>

#include "base/map.h"
#include "yaml/timestamp.h"

/* Of objects before any format has claimed them. */
static const struct decode_dialect envelope_dialect = {
    .error_code = "SL0301",
    .warning_code = "SL0302",
    .info_code = "SL0303",
};

#define CODE_UNKNOWN_KIND "SL0304"
#define CODE_REPEATED "SL0305"
#define CODE_TOO_MANY "SL0306"

/* ---- reading ---- */

/* Nodes still to be read: a document's root alone, or the items of a List. */
struct frame {
    struct frame *up;
    const struct yaml_node *next;
    bool alone;
    sluice_str api_version, kind; /* of items that name none: a typed list's */
};

struct entry {
    struct envelope envelope;
    struct entry *next;
};

struct reader {
    const struct envelope_options *options;
    struct map seen; /* identity to struct envelope */
    struct frame *frames;
    struct entry *first, **tail;
    size_t count;
    sluice_str document;
    bool too_many;
};

static struct decode
reader_decode(const struct reader *reader, const struct envelope *about)
{
    struct envelope blank = {.document = reader->document};
    return envelope_decode(about ? about : &blank, reader->options, &envelope_dialect);
}

/* The text of a string child; empty when absent. What is neither is an error. */
static sluice_str
string_child(const struct reader *reader, const struct yaml_node *node, sluice_str key)
{
    const struct yaml_node *child = yaml_get(node, key);
    if (!child || child->kind == YAML_NULL) return (sluice_str){NULL, 0};
    if (child->kind == YAML_STRING) return child->text;
    struct decode decode = reader_decode(reader, NULL);
    decode_error(&decode, child, "%.*s must be a string", STR_ARG(key));
    return (sluice_str){NULL, 0};
}

/* NULL also for a null child. */
static const struct yaml_node *
present_child(const struct yaml_node *node, sluice_str key)
{
    const struct yaml_node *child = yaml_get(node, key);
    return child && child->kind != YAML_NULL ? child : NULL;
}

static bool
is_cluster_scoped(const struct envelope *envelope)
{
    return envelope_is(envelope, STR(""), STR("Namespace")) ||
           envelope_is(envelope, STR("gateway.networking.k8s.io"), STR("GatewayClass"));
}

static void
read_api_version(struct envelope *out, sluice_str api_version)
{
    size_t slash = str_find(api_version, '/');
    bool core = slash == SIZE_MAX;
    out->group = core ? (sluice_str){NULL, 0} : str_first(api_version, slash);
    out->version = core ? api_version : str_skip(api_version, slash + 1);
}

static void
read_identity(const struct reader *reader, struct envelope *out)
{
    out->name = string_child(reader, out->metadata, STR("name"));
    if (is_cluster_scoped(out)) return;
    out->space = string_child(reader, out->metadata, STR("namespace"));
    if (out->space.len == 0) out->space = reader->options->default_namespace;
}

/* Of two objects with one identity the last replaces. Objects without a name are never the same. */
static bool
note_identity(struct reader *reader, struct envelope *envelope)
{
    if (envelope->name.len == 0) return true;
    static const sluice_str gap = {"\0", 1};
    sluice_str parts[] = {envelope->group, gap, envelope->kind, gap,
                          envelope->space, gap, envelope->name};
    sluice_str key = arena_concat(reader->options->arena, parts, sizeof(parts) / sizeof(parts[0]));
    void **slot = key.ptr ? map_put(&reader->seen, key) : NULL;
    if (!slot) return false;
    struct envelope *earlier = *slot;
    *slot = envelope;
    if (!earlier) return true;
    earlier->replaced = true;
    earlier->replaced_by = reader->count - 1;
    struct decode decode = reader_decode(reader, envelope);
    decode_report(&decode, SLUICE_SEVERITY_WARNING, CODE_REPEATED, envelope->metadata,
                  "this object was given before, at %.*s:%u; the last one replaces it",
                  STR_ARG(earlier->document), (unsigned)earlier->root->line);
    return true;
}

static bool
add_object(struct reader *reader, const struct yaml_node *node, sluice_str api_version,
           sluice_str kind)
{
    struct entry *entry = ARENA_NEW(reader->options->arena, struct entry);
    if (!entry) return false;
    struct envelope *envelope = &entry->envelope;
    envelope->document = reader->document;
    envelope->root = node;
    envelope->kind = kind;
    envelope->metadata = present_child(node, STR("metadata"));
    envelope->spec = present_child(node, STR("spec"));
    envelope->status = present_child(node, STR("status"));
    read_api_version(envelope, api_version);
    read_identity(reader, envelope);
    *reader->tail = entry;
    reader->tail = &entry->next;
    reader->count++;
    return note_identity(reader, envelope);
}

static bool
push_frame(struct reader *reader, struct frame frame)
{
    struct frame *pushed = ARENA_NEW(reader->options->arena, struct frame);
    if (!pushed) return false;
    *pushed = frame;
    pushed->up = reader->frames;
    reader->frames = pushed;
    return true;
}

/* Items of a typed list (VirtualServiceList) may leave apiVersion and kind to it. */
static bool
push_items(struct reader *reader, const struct yaml_node *items, sluice_str api_version,
           sluice_str list_kind)
{
    struct frame frame = {.next = items->children.first};
    if (list_kind.len > STR("List").len) {
        frame.kind = str_first(list_kind, list_kind.len - STR("List").len);
        frame.api_version = api_version;
    }
    return push_frame(reader, frame);
}

static bool
report_no_object(struct reader *reader, const struct yaml_node *node, const char *wrong)
{
    struct decode decode = reader_decode(reader, NULL);
    decode_error(&decode, node, "%s; expected an object with apiVersion, kind, metadata and spec",
                 wrong);
    return true;
}

/* Read one node: an object, or a List whose items come next. False when memory ran out. */
static bool
read_node(struct reader *reader, const struct yaml_node *node, const struct frame *frame)
{
    if (node->kind != YAML_MAP) return report_no_object(reader, node, "this is no object");
    sluice_str kind = string_child(reader, node, STR("kind"));
    sluice_str api_version = string_child(reader, node, STR("apiVersion"));
    if (kind.len == 0) kind = frame->kind;
    if (api_version.len == 0) api_version = frame->api_version;
    if (kind.len == 0) return report_no_object(reader, node, "the object has no kind");
    if (api_version.len == 0) return report_no_object(reader, node, "the object has no apiVersion");

    const struct yaml_node *items = present_child(node, STR("items"));
    bool is_list = str_ends_with(kind, STR("List")) && (items || str_equal(kind, STR("List")));
    if (!is_list) return add_object(reader, node, api_version, kind);
    if (!items) return true;
    if (items->kind != YAML_SEQ)
        return report_no_object(reader, items, "items of a List must be a list");
    return push_items(reader, items, api_version, kind);
}

static bool
over_limit(struct reader *reader, const struct yaml_node *node)
{
    uint32_t limit = reader->options->documents;
    if (limit == 0 || reader->count < limit) return false;
    struct decode decode = reader_decode(reader, NULL);
    decode_report(&decode, SLUICE_SEVERITY_ERROR, CODE_TOO_MANY, node,
                  "there are more than %u objects, which is the limit", (unsigned)limit);
    reader->too_many = true;
    return true;
}

/* Everything under one document, Lists within Lists included, in document order. */
static bool
read_document(struct reader *reader, const struct yaml_document *document)
{
    reader->document = document->source;
    if (!push_frame(reader, (struct frame){.next = document->root, .alone = true})) return false;
    while (reader->frames) {
        struct frame *frame = reader->frames;
        const struct yaml_node *node = frame->next;
        if (!node) {
            reader->frames = frame->up;
            continue;
        }
        frame->next = frame->alone ? NULL : node->next;
        if (over_limit(reader, node)) return true;
        if (!read_node(reader, node, frame)) return false;
    }
    return true;
}

static bool
collect(struct envelope_list *out, const struct reader *reader)
{
    out->items = ARENA_ARRAY(reader->options->arena, struct envelope, reader->count);
    if (!out->items) return false;
    for (const struct entry *entry = reader->first; entry; entry = entry->next) {
        out->items[out->count++] = entry->envelope;
    }
    return true;
}

sluice_status
envelope_read_all(struct envelope_list *out, const struct envelope_options *options,
                  const struct yaml_document *documents)
{
    struct reader reader = {.options = options, .seen = map_init(options->arena)};
    reader.tail = &reader.first;
    *out = (struct envelope_list){0};
    bool ok = true;
    for (const struct yaml_document *d = documents; d && ok && !reader.too_many; d = d->next) {
        ok = read_document(&reader, d);
    }
    map_free(&reader.seen);
    ok = ok && collect(out, &reader);
    if (!ok || options->diags->failed) return SLUICE_ERR_NOMEM;
    return reader.too_many ? SLUICE_ERR_LIMIT : SLUICE_OK;
}

/* ---- metadata ---- */

struct object_meta {
    const struct yaml_node *node;
    struct value_str name, space, generate_name, created;
    struct value_str_map labels, annotations;
    const struct yaml_node *other; /* fields that say nothing about routing */
};

#define ROW(member_, name_, field_)                                                                \
    .name = (name_), .name_len = sizeof(name_) - 1, .type = (field_),                              \
    .offset = offsetof(struct object_meta, member_)

static const struct field_type_row object_meta_fields[] = {
    {ROW(name, "name", FIELD_STR)},
    {ROW(space, "namespace", FIELD_STR)},
    {ROW(generate_name, "generateName", FIELD_STR)},
    {ROW(created, "creationTimestamp", FIELD_STR)},
    {ROW(labels, "labels", FIELD_STR_MAP)},
    {ROW(annotations, "annotations", FIELD_STR_MAP)},
    {ROW(other, "deletionGracePeriodSeconds", FIELD_NODE)},
    {ROW(other, "deletionTimestamp", FIELD_NODE)},
    {ROW(other, "finalizers", FIELD_NODE)},
    {ROW(other, "generation", FIELD_NODE)},
    {ROW(other, "managedFields", FIELD_NODE)},
    {ROW(other, "ownerReferences", FIELD_NODE)},
    {ROW(other, "resourceVersion", FIELD_NODE)},
    {ROW(other, "selfLink", FIELD_NODE)},
    {ROW(other, "uid", FIELD_NODE)},
};

static const struct message_type object_meta = {
    .name = "ObjectMeta",
    .size = sizeof(struct object_meta),
    .fields = object_meta_fields,
    .field_count = sizeof(object_meta_fields) / sizeof(object_meta_fields[0]),
};

static void
take_created(struct envelope *envelope, struct decode *decode, const struct object_meta *meta)
{
    if (!value_is_set(meta->created)) return;
    envelope->has_created = timestamp_parse(&envelope->created, meta->created.v);
    if (envelope->has_created) return;
    envelope->created = 0;
    decode_error(decode, yaml_get(meta->node, STR("creationTimestamp")),
                 "creationTimestamp must be a time like 2024-05-01T12:00:00Z");
}

/* Unknown metadata is nobody's harm: Kubernetes prunes it, so it is a warning in every mode. */
static bool
claim_metadata(struct envelope *envelope, struct decode *decode)
{
    if (!envelope->metadata) return true;
    bool lenient = decode->lenient;
    decode->lenient = true;
    const struct object_meta *meta = decode_message(decode, &object_meta, envelope->metadata);
    decode->lenient = lenient;
    if (!meta) return false;
    envelope->labels = meta->labels;
    envelope->annotations = meta->annotations;
    take_created(envelope, decode, meta);
    return true;
}

static void
check_top_level_keys(const struct envelope *envelope, struct decode *decode)
{
    static const sluice_str known[] = {STR_INIT("apiVersion"), STR_INIT("kind"),
                                       STR_INIT("metadata"), STR_INIT("spec"), STR_INIT("status")};
    YAML_EACH(child, envelope->root)
    {
        bool found = false;
        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]) && !found; i++) {
            found = str_equal(child->key, known[i]);
        }
        if (found) continue;
        bool warn = decode->lenient;
        decode_report(decode, warn ? SLUICE_SEVERITY_WARNING : SLUICE_SEVERITY_ERROR,
                      warn ? decode->dialect->warning_code : decode->dialect->error_code, child,
                      "unknown field \"%.*s\"; an object has apiVersion, kind, metadata, spec and "
                      "status",
                      STR_ARG(child->key));
    }
}

bool
envelope_is(const struct envelope *envelope, sluice_str group, sluice_str kind)
{
    return str_equal(envelope->kind, kind) && str_equal(envelope->group, group);
}

bool
envelope_claim(struct envelope *envelope, const struct envelope_options *options,
               const struct decode_dialect *dialect)
{
    if (envelope->claimed) return true;
    envelope->claimed = true;
    struct decode decode = envelope_decode(envelope, options, dialect);
    check_top_level_keys(envelope, &decode);
    bool ok = claim_metadata(envelope, &decode);
    envelope_decode_done(envelope, &decode);
    return ok;
}

void
envelope_report_unclaimed(const struct envelope_list *list, const struct envelope_options *options)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct envelope *envelope = &list->items[i];
        if (envelope->claimed || envelope->replaced) continue;
        struct decode decode = envelope_decode(envelope, options, &envelope_dialect);
        decode_report(&decode, SLUICE_SEVERITY_INFO, CODE_UNKNOWN_KIND, envelope->root,
                      "%.*s%s%.*s %.*s says nothing about routing that is read here; it is skipped",
                      STR_ARG(envelope->group), envelope->group.len ? "/" : "",
                      STR_ARG(envelope->version), STR_ARG(envelope->kind));
    }
}

const sluice_str *
envelope_annotation(const struct envelope *envelope, sluice_str name, const struct yaml_node **node)
{
    for (size_t i = 0; i < envelope->annotations.count; i++) {
        if (!str_equal(envelope->annotations.items[i].name, name)) continue;
        if (node) *node = envelope->annotations.nodes[i];
        return &envelope->annotations.items[i].value;
    }
    return NULL;
}

/* ---- decoding the rest ---- */

struct decode
envelope_decode(const struct envelope *envelope, const struct envelope_options *options,
                const struct decode_dialect *dialect)
{
    return (struct decode){
        .arena = options->arena,
        .messages = options->arena,
        .diags = options->diags,
        .dialect = dialect,
        .lenient = options->lenient,
        .document = envelope->document,
        .kind = envelope->kind,
        .space = envelope->space,
        .name = envelope->name,
    };
}

void
envelope_decode_done(struct envelope *envelope, const struct decode *decode)
{
    envelope->errors += decode->errors;
}

void *
envelope_decode_spec(const struct envelope *envelope, struct decode *decode,
                     const struct message_type *type, bool required)
{
    if (envelope->spec) return decode_message(decode, type, envelope->spec);
    if (required) decode_error(decode, envelope->root, "spec is required");
    const struct yaml_node **empty = arena_alloc(decode->messages, type->size);
    if (empty) *empty = envelope->root;
    return empty;
}
