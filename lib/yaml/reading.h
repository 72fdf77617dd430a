/*
 * reading: one source on its way into trees: its text, its findings, and the nodes made of it.
 *
 * Shared by the YAML and the JSON reader. A finding spoils the document it stands in, which is then
 * not kept; reading goes on with the next one, so that all are reported.
 */
#ifndef SLUICE_YAML_READING_H
#define SLUICE_YAML_READING_H

#include "yaml/place.h"
#include "yaml/tree.h"

#define CODE_SYNTAX "SL0001"
#define CODE_ENCODING "SL0002"
#define CODE_UNSUPPORTED "SL0003"
#define CODE_DUPLICATE "SL0004"
#define CODE_ALIAS "SL0005"
#define CODE_LIMIT "SL0006"

/* More findings than this in one source, and the rest of it is not read. */
enum { READING_FINDINGS_MAX = 100 };

/* A map or list that is still open. */
struct reading_frame {
    struct yaml_node *node;
    struct yaml_node *last;  /* newest child */
    struct yaml_node *merge; /* the child under a << key */
    sluice_str key;          /* of the value that comes next */
    struct place key_place;
    bool has_key, key_is_merge;
    bool no_key_check; /* a key was refused, and stands for others */
};

struct reading {
    struct yaml_load *load;
    sluice_str source; /* its name */
    sluice_str text;   /* without a byte order mark */
    struct yaml_document ***tail;
    struct place_cursor places;
    sluice_status status; /* the gravest so far */
    size_t findings;
    bool stopped; /* nothing more is read: out of memory, or a limit was exceeded */

    /* of the current document */
    struct yaml_node *root;
    bool spoiled;
    bool merge_has_anchors; /* what a << merges may be named again, so it is not taken apart */
    struct reading_frame *frames;
    uint32_t depth;
    size_t frame_capacity;

    struct yaml_node *pool; /* nodes are taken in blocks: less waste than one by one */
    size_t pool_left, pool_size;
};

struct reading reading_init(struct yaml_load *load, sluice_str source, sluice_str text,
                            struct yaml_document ***tail);
void reading_free(struct reading *reading);

/* One finding of severity error. */
void reading_error(struct reading *reading, sluice_status status, const char *code,
                   struct place place, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
bool reading_nomem(struct reading *reading);

/* ---- documents. All of these are false, or NULL, when reading has stopped. ---- */

void reading_begin_document(struct reading *reading);
/* Append the document, unless it is empty or spoiled. */
bool reading_end_document(struct reading *reading);

/* The innermost open map or list; NULL at the root. */
static inline struct reading_frame *
reading_frame(const struct reading *reading)
{
    return reading->depth ? &reading->frames[reading->depth - 1] : NULL;
}

/* A zeroed node, counted against the limit, that stands nowhere yet. */
struct yaml_node *reading_node(struct reading *reading, struct place place);
/* Put a node where the next value belongs, under the key that was set. */
void reading_attach(struct reading *reading, struct yaml_node *node);
/* A new node, attached. */
struct yaml_node *reading_add(struct reading *reading, enum yaml_kind kind, struct place place);
/* Open a map or list that was attached; false too when it is too deep. */
bool reading_open(struct reading *reading, struct yaml_node *node);
/* Close the innermost: duplicate keys are reported, merge keys resolved. */
bool reading_close(struct reading *reading);
void reading_set_key(struct reading *reading, sluice_str key, struct place place);

#endif
