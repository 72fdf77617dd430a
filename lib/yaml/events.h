/*
 * events: YAML text as a stream of events, from one of two engines behind one face.
 *
 * The text was checked before (precheck.h). Text of scalars is what the document means, whichever
 * engine reads it; the differential test holds the two against each other.
 */
#ifndef SLUICE_YAML_EVENTS_H
#define SLUICE_YAML_EVENTS_H

#include "base/arena.h"

enum yaml_event_type {
    YAML_EVENT_END, /* of the stream */
    YAML_EVENT_DOCUMENT_START,
    YAML_EVENT_DOCUMENT_END,
    YAML_EVENT_SCALAR,
    YAML_EVENT_ALIAS, /* text: the anchor's name */
    YAML_EVENT_MAP_START,
    YAML_EVENT_MAP_END,
    YAML_EVENT_SEQ_START,
    YAML_EVENT_SEQ_END,
    YAML_EVENT_ERROR, /* text: what is wrong */
    YAML_EVENT_NOMEM,
};

#define YAML_NO_OFFSET SIZE_MAX

struct yaml_event {
    enum yaml_event_type type;
    bool plain;    /* a scalar without quotes */
    size_t offset; /* of its first byte in the text, without anchor and tag; YAML_NO_OFFSET */
    uint32_t line, column; /* of that byte, 1-based, where the engine knows: else 0, 0 */
    sluice_str text;       /* slice of the text or of the arena */
    sluice_str anchor;     /* empty: none. These two live until the next event */
    sluice_str tag;        /* empty: none, or the non-specific tag of a plain scalar */
};

struct yaml_events;

struct yaml_backend {
    const char *name;
    /* NULL when memory ran out. Text and arena must outlive the events. */
    struct yaml_events *(*open)(sluice_str text, struct arena *arena);
    /* `column` is the 1-based column of the innermost open collection, 0 at the root. After END,
     * ERROR or NOMEM there is no next event. */
    void (*next)(struct yaml_events *events, uint32_t column, struct yaml_event *event);
    void (*close)(struct yaml_events *events);
};

extern const struct yaml_backend yaml_libfyaml;
extern const struct yaml_backend yaml_libyaml;

#endif
