/*
 * lower: Gateway API's objects into the model. Shared state and the parts of it.
 *
 * Two steps: routes attach to listeners and Services (docs/gateway-api.md, "Listeners",
 * "Attachment" and "Mesh"), then what is attached becomes rules in one total order for each virtual
 * host. Everything made here lives in the arena.
 */
#ifndef SLUICE_GATEWAY_API_LOWER_H
#define SLUICE_GATEWAY_API_LOWER_H

#include "base/map.h"
#include "gateway_api/resource.h"
#include "model/model.h"

/* Diagnostics of lowering (docs/diagnostics.md). */
#define GW_NO_PARENT "SL0711"
#define GW_NOT_ALLOWED "SL0712"
#define GW_NO_HOSTNAME "SL0713"
#define GW_OTHER_KIND "SL0714"
#define GW_CONFLICT "SL0715"
#define GW_NOT_ACCEPTED "SL0716"
#define GW_BACKEND "SL0717"
#define GW_FILTER "SL0718"
#define GW_NO_TRAFFIC "SL0719"
#define GW_TWO_FORMATS "SL0720"

/* A model_rule in the making: what it says, and what precedence goes by (7.2, 8.2). */
struct gw_entry {
    struct model_rule rule;
    uint32_t rank[5]; /* compared in order, greater first */
};

/* The entries of one route, in the order written. */
struct gw_entries {
    struct gw_entry *items;
    size_t count, capacity;
};

struct gw_route {
    struct gateway_object *object;
    const struct model_resource *origin;
    sluice_str qualified; /* "namespace/name" */
    uint32_t order;       /* among all routes: oldest first, then by namespace/name */
    bool reported;        /* findings about its rules are made once */
    const struct gw_entries *entries[2]; /* at gateways, in the mesh; NULL: not asked for yet */
};

struct gw_lower {
    struct arena *arena;
    const struct envelope_options *envelope;
    const sluice_compile_options *options; /* every text set */
    struct gateway_set *set;
    bool registry;           /* Services must exist */
    struct map services;     /* "namespace/name" -> struct gateway_object */
    struct map namespaces;   /* name -> struct gateway_object */
    struct map grants;       /* see grants.c */
    struct map gateways;     /* "namespace/name" -> struct gw_parent */
    struct map sets;         /* the same of ListenerSets */
    struct map fronts;       /* "namespace/name" of a Service -> struct gw_front */
    struct gw_route *routes; /* in order */
    size_t route_count;
    struct model_listener *listeners; /* made so far */
    size_t listener_count, listener_capacity;
    size_t rule_count; /* made so far, against limits.rules */
    bool over_limit;   /* reported */
    bool failed;       /* memory ran out */
};

/* Remember that memory ran out. Returns false, for `return gw_fail(...)`. */
static inline bool
gw_fail(struct gw_lower *lower)
{
    lower->failed = true;
    return false;
}

/* "namespace/name", in the arena. */
sluice_str gw_qualified(struct gw_lower *lower, sluice_str space, sluice_str name);

/* By "namespace/name", as text. */
int gw_compare_names(const struct envelope *a, const struct envelope *b);

bool gw_listener_add(struct gw_lower *lower, struct model_listener listener);

static inline bool
gw_is_mesh_kind(const struct gateway_parent_ref *ref)
{
    return value_is_set(ref->group) && ref->group.v.len == 0 &&
           str_equal(ref->kind.v, STR("Service"));
}

#endif
