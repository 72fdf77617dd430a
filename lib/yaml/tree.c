/*
 * tree: see tree.h. Ways into a tree, and the way back as text.
 */
#include "yaml/tree.h"

struct yaml_node *
yaml_get(const struct yaml_node *node, sluice_str key)
{
    if (!node || node->kind != YAML_MAP) return NULL;
    YAML_EACH(child, node)
    {
        if (str_equal(child->key, key)) return child;
    }
    return NULL;
}

static bool
is_plain_key(sluice_str key)
{
    for (size_t i = 0; i < key.len; i++) {
        char c = key.ptr[i];
        if (!ascii_is_alpha(c) && !ascii_is_digit(c) && c != '_' && c != '-') return false;
    }
    return key.len > 0;
}

/* What stands between the path of a parent and that of its child. */
static sluice_str
step_text(struct arena *arena, const struct yaml_node *node)
{
    if (node->parent->kind == YAML_SEQ) {
        return arena_printf(arena, "[%u]", (unsigned)node->index);
    }
    if (!is_plain_key(node->key)) return arena_printf(arena, "[\"%.*s\"]", STR_ARG(node->key));
    return arena_concat(arena, (sluice_str[]){STR("."), node->key}, 2);
}

sluice_str
yaml_path(struct arena *arena, const struct yaml_node *node)
{
    size_t depth = 0;
    for (const struct yaml_node *at = node; at && at->parent; at = at->parent) {
        depth++;
    }
    sluice_str *steps = ARENA_ARRAY(arena, sluice_str, depth);
    if (!steps) return (sluice_str){NULL, 0};
    for (size_t i = depth; i > 0; i--, node = node->parent) {
        steps[i - 1] = step_text(arena, node);
    }
    sluice_str path = arena_concat(arena, steps, depth);
    return str_starts_with(path, STR(".")) ? str_skip(path, 1) : path;
}
