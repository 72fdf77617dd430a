#include "yaml/compose.h"

#include "yaml/anchors.h"
#include "yaml/copy.h"
#include "yaml/scalar.h"

struct compose {
    struct reading *reading;
    size_t base;       /* offset in the source of the text that the engine reads */
    uint32_t lines;    /* in front of it */
    size_t understood; /* offset of the last event */
    struct anchors anchors;
    bool dirty;               /* there are anchors */
    struct place error_place; /* of the last syntax error */
};

static struct place
place_of(struct compose *compose, const struct yaml_event *event)
{
    if (event->offset == YAML_NO_OFFSET) return (struct place){0, 0};
    if (event->line) return (struct place){compose->lines + event->line, event->column};
    return place_find(&compose->reading->places, compose->base + event->offset);
}

/* The place of an event for a finding, which may be about what is not there. */
static struct place
finding_place(struct compose *compose, const struct yaml_event *event)
{
    struct place place = place_of(compose, event);
    if (place.line) return place;
    const struct reading_frame *frame = reading_frame(compose->reading);
    if (frame && frame->has_key) return frame->key_place;
    return place_find(&compose->reading->places, compose->understood);
}

/* YAML 1.2 allows nearly anything in an anchor's name, the 1.1 that Kubernetes reads only these:
 * beyond them two readers see different documents. */
static bool
is_common_name(sluice_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!ascii_is_alpha(c) && !ascii_is_digit(c) && c != '-' && c != '_') return false;
    }
    return true;
}

static bool
keep_anchor(struct compose *compose, const struct yaml_event *event, struct yaml_node *node)
{
    if (!node) return false;
    if (event->anchor.len == 0) return true;
    if (!is_common_name(event->anchor)) {
        reading_error(compose->reading, SLUICE_ERR_SYNTAX, CODE_ALIAS, place_of(compose, event),
                      "anchor &%.*s: a name of letters, digits, - and _ is expected",
                      STR_ARG(str_first(event->anchor, 80)));
    }
    compose->dirty = true;
    return anchors_put(&compose->anchors, event->anchor, node) || reading_nomem(compose->reading);
}

/* ---- types ---- */

#define CORE_TAG "tag:yaml.org,2002:"

static void
refuse_tag(struct compose *compose, const struct yaml_event *event)
{
    sluice_str tag = str_first(event->tag, 80);
    reading_error(compose->reading, SLUICE_ERR_SYNTAX, CODE_UNSUPPORTED,
                  finding_place(compose, event),
                  "tag %.*s is not supported here; leave it out, or quote the text", STR_ARG(tag));
}

/* A tagged scalar. Tags beyond JSON's types are refused, and those that do not fit the text. */
static enum yaml_kind
tagged_kind(struct compose *compose, const struct yaml_event *event)
{
    static const struct {
        sluice_str tag;
        enum yaml_kind kind;
    } core[] = {
        {STR_INIT(CORE_TAG "str"),   YAML_STRING},
        {STR_INIT(CORE_TAG "int"),   YAML_INT   },
        {STR_INIT(CORE_TAG "bool"),  YAML_BOOL  },
        {STR_INIT(CORE_TAG "float"), YAML_FLOAT },
        {STR_INIT(CORE_TAG "null"),  YAML_NULL  },
    };
    enum yaml_kind written = scalar_kind(event->text);
    for (size_t i = 0; i < sizeof(core) / sizeof(core[0]); i++) {
        enum yaml_kind kind = core[i].kind;
        if (!str_equal(event->tag, core[i].tag)) continue;
        if (kind == YAML_STRING || kind == written) return kind;
        if (kind == YAML_FLOAT && written == YAML_INT) return kind;
    }
    refuse_tag(compose, event);
    return YAML_STRING;
}

static enum yaml_kind
kind_of(struct compose *compose, const struct yaml_event *event)
{
    if (event->tag.len) return tagged_kind(compose, event);
    return event->plain ? scalar_kind(event->text) : YAML_STRING;
}

/* ---- keys ---- */

static bool
expects_key(const struct compose *compose)
{
    const struct reading_frame *frame = reading_frame(compose->reading);
    return frame && frame->node->kind == YAML_MAP && !frame->has_key;
}

/* Keys become text after they are typed: on: is the key "true", 010: the key "8". */
static bool
set_key(struct compose *compose, enum yaml_kind kind, sluice_str text, struct place place)
{
    struct reading *reading = compose->reading;
    sluice_str key = text;
    if (kind == YAML_NULL) {
        reading_error(reading, SLUICE_ERR_SYNTAX, CODE_UNSUPPORTED, place,
                      "a key is expected, not null; write it in quotes if it is meant");
        reading_frame(reading)->no_key_check = true;
    } else if (kind != YAML_STRING && !scalar_key(reading->load->arena, kind, text, &key)) {
        return reading_nomem(reading);
    }
    reading_set_key(reading, key, place);
    return !reading->stopped;
}

/* A key that is no scalar stands for nothing: its value is read all the same. */
static bool
refuse_key(struct compose *compose, struct place place)
{
    reading_error(compose->reading, SLUICE_ERR_SYNTAX, CODE_UNSUPPORTED, place,
                  "a key must be text, not a map or a list");
    reading_frame(compose->reading)->no_key_check = true;
    return !compose->reading->stopped;
}

static bool
add_key(struct compose *compose, const struct yaml_event *event)
{
    struct reading *reading = compose->reading;
    enum yaml_kind kind = kind_of(compose, event);
    struct place place = finding_place(compose, event);
    if (event->anchor.len) {
        struct yaml_node *node = reading_node(reading, place);
        if (!keep_anchor(compose, event, node)) return false;
        node->kind = kind;
        node->text = event->text;
    }
    if (!set_key(compose, kind, event->text, place)) return false;
    reading_frame(reading)->key_is_merge =
        event->plain && event->tag.len == 0 && str_equal(event->text, STR("<<"));
    return true;
}

/* ---- values ---- */

static bool
add_scalar(struct compose *compose, const struct yaml_event *event)
{
    if (expects_key(compose)) return add_key(compose, event);
    enum yaml_kind kind = kind_of(compose, event);
    struct place place = {0, 0};
    if (event->text.len || !event->plain) place = place_of(compose, event);
    if (!reading_frame(compose->reading)) place = finding_place(compose, event);
    struct yaml_node *node = reading_add(compose->reading, kind, place);
    if (!keep_anchor(compose, event, node)) return false;
    node->text = event->text;
    return true;
}

/* Whether the next value is what a << merges, or an item of a list of that. */
static bool
is_merged(const struct reading *reading)
{
    const struct reading_frame *frame = reading_frame(reading);
    if (!frame || frame->node->kind == YAML_MAP) return frame && frame->key_is_merge;
    return reading->depth > 1 && reading->frames[reading->depth - 2].merge == frame->node;
}

static bool
open_collection(struct compose *compose, const struct yaml_event *event, enum yaml_kind kind)
{
    struct reading *reading = compose->reading;
    struct place place = place_of(compose, event);
    sluice_str core = kind == YAML_MAP ? STR(CORE_TAG "map") : STR(CORE_TAG "seq");
    if (event->tag.len && !str_equal(event->tag, core) && !str_equal(event->tag, STR("!"))) {
        refuse_tag(compose, event);
    }
    bool is_key = expects_key(compose);
    if (is_key && !refuse_key(compose, place)) return false;
    struct yaml_node *node = reading_node(reading, place);
    if (!keep_anchor(compose, event, node)) return false;
    node->kind = kind;
    if (event->anchor.len && is_merged(reading)) reading->merge_has_anchors = true;
    if (!is_key) reading_attach(reading, node);
    return reading_open(reading, node);
}

static bool
close_collection(struct compose *compose)
{
    struct reading *reading = compose->reading;
    const struct yaml_node *node = reading_frame(reading)->node;
    if (!reading_close(reading)) return false;
    /* A collection that stands nowhere was a key. */
    if (!node->parent && reading->depth) {
        reading_set_key(reading, STR(""), (struct place){node->line, node->column});
    }
    return true;
}

/* ---- aliases ---- */

static bool
is_open(const struct reading *reading, const struct yaml_node *node)
{
    for (uint32_t i = 0; i < reading->depth; i++) {
        if (reading->frames[i].node == node) return true;
    }
    return false;
}

static bool
is_collection(const struct yaml_node *node)
{
    return node->kind == YAML_MAP || node->kind == YAML_SEQ;
}

/* What an alias that is refused stands for. */
static bool
add_nothing(struct compose *compose, struct place place)
{
    if (compose->reading->stopped) return false;
    if (!expects_key(compose)) return reading_add(compose->reading, YAML_NULL, place) != NULL;
    reading_frame(compose->reading)->no_key_check = true;
    reading_set_key(compose->reading, STR(""), place);
    return true;
}

static bool
add_alias(struct compose *compose, const struct yaml_event *event)
{
    struct reading *reading = compose->reading;
    struct place place = finding_place(compose, event);
    struct yaml_node *original = anchors_get(&compose->anchors, event->text);
    if (!original || is_open(reading, original)) {
        sluice_str name = str_first(event->text, 80);
        reading_error(reading, SLUICE_ERR_SYNTAX, CODE_ALIAS, place, "alias *%.*s %s",
                      STR_ARG(name),
                      original ? "stands inside of what it names"
                               : "names no anchor that stands before it in this document");
        return add_nothing(compose, place);
    }
    if (expects_key(compose)) {
        if (!is_collection(original))
            return set_key(compose, original->kind, original->text, place);
        return refuse_key(compose, place) && add_nothing(compose, place);
    }
    struct yaml_node *copy = copy_tree(reading, original);
    if (copy) reading_attach(reading, copy);
    return copy != NULL;
}

/* ---- the stream ---- */

static bool
begin_document(struct compose *compose)
{
    if (compose->dirty) anchors_free(&compose->anchors);
    compose->dirty = false;
    reading_begin_document(compose->reading);
    return true;
}

static bool
take(struct compose *compose, const struct yaml_event *event)
{
    if (event->type == YAML_EVENT_SCALAR) return add_scalar(compose, event); /* two of three are */
    switch (event->type) {
    case YAML_EVENT_DOCUMENT_START:
        return begin_document(compose);
    case YAML_EVENT_DOCUMENT_END:
        return reading_end_document(compose->reading);
    case YAML_EVENT_ALIAS:
        return add_alias(compose, event);
    case YAML_EVENT_MAP_START:
        return open_collection(compose, event, YAML_MAP);
    case YAML_EVENT_SEQ_START:
        return open_collection(compose, event, YAML_SEQ);
    case YAML_EVENT_MAP_END:
    case YAML_EVENT_SEQ_END:
        return close_collection(compose);
    case YAML_EVENT_NOMEM:
        return reading_nomem(compose->reading);
    default:
        return false; /* the end, or an error */
    }
}

/* Offset of the first line from `at` on that begins with ---, or SIZE_MAX. Such a line begins a
 * document wherever it stands, inside of quotes too. */
static size_t
find_document_line(sluice_str text, size_t at)
{
    while (at < text.len) {
        sluice_str rest = str_skip(text, at);
        bool line = at == 0 || text.ptr[at - 1] == '\n';
        if (line && str_starts_with(rest, STR("---")) &&
            (rest.len == 3 || memchr(" \t\r\n", rest.ptr[3], 4))) {
            return at;
        }
        const char *newline = memchr(rest.ptr, '\n', rest.len);
        at = newline ? (size_t)(newline - text.ptr) + 1 : text.len;
    }
    return SIZE_MAX;
}

/* Report a syntax error. Where to go on: at the next document behind what was understood. */
static size_t
recover(struct compose *compose, const struct yaml_event *event)
{
    struct reading *reading = compose->reading;
    struct place place = place_of(compose, event);
    bool again =
        place.line == compose->error_place.line && place.column == compose->error_place.column;
    compose->error_place = place;
    if (!again) {
        reading_error(reading, SLUICE_ERR_SYNTAX, CODE_SYNTAX, place, "%.*s", STR_ARG(event->text));
    }
    if (compose->understood <= compose->base) compose->understood = compose->base + 1;
    return find_document_line(reading->text, compose->understood);
}

/* Read the text from `base` on. Where to go on: behind an error, or SIZE_MAX. */
static size_t
compose_rest(struct compose *compose, const struct yaml_backend *backend)
{
    struct reading *reading = compose->reading;
    struct yaml_event event;
    size_t next = SIZE_MAX;
    sluice_str rest = str_skip(reading->text, compose->base);
    compose->understood = compose->base;
    compose->lines = place_find(&reading->places, compose->base).line - 1;
    struct yaml_events *events = backend->open(rest, reading->load->arena);
    if (!events) {
        reading_nomem(reading);
        return SIZE_MAX;
    }
    do {
        const struct reading_frame *frame = reading_frame(reading);
        backend->next(events, frame ? frame->node->column : 0, &event);
        bool placed = event.offset != YAML_NO_OFFSET && event.type != YAML_EVENT_ERROR;
        if (placed) compose->understood = compose->base + event.offset;
    } while (take(compose, &event));
    if (event.type == YAML_EVENT_ERROR) next = recover(compose, &event);
    backend->close(events);
    return reading->stopped ? SIZE_MAX : next;
}

void
compose_text(struct reading *reading, const struct yaml_backend *backend)
{
    struct compose compose = {
        .reading = reading,
        .anchors = anchors_init(reading->load->arena->alloc),
    };
    do {
        compose.base = compose_rest(&compose, backend);
    } while (compose.base != SIZE_MAX);
    anchors_free(&compose.anchors);
}
