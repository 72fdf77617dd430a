/*
 * copy: what an alias stands for.
 */
#ifndef SLUICE_YAML_COPY_H
#define SLUICE_YAML_COPY_H

#include "yaml/reading.h"

/* A copy of a finished tree that keeps its places, within the limits on aliases, nodes and depth;
 * NULL when one was exceeded, which has been reported, or memory ran out. It stands nowhere yet. */
struct yaml_node *copy_tree(struct reading *reading, const struct yaml_node *original);

#endif
