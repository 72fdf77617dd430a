#include "gateway_api/combine.h"

#include "gateway_api/listeners.h"

/* Whether the listener is of a gateway that Gateway API defines: said once for each gateway. */
static bool
is_taken(struct gw_lower *lower, struct map *said, const struct model_listener *listener)
{
    if (listener->scope != MODEL_SCOPE_GATEWAY) return false;
    const struct gw_parent *parent = map_get(&lower->gateways, listener->name);
    if (!parent) return false;
    struct gateway_object *gateway = parent->object;
    void **place = map_put(said, listener->name);
    if (!place) return gw_fail(lower);
    if (*place) return true;
    *place = gateway;
    gateway_report(gateway, lower->envelope, SLUICE_SEVERITY_WARNING, GW_TWO_FORMATS,
                   gateway->gateway->node,
                   "Istio's documents define or name gateway %.*s too: only this Gateway's "
                   "listeners and routes count",
                   STR_ARG(listener->name));
    return true;
}

static bool
is_mesh_http(const struct model_listener *listener)
{
    return listener->scope == MODEL_SCOPE_MESH && listener->family == MODEL_FAMILY_HTTP;
}

/*
 * A gateway that Gateway API takes away may have other names, whose listeners it had: the first of
 * these that is not taken too has them from here on. `heirs`: name -> struct model_gateway_name.
 */
static bool
find_heirs(struct gw_lower *lower, struct map *heirs, const struct model *model)
{
    for (size_t i = 0; i < model->gateway_name_count; i++) {
        const struct model_gateway_name *name = &model->gateway_names[i];
        if (!map_get(&lower->gateways, name->of) || map_get(&lower->gateways, name->name)) continue;
        void **place = map_put(heirs, name->of);
        if (!place) return gw_fail(lower);
        if (!*place) *place = (void *)(uintptr_t)name;
    }
    return true;
}

static bool
keep_names(struct gw_lower *lower, const struct map *heirs, struct model *model)
{
    struct model_gateway_name *kept =
        ARENA_ARRAY(lower->arena, struct model_gateway_name, model->gateway_name_count);
    size_t count = 0;
    if (!kept) return gw_fail(lower);
    for (size_t i = 0; i < model->gateway_name_count; i++) {
        struct model_gateway_name name = model->gateway_names[i];
        const struct model_gateway_name *heir = map_get(heirs, name.of);
        if (map_get(&lower->gateways, name.name) || heir == &model->gateway_names[i]) continue;
        if (heir) name.of = heir->name;
        kept[count++] = name;
    }
    model->gateway_names = kept;
    model->gateway_name_count = count;
    return true;
}

/* The other format's listeners that stay as they are. */
static bool
keep_others(struct gw_lower *lower, struct map *said, const struct map *heirs,
            const struct model *model)
{
    bool meshed = lower->fronts.count > 0;
    for (size_t i = 0; i < model->listener_count; i++) {
        struct model_listener listener = model->listeners[i];
        if (meshed && is_mesh_http(&listener)) continue; /* made anew by gw_combine_mesh() */
        if (is_taken(lower, said, &listener)) {
            const struct model_gateway_name *heir = map_get(heirs, listener.name);
            if (!heir) continue;
            listener.name = heir->name;
        }
        if (lower->failed || !gw_listener_add(lower, listener)) return false;
    }
    return true;
}

bool
gw_combine(struct gw_lower *lower, struct model *model)
{
    struct map said = map_init(lower->arena), heirs = map_init(lower->arena);
    bool ok = find_heirs(lower, &heirs, model) && keep_others(lower, &said, &heirs, model) &&
              keep_names(lower, &heirs, model) &&
              (lower->fronts.count == 0 || gw_combine_mesh(lower, model));
    map_free(&said);
    map_free(&heirs);
    if (!ok || lower->failed) return gw_fail(lower);
    model->listeners = lower->listeners;
    model->listener_count = lower->listener_count;
    return true;
}
