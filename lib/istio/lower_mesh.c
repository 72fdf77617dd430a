#include "base/ip.h"
#include "istio/virtual_hosts.h"

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

/* What a host that nobody owns gets (istio.md 3.6, step 8). */
static bool
add_unknown_host(struct virtual_hosts *hosts)
{
    struct lower *lower = hosts->lower;
    bool allow = lower->options->outbound_policy == SLUICE_OUTBOUND_ALLOW_ANY;
    struct rule_list list = {0};
    struct model_rule rule = {
        .action = unknown_host_action(lower),
        .match = -1,
        .route_name = allow ? STR("allow_any") : STR("block_all"),
    };
    struct domain_routes *any = virtual_hosts_get(hosts, STR("*"));
    if (!any || !rule_list_add(lower, &list, rule)) return false;
    if (any->sources) return true;
    any->shared = rule_list_finish(lower, &list);
    any->sources = 1;
    return any->shared != NULL;
}

static sluice_str
domain_of(struct lower *lower, sluice_str host)
{
    struct ip ip;
    if (ip_parse(&ip, host) && !ip.v4) {
        return arena_concat(lower->arena, (sluice_str[]){STR("["), host, STR("]")}, 3);
    }
    return expand_lower_case(lower, host);
}

/* The other names that a service host answers to (istio.md 3.6, step 7). */
static bool
add_alternatives(struct virtual_hosts *hosts, const struct domain_routes *routes)
{
    struct lower *lower = hosts->lower;
    sluice_str host = routes->domain, name, space, names[4];
    size_t count = 0;
    if (host.len == 0 || host.ptr[0] == '*' || str_ends_with(host, STR("."))) return true;
    names[count++] = arena_concat(lower->arena, (sluice_str[]){host, STR(".")}, 2);
    if (expand_is_service(lower, host, &name, &space)) {
        sluice_str parts[] = {name, STR("."), space, STR(".svc")};
        names[count++] = arena_concat(lower->arena, parts, 3);
        names[count++] = arena_concat(lower->arena, parts, 4);
        if (str_equal(space, lower->options->proxy_namespace)) names[count++] = name;
    }
    return virtual_hosts_alias(hosts, routes, names, count);
}

/* The first VirtualService has the host. One whose entries all have static tests has it only where
 * one of those passes; there the guards end the search, else the next one gets its chance. */
static bool
give_host(struct virtual_hosts *hosts, struct domain_routes *routes, const struct rule_list *list,
          const struct model_route_list *shared)
{
    struct lower *lower = hosts->lower;
    if (routes->closed) return true;
    routes->closed = lower_always_applies(list);
    if (routes->sources++ == 0) {
        routes->shared = shared;
        routes->last = *list;
        return add_alternatives(hosts, routes);
    }
    if (routes->sources == 2) {
        for (size_t i = 0; i < routes->last.count; i++) {
            if (!rule_list_add(lower, &routes->joined, routes->last.items[i])) return false;
        }
    }
    if (!lower_guards(lower, &routes->last, &routes->joined)) return false;
    for (size_t i = 0; i < list->count; i++) {
        if (!rule_list_add(lower, &routes->joined, list->items[i])) return false;
    }
    routes->last = *list;
    return true;
}

static bool
add_virtual_service(struct virtual_hosts *hosts, const struct lower_source *source)
{
    struct lower *lower = hosts->lower;
    struct rule_list list = {0};
    struct lower_scope scope = {.mesh = true};
    const struct value_list *names = &source->resource->virtual_service->hosts;
    const sluice_str *items = names->items;
    if (!lower_routes(lower, source, &scope, &list)) return false;
    if (list.count == 0) return true;
    const struct model_route_list *shared = rule_list_finish(lower, &list);
    for (size_t i = 0; shared && i < names->count; i++) {
        sluice_str host = expand_host(lower, items[i], source->resource->meta->space);
        struct domain_routes *routes = virtual_hosts_get(hosts, domain_of(lower, host));
        if (!routes || !give_host(hosts, routes, &list, shared)) return false;
    }
    return shared != NULL;
}

bool
lower_mesh(struct lower *lower, struct listener_list *listeners)
{
    struct candidates candidates;
    if (!candidates_of(lower, STR("mesh"), lower->options->proxy_namespace, &candidates)) {
        return false;
    }
    struct virtual_hosts hosts = virtual_hosts_init(lower);
    struct model_listener listener = {.scope = MODEL_SCOPE_MESH, .family = MODEL_FAMILY_HTTP};
    bool ok = true;
    for (size_t i = 0; ok && i < candidates.count; i++) {
        ok = add_virtual_service(&hosts, &candidates.items[i]);
    }
    ok = ok && add_unknown_host(&hosts) && virtual_hosts_finish(&hosts, false, &listener) &&
         listener_list_add(lower, listeners, listener);
    virtual_hosts_free(&hosts);
    return ok;
}
