/* lower_l4_mesh: TLS and TCP listeners of the mesh. */
#include "istio/host_index.h"
#include "istio/lower_l4.h"

/* Chains of one port, of the two kinds of service ports. Port 0: hosts-only mode, any port. */
struct l4_port {
    struct lower *lower;
    struct lower_scope scope;
    struct l4_chains tls, tcp;
    const struct candidates *candidates;
    const struct host_index *index; /* their hosts, by position */
};

/* Where a service is reached: its addresses, if they are known. */
struct l4_target {
    const sluice_str *addresses;
    size_t address_count;
    bool by_name; /* without an address of its own: TLS is told by the server name */
};

static struct l4_target
target_of(const struct service *service)
{
    struct l4_target target = {service->addresses, service->address_count, true};
    for (size_t i = 0; i < target.address_count; i++) {
        if (str_find(target.addresses[i], '/') == SIZE_MAX) target.by_name = false;
    }
    return target;
}

/* The same chain for each address, or once without a condition. */
static bool
add_for_addresses(struct l4_port *port, struct l4_chains *chains, const struct l4_chain *like,
                  const sluice_str *addresses, size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        struct l4_chain chain = *like;
        chain.has_cidr = l4_cidr(addresses[i], &chain.cidr);
        if (!chain.has_cidr) continue;
        any = true;
        if (!l4_chain_add(port->lower, chains, chain)) return false;
    }
    return any || l4_chain_add(port->lower, chains, *like);
}

/* ---- tls ---- */

static bool
add_tls_match(struct l4_port *port, const struct istio_l4_match *match,
              const struct l4_target *target, struct l4_chain chain)
{
    const sluice_str *hosts = match->sni_hosts.items;
    const struct value_list *subnets = &match->destination_subnets;
    for (size_t i = 0; i < match->sni_hosts.count; i++) {
        chain.sni = hosts[i];
        bool own = subnets->count > 0;
        if (!add_for_addresses(port, &port->tls, &chain, own ? subnets->items : target->addresses,
                               own ? subnets->count : target->address_count)) {
            return false;
        }
    }
    return true;
}

/* *always: some match has no test on the caller, so the service itself is not reached any more. */
static bool
add_tls_rules(struct l4_port *port, const struct lower_source *source,
              const struct l4_target *target, bool *always)
{
    struct lower *lower = port->lower;
    const struct value_list *tls = &source->resource->virtual_service->tls;
    const struct istio_l4_route *routes = tls->items;
    for (size_t i = 0; i < tls->count; i++) {
        const struct istio_l4_match *matches = routes[i].match.items;
        for (size_t k = 0; k < routes[i].match.count; k++) {
            if (!l4_match_applies(lower, source, &matches[k], &port->scope)) continue;
            struct l4_chain chain = {
                .action = l4_action(lower, source, &routes[i], &port->scope),
                .origin = l4_origin(source, i, (int32_t)k, matches[k].node),
            };
            if (!chain.action ||
                !l4_match_source(lower, &matches[k], &port->scope, &chain.source) ||
                !add_tls_match(port, &matches[k], target, chain)) {
                return false;
            }
            *always |= chain.source.count == 0;
        }
    }
    return true;
}

/* ---- tcp ---- */

/* A rule's match with subnets is for these; one without is for every address, and the last one. */
static bool
add_tcp_match(struct l4_port *port, const struct istio_l4_match *match,
              const struct l4_target *target, const struct l4_chain *chain, bool *terminal)
{
    const struct value_list *subnets = &match->destination_subnets;
    if (subnets->count) {
        return add_for_addresses(port, &port->tcp, chain, subnets->items, subnets->count);
    }
    *terminal |= chain->source.count == 0;
    return add_for_addresses(port, &port->tcp, chain, target->addresses, target->address_count);
}

/* Whether a match that always passes has no subnets: then those of the others do not count. */
static bool
is_for_all_addresses(struct l4_port *port, const struct lower_source *source,
                     const struct istio_l4_match *matches, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct istio_l4_match *match = &matches[i];
        bool always = match->source_labels.count == 0 && match->source_namespace.v.len == 0 &&
                      (port->scope.port != 0 || match->port.v == 0);
        if (always && match->destination_subnets.count == 0 &&
            l4_match_applies(port->lower, source, match, &port->scope)) {
            return true;
        }
    }
    return false;
}

static bool
add_tcp_rules(struct l4_port *port, const struct lower_source *source,
              const struct l4_target *target, bool *always)
{
    static const struct istio_l4_match anything;
    struct lower *lower = port->lower;
    const struct value_list *tcp = &source->resource->virtual_service->tcp;
    const struct istio_l4_route *routes = tcp->items;
    for (size_t i = 0; i < tcp->count && !*always; i++) {
        size_t count = routes[i].match.count;
        const struct istio_l4_match *matches = count ? routes[i].match.items : &anything;
        bool all = is_for_all_addresses(port, source, matches, count);
        for (size_t k = 0; k < (count ? count : 1); k++) {
            if (all && matches[k].destination_subnets.count) continue;
            if (!l4_match_applies(lower, source, &matches[k], &port->scope)) continue;
            struct l4_chain chain = {
                .action = l4_action(lower, source, &routes[i], &port->scope),
                .origin = l4_origin(source, i, count ? (int32_t)k : -1, routes[i].node),
            };
            if (!chain.action ||
                !l4_match_source(lower, &matches[k], &port->scope, &chain.source) ||
                !add_tcp_match(port, &matches[k], target, &chain, always)) {
                return false;
            }
        }
    }
    return true;
}

/* ---- services of a registry ---- */

/* The rules of the VirtualServices with a host that meets the service, in their order. */
static bool
add_rules_of(struct l4_port *port, const struct service *service, bool tls, bool *always)
{
    struct l4_target target = target_of(service);
    struct host_owners met = {0};
    if (!host_index_find(port->index, service->host, &met)) return false;
    host_owners_sort(&met);
    /* A tcp rule for every address ends the search; tls rules of all of them count. */
    for (size_t i = 0; i < met.count && (tls || !*always); i++) {
        const struct lower_source *source = &port->candidates->items[met.items[i]];
        const struct istio_virtual_service *spec = source->resource->virtual_service;
        if ((tls ? spec->tls.count : spec->tcp.count) == 0) continue;
        if (!(tls ? add_tls_rules(port, source, &target, always)
                  : add_tcp_rules(port, source, &target, always))) {
            return false;
        }
    }
    return true;
}

/* The service itself. Without an address of its own, TLS knows it by all its names. */
static bool
add_service_chains(struct l4_port *port, const struct service *service, bool tls)
{
    struct lower *lower = port->lower;
    struct l4_target target = target_of(service);
    sluice_str names[EXPAND_NAMES + 1] = {STR("")};
    size_t count = 1;
    struct l4_chain chain = {.action = l4_service_action(lower, service, &port->scope),
                             .origin = {.match = -1}};
    if (tls && target.by_name) {
        names[0] = service->host;
        if (service->kube) count += expand_short_names(lower, service->host, names + 1);
    }
    for (size_t i = 0; chain.action && i < count; i++) {
        chain.sni = names[i];
        if (!add_for_addresses(port, tls ? &port->tls : &port->tcp, &chain, target.addresses,
                               target.address_count)) {
            return false;
        }
    }
    return chain.action != NULL;
}

static bool
add_service(struct l4_port *port, const struct service *service, bool tls)
{
    bool always = false;
    if (!add_rules_of(port, service, tls, &always)) return false;
    return always || add_service_chains(port, service, tls);
}

static bool
add_services(struct l4_port *port)
{
    size_t count;
    const struct service_at *at = registry_at_port(port->lower->registry, port->scope.port, &count);
    for (size_t i = 0; i < count; i++) {
        const struct service *service = at[i].service;
        enum port_protocol protocol = at[i].own->protocol;
        if (service->alias || protocol == PROTOCOL_HTTP || protocol == PROTOCOL_UDP) continue;
        if (!add_service(port, service, protocol == PROTOCOL_TLS)) return false;
        /* What is not declared may turn out to be TLS: it goes to the same place. */
        if (protocol == PROTOCOL_UNSUPPORTED && !add_service(port, service, true)) return false;
    }
    return true;
}

/* Hosts-only mode: every VirtualService speaks for itself. */
static bool
add_all_rules(struct l4_port *port)
{
    static const struct l4_target anywhere;
    bool tls_always = false, tcp_always = false;
    for (size_t i = 0; i < port->candidates->count; i++) {
        const struct lower_source *source = &port->candidates->items[i];
        if (!add_tls_rules(port, source, &anywhere, &tls_always) ||
            !add_tcp_rules(port, source, &anywhere, &tcp_always)) {
            return false;
        }
    }
    return true;
}

/* ---- listeners ---- */

static const struct model_action *
unknown_action(const struct lower *lower)
{
    static const struct model_action pass = {.kind = MODEL_PASSTHROUGH,
                                             .timeout_ns = SLUICE_NO_DURATION,
                                             .backend_timeout_ns = SLUICE_NO_DURATION};
    return lower->options->outbound_policy == SLUICE_OUTBOUND_ALLOW_ANY ? &pass : NULL;
}

static bool
add_listener(struct l4_port *port, enum model_family family, struct l4_chains *chains,
             struct listener_list *listeners)
{
    struct lower *lower = port->lower;
    struct model_virtual_host *host = ARENA_NEW(lower->arena, struct model_virtual_host);
    sluice_str *any = ARENA_NEW(lower->arena, sluice_str);
    const struct model_route_list *routes = l4_order(lower, chains, unknown_action(lower));
    if (!host || !any || !routes) return false;
    *any = STR("*");
    *host = (struct model_virtual_host){.domains = any, .domain_count = 1, .routes = routes};
    struct model_listener listener = {
        .scope = MODEL_SCOPE_MESH,
        .family = family,
        .port = port->scope.port,
        .hosts = host,
        .host_count = 1,
    };
    return listener_list_add(lower, listeners, listener);
}

static bool
add_port(struct lower *lower, uint32_t number, const struct candidates *candidates,
         const struct host_index *index, struct listener_list *listeners)
{
    struct l4_port port = {
        .lower = lower, .scope = {.mesh = true, .port = number}
    };
    port.candidates = candidates;
    port.index = index;
    bool filled = number == 0 ? lower->registry || add_all_rules(&port) : add_services(&port);
    /* Port 0 is there in any case: what no rule speaks of passes through. */
    if (!filled) return false;
    if ((port.tls.count || number == 0) &&
        !add_listener(&port, MODEL_FAMILY_TLS, &port.tls, listeners)) {
        return false;
    }
    return (port.tcp.count == 0 && number != 0) ||
           add_listener(&port, MODEL_FAMILY_TCP, &port.tcp, listeners);
}

/* Every port on which some service may speak something else than HTTP, once, then 0. */
static uint32_t *
list_ports(struct lower *lower, size_t *count)
{
    const struct registry *registry = lower->registry;
    size_t room = registry ? registry->port_count : 0;
    uint32_t *ports = ARENA_ARRAY(lower->arena, uint32_t, room + 1);
    if (!ports) return NULL;
    *count = 0;
    for (size_t i = 0; i < room; i++) {
        const struct service_at *at = &registry->ports[i];
        if (at->own->protocol == PROTOCOL_HTTP || at->port == 0) continue;
        if (*count == 0 || ports[*count - 1] != at->port) ports[(*count)++] = at->port;
    }
    ports[(*count)++] = 0;
    return ports;
}

/* VirtualServices that say anything about connections, so that the others cost nothing here. */
static bool
only_l4(struct lower *lower, const struct candidates *all, struct candidates *out)
{
    out->items = ARENA_ARRAY(lower->arena, struct lower_source, all->count);
    if (!out->items) return false;
    for (size_t i = 0; i < all->count; i++) {
        const struct istio_virtual_service *spec = all->items[i].resource->virtual_service;
        if (spec->tls.count || spec->tcp.count) out->items[out->count++] = all->items[i];
    }
    return true;
}

static bool
index_hosts(struct lower *lower, const struct candidates *candidates, struct host_index *index)
{
    *index = (struct host_index){.arena = lower->arena};
    for (size_t i = 0; i < candidates->count; i++) {
        const struct lower_source *source = &candidates->items[i];
        const struct value_list *names = &source->resource->virtual_service->hosts;
        const sluice_str *items = names->items;
        for (size_t k = 0; k < names->count; k++) {
            sluice_str host = expand_lower_case(lower, expand_host(lower, items[k], source->space));
            if (!host_index_add(index, host, (uint32_t)i)) return false;
        }
    }
    host_index_seal(index);
    return true;
}

bool
lower_l4_mesh(struct lower *lower, struct listener_list *listeners)
{
    struct candidates all, candidates = {0};
    struct host_index index;
    size_t count;
    uint32_t *ports = list_ports(lower, &count);
    if (!ports || !candidates_of(lower, STR("mesh"), lower->options->proxy_namespace, &all) ||
        !only_l4(lower, &all, &candidates) || !index_hosts(lower, &candidates, &index)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!add_port(lower, ports[i], &candidates, &index, listeners)) return false;
    }
    return true;
}
