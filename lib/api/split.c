/* split: the weighted pick on its own. One object, one arena, freed at once. */
#include "base/alloc.h"
#include "engine/pcg.h"
#include "split/alias.h"
#include "split/even.h"
#include "split/sticky.h"

struct sluice_split {
    struct alias alias; /* first: every random pick reads it */
    struct sticky sticky;
    const uint32_t *weights;
    sluice_allocator alloc;
    struct arena keep; /* its alloc is the member above */
};

/* The sum of the weights, or 0 where it is not what a split may have. */
static uint32_t
split_total(const sluice_split_entry *entries, size_t count)
{
    uint64_t total = 0;
    if (!entries || count > UINT32_MAX) return 0;
    for (size_t i = 0; i < count; i++) {
        total += entries[i].weight; /* at most 2^64 - 2^33 + 1 */
    }
    return total <= UINT32_MAX ? (uint32_t)total : 0;
}

static bool
split_fill(sluice_split *split, struct arena *scratch, const sluice_split_entry *entries,
           uint32_t count, sluice_str salt)
{
    uint32_t *weights = ARENA_ARRAY(&split->keep, uint32_t, count);
    if (!weights) return false;
    for (uint32_t i = 0; i < count; i++) {
        weights[i] = entries[i].weight;
    }
    split->weights = weights;
    return alias_build(&split->alias, &split->keep, scratch, weights, count) &&
           sticky_build(&split->sticky, &split->keep, scratch, salt, entries, count);
}

sluice_status
sluice_split_new(sluice_split **out, const sluice_split_entry *entries, size_t count,
                 sluice_str salt, const sluice_allocator *allocator)
{
    if (!out) return SLUICE_ERR_ARGUMENT;
    *out = NULL;
    if (split_total(entries, count) == 0) return SLUICE_ERR_ARGUMENT;
    allocator = alloc_or_default(allocator);
    sluice_split *split = alloc_zeroed(allocator, 1, sizeof(*split));
    if (!split) return SLUICE_ERR_NOMEM;
    split->alloc = *allocator;
    split->keep = arena_init(&split->alloc);
    struct arena scratch = arena_init(allocator);
    bool filled = split_fill(split, &scratch, entries, (uint32_t)count, salt);
    arena_free(&scratch);
    if (!filled) {
        sluice_split_free(split);
        return SLUICE_ERR_NOMEM;
    }
    *out = split;
    return SLUICE_OK;
}

void
sluice_split_free(sluice_split *split)
{
    if (!split) return;
    sluice_allocator alloc = split->alloc;
    arena_free(&split->keep);
    alloc_free(&alloc, split);
}

size_t
sluice_split_count(const sluice_split *split)
{
    return split->alias.count;
}

size_t
sluice_split_pick(const sluice_split *split, sluice_rng *rng)
{
    return alias_pick(&split->alias, pcg_next(rng));
}

size_t
sluice_split_pick_sticky(const sluice_split *split, sluice_str key)
{
    return sticky_pick(&split->sticky, key);
}

size_t
sluice_split_pick_even(const sluice_split *split, int64_t *counters)
{
    return even_pick(split->weights, split->alias.count, split->alias.total, counters);
}
