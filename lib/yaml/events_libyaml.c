/* The one file that names libyaml: the second reader, an oracle in tests and an engine by choice.
 */
#include <yaml.h>

#include "yaml/events.h"

struct yaml_events {
    struct arena *arena;
    sluice_str text;
    yaml_parser_t parser;
    bool finished;
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
libyaml_close(struct yaml_events *events)
{
    yaml_parser_delete(&events->parser);
}

static sluice_str
keep(struct yaml_events *events, const yaml_char_t *text)
{
    if (!text) return STR("");
    return arena_dup(events->arena, sluice_str_of((const char *)text));
}

static void
set_error(struct yaml_events *events, struct yaml_event *event)
{
    const yaml_parser_t *parser = &events->parser;
    event->type = parser->error == YAML_MEMORY_ERROR ? YAML_EVENT_NOMEM : YAML_EVENT_ERROR;
    event->text = parser->problem ? arena_dup(events->arena, sluice_str_of(parser->problem))
                                  : STR("this is no YAML");
    event->line = (uint32_t)parser->problem_mark.line + 1;
    event->column = (uint32_t)parser->problem_mark.column + 1;
}

static void
fill(struct yaml_events *events, const yaml_event_t *from, struct yaml_event *event)
{
    event->line = (uint32_t)from->start_mark.line + 1;
    event->column = (uint32_t)from->start_mark.column + 1;
    switch (from->type) {
    case YAML_DOCUMENT_START_EVENT:
        event->type = YAML_EVENT_DOCUMENT_START;
        break;
    case YAML_DOCUMENT_END_EVENT:
        event->type = YAML_EVENT_DOCUMENT_END;
        break;
    case YAML_MAPPING_START_EVENT:
        event->type = YAML_EVENT_MAP_START;
        event->anchor = keep(events, from->data.mapping_start.anchor);
        event->tag = keep(events, from->data.mapping_start.tag);
        break;
    case YAML_MAPPING_END_EVENT:
        event->type = YAML_EVENT_MAP_END;
        break;
    case YAML_SEQUENCE_START_EVENT:
        event->type = YAML_EVENT_SEQ_START;
        event->anchor = keep(events, from->data.sequence_start.anchor);
        event->tag = keep(events, from->data.sequence_start.tag);
        break;
    case YAML_SEQUENCE_END_EVENT:
        event->type = YAML_EVENT_SEQ_END;
        break;
    case YAML_ALIAS_EVENT:
        event->type = YAML_EVENT_ALIAS;
        event->text = keep(events, from->data.alias.anchor);
        break;
    case YAML_SCALAR_EVENT:
        event->type = YAML_EVENT_SCALAR;
        event->anchor = keep(events, from->data.scalar.anchor);
        event->tag = keep(events, from->data.scalar.tag);
        event->plain = from->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        event->text = arena_dup(events->arena, (sluice_str){(const char *)from->data.scalar.value,
                                                            from->data.scalar.length});
        break;
    default:
        event->type = YAML_EVENT_END;
        break;
    }
}

static void
libyaml_next(struct yaml_events *events, struct yaml_event *event)
{
    for (;;) {
        yaml_event_t from;
        *event = (struct yaml_event){.type = YAML_EVENT_END};
        if (events->finished) return;
        if (!yaml_parser_parse(&events->parser, &from)) {
            events->finished = true;
            set_error(events, event);
            return;
        }
        bool start = from.type == YAML_STREAM_START_EVENT;
        if (!start) fill(events, &from, event);
        yaml_event_delete(&from);
        if (start) continue;
        events->finished = event->type == YAML_EVENT_END;
        if (events->arena->failed) event->type = YAML_EVENT_NOMEM;
        return;
    }
}

const struct yaml_backend yaml_libyaml = {"libyaml", libyaml_open, libyaml_next, libyaml_close};
