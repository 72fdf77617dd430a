#include "istio/gateway_servers.h"
#include "istio/lower_l4.h"

struct building {
    struct lower *lower;
    struct lower_scope scope;
    struct l4_chains chains;
    struct host_owners names; /* of one server at a time */
};

/* ---- servers that pass TLS through: by server name ---- */

/* The claims of the server's gateway on a name that the server admits; in order, each once. */
static bool
find_names(struct building *building, const struct gateway_server *server)
{
    building->names.count = 0;
    for (size_t i = 0; i < server->host_count; i++) {
        const struct server_host *host = &server->hosts[i];
        const struct host_index *index =
            space_index_of(&server->gateway->connections.index, host->space);
        if (index && !host_index_find_covered(index, host->host, &building->names)) return false;
    }
    host_owners_sort(&building->names);
    return true;
}

static bool
add_name(struct building *building, const struct sni_claim *claim,
         const struct model_action *action)
{
    struct lower *lower = building->lower;
    const struct istio_l4_route *routes = claim->source->resource->virtual_service->tls.items;
    const struct istio_l4_match *match = routes[claim->rule].match.items;
    match += claim->match;
    struct l4_chain chain = {
        .sni = claim->sni,
        .action = action,
        .origin = l4_origin(claim->source, claim->rule, (int32_t)claim->match, match->node),
    };
    return l4_match_source(lower, match, &building->scope, &chain.source) &&
           l4_chain_add(lower, &building->chains, chain);
}

static bool
add_passthrough(struct building *building, const struct gateway_server *server)
{
    const struct gateway_connections *connections = &server->gateway->connections;
    const struct sni_claim *before = NULL;
    const struct model_action *action = NULL;
    if (!find_names(building, server)) return false;
    for (size_t i = 0; i < building->names.count; i++) {
        const struct sni_claim *claim = &connections->snis[building->names.items[i]];
        const struct istio_l4_route *routes = claim->source->resource->virtual_service->tls.items;
        const struct istio_l4_match *matches = routes[claim->rule].match.items;
        if (!l4_match_applies(building->lower, claim->source, &matches[claim->match],
                              &building->scope)) {
            continue;
        }
        if (!before || before->source != claim->source || before->rule != claim->rule) {
            action =
                l4_action(building->lower, claim->source, &routes[claim->rule], &building->scope);
        }
        before = claim;
        if (!action || !add_name(building, claim, action)) return false;
    }
    return true;
}

/* ---- servers of plain connections: the first rule that matches at all has them ---- */

static bool
add_tcp(struct building *building, const struct gateway_server *server)
{
    const struct tcp_claim *claim =
        gateway_connections_tcp(&server->gateway->connections, server->port);
    if (!claim || building->chains.count) return true;
    const struct istio_l4_route *routes = claim->source->resource->virtual_service->tcp.items;
    const struct istio_l4_route *route = &routes[claim->rule];
    struct l4_chain chain = {
        .action = l4_action(building->lower, claim->source, route, &building->scope),
        .origin = l4_origin(claim->source, claim->rule, route->match.count ? 0 : -1, route->node),
    };
    return chain.action && l4_chain_add(building->lower, &building->chains, chain);
}

/* ---- one listener ---- */

static bool
add_listener(struct building *building, sluice_str name, bool tls, struct listener_list *listeners)
{
    struct lower *lower = building->lower;
    struct model_virtual_host *host = ARENA_NEW(lower->arena, struct model_virtual_host);
    sluice_str *any = ARENA_NEW(lower->arena, sluice_str);
    const struct model_route_list *routes = l4_order(lower, &building->chains, NULL);
    if (!host || !any || !routes) return false;
    *any = STR("*");
    *host = (struct model_virtual_host){.domains = any, .domain_count = 1, .routes = routes};
    struct model_listener listener = {
        .scope = MODEL_SCOPE_GATEWAY,
        .name = name,
        .family = tls ? MODEL_FAMILY_TLS : MODEL_FAMILY_TCP,
        .port = building->scope.port,
        .listener_tls = tls ? SLUICE_LISTENER_TLS_PASSTHROUGH : SLUICE_LISTENER_TLS_NONE,
        .hosts = host,
        .host_count = 1,
    };
    return listener_list_add(lower, listeners, listener);
}

bool
lower_l4_gateway(struct lower *lower, sluice_str name, const struct gateway_server *servers,
                 size_t count, struct listener_list *listeners)
{
    bool tls = servers->kind == SERVER_PASSTHROUGH;
    struct building building = {.lower = lower};
    for (size_t i = 0; i < count; i++) {
        building.scope =
            (struct lower_scope){.gateway = servers[i].gateway->name, .port = servers[i].port};
        bool ok = tls ? add_passthrough(&building, &servers[i]) : add_tcp(&building, &servers[i]);
        if (!ok) return false;
    }
    return building.chains.count == 0 || add_listener(&building, name, tls, listeners);
}
