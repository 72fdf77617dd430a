/*
 * str_walk: a decoded list of strings together with its places.
 */
#ifndef SLUICE_YAML_STR_WALK_H
#define SLUICE_YAML_STR_WALK_H

#include "yaml/decode.h"

/* for (struct str_walk s = str_walk(&list); str_next(&s);) */
struct str_walk {
    sluice_str text;              /* the current string */
    const struct yaml_node *node; /* and its place */
    const struct value_list *list;
    size_t next;
};
struct str_walk str_walk(const struct value_list *list);
bool str_next(struct str_walk *walk);

#endif
