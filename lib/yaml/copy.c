#include "yaml/copy.h"

static bool
count_one(struct reading *reading, struct place place)
{
    struct yaml_load *load = reading->load;
    if (load->alias_nodes < load->limits->alias_nodes) {
        load->alias_nodes++;
        return true;
    }
    reading_error(reading, SLUICE_ERR_LIMIT, CODE_LIMIT, place,
                  "aliases stand for more than %u values, which is the limit",
                  (unsigned)load->limits->alias_nodes);
    return false;
}

/* A node without its children, siblings and parent. */
static struct yaml_node *
copy_one(struct reading *reading, const struct yaml_node *from)
{
    struct place place = {from->line, from->column};
    struct yaml_node *node = count_one(reading, place) ? reading_node(reading, place) : NULL;
    if (!node) return NULL;
    *node = *from;
    node->parent = node->next = NULL;
    if (from->kind == YAML_MAP || from->kind == YAML_SEQ) node->children.first = NULL;
    return node;
}

static bool
is_too_deep(struct reading *reading, const struct yaml_node *at, uint32_t depth)
{
    if (depth <= reading->load->limits->depth) return false;
    reading_error(reading, SLUICE_ERR_LIMIT, CODE_LIMIT, (struct place){at->line, at->column},
                  "nested more than %u deep, which is the limit",
                  (unsigned)reading->load->limits->depth);
    return true;
}

/* `from` walks the original in document order, `to` the copy beside it. */
struct walk {
    const struct yaml_node *from;
    struct yaml_node *to;
    uint32_t depth;
};

static bool
has_children(const struct yaml_node *node)
{
    return (node->kind == YAML_MAP || node->kind == YAML_SEQ) && node->children.first;
}

/* Go to the next node of the original and make its copy. False at the end, and on a failure. */
static bool
step(struct reading *reading, struct walk *walk, const struct yaml_node *original)
{
    bool down = has_children(walk->from);
    while (!down && (walk->from == original || !walk->from->next)) {
        if (walk->from == original || !walk->to->parent) return false; /* back at the top */
        walk->from = walk->from->parent;
        walk->to = walk->to->parent;
        walk->depth--;
    }
    if (down) walk->depth++;
    walk->from = down ? walk->from->children.first : walk->from->next;
    bool collection = walk->from->kind == YAML_MAP || walk->from->kind == YAML_SEQ;
    if (is_too_deep(reading, walk->from, walk->depth + collection)) return false;
    struct yaml_node *made = copy_one(reading, walk->from);
    if (!made) return false;
    made->parent = down ? walk->to : walk->to->parent;
    if (down) {
        walk->to->children.first = made;
    } else {
        walk->to->next = made;
    }
    walk->to = made;
    return true;
}

struct yaml_node *
copy_tree(struct reading *reading, const struct yaml_node *original)
{
    bool collection = original->kind == YAML_MAP || original->kind == YAML_SEQ;
    struct walk walk = {.from = original, .depth = reading->depth};
    if (is_too_deep(reading, original, walk.depth + collection)) return NULL;
    struct yaml_node *copy = copy_one(reading, original);
    walk.to = copy;
    if (!copy) return NULL;
    copy->key = (sluice_str){NULL, 0};
    copy->key_line = copy->key_column = copy->index = 0;
    while (step(reading, &walk, original)) {
        continue;
    }
    return reading->stopped ? NULL : copy;
}
