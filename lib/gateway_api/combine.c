#include "gateway_api/combine.h"

#include "gateway_api/listeners.h"

/* The other format's gateways while both are put together. */
struct combining {
    struct gw_lower *lower;
    const struct model *model;
    struct map said;  /* names that both formats have: reported */
    struct map moved; /* such a name -> the other name that its listeners go by from now on */
};

static bool
is_taken(const struct gw_lower *lower, sluice_str name)
{
    return map_get(&lower->gateways, name) != NULL;
}

/* Said once for each gateway. */
static bool
report_taken(struct combining *combining, sluice_str name)
{
    struct gw_lower *lower = combining->lower;
    const struct gw_parent *parent = map_get(&lower->gateways, name);
    void **place = map_put(&combining->said, name);
    if (!place) return gw_fail(lower);
    if (*place) return true;
    *place = parent->object;
    gateway_report(parent->object, lower->envelope, SLUICE_SEVERITY_WARNING, GW_TWO_FORMATS,
                   parent->object->gateway->node,
                   "Istio's documents define or name gateway %.*s too: only this Gateway's "
                   "listeners and routes count",
                   STR_ARG(name));
    return true;
}

/* Several gateways of the other format may have one set of listeners, which bears the name of one
 * of them. Where that name is taken, the set goes by the first of its names that is not. */
static bool
find_other_names(struct combining *combining)
{
    struct gw_lower *lower = combining->lower;
    for (size_t i = 0; i < combining->model->gateway_name_count; i++) {
        const struct model_gateway_name *name = &combining->model->gateway_names[i];
        if (!is_taken(lower, name->of) || is_taken(lower, name->name)) continue;
        void **place = map_put(&combining->moved, name->of);
        if (!place) return gw_fail(lower);
        if (!*place) *place = (void *)(uintptr_t)name;
    }
    return true;
}

/* What a set of listeners goes by; empty: nobody asks for it any more. */
static sluice_str
current_name(const struct combining *combining, sluice_str name)
{
    if (!is_taken(combining->lower, name)) return name;
    const struct model_gateway_name *moved = map_get(&combining->moved, name);
    return moved ? moved->name : (sluice_str){NULL, 0};
}

static bool
keep_gateway(struct combining *combining, struct model_listener listener)
{
    if (is_taken(combining->lower, listener.name) && !report_taken(combining, listener.name)) {
        return false;
    }
    listener.name = current_name(combining, listener.name);
    return listener.name.len == 0 || gw_listener_add(combining->lower, listener);
}

static bool
keep_names(struct combining *combining, struct model *out)
{
    struct gw_lower *lower = combining->lower;
    const struct model *model = combining->model;
    struct model_gateway_name *names =
        ARENA_ARRAY(lower->arena, struct model_gateway_name, model->gateway_name_count);
    size_t count = 0;
    for (size_t i = 0; names && i < model->gateway_name_count; i++) {
        sluice_str name = model->gateway_names[i].name;
        sluice_str of = current_name(combining, model->gateway_names[i].of);
        if (is_taken(lower, name)) {
            if (!report_taken(combining, name)) return false;
        } else if (of.len && !str_equal(of, name)) {
            names[count++] = (struct model_gateway_name){name, of};
        }
    }
    out->gateway_names = names;
    out->gateway_name_count = count;
    return names != NULL || gw_fail(lower);
}

static bool
is_mesh_http(const struct model_listener *listener)
{
    return listener->scope == MODEL_SCOPE_MESH && listener->family == MODEL_FAMILY_HTTP;
}

/* The other format's listeners that stay as they are. */
static bool
keep_listeners(struct combining *combining)
{
    struct gw_lower *lower = combining->lower;
    bool meshed = lower->fronts.count > 0;
    for (size_t i = 0; i < combining->model->listener_count; i++) {
        const struct model_listener *listener = &combining->model->listeners[i];
        if (meshed && is_mesh_http(listener)) continue; /* made anew by gw_combine_mesh() */
        bool ok = listener->scope == MODEL_SCOPE_GATEWAY ? keep_gateway(combining, *listener)
                                                         : gw_listener_add(lower, *listener);
        if (!ok) return false;
    }
    return true;
}

bool
gw_combine(struct gw_lower *lower, struct model *model)
{
    struct combining combining = {
        .lower = lower,
        .model = model,
        .said = map_init(lower->arena),
        .moved = map_init(lower->arena),
    };
    struct model names = {0};
    bool ok = find_other_names(&combining) && keep_listeners(&combining) &&
              keep_names(&combining, &names) &&
              (lower->fronts.count == 0 || gw_combine_mesh(lower, model));
    map_free(&combining.said);
    map_free(&combining.moved);
    if (!ok || lower->failed) return gw_fail(lower);
    model->listeners = lower->listeners;
    model->listener_count = lower->listener_count;
    model->gateway_names = names.gateway_names;
    model->gateway_name_count = names.gateway_name_count;
    return true;
}
