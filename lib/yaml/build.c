#include "yaml/build.h"

#include "base/map.h"
#include "yaml/scalar.h"

/* A map or list that is being read. */
struct frame {
    struct yaml_node *node;
    struct yaml_node *last;   /* newest child */
    struct yaml_node *merges; /* values of << keys, not attached, newest first */
    sluice_str key;           /* of the value that comes next */
    uint32_t key_line, key_column;
    bool has_key, key_merges;
};

struct build {
    struct yaml_load *load;
    sluice_str source;
    struct frame *frames; /* limits->depth of them */
    uint32_t depth;
    struct yaml_node *root;
    struct map anchors; /* of the current document */
    sluice_status status;
    bool repeated_key;
};

static bool
fail(struct build *build, sluice_status status)
{
    build->status = status;
    return false;
}

static struct frame *
top(struct build *build)
{
    return build->depth ? &build->frames[build->depth - 1] : NULL;
}

static void
append(struct frame *frame, struct yaml_node *node)
{
    node->parent = frame->node;
    node->index = (uint32_t)frame->node->children.count++;
    node->next = NULL;
    if (frame->last) {
        frame->last->next = node;
    } else {
        frame->node->children.first = node;
    }
    frame->last = node;
}

/* Put a finished or just begun value where it belongs. */
static void
attach(struct build *build, struct yaml_node *node)
{
    struct frame *frame = top(build);
    if (!frame) {
        build->root = node;
        return;
    }
    if (frame->node->kind == YAML_MAP) {
        node->key = frame->key;
        node->key_line = frame->key_line;
        node->key_column = frame->key_column;
        if (node->line == 0) {
            node->line = frame->key_line;
            node->column = frame->key_column;
        }
        frame->has_key = false;
        if (frame->key_merges) {
            node->parent = frame->node;
            node->next = frame->merges;
            frame->merges = node;
            return;
        }
    }
    append(frame, node);
}

static bool
expects_key(const struct frame *frame)
{
    return frame && frame->node->kind == YAML_MAP && !frame->has_key;
}

/* ---- scalars ---- */

static bool
scalar_type(struct build *build, const struct yaml_event *event, enum yaml_kind *kind)
{
    sluice_str tag = event->tag;
    *kind = event->plain && tag.len == 0 ? scalar_kind(event->text) : YAML_STRING;
    if (tag.len == 0 || str_equal(tag, STR("!"))) return true;
    static const sluice_str prefix = STR_INIT("tag:yaml.org,2002:");
    static const struct {
        sluice_str name;
        enum yaml_kind kind;
    } core[] = {
        {STR_INIT("str"),   YAML_STRING},
        {STR_INIT("int"),   YAML_INT   },
        {STR_INIT("bool"),  YAML_BOOL  },
        {STR_INIT("float"), YAML_FLOAT },
        {STR_INIT("null"),  YAML_NULL  },
    };
    sluice_str name = str_starts_with(tag, prefix) ? str_skip(tag, prefix.len) : STR("");
    for (size_t i = 0; i < sizeof(core) / sizeof(core[0]); i++) {
        enum yaml_kind written = scalar_kind(event->text);
        if (!str_equal(name, core[i].name)) continue;
        *kind = core[i].kind;
        if (*kind == YAML_STRING || written == *kind) return true;
        if (*kind == YAML_FLOAT && written == YAML_INT) return true;
    }
    yaml_report(build->load, build->source, "SL0003", event->line, event->column,
                "tag %.*s does not fit here: leave it out, or quote the text", STR_ARG(tag));
    return fail(build, SLUICE_ERR_SYNTAX);
}

/* Keys become text after they are typed: on: is the key "true", 010: the key "8". */
static bool
set_key(struct build *build, struct frame *frame, const struct yaml_event *event)
{
    enum yaml_kind kind;
    bool negative;
    uint64_t magnitude;
    if (!scalar_type(build, event, &kind)) return false;
    frame->key = event->text;
    frame->key_line = event->line;
    frame->key_column = event->column;
    frame->has_key = true;
    frame->key_merges = event->plain && kind == YAML_STRING && str_equal(event->text, STR("<<"));
    if (kind == YAML_BOOL) frame->key = scalar_bool(event->text) ? STR("true") : STR("false");
    if (kind == YAML_INT && scalar_integer(event->text, &negative, &magnitude)) {
        frame->key = arena_printf(build->load->arena, "%s%llu", negative ? "-" : "",
                                  (unsigned long long)magnitude);
    }
    if (kind == YAML_NULL) {
        yaml_report(build->load, build->source, "SL0003", event->line, event->column,
                    "a key is expected, not null: quote it if it is meant");
        return fail(build, SLUICE_ERR_SYNTAX);
    }
    return true;
}

static struct yaml_node *
new_node(struct build *build, const struct yaml_event *event)
{
    struct yaml_node *node =
        yaml_node_new(build->load, build->source, event->line, event->column, &build->status);
    if (!node || event->anchor.len == 0) return node;
    void **place = map_put(&build->anchors, event->anchor);
    if (!place) {
        fail(build, SLUICE_ERR_NOMEM);
        return NULL;
    }
    *place = node;
    return node;
}

static bool
add_scalar(struct build *build, const struct yaml_event *event)
{
    if (expects_key(top(build))) return set_key(build, top(build), event);
    enum yaml_kind kind;
    struct yaml_node *node = new_node(build, event);
    if (!node || !scalar_type(build, event, &kind)) return false;
    node->kind = kind;
    node->text = event->text;
    attach(build, node);
    return true;
}

/* ---- maps and lists ---- */

static bool
begin(struct build *build, const struct yaml_event *event, enum yaml_kind kind)
{
    struct yaml_load *load = build->load;
    if (expects_key(top(build))) {
        yaml_report(load, build->source, "SL0003", event->line, event->column,
                    "a key must be text, not a map or a list");
        return fail(build, SLUICE_ERR_SYNTAX);
    }
    if (build->depth == load->limits->depth) {
        yaml_report(load, build->source, "SL0006", event->line, event->column,
                    "nested more than %u deep", (unsigned)load->limits->depth);
        return fail(build, SLUICE_ERR_LIMIT);
    }
    struct yaml_node *node = new_node(build, event);
    if (!node) return false;
    node->kind = kind;
    attach(build, node);
    build->frames[build->depth++] = (struct frame){.node = node};
    return true;
}

/* Move the entries of one merged map whose keys are new to the end of the frame's map. */
static bool
merge_map(struct build *build, struct frame *frame, struct map *keys, struct yaml_node *from)
{
    if (from->kind != YAML_MAP) {
        yaml_report(build->load, build->source, "SL0003", from->line, from->column,
                    "<< merges maps: a map or a list of maps is expected");
        return fail(build, SLUICE_ERR_SYNTAX);
    }
    for (struct yaml_node *child = from->children.first, *next; child; child = next) {
        next = child->next;
        void **place = map_put(keys, child->key);
        if (!place) return fail(build, SLUICE_ERR_NOMEM);
        if (*place) continue;
        *place = child;
        append(frame, child);
    }
    return true;
}

static bool
merge_value(struct build *build, struct frame *frame, struct map *keys, struct yaml_node *value)
{
    if (value->kind != YAML_SEQ) return merge_map(build, frame, keys, value);
    YAML_EACH(item, value)
    {
        if (!merge_map(build, frame, keys, item)) return false;
    }
    return true;
}

static bool
merge(struct build *build, struct frame *frame)
{
    struct map keys = map_init(build->load->arena->alloc);
    bool ok = true;
    YAML_EACH(child, frame->node)
    {
        void **place = map_put(&keys, child->key);
        if (!place) ok = fail(build, SLUICE_ERR_NOMEM);
        if (!ok) break;
        *place = child;
    }
    for (struct yaml_node *value = frame->merges, *next; ok && value; value = next) {
        next = value->next;
        ok = merge_value(build, frame, &keys, value);
    }
    map_free(&keys);
    return ok;
}

static bool
end(struct build *build)
{
    struct frame *frame = top(build);
    if (frame->node->kind == YAML_MAP) {
        if (!yaml_check_keys(build->load, build->source, frame->node, &build->repeated_key)) {
            return fail(build, SLUICE_ERR_NOMEM);
        }
        if (frame->merges && !merge(build, frame)) return false;
    }
    build->depth--;
    return true;
}

/* ---- aliases ---- */

static struct yaml_node *
copy_one(struct build *build, const struct yaml_node *from)
{
    struct yaml_load *load = build->load;
    if (load->alias_nodes >= load->limits->alias_nodes) {
        yaml_report(load, build->source, "SL0006", from->line, from->column,
                    "aliases stand for more than %u values", (unsigned)load->limits->alias_nodes);
        fail(build, SLUICE_ERR_LIMIT);
        return NULL;
    }
    load->alias_nodes++;
    struct yaml_node *node =
        yaml_node_new(load, build->source, from->line, from->column, &build->status);
    if (!node) return NULL;
    *node = *from;
    node->next = NULL;
    if (node->kind == YAML_MAP || node->kind == YAML_SEQ) {
        node->children.first = NULL;
        node->children.count = 0;
    }
    return node;
}

/* A copy of a finished tree, without recursion: `at` walks the original, `to` the copy beside it.
 */
static struct yaml_node *
copy_tree(struct build *build, const struct yaml_node *original)
{
    struct yaml_node *copy = copy_one(build, original);
    const struct yaml_node *at = original;
    struct yaml_node *to = copy;
    uint32_t depth = build->depth;
    while (to) {
        bool nested = at->kind == YAML_MAP || at->kind == YAML_SEQ;
        const struct yaml_node *next = nested ? at->children.first : NULL;
        struct yaml_node *parent = to;
        if (next && ++depth > build->load->limits->depth) {
            yaml_report(build->load, build->source, "SL0006", at->line, at->column,
                        "nested more than %u deep", (unsigned)build->load->limits->depth);
            fail(build, SLUICE_ERR_LIMIT);
            return NULL;
        }
        while (!next && at != original) {
            next = at->next;
            parent = to->parent;
            if (!next) {
                at = at->parent;
                to = to->parent;
                depth--;
            }
        }
        if (!next) return copy;
        struct yaml_node *made = copy_one(build, next);
        if (!made) return NULL;
        made->parent = parent;
        parent->children.count++;
        if (parent == to) {
            parent->children.first = made;
        } else {
            to->next = made;
        }
        at = next;
        to = made;
    }
    return NULL;
}

static bool
is_open(const struct build *build, const struct yaml_node *node)
{
    for (uint32_t i = 0; i < build->depth; i++) {
        if (build->frames[i].node == node) return true;
    }
    return false;
}

static bool
add_alias(struct build *build, const struct yaml_event *event)
{
    struct yaml_node *original = map_get(&build->anchors, event->text);
    const char *wrong = !original                  ? "names no anchor before it"
                        : is_open(build, original) ? "names what it stands in"
                        : expects_key(top(build))  ? "cannot be a key"
                                                   : NULL;
    if (wrong) {
        yaml_report(build->load, build->source, "SL0005", event->line, event->column,
                    "alias *%.*s %s", STR_ARG(event->text), wrong);
        return fail(build, SLUICE_ERR_SYNTAX);
    }
    struct yaml_node *copy = copy_tree(build, original);
    if (!copy) return false;
    attach(build, copy);
    return true;
}

/* ---- documents ---- */

static void
begin_document(struct build *build)
{
    map_free(&build->anchors);
    build->root = NULL;
    build->depth = 0;
}

static bool
take(struct build *build, const struct yaml_event *event, struct yaml_document ***tail)
{
    switch (event->type) {
    case YAML_EVENT_DOCUMENT_START:
        begin_document(build);
        return true;
    case YAML_EVENT_DOCUMENT_END:
        build->status = yaml_add_document(build->load, build->source, build->root, tail);
        return build->status == SLUICE_OK;
    case YAML_EVENT_SCALAR:
        return add_scalar(build, event);
    case YAML_EVENT_ALIAS:
        return add_alias(build, event);
    case YAML_EVENT_MAP_START:
        return begin(build, event, YAML_MAP);
    case YAML_EVENT_SEQ_START:
        return begin(build, event, YAML_SEQ);
    case YAML_EVENT_MAP_END:
    case YAML_EVENT_SEQ_END:
        return end(build);
    case YAML_EVENT_NOMEM:
        return fail(build, SLUICE_ERR_NOMEM);
    case YAML_EVENT_ERROR:
        yaml_report(build->load, build->source, "SL0001", event->line, event->column, "%.*s",
                    STR_ARG(event->text));
        return fail(build, SLUICE_ERR_SYNTAX);
    case YAML_EVENT_END:
        break;
    }
    return false;
}

sluice_status
yaml_build(struct yaml_load *load, const struct yaml_backend *backend, sluice_str source,
           sluice_str text, struct yaml_document ***tail)
{
    struct build build = {.load = load, .source = source};
    build.frames = ARENA_ARRAY(load->arena, struct frame, load->limits->depth);
    struct yaml_events *events = build.frames ? backend->open(text, load->arena) : NULL;
    if (!events) return SLUICE_ERR_NOMEM;
    build.anchors = map_init(load->arena->alloc);
    struct yaml_event event;
    do {
        backend->next(events, &event);
    } while (take(&build, &event, tail));
    map_free(&build.anchors);
    backend->close(events);
    if (load->arena->failed) return SLUICE_ERR_NOMEM;
    if (build.status == SLUICE_OK && build.repeated_key) return SLUICE_ERR_SYNTAX;
    return build.status;
}
