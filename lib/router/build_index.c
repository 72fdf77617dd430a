#include "router/build_index.h"

#include "base/alloc.h"

uint32_t
index_queue(struct index_builder *ib, uint32_t *rules, uint32_t count, uint32_t depth)
{
    bool room = ib->count < REF_MAX &&
                alloc_grow(ib->alloc, (void **)&ib->indexes, &ib->index_capacity, ib->count + 1,
                           sizeof(*ib->indexes)) &&
                alloc_grow(ib->alloc, (void **)&ib->works, &ib->work_capacity, ib->count + 1,
                           sizeof(*ib->works));
    if (!room) {
        alloc_free(ib->alloc, rules);
        return REF_NONE;
    }
    ib->indexes[ib->count] = (struct index){.rest = REF_NONE};
    ib->works[ib->count] = (struct index_work){rules, count, depth};
    return ref_make(REF_INDEX, (uint32_t)ib->count++);
}

/* All that waits from `at` on, and what these add to the queue. */
static bool
build_queued(struct index_builder *ib, size_t at)
{
    for (; at < ib->count; at++) {
        struct index_work work = ib->works[at]; /* the queue may move */
        struct index index = {.rest = REF_NONE};
        ib->work = &work;
        bool built = index_choose_keys(ib) && index_link_prefixes(ib) && index_seal(ib, &index);
        ib->indexes[at] = index;
        ib->works[at].rules = NULL;
        alloc_free(ib->alloc, work.rules);
        if (!built) return false;
    }
    return true;
}

static bool
build_list(struct index_builder *ib, struct route_list *list)
{
    size_t at = ib->count;
    uint32_t *rules = alloc_array(ib->alloc, list->count, sizeof(*rules));
    if (!rules) return build_fail(ib->builder, SLUICE_ERR_NOMEM);
    for (uint32_t i = 0; i < list->count; i++) {
        rules[i] = i;
    }
    if (index_queue(ib, rules, list->count, 0) == REF_NONE) {
        return build_fail(ib->builder, SLUICE_ERR_NOMEM);
    }
    list->index = (uint32_t)at + 1;
    ib->routes = list;
    ib->used = alloc_zeroed(ib->alloc, list->count, sizeof(*ib->used));
    bool built = ib->used ? build_queued(ib, at) : build_fail(ib->builder, SLUICE_ERR_NOMEM);
    alloc_free(ib->alloc, ib->used);
    ib->used = NULL;
    return built;
}

static bool
index_lists(struct index_builder *ib, struct sluice_router *router)
{
    const struct builder *builder = ib->builder;
    for (size_t i = 0; i < builder->lists.count; i++) {
        struct route_list *list = list_at(router, builder->placed[i].place);
        if (!builder->placed[i].is_short && !build_list(ib, list)) return false;
    }
    struct index *indexes = build_array(ib->builder, ib->count, sizeof(*indexes));
    if (!indexes) return false;
    if (ib->count) memcpy(indexes, ib->indexes, ib->count * sizeof(*indexes));
    router->indexes = indexes;
    return true;
}

static void
free_builder(struct index_builder *ib)
{
    for (size_t i = 0; i < ib->count; i++) {
        alloc_free(ib->alloc, ib->works[i].rules);
    }
    alloc_free(ib->alloc, ib->works);
    alloc_free(ib->alloc, ib->indexes);
    alloc_free(ib->alloc, ib->groups);
    alloc_free(ib->alloc, ib->group_of);
    alloc_free(ib->alloc, ib->order);
    alloc_free(ib->alloc, ib->seen);
    alloc_free(ib->alloc, ib->runs);
    key_table_free(&ib->table);
}

bool
build_indexes(struct builder *builder)
{
    struct sluice_router *router = builder->router;
    struct index_builder ib = {.builder = builder, .router = router, .alloc = &router->alloc};
    ib.table.alloc = ib.alloc;
    bool built = index_lists(&ib, router);
    free_builder(&ib);
    return built;
}
