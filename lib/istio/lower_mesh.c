#include "istio/lower_mesh.h"

static const struct model_action *
unknown_host_action(const struct lower *lower)
{
    static const struct model_response bad_gateway = {.status = 502, .grpc_status = -1};
    static const struct model_action pass = {.kind = MODEL_PASSTHROUGH,
                                             .timeout_ns = SLUICE_NO_DURATION,
                                             .backend_timeout_ns = SLUICE_NO_DURATION};
    static const struct model_action block = {.kind = MODEL_RESPOND,
                                              .response = &bad_gateway,
                                              .timeout_ns = SLUICE_NO_DURATION,
                                              .backend_timeout_ns = SLUICE_NO_DURATION};
    return lower->options->outbound_policy == SLUICE_OUTBOUND_REGISTRY_ONLY ? &block : &pass;
}

/* What a host that nobody owns gets (docs/rules.md, "Virtual hosts"). */
bool
mesh_add_unknown_host(struct virtual_hosts *hosts)
{
    struct lower *lower = hosts->lower;
    bool allow = lower->options->outbound_policy == SLUICE_OUTBOUND_ALLOW_ANY;
    static const struct model_rule_names allowed = {.route = STR_INIT("allow_any")};
    static const struct model_rule_names blocked = {.route = STR_INIT("block_all")};
    struct rule_list list = {0};
    struct model_rule rule = {
        .action = unknown_host_action(lower),
        .match = -1,
        .names = allow ? &allowed : &blocked,
    };
    struct domain_routes *any = virtual_hosts_get(hosts, STR("*"));
    if (!any || !rule_list_add(lower, &list, rule)) return false;
    if (any->sources) return true;
    any->shared = rule_list_finish(lower, &list);
    any->sources = 1;
    return any->shared != NULL;
}

/* The other names that a service host answers to (docs/rules.md, "Virtual hosts"). */
bool
mesh_add_alternatives(struct virtual_hosts *hosts, const struct domain_routes *routes,
                      sluice_str host, bool kube)
{
    struct lower *lower = hosts->lower;
    sluice_str names[2 + EXPAND_NAMES];
    size_t count = 0;
    if (host.len == 0 || host.ptr[0] == '*' || str_ends_with(host, STR("."))) return true;
    if (!str_equal(host, routes->domain)) names[count++] = host;
    names[count++] = arena_concat(lower->arena, (sluice_str[]){host, STR(".")}, 2);
    if (kube) count += expand_short_names(lower, host, names + count);
    return virtual_hosts_alias(hosts, routes, names, count);
}

/* The first VirtualService has the host. One whose entries all have static tests has it only where
 * one of those passes; there the guards end the search, else the next one gets its chance. */
bool
mesh_give_host(struct virtual_hosts *hosts, struct domain_routes *routes,
               const struct mesh_source *source)
{
    struct lower *lower = hosts->lower;
    const struct rule_list *list = &source->list;
    if (routes->closed) return true;
    routes->closed = lower_always_applies(list->items, list->count);
    if (routes->sources++ == 0) {
        routes->shared = source->shared;
        routes->last = *list;
        return true;
    }
    if (routes->sources == 2) {
        for (size_t i = 0; i < routes->last.count; i++) {
            if (!rule_list_add(lower, &routes->joined, routes->last.items[i])) return false;
        }
    }
    if (!lower_guards(lower, routes->last.items, routes->last.count, &routes->joined)) return false;
    for (size_t i = 0; i < list->count; i++) {
        if (!rule_list_add(lower, &routes->joined, list->items[i])) return false;
    }
    routes->last = *list;
    return true;
}

bool
mesh_read_source(struct lower *lower, const struct lower_source *from, uint32_t port,
                 struct mesh_source *out)
{
    struct lower_scope scope = {.mesh = true, .port = port};
    *out = (struct mesh_source){.from = *from};
    if (!lower_routes(lower, from, &scope, &out->list)) return false;
    if (out->list.count == 0) return true;
    out->shared = rule_list_finish(lower, &out->list);
    return out->shared != NULL;
}

/* Hosts-only mode: every host of a VirtualService exists, on every port. */
static bool
add_virtual_service(struct virtual_hosts *hosts, const struct lower_source *from)
{
    struct lower *lower = hosts->lower;
    struct mesh_source source;
    const struct value_list *names = &from->resource->virtual_service->hosts;
    const sluice_str *items = names->items;
    if (!mesh_read_source(lower, from, 0, &source)) return false;
    for (size_t i = 0; source.shared && i < names->count; i++) {
        sluice_str host = expand_host(lower, items[i], from->space);
        struct domain_routes *routes = virtual_hosts_get(hosts, expand_domain(lower, host));
        if (!routes) return false;
        bool first = routes->sources == 0;
        if (!mesh_give_host(hosts, routes, &source)) return false;
        if (first && !mesh_add_alternatives(hosts, routes, routes->domain, true)) return false;
    }
    return true;
}

static bool
add_candidates(struct virtual_hosts *hosts)
{
    struct lower *lower = hosts->lower;
    struct candidates candidates;
    if (!candidates_of(lower, STR("mesh"), lower->options->proxy_namespace, &candidates)) {
        return false;
    }
    for (size_t i = 0; i < candidates.count; i++) {
        if (!add_virtual_service(hosts, &candidates.items[i])) return false;
    }
    return true;
}

bool
lower_mesh(struct lower *lower, struct listener_list *listeners)
{
    struct virtual_hosts hosts = virtual_hosts_init(lower);
    struct model_listener listener = {.scope = MODEL_SCOPE_MESH, .family = MODEL_FAMILY_HTTP};
    /* With a registry the ports are listeners of their own, and this one is of all other ports. */
    bool ok = lower->registry ? lower_mesh_ports(lower, listeners) : add_candidates(&hosts);
    ok = ok && mesh_add_unknown_host(&hosts) && virtual_hosts_finish(&hosts, false, &listener) &&
         listener_list_add(lower, listeners, listener);
    virtual_hosts_free(&hosts);
    return ok;
}
