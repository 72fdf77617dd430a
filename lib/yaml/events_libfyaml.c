/* The one file that names libfyaml: its event stream alone, with diagnostics collected, never
 * printed. */
#include <libfyaml.h>

#include "base/alloc.h"
#include "yaml/events.h"
#include "yaml/single_quoted.h"

struct yaml_events {
    struct arena *arena;
    sluice_str text;
    struct fy_diag *diag;
    struct fy_parser *parser;
    bool finished;
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
libfyaml_close(struct yaml_events *events)
{
    if (events->parser) fy_parser_destroy(events->parser);
    if (events->diag) fy_diag_destroy(events->diag);
}

static struct yaml_events *
libfyaml_open(sluice_str text, struct arena *arena)
{
    struct yaml_events *events = ARENA_NEW(arena, struct yaml_events);
    if (!events) return NULL;
    events->arena = arena;
    events->text = text;
    struct fy_diag_cfg diag = {.output_fn = drop_output, .level = FYET_ERROR, .module_mask = ~0u};
    events->diag = fy_diag_create(&diag);
    if (events->diag) {
        fy_diag_set_collect_errors(events->diag, true);
        struct fy_parse_cfg config = {
            .search_path = "", .flags = FYPCF_JSON_NONE, .diag = events->diag};
        events->parser = fy_parser_create(&config);
    }
    /* An empty string would be read as "no length given". */
    const char *begin = text.len ? text.ptr : "\n";
    if (!events->parser || fy_parser_set_string(events->parser, begin, text.len ? text.len : 1)) {
        libfyaml_close(events);
        return NULL;
    }
    return events;
}

static void
set_error(struct yaml_events *events, struct yaml_event *event)
{
    void *iterator = NULL;
    struct fy_diag_error *error = fy_diag_errors_iterate(events->diag, &iterator);
    event->type = YAML_EVENT_ERROR;
    event->text = STR("this is no YAML");
    if (!error) return;
    event->line = error->line > 0 ? (uint32_t)error->line : 0;
    event->column = error->column > 0 ? (uint32_t)error->column : 0;
    if (error->msg) event->text = arena_dup(events->arena, sluice_str_of(error->msg));
}

static sluice_str
token_text(struct yaml_events *events, struct fy_token *token)
{
    size_t len = 0;
    const char *text = token ? fy_token_get_text(token, &len) : NULL;
    return text ? yaml_keep_text(events->arena, events->text, text, len) : STR("");
}

/* What stands between the quotes: libfyaml 0.7.12 misreads doubled quotes, so those are read here.
 */
static sluice_str
single_quoted(struct yaml_events *events, const struct fy_mark *mark, struct fy_token *token)
{
    sluice_str rest = str_skip(events->text, mark->input_pos);
    if (rest.len && rest.ptr[0] != '\'' && mark->input_pos > 0) {
        rest = str_skip(events->text, mark->input_pos - 1);
    }
    sluice_str inside;
    if (single_quoted_span(rest, &inside) && single_quoted_has_escape(inside)) {
        return single_quoted_decode(events->arena, inside);
    }
    return token_text(events, token);
}

static void
fill_scalar(struct yaml_events *events, struct fy_event *from, const struct fy_mark *mark,
            struct yaml_event *event)
{
    struct fy_token *token = from->scalar.value;
    enum fy_scalar_style style = token ? fy_token_scalar_style(token) : FYSS_PLAIN;
    event->type = YAML_EVENT_SCALAR;
    event->plain = style == FYSS_PLAIN;
    event->text = style == FYSS_SINGLE_QUOTED && mark ? single_quoted(events, mark, token)
                                                      : token_text(events, token);
}

static void
fill(struct yaml_events *events, struct fy_event *from, struct yaml_event *event)
{
    const struct fy_mark *mark = fy_event_start_mark(from);
    if (mark && mark->line >= 0 && mark->column >= 0) {
        event->line = (uint32_t)mark->line + 1;
        event->column = (uint32_t)mark->column + 1;
    }
    switch (from->type) {
    case FYET_STREAM_END:
        event->type = YAML_EVENT_END;
        break;
    case FYET_DOCUMENT_START:
        event->type = YAML_EVENT_DOCUMENT_START;
        break;
    case FYET_DOCUMENT_END:
        event->type = YAML_EVENT_DOCUMENT_END;
        break;
    case FYET_MAPPING_START:
        event->type = YAML_EVENT_MAP_START;
        event->anchor = token_text(events, from->mapping_start.anchor);
        event->tag = token_text(events, from->mapping_start.tag);
        break;
    case FYET_MAPPING_END:
        event->type = YAML_EVENT_MAP_END;
        break;
    case FYET_SEQUENCE_START:
        event->type = YAML_EVENT_SEQ_START;
        event->anchor = token_text(events, from->sequence_start.anchor);
        event->tag = token_text(events, from->sequence_start.tag);
        break;
    case FYET_SEQUENCE_END:
        event->type = YAML_EVENT_SEQ_END;
        break;
    case FYET_ALIAS:
        event->type = YAML_EVENT_ALIAS;
        event->text = token_text(events, from->alias.anchor);
        break;
    case FYET_SCALAR:
        event->anchor = token_text(events, from->scalar.anchor);
        event->tag = token_text(events, from->scalar.tag);
        fill_scalar(events, from, mark, event);
        break;
    default:
        set_error(events, event);
        break;
    }
}

static void
libfyaml_next(struct yaml_events *events, struct yaml_event *event)
{
    for (;;) {
        *event = (struct yaml_event){.type = YAML_EVENT_END};
        if (events->finished) return;
        struct fy_event *from = fy_parser_parse(events->parser);
        if (!from) {
            events->finished = true;
            set_error(events, event);
            return;
        }
        bool start = from->type == FYET_STREAM_START;
        if (!start) fill(events, from, event);
        fy_parser_event_free(events->parser, from);
        if (start) continue;
        events->finished = event->type == YAML_EVENT_END || event->type == YAML_EVENT_ERROR;
        if (events->arena->failed) event->type = YAML_EVENT_NOMEM;
        return;
    }
}

const struct yaml_backend yaml_libfyaml = {"libfyaml", libfyaml_open, libfyaml_next,
                                           libfyaml_close};
