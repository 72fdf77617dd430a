/*
 * events_libfyaml: the one file that names libfyaml. Its event stream alone, with diagnostics
 * collected, never printed. It finds scalars; what they say is read from their source.
 */
#include <libfyaml.h>

#include "yaml/block_text.h"
#include "yaml/events.h"
#include "yaml/flow_text.h"
#include "yaml/place.h"

/* Events are fetched so many at a time: in a run of its own, libfyaml's code stays in the caches.
 */
enum { AHEAD_MAX = 256 };

struct yaml_events {
    struct arena *arena;
    sluice_str text;
    struct fy_diag *diag;
    struct fy_parser *parser;
    struct fy_event *ahead[AHEAD_MAX];
    size_t ahead_count, ahead_at; /* the last event that was handed out is before ahead_at */
    size_t last_end;              /* end of the newest scalar */
    size_t flow_depth;            /* open flow collections */
    bool ascii;                   /* the text is: so columns, which count characters, count bytes */
    bool failed;                  /* libfyaml gave up: it must not be asked again */
    bool finished;                /* there is no next event */
};

/* libfyaml also hands its messages to a function; they name addresses, so nobody reads them. */
static void
drop_output(struct fy_diag *diag, void *user, const char *text, size_t len)
{
    (void)diag;
    (void)user;
    (void)text;
    (void)len;
}

static void
release_ahead(struct yaml_events *events)
{
    for (size_t i = 0; i < events->ahead_count; i++) {
        fy_parser_event_free(events->parser, events->ahead[i]);
    }
    events->ahead_count = events->ahead_at = 0;
}

/* The next event, or NULL: an error, or libfyaml is out of memory. */
static struct fy_event *
fetch(struct yaml_events *events)
{
    if (events->ahead_at < events->ahead_count) return events->ahead[events->ahead_at++];
    release_ahead(events);
    while (!events->failed && events->ahead_count < AHEAD_MAX) {
        struct fy_event *event = fy_parser_parse(events->parser);
        events->failed = !event;
        if (!event) break;
        events->ahead[events->ahead_count++] = event;
        if (event->type == FYET_STREAM_END) break;
    }
    return events->ahead_count ? events->ahead[events->ahead_at++] : NULL;
}

static void
libfyaml_close(struct yaml_events *events)
{
    release_ahead(events);
    if (events->parser) fy_parser_destroy(events->parser);
    if (events->diag) fy_diag_destroy(events->diag);
}

static bool
is_ascii(sluice_str text)
{
    uint64_t all = 0, word = 0;
    size_t at = 0;
    for (; text.len - at >= 8; at += 8) {
        memcpy(&word, text.ptr + at, 8);
        all |= word;
    }
    for (; at < text.len; at++) {
        all |= (unsigned char)text.ptr[at];
    }
    return (all & UINT64_C(0x8080808080808080)) == 0;
}

static struct yaml_events *
libfyaml_open(sluice_str text, struct arena *arena)
{
    struct yaml_events *events = ARENA_NEW(arena, struct yaml_events);
    if (!events) return NULL;
    events->arena = arena;
    /* libfyaml takes a length of 0 for "measure it yourself". */
    events->text = text.len ? text : STR("\n");
    events->ascii = is_ascii(events->text);
    struct fy_diag_cfg diag = {.output_fn = drop_output, .level = FYET_ERROR, .module_mask = ~0u};
    events->diag = fy_diag_create(&diag);
    if (events->diag) {
        fy_diag_set_collect_errors(events->diag, true);
        struct fy_parse_cfg config = {
            .search_path = "", .flags = FYPCF_JSON_NONE, .diag = events->diag};
        events->parser = fy_parser_create(&config);
    }
    if (!events->parser ||
        fy_parser_set_string(events->parser, events->text.ptr, events->text.len) != 0) {
        libfyaml_close(events);
        return NULL;
    }
    return events;
}

/* ---- errors ---- */

static void
set_error(struct yaml_events *events, struct yaml_event *event, size_t offset, sluice_str message)
{
    *event = (struct yaml_event){.type = YAML_EVENT_ERROR, .offset = offset, .text = message};
    events->finished = true;
}

/* Not every error is collected, so there is a message for those as well. */
static void
set_parse_error(struct yaml_events *events, struct yaml_event *event)
{
    void *iterator = NULL;
    struct fy_diag_error *error = fy_diag_errors_iterate(events->diag, &iterator);
    if (!error || !error->msg || error->line < 1 || error->column < 1) {
        set_error(events, event, events->last_end, STR("this is not valid YAML"));
        return;
    }
    struct place place = {(uint32_t)error->line, (uint32_t)error->column};
    set_error(events, event, place_offset_of_character(events->text, place),
              arena_dup(events->arena, sluice_str_of(error->msg)));
}

/* ---- scalars ---- */

/* The text of a token, which lives as long as its event. */
static sluice_str
token_text(struct fy_token *token)
{
    size_t len = 0;
    const char *text = token ? fy_token_get_text(token, &len) : NULL;
    return text ? (sluice_str){text, len} : (sluice_str){NULL, 0};
}

/* A block scalar's mark is at its first line: its | or > stands between the token before and that,
 * maybe behind an anchor, a tag, or comments. */
static size_t
find_block_indicator(const struct yaml_events *events, size_t end)
{
    const char *text = events->text.ptr;
    bool comment = false;
    for (size_t i = events->last_end; i < end; i++) {
        bool word_begins = i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t' ||
                           text[i - 1] == '\n' || text[i - 1] == '\r';
        if (text[i] == '\n' || text[i] == '\r') comment = false;
        if (word_begins && text[i] == '#') comment = true;
        if (word_begins && !comment && (text[i] == '|' || text[i] == '>')) return i;
    }
    return end;
}

/* Whether libfyaml stopped where the scalar does is the proof that it was not misread. */
static void
read_block(struct yaml_events *events, size_t end, size_t column, struct yaml_event *event)
{
    struct block_text block;
    event->line = event->column = 0;
    event->offset = find_block_indicator(events, event->offset);
    switch (block_text_read(events->arena, events->text, event->offset, column, &block)) {
    case BLOCK_TEXT_NOMEM:
        event->type = YAML_EVENT_NOMEM;
        return;
    case BLOCK_TEXT_BAD:
        set_error(events, event, event->offset, STR("this block of text is not valid"));
        return;
    case BLOCK_TEXT_OK:
        break;
    }
    event->text = block.text;
    if (block_text_trim(events->text, block.begin, end) == block.end) return;
    set_error(events, event, event->offset,
              STR("it is not clear where this block of text ends; write it in quotes"));
}

/* ?a in a flow collection is text in YAML 1.2, but a key without value to Kubernetes. */
static bool
is_ambiguous(const struct yaml_events *events, const struct yaml_event *event)
{
    return events->flow_depth && str_starts_with(event->text, STR("?"));
}

static enum flow_text_result
read_plain(struct yaml_events *events, const struct fy_mark *start, const struct fy_mark *end,
           struct yaml_event *event)
{
    event->plain = true;
    if (end->input_pos < start->input_pos || end->input_pos > events->text.len)
        return FLOW_TEXT_BAD;
    event->text = str_make(events->text.ptr + start->input_pos, end->input_pos - start->input_pos);
    if (start->line == end->line) return FLOW_TEXT_OK;
    return flow_text_plain(events->arena, event->text, &event->text);
}

/* Marks of quoted scalars are behind the opening quote. */
static enum flow_text_result
read_quoted(struct yaml_events *events, bool single, struct yaml_event *event)
{
    size_t error;
    event->offset -= event->offset > 0;
    event->column -= event->column > 0;
    sluice_str source = str_skip(events->text, event->offset);
    enum flow_text_result result =
        single ? flow_text_single(events->arena, source, &event->text, &error)
               : flow_text_double(events->arena, source, &event->text, &error);
    if (result == FLOW_TEXT_BAD) event->offset += error;
    return result;
}

static void
fill_place(const struct yaml_events *events, const struct fy_mark *mark, struct yaml_event *event)
{
    if (!mark || mark->line < 0 || mark->input_pos > events->text.len) return;
    event->offset = mark->input_pos;
    if (!events->ascii) return;
    event->line = (uint32_t)mark->line + 1;
    event->column = (uint32_t)mark->column + 1;
}

static void
fill_scalar(struct yaml_events *events, struct fy_event *from, uint32_t column,
            struct yaml_event *event)
{
    struct fy_token *token = from->scalar.value;
    const struct fy_mark *start = token ? fy_token_start_mark(token) : NULL;
    const struct fy_mark *end = token ? fy_token_end_mark(token) : NULL;
    enum fy_scalar_style style = token ? fy_token_scalar_style(token) : FYSS_PLAIN;
    enum flow_text_result result = FLOW_TEXT_OK;
    event->type = YAML_EVENT_SCALAR;
    event->tag = token_text(from->scalar.tag);
    event->anchor = token_text(from->scalar.anchor);
    fill_place(events, start, event);
    if (event->offset == YAML_NO_OFFSET || !end) {
        event->plain = true; /* nothing stands there */
    } else if (style == FYSS_PLAIN) {
        result = read_plain(events, start, end, event);
    } else if (style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED) {
        result = read_quoted(events, style == FYSS_SINGLE_QUOTED, event);
    } else {
        read_block(events, end->input_pos, column, event);
    }
    if (event->plain && str_equal(event->tag, STR("!"))) event->tag = STR("");
    if (end) events->last_end = end->input_pos;
    if (result == FLOW_TEXT_OK && event->plain && is_ambiguous(events, event)) {
        set_error(events, event, event->offset,
                  STR("write a text that begins with ? in quotes between { } or [ ]"));
    }
    if (result == FLOW_TEXT_NOMEM) event->type = YAML_EVENT_NOMEM;
    if (result == FLOW_TEXT_BAD) {
        set_error(events, event, event->offset, STR("this escape in a quoted text is not known"));
    }
}

/* ---- events ---- */

static void
fill_alias(struct yaml_events *events, struct fy_event *from, struct yaml_event *event)
{
    event->type = YAML_EVENT_ALIAS;
    event->text = token_text(from->alias.anchor);
    fill_place(events, fy_event_start_mark(from), event);
    event->line = event->column = 0; /* of the * or of the name: not worth knowing */
    if (event->offset == YAML_NO_OFFSET || event->offset == 0) return;
    if (events->text.ptr[event->offset - 1] == '*') event->offset--;
}

/* All collections inside of a flow collection are flow collections. */
static void
fill_start(struct yaml_events *events, struct fy_event *from, struct fy_token *anchor,
           struct fy_token *tag, struct yaml_event *event)
{
    fill_place(events, fy_event_start_mark(from), event);
    event->anchor = token_text(anchor);
    event->tag = token_text(tag);
    char c = event->offset < events->text.len ? events->text.ptr[event->offset] : ' ';
    if (events->flow_depth || c == '{' || c == '[') events->flow_depth++;
}

static void
fill_end(struct yaml_events *events, enum yaml_event_type type, struct yaml_event *event)
{
    event->type = type;
    if (events->flow_depth) events->flow_depth--;
}

static void
fill(struct yaml_events *events, struct fy_event *from, struct yaml_event *event)
{
    switch (from->type) {
    case FYET_STREAM_END:
        event->type = YAML_EVENT_END;
        events->finished = true;
        break;
    case FYET_DOCUMENT_START:
        event->type = YAML_EVENT_DOCUMENT_START;
        break;
    case FYET_DOCUMENT_END:
        event->type = YAML_EVENT_DOCUMENT_END;
        break;
    case FYET_MAPPING_START:
        event->type = YAML_EVENT_MAP_START;
        fill_start(events, from, from->mapping_start.anchor, from->mapping_start.tag, event);
        break;
    case FYET_MAPPING_END:
        fill_end(events, YAML_EVENT_MAP_END, event);
        break;
    case FYET_SEQUENCE_START:
        event->type = YAML_EVENT_SEQ_START;
        fill_start(events, from, from->sequence_start.anchor, from->sequence_start.tag, event);
        break;
    case FYET_SEQUENCE_END:
        fill_end(events, YAML_EVENT_SEQ_END, event);
        break;
    case FYET_ALIAS:
        fill_alias(events, from, event);
        break;
    default:
        set_parse_error(events, event);
        break;
    }
}

static void
libfyaml_next(struct yaml_events *events, uint32_t column, struct yaml_event *event)
{
    *event = (struct yaml_event){.type = YAML_EVENT_END, .offset = YAML_NO_OFFSET};
    if (events->finished) return;
    struct fy_event *from = fetch(events);
    if (from && from->type == FYET_STREAM_START) from = fetch(events);
    if (!from) {
        set_parse_error(events, event);
        return;
    }
    if (from->type == FYET_SCALAR) { /* two of three are */
        fill_scalar(events, from, column, event);
    } else {
        fill(events, from, event);
    }
}

const struct yaml_backend yaml_libfyaml = {"libfyaml", libfyaml_open, libfyaml_next,
                                           libfyaml_close};
