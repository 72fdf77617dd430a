#include "router/builder.h"

#include "base/alloc.h"

bool
build_fail(struct builder *builder, sluice_status status)
{
    if (builder->status == SLUICE_OK) builder->status = status;
    return false;
}

size_t
build_index(struct builder *builder, struct map *map, sluice_str key)
{
    void **place = map_put(map, key);
    if (!place) {
        build_fail(builder, SLUICE_ERR_NOMEM);
        return 0;
    }
    if (!*place) *place = (void *)(uintptr_t)map->count;
    return (size_t)(uintptr_t)*place;
}

size_t
build_action_index(struct builder *builder, const struct model_action *const *field)
{
    uint64_t mixed = (uintptr_t)*field * UINT64_C(0x9e3779b97f4a7c15);
    struct known_action *known = &builder->known_actions[mixed >> (64 - KNOWN_ACTIONS_LOG2)];
    if (known->index && known->action == *field) return known->index;
    size_t index = build_index(builder, &builder->actions, build_pointer_key(field));
    *known = (struct known_action){*field, index};
    return index;
}

const void *
build_pointer_of(const struct map_entry *entry)
{
    const void *pointer;
    memcpy(&pointer, entry->key.ptr, sizeof(pointer));
    return pointer;
}

/* Every map of the builder, so that none is forgotten. */
enum { BUILDER_MAPS = 19 };

static void
list_maps(struct builder *builder, struct map *maps[BUILDER_MAPS])
{
    struct map *all[BUILDER_MAPS] = {
        &builder->texts,     &builder->needed[0], &builder->needed[1],  &builder->needed[2],
        &builder->needed[3], &builder->needed[4], &builder->patterns,   &builder->resources,
        &builder->lists,     &builder->actions,   &builder->shared,     &builder->destinations,
        &builder->splits,    &builder->tables,    &builder->header_ops, &builder->scopes,
        &builder->racers,    &builder->extras,    &builder->alike,
    };
    memcpy(maps, all, sizeof(all));
}

static struct sluice_router *
router_new(const struct router_settings *settings)
{
    struct sluice_router *router = alloc_zeroed(settings->alloc, 1, sizeof(*router));
    if (!router) return NULL;
    router->alloc = *settings->alloc;
    router->keep = arena_init(&router->alloc);
    atomic_init(&router->references, 1);
    router->hash_seed = settings->hash_seed;
    router->hash_keys = text_hash_keys(settings->hash_seed);
    router->cookie_header = NO_HEADER;
    router->origin_header = NO_HEADER;
    router->request_method_header = NO_HEADER;
    router->request_headers_header = NO_HEADER;
    return router;
}

static bool
build_proxy(struct builder *builder, const struct router_settings *settings)
{
    struct sluice_router *router = builder->router;
    router->proxy_namespace = build_text(builder, settings->proxy_namespace);
    router->proxy_labels =
        build_fields(builder, settings->proxy_labels, settings->proxy_label_count);
    router->proxy_label_count = settings->proxy_label_count;
    return builder->status == SLUICE_OK;
}

sluice_status
router_build(sluice_router **out, const struct model *model, const struct router_settings *settings,
             struct diags *diags, struct arena *scratch)
{
    *out = NULL;
    struct sluice_router *router = router_new(settings);
    if (!router) return SLUICE_ERR_NOMEM;
    struct builder builder = {
        .router = router,
        .keep = &router->keep,
        .scratch = scratch,
        .diags = diags,
        .compiled = settings->regexes,
    };
    struct map *maps[BUILDER_MAPS];
    list_maps(&builder, maps);
    for (size_t i = 0; i < BUILDER_MAPS; i++) {
        *maps[i] = map_init(scratch);
    }
    bool built = build_lists(&builder, model, settings->max_rules) && build_rules(&builder) &&
                 build_hosts(&builder, model) && build_proxy(&builder, settings) &&
                 build_finish_names(&builder) && build_finish_even(&builder) &&
                 build_filters(&builder) && build_indexes(&builder);
    if (built && router->keep.failed) built = build_fail(&builder, SLUICE_ERR_NOMEM);
    for (size_t i = 0; i < BUILDER_MAPS; i++) {
        map_free(maps[i]);
    }
    alloc_free(settings->alloc, builder.key);
    if (!built) {
        sluice_router_release(router);
        return builder.status;
    }
    *out = router;
    return SLUICE_OK;
}
