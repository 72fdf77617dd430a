/*
 * events_libyaml: the one file that names libyaml: the second reader, an oracle in tests and an
 * engine by choice.
 */
#include <yaml.h>

#include "yaml/events.h"

struct yaml_events {
    struct arena *arena;
    sluice_str text;
    yaml_parser_t parser;
    yaml_event_t held; /* its anchor and tag were handed out */
    bool holds, finished;
    size_t at, characters; /* libyaml counts characters: so many stand before byte `at` */
};

static struct yaml_events *
libyaml_open(sluice_str text, struct arena *arena)
{
    struct yaml_events *events = ARENA_NEW(arena, struct yaml_events);
    if (!events || !yaml_parser_initialize(&events->parser)) return NULL;
    events->arena = arena;
    events->text = text;
    yaml_parser_set_encoding(&events->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&events->parser, (const unsigned char *)(text.len ? text.ptr : ""),
                                 text.len);
    return events;
}

static void
release_held(struct yaml_events *events)
{
    if (events->holds) yaml_event_delete(&events->held);
    events->holds = false;
}

static void
libyaml_close(struct yaml_events *events)
{
    release_held(events);
    yaml_parser_delete(&events->parser);
}

/* ---- places ---- */

static bool
continues_character(sluice_str text, size_t at)
{
    return at < text.len && ((unsigned char)text.ptr[at] & 0xc0) == 0x80;
}

/* Byte offset of a character. Marks come nearly in order, so this walks little. */
static size_t
offset_of(struct yaml_events *events, size_t character)
{
    sluice_str text = events->text;
    while (events->characters < character && events->at < text.len) {
        do {
            events->at++;
        } while (continues_character(text, events->at));
        events->characters++;
    }
    while (events->characters > character && events->at > 0) {
        do {
            events->at--;
        } while (events->at > 0 && continues_character(text, events->at));
        events->characters--;
    }
    return events->at;
}

static bool
is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The first byte of a value behind its anchor and tag, `count` of them, where libyaml's mark is. */
static size_t
skip_properties(sluice_str text, size_t at, int count)
{
    for (; count; count--) {
        while (at < text.len && !is_space(text.ptr[at])) {
            at++;
        }
        while (at < text.len && (is_space(text.ptr[at]) || text.ptr[at] == '#')) {
            bool comment = text.ptr[at] == '#';
            while (comment && at < text.len && text.ptr[at] != '\n' && text.ptr[at] != '\r') {
                at++;
            }
            at += !comment;
        }
    }
    return at;
}

static void
set_error(struct yaml_events *events, struct yaml_event *event)
{
    const yaml_parser_t *parser = &events->parser;
    events->finished = true;
    event->type = parser->error == YAML_MEMORY_ERROR ? YAML_EVENT_NOMEM : YAML_EVENT_ERROR;
    event->offset = parser->error == YAML_READER_ERROR
                        ? parser->problem_offset
                        : offset_of(events, parser->problem_mark.index);
    event->text = parser->problem ? arena_dup(events->arena, sluice_str_of(parser->problem))
                                  : STR("this is not valid YAML");
}

/* ---- events ---- */

static sluice_str
borrow(const yaml_char_t *text)
{
    return sluice_str_of((const char *)text);
}

static void
fill_scalar(struct yaml_events *events, const yaml_event_t *from, struct yaml_event *event)
{
    sluice_str value = {(const char *)from->data.scalar.value, from->data.scalar.length};
    event->type = YAML_EVENT_SCALAR;
    event->anchor = borrow(from->data.scalar.anchor);
    event->tag = borrow(from->data.scalar.tag);
    event->plain = from->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    event->text = arena_dup(events->arena, value);
    if (!event->text.ptr) event->type = YAML_EVENT_NOMEM;
}

static void
fill(struct yaml_events *events, const yaml_event_t *from, struct yaml_event *event)
{
    switch (from->type) {
    case YAML_DOCUMENT_START_EVENT:
        event->type = YAML_EVENT_DOCUMENT_START;
        break;
    case YAML_DOCUMENT_END_EVENT:
        event->type = YAML_EVENT_DOCUMENT_END;
        break;
    case YAML_MAPPING_START_EVENT:
        event->type = YAML_EVENT_MAP_START;
        event->anchor = borrow(from->data.mapping_start.anchor);
        event->tag = borrow(from->data.mapping_start.tag);
        break;
    case YAML_MAPPING_END_EVENT:
        event->type = YAML_EVENT_MAP_END;
        break;
    case YAML_SEQUENCE_START_EVENT:
        event->type = YAML_EVENT_SEQ_START;
        event->anchor = borrow(from->data.sequence_start.anchor);
        event->tag = borrow(from->data.sequence_start.tag);
        break;
    case YAML_SEQUENCE_END_EVENT:
        event->type = YAML_EVENT_SEQ_END;
        break;
    case YAML_ALIAS_EVENT:
        event->type = YAML_EVENT_ALIAS;
        event->text = borrow(from->data.alias.anchor);
        break;
    case YAML_SCALAR_EVENT:
        fill_scalar(events, from, event);
        break;
    default:
        event->type = YAML_EVENT_END;
        events->finished = true;
        break;
    }
}

static bool
parse(struct yaml_events *events)
{
    release_held(events);
    events->holds = yaml_parser_parse(&events->parser, &events->held) == 1;
    return events->holds;
}

static void
libyaml_next(struct yaml_events *events, uint32_t column, struct yaml_event *event)
{
    (void)column;
    release_held(events);
    *event = (struct yaml_event){.type = YAML_EVENT_END, .offset = YAML_NO_OFFSET};
    if (events->finished) return;
    bool parsed = parse(events);
    if (parsed && events->held.type == YAML_STREAM_START_EVENT) parsed = parse(events);
    if (!parsed) {
        set_error(events, event);
        return;
    }
    event->offset = offset_of(events, events->held.start_mark.index);
    fill(events, &events->held, event);
    int properties = (event->anchor.len > 0) + (event->tag.len > 0);
    event->offset = skip_properties(events->text, event->offset, properties);
    if (event->plain && str_equal(event->tag, STR("!"))) event->tag = STR("");
}

const struct yaml_backend yaml_libyaml = {"libyaml", libyaml_open, libyaml_next, libyaml_close};
