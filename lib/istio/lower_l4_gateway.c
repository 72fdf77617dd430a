#include "istio/host_index.h"
#include "istio/lower_l4.h"
#include "istio/port_protocol.h"

/* The chains of one port of a gateway. */
struct l4_gateway {
    struct lower *lower;
    struct lower_scope scope;
    sluice_str space; /* of the gateway */
    const struct candidates *candidates;
    struct l4_chains tls, tcp;
    struct map names; /* server names that tls rules have asked for */
    bool passes;      /* some server passes TLS through */
};

/* ---- which VirtualServices speak for a server: one of their hosts meets one of its own ---- */

/* [namespace/]host of a server, cut up; false where that host is not for the namespace. */
static bool
host_for(const struct l4_gateway *gateway, sluice_str text, sluice_str space, sluice_str *host)
{
    size_t slash = str_find(text, '/');
    *host = slash == SIZE_MAX ? text : str_skip(text, slash + 1);
    if (slash == SIZE_MAX) return true;
    sluice_str own = str_first(text, slash);
    if (str_equal(own, STR("."))) own = gateway->space;
    return str_equal(own, STR("*")) || str_equal(own, space);
}

static bool
index_server(const struct l4_gateway *gateway, const struct istio_server *server,
             struct host_index *index)
{
    const sluice_str *hosts = server->hosts.items;
    *index = (struct host_index){.arena = gateway->lower->arena};
    for (size_t i = 0; i < server->hosts.count; i++) {
        size_t slash = str_find(hosts[i], '/');
        sluice_str host = slash == SIZE_MAX ? hosts[i] : str_skip(hosts[i], slash + 1);
        if (!host_index_add(index, host, (uint32_t)i)) return false;
    }
    host_index_seal(index);
    return true;
}

static bool
meets(const struct l4_gateway *gateway, const struct istio_server *server,
      const struct host_index *index, const struct lower_source *source, bool *out)
{
    const struct value_list *names = &source->resource->virtual_service->hosts;
    const sluice_str *items = names->items, *hosts = server->hosts.items;
    struct host_owners met = {0};
    *out = false;
    for (size_t i = 0; i < names->count && !*out; i++) {
        sluice_str own = expand_host(gateway->lower, items[i], source->space), host;
        met.count = 0;
        if (!host_index_find(index, own, &met)) return false;
        for (size_t k = 0; k < met.count; k++) {
            *out |= host_for(gateway, hosts[met.items[k]], source->resource->meta->space, &host);
        }
    }
    return true;
}

/* ---- servers that pass TLS through: by server name ---- */

/* Note the names of a match; false: one of them is another match's, and this one is left out. */
static bool
claim_names(struct l4_gateway *gateway, const struct istio_l4_match *match, bool *fresh)
{
    const sluice_str *hosts = match->sni_hosts.items;
    *fresh = true;
    for (size_t i = 0; i < match->sni_hosts.count; i++) {
        void **place = map_put(&gateway->names, hosts[i]);
        if (!place) return false;
        *fresh = *fresh && !*place;
        *place = gateway;
    }
    return true;
}

static bool
add_tls_match(struct l4_gateway *gateway, const struct istio_l4_match *match,
              const struct l4_chain *like)
{
    const sluice_str *hosts = match->sni_hosts.items;
    bool fresh;
    if (!claim_names(gateway, match, &fresh)) return false;
    for (size_t i = 0; fresh && i < match->sni_hosts.count; i++) {
        struct l4_chain chain = *like;
        chain.sni = hosts[i];
        if (!l4_chain_add(gateway->lower, &gateway->tls, chain)) return false;
    }
    return true;
}

static bool
add_tls_rules(struct l4_gateway *gateway, const struct lower_source *source)
{
    struct lower *lower = gateway->lower;
    const struct value_list *tls = &source->resource->virtual_service->tls;
    const struct istio_l4_route *routes = tls->items;
    for (size_t i = 0; i < tls->count; i++) {
        const struct istio_l4_match *matches = routes[i].match.items;
        const struct model_action *action = l4_action(lower, source, &routes[i], &gateway->scope);
        if (!action) return false;
        for (size_t k = 0; k < routes[i].match.count; k++) {
            if (!l4_match_applies(lower, source, &matches[k], &gateway->scope)) continue;
            struct l4_chain chain = {
                .action = action,
                .origin = l4_origin(source, i, (int32_t)k, matches[k].node),
            };
            if (!l4_match_source(lower, &matches[k], &gateway->scope, &chain.source) ||
                !add_tls_match(gateway, &matches[k], &chain)) {
                return false;
            }
        }
    }
    return true;
}

/* ---- servers of plain connections: the first rule that matches at all has them ---- */

static bool
first_tcp_rule(struct l4_gateway *gateway, const struct lower_source *source, struct l4_chain *out)
{
    struct lower *lower = gateway->lower;
    const struct value_list *tcp = &source->resource->virtual_service->tcp;
    const struct istio_l4_route *routes = tcp->items;
    for (size_t i = 0; i < tcp->count; i++) {
        const struct istio_l4_match *matches = routes[i].match.items;
        bool applies = routes[i].match.count == 0;
        for (size_t k = 0; k < routes[i].match.count; k++) {
            applies |= l4_match_applies(lower, source, &matches[k], &gateway->scope);
        }
        if (!applies) continue;
        *out = (struct l4_chain){
            .action = l4_action(lower, source, &routes[i], &gateway->scope),
            .origin = l4_origin(source, i, routes[i].match.count ? 0 : -1, routes[i].node),
        };
        return out->action != NULL;
    }
    return true;
}

/* A server that ends TLS is told by the names in its hosts; what is inside goes to the rule. */
static bool
add_tcp_chain(struct l4_gateway *gateway, const struct istio_server *server, bool ends_tls,
              struct l4_chain chain)
{
    const sluice_str *hosts = server->hosts.items;
    if (gateway->tcp.count == 0 && !l4_chain_add(gateway->lower, &gateway->tcp, chain)) {
        return false;
    }
    for (size_t i = 0; ends_tls && i < server->hosts.count; i++) {
        (void)host_for(gateway, hosts[i], STR("*"), &chain.sni);
        if (!l4_chain_add(gateway->lower, &gateway->tls, chain)) return false;
    }
    return true;
}

/* ---- servers ---- */

/* What becomes of a connection to a server of this kind. */
enum server_kind { SERVER_OTHER, SERVER_PASSES_TLS, SERVER_ENDS_TLS, SERVER_TCP };

static enum server_kind
kind_of(const struct istio_server *server)
{
    sluice_str protocol = server->port->protocol.v;
    enum port_protocol kind = port_protocol_parse(protocol);
    if (kind == PROTOCOL_TCP) return SERVER_TCP;
    if (kind != PROTOCOL_TLS) return SERVER_OTHER;
    if (server->tls && server->tls->mode.v == ISTIO_SERVER_TLS_PASSTHROUGH) {
        return SERVER_PASSES_TLS;
    }
    /* AUTO_PASSTHROUGH goes by names that proxies make up, not by rules. */
    bool automatic = server->tls && server->tls->mode.v == ISTIO_SERVER_TLS_AUTO_PASSTHROUGH;
    return automatic || str_equal_ignore_case(protocol, STR("HTTPS")) ? SERVER_OTHER
                                                                      : SERVER_ENDS_TLS;
}

static bool
add_server(struct l4_gateway *gateway, const struct istio_server *server)
{
    enum server_kind kind = kind_of(server);
    struct host_index index;
    struct l4_chain chain = {0};
    if (kind == SERVER_OTHER) return true;
    if (!index_server(gateway, server, &index)) return false;
    gateway->passes |= kind == SERVER_PASSES_TLS;
    for (size_t i = 0; i < gateway->candidates->count && !chain.action; i++) {
        const struct lower_source *source = &gateway->candidates->items[i];
        const struct istio_virtual_service *spec = source->resource->virtual_service;
        bool met;
        if ((kind == SERVER_PASSES_TLS ? spec->tls.count : spec->tcp.count) == 0) continue;
        if (!meets(gateway, server, &index, source, &met)) return false;
        if (!met) continue;
        if (!(kind == SERVER_PASSES_TLS ? add_tls_rules(gateway, source)
                                        : first_tcp_rule(gateway, source, &chain))) {
            return false;
        }
    }
    return !chain.action || add_tcp_chain(gateway, server, kind == SERVER_ENDS_TLS, chain);
}

static bool
add_listener(const struct l4_gateway *gateway, enum model_family family, sluice_listener_tls tls,
             struct l4_chains *chains, struct listener_list *listeners)
{
    struct lower *lower = gateway->lower;
    if (chains->count == 0) return true;
    struct model_virtual_host *host = ARENA_NEW(lower->arena, struct model_virtual_host);
    sluice_str *any = ARENA_NEW(lower->arena, sluice_str);
    const struct model_route_list *routes = l4_order(lower, chains, NULL);
    if (!host || !any || !routes) return false;
    *any = STR("*");
    *host = (struct model_virtual_host){.domains = any, .domain_count = 1, .routes = routes};
    struct model_listener listener = {
        .scope = MODEL_SCOPE_GATEWAY,
        .name = gateway->scope.gateway,
        .family = family,
        .port = gateway->scope.port,
        .listener_tls = tls,
        .hosts = host,
        .host_count = 1,
    };
    return listener_list_add(lower, listeners, listener);
}

/* The servers of one port, of which `servers[first]` is the first. */
static bool
add_port(struct l4_gateway *gateway, const struct value_list *list, size_t first,
         struct listener_list *listeners)
{
    const struct istio_server *servers = list->items;
    for (size_t i = first; i < list->count; i++) {
        if (!servers[i].port || servers[i].port->number.v != servers[first].port->number.v) {
            continue;
        }
        if (!add_server(gateway, &servers[i])) return false;
    }
    sluice_listener_tls tls =
        gateway->passes ? SLUICE_LISTENER_TLS_PASSTHROUGH : SLUICE_LISTENER_TLS_TERMINATE;
    return add_listener(gateway, MODEL_FAMILY_TLS, tls, &gateway->tls, listeners) &&
           add_listener(gateway, MODEL_FAMILY_TCP, SLUICE_LISTENER_TLS_NONE, &gateway->tcp,
                        listeners);
}

bool
lower_l4_gateway(struct lower *lower, sluice_str name, const struct istio_gateway *document,
                 const struct candidates *candidates, struct listener_list *listeners)
{
    const struct istio_server *servers = document->servers.items;
    for (size_t i = 0; i < document->servers.count; i++) {
        if (!servers[i].port) continue;
        bool seen = false;
        for (size_t k = 0; k < i; k++) {
            seen |= servers[k].port && servers[k].port->number.v == servers[i].port->number.v;
        }
        if (seen) continue;
        struct l4_gateway gateway = {
            .lower = lower,
            .scope = {.gateway = name, .port = (uint32_t)servers[i].port->number.v},
            .space = str_first(name, str_find(name, '/')),
            .candidates = candidates,
            .names = map_init(lower->arena->alloc),
        };
        bool ok = add_port(&gateway, &document->servers, i, listeners);
        map_free(&gateway.names);
        if (!ok) return false;
    }
    return true;
}
