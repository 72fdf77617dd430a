#include "yaml/str_walk.h"

struct str_walk
str_walk(const struct value_list *list)
{
    return (struct str_walk){.list = list};
}

bool
str_next(struct str_walk *walk)
{
    if (walk->next >= walk->list->count) return false;
    const sluice_str *items = walk->list->items;
    walk->node = walk->next == 0 ? walk->list->node->children.first : walk->node->next;
    walk->text = items[walk->next++];
    return true;
}
