#include "yaml/keys.h"

#include "base/alloc.h"
#include "yaml/copy.h"

/* ---- sorting ---- */

/* One pass of a bottom-up merge sort: runs of `width` in `from` become runs of twice that in `to`.
 * Equal keys keep their order. */
static void
merge_runs(struct yaml_node **to, struct yaml_node **from, size_t count, size_t width)
{
    for (size_t start = 0; start < count; start += 2 * width) {
        size_t middle = start + width < count ? start + width : count;
        size_t end = middle + width < count ? middle + width : count;
        size_t a = start, b = middle;
        for (size_t i = start; i < end; i++) {
            bool left = b == end || (a < middle && str_compare(from[a]->key, from[b]->key) <= 0);
            to[i] = left ? from[a++] : from[b++];
        }
    }
}

/* Sort `count` nodes by key, with room for as many behind them; the result is one of the halves. */
static struct yaml_node **
sort_nodes(struct yaml_node **nodes, size_t count)
{
    struct yaml_node **from = nodes, **to = nodes + count;
    for (size_t width = 1; width < count; width *= 2) {
        merge_runs(to, from, count, width);
        struct yaml_node **swap = from;
        from = to;
        to = swap;
    }
    return from;
}

/* The chain of siblings as an array, with room for sorting. NULL when memory ran out. */
static struct yaml_node **
nodes_of(struct reading *reading, struct yaml_node *first, size_t count)
{
    struct yaml_node **nodes = alloc_array(reading->load->arena->alloc, count, 2 * sizeof(*nodes));
    if (!nodes) {
        reading_nomem(reading);
        return NULL;
    }
    size_t i = 0;
    for (struct yaml_node *node = first; node; node = node->next) {
        nodes[i++] = node;
    }
    return nodes;
}

/* ---- duplicates ---- */

static void
report_duplicate(struct reading *reading, const struct yaml_node *node,
                 const struct yaml_node *first)
{
    sluice_str shown = str_first(node->key, 100);
    reading_error(reading, SLUICE_ERR_SYNTAX, CODE_DUPLICATE,
                  (struct place){node->key_line, node->key_column},
                  "key \"%.*s\" is given twice in one map, first at line %u", STR_ARG(shown),
                  (unsigned)first->key_line);
}

enum { FEW_KEYS = 8 };

/* For a few keys comparing each with each is quickest. */
static void
check_few(struct reading *reading, const struct yaml_node *map)
{
    YAML_EACH(node, map)
    {
        for (const struct yaml_node *before = map->children.first; before != node;
             before = before->next) {
            if (!str_equal(before->key, node->key)) continue;
            report_duplicate(reading, node, before);
            break;
        }
    }
}

static void
check_many(struct reading *reading, const struct yaml_node *map)
{
    size_t count = map->children.count;
    struct yaml_node **nodes = nodes_of(reading, map->children.first, count);
    if (!nodes) return;
    struct yaml_node **sorted = sort_nodes(nodes, count);
    const struct yaml_node *first = sorted[0];
    for (size_t i = 1; i < count; i++) {
        if (str_equal(first->key, sorted[i]->key)) {
            report_duplicate(reading, sorted[i], first);
        } else {
            first = sorted[i];
        }
    }
    alloc_free(reading->load->arena->alloc, nodes);
}

/* ---- merge keys ---- */

/* Put a map's children, which it gives up, behind *tail. */
static void
move_children(struct reading *reading, struct yaml_node *from, struct yaml_node ***tail,
              size_t *count)
{
    if (from->kind != YAML_MAP) {
        reading_error(reading, SLUICE_ERR_SYNTAX, CODE_UNSUPPORTED,
                      (struct place){from->line, from->column},
                      "<< merges a map or a list of maps; write \"<<\" in quotes if a key of that "
                      "name is meant");
        return;
    }
    if (reading->merge_has_anchors) from = copy_tree(reading, from);
    if (!from) return;
    **tail = from->children.first;
    for (struct yaml_node *node = from->children.first; node; node = node->next) {
        *tail = &node->next;
    }
    *count += from->children.count;
    from->children.first = NULL;
    from->children.count = 0;
}

static void
move_merged(struct reading *reading, struct yaml_node *merge, struct yaml_node ***tail,
            size_t *count)
{
    if (merge->kind != YAML_SEQ) {
        move_children(reading, merge, tail, count);
        return;
    }
    YAML_EACH(item, merge)
    {
        move_children(reading, item, tail, count);
    }
}

/* Of each key the first stays: explicit ones stand first, then earlier items of a list. */
static void
keep_first_of_each(struct yaml_node *map, struct yaml_node **nodes, size_t count)
{
    struct yaml_node **sorted = sort_nodes(nodes, count);
    struct yaml_node *chain = map->children.first;
    for (size_t i = 0; i < count; i++) {
        bool again = i > 0 && str_equal(sorted[i - 1]->key, sorted[i]->key);
        sorted[i]->parent = again ? NULL : map;
    }
    struct yaml_node **tail = &map->children.first;
    map->children.count = 0;
    for (struct yaml_node *node = chain, *next; node; node = next) {
        next = node->next;
        if (!node->parent) continue;
        node->index = (uint32_t)map->children.count++;
        *tail = node;
        tail = &node->next;
    }
    *tail = NULL;
}

static void
resolve_merge(struct reading *reading, struct yaml_node *map, struct yaml_node *merge)
{
    struct yaml_node **tail = &map->children.first;
    size_t count = map->children.count - 1;
    for (struct yaml_node *node = map->children.first, *next; node; node = next) {
        next = node->next;
        if (node == merge) continue;
        *tail = node;
        tail = &node->next;
    }
    *tail = NULL;
    move_merged(reading, merge, &tail, &count);
    if (reading->stopped) return;
    struct yaml_node **nodes = nodes_of(reading, map->children.first, count);
    if (!nodes) return;
    keep_first_of_each(map, nodes, count);
    alloc_free(reading->load->arena->alloc, nodes);
}

void
keys_finish(struct reading *reading, struct reading_frame *frame)
{
    struct yaml_node *map = frame->node;
    if (!frame->no_key_check) {
        if (map->children.count <= FEW_KEYS) {
            check_few(reading, map);
        } else {
            check_many(reading, map);
        }
    }
    if (frame->merge && !reading->stopped) resolve_merge(reading, map, frame->merge);
}
