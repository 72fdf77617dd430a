/* lower_l4_gateway: TLS and TCP listeners of Gateways. */
#include "istio/gateway_servers.h"
#include "istio/lower_l4.h"

/* The chains of one port of a group of Gateways. */
struct building {
    struct lower *lower;
    struct lower_scope scope; /* of the server that is looked at */
    struct l4_chains tls, tcp;
    struct map names; /* server names that tls rules have asked for */
    bool passes;      /* some server passes TLS through */
};

/* ---- which VirtualServices speak for a server: one of their hosts meets one of its own ---- */

/* A server for every host of every namespace. */
static bool
is_for_all(const struct gateway_server *server)
{
    for (size_t i = 0; i < server->host_count; i++) {
        const struct server_host *host = &server->hosts[i];
        if (str_equal(host->host, STR("*")) && str_equal(host->space, STR("*"))) return true;
    }
    return false;
}

/* The candidates by position, ascending and each once. */
static bool
find_sources(struct building *building, const struct gateway_server *server,
             struct host_owners *out)
{
    const struct gateway *gateway = server->gateway;
    struct host_owners claims = {0};
    for (size_t i = 0; i < server->host_count; i++) {
        const struct server_host *host = &server->hosts[i];
        const struct host_index *index = space_index_of(&gateway->index, host->space);
        if (index && !host_index_find(index, host->host, &claims)) return false;
    }
    uint32_t *sources = ARENA_ARRAY(building->lower->arena, uint32_t, claims.count);
    if (!sources) return false;
    for (size_t i = 0; i < claims.count; i++) {
        sources[i] = gateway->claims[claims.items[i]].source;
    }
    *out = (struct host_owners){sources, claims.count, claims.count};
    host_owners_sort(out);
    return true;
}

/* ---- servers that pass TLS through: by server name ---- */

/* Note the names of a match; *fresh is false where one of them is another match's, and this one is
 * left out. */
static bool
claim_names(struct building *building, const struct istio_l4_match *match, bool *fresh)
{
    const sluice_str *hosts = match->sni_hosts.items;
    *fresh = true;
    for (size_t i = 0; i < match->sni_hosts.count; i++) {
        void **place = map_put(&building->names, hosts[i]);
        if (!place) return false;
        *fresh = *fresh && !*place;
        *place = building;
    }
    return true;
}

static bool
add_tls_match(struct building *building, const struct istio_l4_match *match,
              const struct l4_chain *like)
{
    const sluice_str *hosts = match->sni_hosts.items;
    bool fresh;
    if (!claim_names(building, match, &fresh)) return false;
    for (size_t i = 0; fresh && i < match->sni_hosts.count; i++) {
        struct l4_chain chain = *like;
        chain.sni = hosts[i];
        if (!l4_chain_add(building->lower, &building->tls, chain)) return false;
    }
    return true;
}

static bool
add_tls_rule(struct building *building, const struct lower_source *source, size_t rule)
{
    struct lower *lower = building->lower;
    const struct istio_l4_route *routes = source->resource->virtual_service->tls.items;
    const struct istio_l4_match *matches = routes[rule].match.items;
    const struct model_action *action = NULL;
    for (size_t i = 0; i < routes[rule].match.count; i++) {
        if (!l4_match_applies(lower, source, &matches[i], &building->scope)) continue;
        if (!action) action = l4_action(lower, source, &routes[rule], &building->scope);
        struct l4_chain chain = {
            .action = action,
            .origin = l4_origin(source, rule, (int32_t)i, matches[i].node),
        };
        if (!action || !l4_match_source(lower, &matches[i], &building->scope, &chain.source) ||
            !add_tls_match(building, &matches[i], &chain)) {
            return false;
        }
    }
    return true;
}

static bool
add_passthrough(struct building *building, const struct gateway_server *server)
{
    struct host_owners sources;
    building->passes = true;
    if (!find_sources(building, server, &sources)) return false;
    for (size_t i = 0; i < sources.count; i++) {
        const struct lower_source *source = &server->gateway->candidates.items[sources.items[i]];
        for (size_t k = 0; k < source->resource->virtual_service->tls.count; k++) {
            if (!add_tls_rule(building, source, k)) return false;
        }
    }
    return true;
}

/* ---- servers of plain connections: the first rule that matches at all has them ---- */

/* NULL in *out: none. */
static bool
first_tcp_rule(struct building *building, const struct gateway_server *server,
               const struct tcp_claim **out)
{
    const struct gateway_connections *connections = &server->gateway->connections;
    struct host_owners sources;
    *out = gateway_connections_tcp(connections, server->port);
    if (!*out || is_for_all(server)) return true;
    *out = NULL;
    if (!find_sources(building, server, &sources)) return false;
    for (size_t i = 0; i < sources.count && !*out; i++) {
        *out = gateway_connections_tcp_of(connections, sources.items[i], server->port);
    }
    return true;
}

/* A server that ends TLS is told by the names in its hosts; what is inside goes to the rule. */
static bool
add_tcp(struct building *building, const struct gateway_server *server)
{
    const struct tcp_claim *claim;
    if (!first_tcp_rule(building, server, &claim)) return false;
    if (!claim) return true;
    const struct lower_source *source = &server->gateway->candidates.items[claim->source];
    const struct istio_l4_route *routes = source->resource->virtual_service->tcp.items;
    const struct istio_l4_route *route = &routes[claim->rule];
    struct l4_chain chain = {
        .action = l4_action(building->lower, source, route, &building->scope),
        .origin = l4_origin(source, claim->rule, route->match.count ? 0 : -1, route->node),
    };
    if (!chain.action) return false;
    if (building->tcp.count == 0 && !l4_chain_add(building->lower, &building->tcp, chain)) {
        return false;
    }
    for (size_t i = 0; server->kind == SERVER_ENDS_TLS && i < server->host_count; i++) {
        chain.sni = server->hosts[i].host;
        if (!l4_chain_add(building->lower, &building->tls, chain)) return false;
    }
    return true;
}

/* ---- one port ---- */

static bool
add_listener(const struct building *building, sluice_str name, enum model_family family,
             sluice_listener_tls tls, struct l4_chains *chains, struct listener_list *listeners)
{
    struct lower *lower = building->lower;
    if (chains->count == 0) return true;
    struct model_virtual_host *host = ARENA_NEW(lower->arena, struct model_virtual_host);
    sluice_str *any = ARENA_NEW(lower->arena, sluice_str);
    const struct model_route_list *routes = l4_order(lower, chains, NULL);
    if (!host || !any || !routes) return false;
    *any = STR("*");
    *host = (struct model_virtual_host){.domains = any, .domain_count = 1, .routes = routes};
    struct model_listener listener = {
        .scope = MODEL_SCOPE_GATEWAY,
        .name = name,
        .family = family,
        .port = building->scope.port,
        .listener_tls = tls,
        .hosts = host,
        .host_count = 1,
    };
    return listener_list_add(lower, listeners, listener);
}

static bool
add_servers(struct building *building, const struct gateway_server *servers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        building->scope =
            (struct lower_scope){.gateway = servers[i].gateway->name, .port = servers[i].port};
        bool ok = servers[i].kind == SERVER_PASSES_TLS ? add_passthrough(building, &servers[i])
                                                       : add_tcp(building, &servers[i]);
        if (!ok) return false;
    }
    return true;
}

bool
lower_l4_gateway(struct lower *lower, sluice_str name, const struct gateway_server *servers,
                 size_t count, struct listener_list *listeners)
{
    struct building building = {.lower = lower, .names = map_init(lower->arena)};
    bool ok = add_servers(&building, servers, count);
    sluice_listener_tls tls =
        building.passes ? SLUICE_LISTENER_TLS_PASSTHROUGH : SLUICE_LISTENER_TLS_TERMINATE;
    ok = ok && add_listener(&building, name, MODEL_FAMILY_TLS, tls, &building.tls, listeners) &&
         add_listener(&building, name, MODEL_FAMILY_TCP, SLUICE_LISTENER_TLS_NONE, &building.tcp,
                      listeners);
    map_free(&building.names);
    return ok;
}
