/* lower_headers: header operations in their final order, and the rewritten authority. */
#include <stdlib.h>

#include "istio/lower.h"
#include "istio/validate.h"

struct ops {
    struct lower *lower;
    sluice_header_op *items;
    size_t count;
};

/* The authority is rewritten elsewhere; other pseudo headers never become plain ones; an empty
 * value changes nothing (docs/rules.md, "Header operations"). */
static void
put(struct ops *ops, sluice_header_action action, sluice_str name, sluice_str value)
{
    if (name.len == 0 || name.ptr[0] == ':' || validate_is_authority_header(name)) return;
    if (action != SLUICE_HEADER_REMOVE && value.len == 0) return;
    ops->items[ops->count++] =
        (sluice_header_op){action, expand_lower_case(ops->lower, name), value};
}

static void
put_removes(struct ops *ops, const struct istio_header_operations *operations)
{
    const sluice_str *names = operations ? operations->remove.items : NULL;
    for (size_t i = 0; operations && i < operations->remove.count; i++) {
        put(ops, SLUICE_HEADER_REMOVE, names[i], (sluice_str){NULL, 0});
    }
}

static int
by_name(const void *a, const void *b)
{
    return str_compare(((const sluice_header_op *)a)->name, ((const sluice_header_op *)b)->name);
}

static void
put_map(struct ops *ops, sluice_header_action action, const struct value_str_map *map)
{
    size_t begin = ops->count;
    for (size_t i = 0; i < map->count; i++) {
        put(ops, action, map->items[i].name, map->items[i].value);
    }
    qsort(ops->items + begin, ops->count - begin, sizeof(*ops->items), by_name);
}

static size_t
count_ops(const struct istio_header_operations *operations)
{
    return operations ? operations->remove.count + operations->set.count + operations->add.count
                      : 0;
}

/* Removes, then sets, then adds; of the first and then of the second. */
static void
put_stage(struct ops *ops, const struct istio_header_operations *first,
          const struct istio_header_operations *second)
{
    put_removes(ops, first);
    put_removes(ops, second);
    if (first) put_map(ops, SLUICE_HEADER_SET, &first->set);
    if (second) put_map(ops, SLUICE_HEADER_SET, &second->set);
    if (first) put_map(ops, SLUICE_HEADER_ADD, &first->add);
    if (second) put_map(ops, SLUICE_HEADER_ADD, &second->add);
}

struct model_header_ops
lower_header_ops(struct lower *lower, const struct header_stages *stages)
{
    struct ops ops = {.lower = lower};
    size_t room = count_ops(stages->route) + count_ops(stages->destination);
    if (room == 0) return (struct model_header_ops){NULL, 0};
    ops.items = ARENA_ARRAY(lower->arena, sluice_header_op, room);
    if (!ops.items) {
        lower->failed = true;
        return (struct model_header_ops){NULL, 0};
    }
    if (stages->merged) {
        put_stage(&ops, stages->route, stages->destination);
    } else {
        put_stage(&ops, stages->destination, NULL);
        put_stage(&ops, stages->route, NULL);
    }
    return (struct model_header_ops){ops.items, ops.count};
}

static sluice_str
authority_in(const struct value_str_map *map)
{
    for (size_t i = 0; i < map->count; i++) {
        if (validate_is_authority_header(map->items[i].name) && map->items[i].value.len) {
            return map->items[i].value;
        }
    }
    return (sluice_str){NULL, 0};
}

sluice_str
lower_authority(const struct istio_header_operations *operations)
{
    if (!operations) return (sluice_str){NULL, 0};
    sluice_str authority = authority_in(&operations->set);
    return authority.len ? authority : authority_in(&operations->add);
}
