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

/* ---- gateways of the other format that share their listeners under one name ---- */

static bool
is_ours(const struct gw_lower *lower, sluice_str name)
{
    return map_get(&lower->gateways, name) != NULL;
}

/* Where a listener's name is ours, the first of its other names that is not. */
static const struct model_gateway_name *
heir_of(const struct gw_lower *lower, const struct model *model, sluice_str name)
{
    for (size_t i = 0; i < model->gateway_name_count; i++) {
        const struct model_gateway_name *at = &model->gateway_names[i];
        if (str_equal(at->of, name) && !is_ours(lower, at->name)) return at;
    }
    return NULL;
}

/* The names that are left: none is ours, nor leads to one that is. */
static bool
keep_names(struct gw_lower *lower, struct model *model)
{
    struct model_gateway_name *kept =
        ARENA_ARRAY(lower->arena, struct model_gateway_name, model->gateway_name_count);
    size_t count = 0;
    if (!kept) return false;
    for (size_t i = 0; i < model->gateway_name_count; i++) {
        struct model_gateway_name name = model->gateway_names[i];
        if (is_ours(lower, name.name)) continue;
        if (is_ours(lower, name.of)) {
            const struct model_gateway_name *heir = heir_of(lower, model, name.of);
            if (heir == &model->gateway_names[i]) continue;
            name.of = heir->name;
        }
        kept[count++] = name;
    }
    model->gateway_names = kept;
    model->gateway_name_count = count;
    return true;
}

/* The other format's listeners that stay, under a name that is not ours. */
static bool
keep_others(struct gw_lower *lower, struct map *said, const struct model *model)
{
    bool meshed = lower->fronts.count > 0;
    for (size_t i = 0; i < model->listener_count; i++) {
        struct model_listener listener = model->listeners[i];
        if (meshed && is_mesh_http(&listener)) continue; /* made anew by gw_combine_mesh() */
        if (is_taken(lower, said, &listener)) {
            const struct model_gateway_name *heir = heir_of(lower, model, listener.name);
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
    struct map said = map_init(lower->arena);
    bool ok = keep_others(lower, &said, model) && keep_names(lower, model) &&
              (lower->fronts.count == 0 || gw_combine_mesh(lower, model));
    map_free(&said);
    if (!ok || lower->failed) return gw_fail(lower);
    model->listeners = lower->listeners;
    model->listener_count = lower->listener_count;
    return true;
}
