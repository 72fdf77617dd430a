/* lower_candidates: VirtualServices by what they are bound to, oldest first. */
#include <stdlib.h>

#include "istio/lower.h"

/* VirtualServices bound to one name, oldest first. */
struct binding {
    struct lower_source *items;
    size_t count, capacity;
};

static int
by_age(const void *a, const void *b)
{
    return istio_compare_age(*(struct istio_resource *const *)a,
                             *(struct istio_resource *const *)b);
}

static bool
bind(struct lower *lower, sluice_str name, struct lower_source source)
{
    void **place = map_put(&lower->bindings, name);
    if (place && !*place) *place = ARENA_NEW(lower->arena, struct binding);
    struct binding *binding = place ? *place : NULL;
    if (!binding) return false;
    /* Naming a gateway twice binds once. */
    if (binding->count && binding->items[binding->count - 1].resource == source.resource) {
        return true;
    }
    struct lower_source *items = arena_grow(lower->arena, binding->items, binding->count,
                                            &binding->capacity, sizeof(*items));
    if (!items) return false;
    binding->items = items;
    binding->items[binding->count++] = source;
    return true;
}

static enum route_semantics
semantics_of(const struct envelope *meta)
{
    const sluice_str *value =
        envelope_annotation(meta, STR("internal.istio.io/route-semantics"), NULL);
    if (value && str_equal(*value, STR("gateway"))) return SEMANTICS_GATEWAY;
    return value && str_equal(*value, STR("ingress")) ? SEMANTICS_INGRESS : SEMANTICS_ISTIO;
}

static bool
bind_all(struct lower *lower, struct istio_resource *resource)
{
    const struct value_list *gateways = &resource->virtual_service->gateways;
    const sluice_str *names = gateways->items;
    struct model_resource *origin = ARENA_NEW(lower->arena, struct model_resource);
    if (!origin) return false;
    *origin =
        (struct model_resource){resource->meta->kind, resource->meta->space, resource->meta->name};
    struct lower_source source = {resource, origin, semantics_of(resource->meta),
                                  resource->meta->space};
    if (source.semantics == SEMANTICS_GATEWAY) source.space = STR("");
    if (gateways->count == 0) return bind(lower, STR("mesh"), source);
    for (size_t i = 0; i < gateways->count; i++) {
        sluice_str name = expand_gateway(lower, names[i], resource->meta->space);
        if (!name.ptr || !bind(lower, name, source)) return false;
    }
    return true;
}

bool
candidates_read(struct lower *lower)
{
    const struct istio_set *set = lower->set;
    size_t count = set->count_of[ISTIO_VIRTUAL_SERVICE];
    struct istio_resource **sorted = ARENA_ARRAY(lower->arena, struct istio_resource *, count);
    if (!sorted) return false;
    if (count) memcpy(sorted, set->of[ISTIO_VIRTUAL_SERVICE], count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), by_age);
    for (size_t i = 0; i < count; i++) {
        /* Without hosts it is a delegate, which speaks only through others. */
        bool delegate = sorted[i]->virtual_service->hosts.count == 0;
        if (!sorted[i]->bad && !delegate && !bind_all(lower, sorted[i])) return false;
    }
    return true;
}

bool
candidates_of(struct lower *lower, sluice_str bound, sluice_str caller, struct candidates *out)
{
    const struct binding *binding = map_get(&lower->bindings, bound);
    *out = (struct candidates){NULL, 0};
    if (!binding) return true;
    out->items = ARENA_ARRAY(lower->arena, struct lower_source, binding->count);
    if (!out->items) return false;
    for (int class = 0; class <= 2; class ++) {
        for (size_t i = 0; i < binding->count; i++) {
            const struct istio_resource *resource = binding->items[i].resource;
            if (visibility_class(lower, &resource->virtual_service->export_to,
                                 resource->meta->space, caller) == class) {
                out->items[out->count++] = binding->items[i];
            }
        }
    }
    return true;
}

bool
listener_list_add(struct lower *lower, struct listener_list *list, struct model_listener listener)
{
    struct model_listener *items =
        arena_grow(lower->arena, list->items, list->count, &list->capacity, sizeof(*items));
    if (!items) return false;
    list->items = items;
    list->items[list->count++] = listener;
    return true;
}
