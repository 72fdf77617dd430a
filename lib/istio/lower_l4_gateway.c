#include "istio/lower_l4.h"
#include "istio/virtual_hosts.h"

static bool
is_passthrough(const struct istio_server *server)
{
    return server->tls && (server->tls->mode.v == ISTIO_SERVER_TLS_PASSTHROUGH ||
                           server->tls->mode.v == ISTIO_SERVER_TLS_AUTO_PASSTHROUGH);
}

static bool
admits_host(const struct istio_server *server, sluice_str space, sluice_str host)
{
    const sluice_str *hosts = server->hosts.items;
    for (size_t i = 0; i < server->hosts.count; i++) {
        size_t slash = str_find(hosts[i], '/');
        sluice_str own = slash == SIZE_MAX ? hosts[i] : str_skip(hosts[i], slash + 1);
        sluice_str wanted = slash == SIZE_MAX ? STR("*") : str_first(hosts[i], slash);
        bool space_fits =
            str_equal(wanted, STR("*")) || str_equal(wanted, space) || str_equal(wanted, STR("."));
        bool wildcard = own.len > 0 && own.ptr[0] == '*';
        bool fits = wildcard ? str_ends_with(host, str_skip(own, 1)) : str_equal(host, own);
        if (space_fits && fits) return true;
    }
    return false;
}

/* ---- servers that pass TLS through: by server name ---- */

static bool
add_sni(struct lower *lower, struct l4_chains *chains, const struct istio_server *server,
        const struct lower_source *source, const struct istio_l4_match *match,
        const struct l4_chain *like)
{
    const sluice_str *hosts = match->sni_hosts.items;
    for (size_t i = 0; i < match->sni_hosts.count; i++) {
        struct l4_chain chain = *like;
        chain.sni = hosts[i];
        if (!admits_host(server, source->resource->meta->space, hosts[i])) continue;
        if (!l4_chain_add(lower, chains, chain)) return false;
    }
    return true;
}

static bool
add_tls_rules(struct lower *lower, struct l4_chains *chains, const struct istio_server *server,
              const struct lower_source *source, const struct lower_scope *scope)
{
    const struct value_list *tls = &source->resource->virtual_service->tls;
    const struct istio_l4_route *routes = tls->items;
    for (size_t i = 0; i < tls->count; i++) {
        const struct istio_l4_match *matches = routes[i].match.items;
        const struct model_action *action = l4_action(lower, source, &routes[i], scope);
        if (!action) return false;
        for (size_t k = 0; k < routes[i].match.count; k++) {
            if (!l4_match_applies(lower, source, &matches[k], scope)) continue;
            struct l4_chain chain = {
                .action = action,
                .origin = l4_origin(source, i, (int32_t)k, matches[k].node),
            };
            if (!l4_match_source(lower, &matches[k], scope, &chain.source) ||
                !add_sni(lower, chains, server, source, &matches[k], &chain)) {
                return false;
            }
        }
    }
    return true;
}

/* ---- servers of plain connections: the first rule that matches at all has them ---- */

static bool
add_tcp_rules(struct lower *lower, struct l4_chains *chains, const struct lower_source *source,
              const struct lower_scope *scope)
{
    const struct value_list *tcp = &source->resource->virtual_service->tcp;
    const struct istio_l4_route *routes = tcp->items;
    for (size_t i = 0; i < tcp->count && chains->count == 0; i++) {
        const struct istio_l4_match *matches = routes[i].match.items;
        bool applies = routes[i].match.count == 0;
        for (size_t k = 0; k < routes[i].match.count; k++) {
            applies |= l4_match_applies(lower, source, &matches[k], scope);
        }
        if (!applies) continue;
        struct l4_chain chain = {
            .action = l4_action(lower, source, &routes[i], scope),
            .origin = l4_origin(source, i, routes[i].match.count ? 0 : -1, routes[i].node),
        };
        if (!chain.action || !l4_chain_add(lower, chains, chain)) return false;
    }
    return true;
}

static bool
add_listener(struct lower *lower, const struct lower_scope *scope, enum model_family family,
             sluice_listener_tls tls, struct l4_chains *chains, struct listener_list *listeners)
{
    struct model_virtual_host *host = ARENA_NEW(lower->arena, struct model_virtual_host);
    sluice_str *any = ARENA_NEW(lower->arena, sluice_str);
    const struct model_route_list *routes = l4_order(lower, chains, NULL);
    if (!host || !any || !routes) return false;
    *any = STR("*");
    *host = (struct model_virtual_host){.domains = any, .domain_count = 1, .routes = routes};
    struct model_listener listener = {
        .scope = MODEL_SCOPE_GATEWAY,
        .name = scope->gateway,
        .family = family,
        .port = scope->port,
        .listener_tls = tls,
        .hosts = host,
        .host_count = 1,
    };
    return listener_list_add(lower, listeners, listener);
}

static bool
add_server(struct lower *lower, const struct istio_server *server, const struct lower_scope *scope,
           const struct candidates *candidates, struct l4_chains *tls, struct l4_chains *tcp)
{
    sluice_str protocol = server->port->protocol.v;
    enum port_protocol kind = port_protocol_parse(protocol);
    bool passes = kind == PROTOCOL_TLS && is_passthrough(server);
    bool plain = kind == PROTOCOL_TCP || (kind == PROTOCOL_TLS && !passes &&
                                          !str_equal_ignore_case(protocol, STR("HTTPS")));
    for (size_t i = 0; i < candidates->count; i++) {
        const struct lower_source *source = &candidates->items[i];
        if (passes && !add_tls_rules(lower, tls, server, source, scope)) return false;
        if (plain && !add_tcp_rules(lower, tcp, source, scope)) return false;
    }
    return true;
}

bool
lower_l4_gateway(struct lower *lower, sluice_str name, const struct istio_gateway *gateway,
                 const struct candidates *candidates, struct listener_list *listeners)
{
    const struct istio_server *servers = gateway->servers.items;
    for (size_t i = 0; i < gateway->servers.count; i++) {
        if (!servers[i].port) continue;
        struct l4_chains tls = {0}, tcp = {0};
        struct lower_scope scope = {.gateway = name, .port = (uint32_t)servers[i].port->number.v};
        bool seen = false;
        for (size_t k = 0; k < i; k++) {
            seen |= servers[k].port && servers[k].port->number.v == servers[i].port->number.v;
        }
        for (size_t k = i; !seen && k < gateway->servers.count; k++) {
            if (!servers[k].port || servers[k].port->number.v != servers[i].port->number.v)
                continue;
            if (!add_server(lower, &servers[k], &scope, candidates, &tls, &tcp)) return false;
        }
        if (tls.count && !add_listener(lower, &scope, MODEL_FAMILY_TLS,
                                       SLUICE_LISTENER_TLS_PASSTHROUGH, &tls, listeners)) {
            return false;
        }
        if (tcp.count && !add_listener(lower, &scope, MODEL_FAMILY_TCP, SLUICE_LISTENER_TLS_NONE,
                                       &tcp, listeners)) {
            return false;
        }
    }
    return true;
}
