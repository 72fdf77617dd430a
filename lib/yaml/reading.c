#include "yaml/reading.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/alloc.h"
#include "yaml/keys.h"

struct reading
reading_init(struct yaml_load *load, sluice_str source, sluice_str text,
             struct yaml_document ***tail)
{
    return (struct reading){
        .load = load,
        .source = source,
        .text = text,
        .tail = tail,
        .places = place_cursor_init(text),
    };
}

void
reading_free(struct reading *reading)
{
    alloc_free(reading->load->arena->alloc, reading->frames);
    reading->frames = NULL;
}

/* ---- findings ---- */

bool
reading_nomem(struct reading *reading)
{
    reading->status = SLUICE_ERR_NOMEM;
    reading->stopped = true;
    return false;
}

static void
report(struct reading *reading, const char *code, struct place place, const char *message)
{
    struct diag_place at = {
        .document = reading->source, .line = place.line, .column = place.column};
    diag_add(reading->load->diags, SLUICE_SEVERITY_ERROR, code, &at, "%s", message);
    if (reading->load->diags->failed) reading_nomem(reading);
}

void
reading_error(struct reading *reading, sluice_status status, const char *code, struct place place,
              const char *format, ...)
{
    char message[256];
    va_list args;
    if (reading->stopped) return;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    reading->spoiled = true;
    if (reading->status == SLUICE_OK || status == SLUICE_ERR_LIMIT) reading->status = status;
    if (status == SLUICE_ERR_LIMIT) reading->stopped = true;
    report(reading, code, place, message);
    if (++reading->findings < READING_FINDINGS_MAX || reading->stopped) return;
    reading->stopped = true;
    report(reading, CODE_SYNTAX, place, "too many findings: the rest of this text is not read");
}

/* ---- nodes ---- */

enum { POOL_FIRST = 8, POOL_MAX = 64 };

static struct yaml_node *
take_from_pool(struct reading *reading)
{
    if (reading->pool_left == 0) {
        size_t size = reading->pool_size ? reading->pool_size * 2 : POOL_FIRST;
        if (size > POOL_MAX) size = POOL_MAX;
        reading->pool = ARENA_ARRAY(reading->load->arena, struct yaml_node, size);
        if (!reading->pool) {
            reading_nomem(reading);
            return NULL;
        }
        reading->pool_left = reading->pool_size = size;
    }
    reading->pool_left--;
    return reading->pool++;
}

struct yaml_node *
reading_node(struct reading *reading, struct place place)
{
    struct yaml_load *load = reading->load;
    if (reading->stopped) return NULL;
    if (load->nodes >= load->limits->nodes) {
        reading_error(reading, SLUICE_ERR_LIMIT, CODE_LIMIT, place,
                      "more than %u values, which is the limit", (unsigned)load->limits->nodes);
        return NULL;
    }
    struct yaml_node *node = take_from_pool(reading);
    if (!node) return NULL;
    load->nodes++;
    node->line = place.line;
    node->column = place.column;
    return node;
}

static void
take_key(struct reading_frame *frame, struct yaml_node *node)
{
    node->key = frame->key;
    node->key_line = frame->key_place.line;
    node->key_column = frame->key_place.column;
    if (frame->key_is_merge && !frame->merge) frame->merge = node;
    frame->has_key = frame->key_is_merge = false;
}

void
reading_attach(struct reading *reading, struct yaml_node *node)
{
    struct reading_frame *frame = reading_frame(reading);
    if (!frame) {
        reading->root = node;
        return;
    }
    if (frame->has_key) take_key(frame, node);
    if (node->line == 0) { /* an empty value: its key's place, or its list's */
        node->line = node->key_line ? node->key_line : frame->node->line;
        node->column = node->key_line ? node->key_column : frame->node->column;
    }
    node->parent = frame->node;
    node->index = (uint32_t)frame->node->children.count++;
    if (frame->last) {
        frame->last->next = node;
    } else {
        frame->node->children.first = node;
    }
    frame->last = node;
}

struct yaml_node *
reading_add(struct reading *reading, enum yaml_kind kind, struct place place)
{
    struct yaml_node *node = reading_node(reading, place);
    if (!node) return NULL;
    node->kind = kind;
    reading_attach(reading, node);
    return node;
}

void
reading_set_key(struct reading *reading, sluice_str key, struct place place)
{
    struct reading_frame *frame = reading_frame(reading);
    frame->key = key;
    frame->key_place = place;
    frame->has_key = true;
}

bool
reading_open(struct reading *reading, struct yaml_node *node)
{
    if (reading->depth >= reading->load->limits->depth) {
        reading_error(
            reading, SLUICE_ERR_LIMIT, CODE_LIMIT, (struct place){node->line, node->column},
            "nested more than %u deep, which is the limit", (unsigned)reading->load->limits->depth);
        return false;
    }
    if (!alloc_grow(reading->load->arena->alloc, (void **)&reading->frames,
                    &reading->frame_capacity, (size_t)reading->depth + 1,
                    sizeof(*reading->frames))) {
        return reading_nomem(reading);
    }
    reading->frames[reading->depth++] = (struct reading_frame){.node = node};
    return true;
}

bool
reading_close(struct reading *reading)
{
    struct reading_frame *frame = reading_frame(reading);
    if (frame->node->kind == YAML_MAP) keys_finish(reading, frame);
    reading->depth--;
    return !reading->stopped;
}

/* ---- documents ---- */

void
reading_begin_document(struct reading *reading)
{
    reading->root = NULL;
    reading->spoiled = reading->merge_has_anchors = false;
    reading->depth = 0;
}

bool
reading_end_document(struct reading *reading)
{
    struct yaml_load *load = reading->load;
    struct yaml_node *root = reading->root;
    if (reading->stopped) return false;
    if (!root || root->kind == YAML_NULL || reading->spoiled) return true;
    if (load->documents >= load->limits->documents) {
        reading_error(
            reading, SLUICE_ERR_LIMIT, CODE_LIMIT, (struct place){root->line, root->column},
            "more than %u documents, which is the limit", (unsigned)load->limits->documents);
        return false;
    }
    struct yaml_document *document = ARENA_NEW(load->arena, struct yaml_document);
    if (!document) return reading_nomem(reading);
    load->documents++;
    *document = (struct yaml_document){.root = root, .source = reading->source};
    **reading->tail = document;
    *reading->tail = &document->next;
    return true;
}
