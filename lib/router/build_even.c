/* build_even: the counters of even splits, and how they are found again after a swap. */
#include <stdlib.h>

#include "router/builder.h"

/* What makes two splits count on alike: salt, entries and weights, in order. */
static uint64_t
identity_of(struct builder *builder, const struct model_split *split)
{
    size_t key = build_key_begin(builder);
    build_key_text(builder, split->salt);
    for (size_t i = 0; i < split->count; i++) {
        build_key_text(builder, split->entries[i].identity);
        build_key_number(builder, split->entries[i].weight);
    }
    return build_key_hash(builder, key);
}

static void
remember(struct builder *builder, struct even_split split)
{
    struct even_split *grown =
        arena_grow(builder->scratch, builder->even_splits, builder->router->even_split_count,
                   &builder->even_split_capacity, sizeof(*grown));
    if (!grown) {
        build_fail(builder, SLUICE_ERR_NOMEM);
        return;
    }
    builder->even_splits = grown;
    grown[builder->router->even_split_count++] = split;
}

void
build_even(struct builder *builder, struct split *to, const struct model_split *from)
{
    uint32_t *weights = build_array(builder, to->count, sizeof(*weights));
    if (weights) memcpy(weights, to->weights, to->count * sizeof(*weights));
    to->weights = weights;
    to->even_counters = builder->router->even_counter_count;
    builder->router->even_counter_count += to->count;
    remember(builder,
             (struct even_split){identity_of(builder, from), to->even_counters, to->count});
}

static int
compare(const void *left, const void *right)
{
    const struct even_split *a = left, *b = right;
    if (a->identity != b->identity) return a->identity < b->identity ? -1 : 1;
    return a->first < b->first ? -1 : a->first > b->first;
}

bool
build_finish_even(struct builder *builder)
{
    size_t count = builder->router->even_split_count;
    struct even_split *splits = build_array(builder, count, sizeof(*splits));
    if (!splits) return false;
    if (count > 0) {
        memcpy(splits, builder->even_splits, count * sizeof(*splits));
        qsort(splits, count, sizeof(*splits), compare);
    }
    builder->router->even_splits = splits;
    return true;
}
