/*
 * tree: YAML or JSON text as a small tree in an arena, each node with its place in the text.
 *
 * Text of scalars is a slice of the source where it stands there literally, else of the arena.
 * Aliases and merge keys (<<) are already expanded; keys are already text (Kubernetes' rule: `on:`
 * is the key "true"); duplicate keys have been reported.
 */
#ifndef SLUICE_YAML_TREE_H
#define SLUICE_YAML_TREE_H

#include "base/diag.h"

enum yaml_kind {
    YAML_NULL, /* null, ~, or nothing after the key */
    YAML_BOOL,
    YAML_INT,   /* a plain scalar that Kubernetes reads as an integer */
    YAML_FLOAT, /* ... as any other number */
    YAML_STRING,
    YAML_MAP,
    YAML_SEQ,
};

struct yaml_node {
    enum yaml_kind kind;
    uint32_t line, column;         /* of the value; of its key where the value is empty. 1-based */
    uint32_t key_line, key_column; /* of the key, for a child of a map; else 0 */
    uint32_t index;                /* position among its siblings */
    struct yaml_node *parent;      /* NULL for the root of a document */
    struct yaml_node *next;        /* next sibling */
    sluice_str key;                /* for a child of a map */
    union {
        sluice_str text; /* of a scalar, as written (unescaped); of a number or bool too */
        struct {
            struct yaml_node *first;
            size_t count;
        } children; /* of a map or a sequence */
    };
};

/* One document that is not empty. */
struct yaml_document {
    struct yaml_document *next;
    struct yaml_node *root;
    sluice_str source; /* name of the text it came from */
};

struct yaml_load {
    struct arena *arena; /* nodes, and text that is not in the source */
    struct diags *diags;
    const sluice_limits *limits;                 /* every field set: see limits_or_default() */
    size_t nodes, alias_nodes, documents, bytes; /* used so far, over all sources of the compile */
};

/*
 * Append the documents of one source to the list that ends at *tail; advances tail.
 * SLUICE_OK, or _SYNTAX, _LIMIT (each with at least one diagnostic), _NOMEM. Documents before an
 * error in the same source are kept in the list. The source's text must outlive the tree. Text that
 * begins with { or [ is read by the JSON reader first; what that refuses goes to the YAML reader.
 */
sluice_status yaml_load(struct yaml_load *load, const sluice_source *source,
                        struct yaml_document ***tail);

/* The child of a map under key, or NULL; NULL also when node is NULL or no map. */
struct yaml_node *yaml_get(const struct yaml_node *node, sluice_str key);

/* The field path of a node from its document's root, e.g. spec.http[0].match[1].uri. Keys that are
 * no plain names are quoted: metadata.annotations["a.b/c"]. */
sluice_str yaml_path(struct arena *arena, const struct yaml_node *node);

#define YAML_EACH(child, node)                                                                     \
    for (struct yaml_node *child = (node)->children.first; child; child = child->next)

#endif
