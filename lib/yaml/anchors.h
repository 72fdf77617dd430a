/*
 * anchors: the anchors of one document, by name.
 *
 * A radix tree: no choice of names makes it slow.
 */
#ifndef SLUICE_YAML_ANCHORS_H
#define SLUICE_YAML_ANCHORS_H

#include "yaml/tree.h"

struct anchor;

struct anchors {
    struct arena arena;
    struct anchor *root;
};

struct anchors anchors_init(const sluice_allocator *alloc);
/* Forget all; keeps nothing. */
void anchors_free(struct anchors *anchors);

struct yaml_node *anchors_get(const struct anchors *anchors, sluice_str name);
/* A later anchor of the same name replaces. False when memory ran out. */
bool anchors_put(struct anchors *anchors, sluice_str name, struct yaml_node *node);

#endif
