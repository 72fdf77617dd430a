#include "istio/host_index.h"
#include "istio/host_set.h"
#include "istio/lower_l4.h"
#include "istio/port_protocol.h"
#include "istio/virtual_hosts.h"

/* One server of a gateway that ends HTTP, as far as routing asks. */
struct server {
    uint32_t port; /* 0: no Gateway document, any port */
    bool tls, https_redirect;
    const sluice_str *hosts; /* [namespace/]host */
    size_t host_count;
};

struct gateway {
    sluice_str name;                      /* namespace/name */
    const struct istio_gateway *document; /* or NULL */
    sluice_str space;                     /* its namespace */
    struct server *servers;
    size_t server_count;
};

/* ---- servers ---- */

static bool
read_server(const struct istio_server *from, struct server *to)
{
    static const sluice_str https = STR_INIT("HTTPS");
    if (!from->port || from->port->number.v <= 0) return false;
    sluice_str protocol = from->port->protocol.v;
    const struct istio_server_tls *tls = from->tls;
    bool passes = tls && (tls->mode.v == ISTIO_SERVER_TLS_PASSTHROUGH ||
                          tls->mode.v == ISTIO_SERVER_TLS_AUTO_PASSTHROUGH);
    bool secure = str_equal_ignore_case(protocol, https);
    if (!secure && port_protocol_parse(protocol) != PROTOCOL_HTTP) return false;
    if (secure && (!tls || passes)) return false;
    *to = (struct server){
        .port = (uint32_t)from->port->number.v,
        .tls = secure,
        .https_redirect = !secure && tls && tls->https_redirect.v,
        .hosts = from->hosts.items,
        .host_count = from->hosts.count,
    };
    return true;
}

static bool
read_gateway(struct lower *lower, const struct istio_resource *document, sluice_str name,
             struct gateway *out)
{
    static const sluice_str any_host = STR_INIT("*");
    *out = (struct gateway){.name = name, .space = str_first(name, str_find(name, '/'))};
    size_t room = document ? document->gateway->servers.count : 1;
    out->servers = ARENA_ARRAY(lower->arena, struct server, room);
    if (!out->servers) return false;
    if (!document) {
        out->servers[out->server_count++] = (struct server){.hosts = &any_host, .host_count = 1};
        return true;
    }
    const struct istio_server *servers = document->gateway->servers.items;
    out->document = document->gateway;
    for (size_t i = 0; i < room; i++) {
        if (read_server(&servers[i], &out->servers[out->server_count])) out->server_count++;
    }
    return true;
}

/* ---- hosts that a server and a VirtualService have in common (istio.md 3.2) ---- */

static bool
is_subset(sluice_str narrow, sluice_str wide)
{
    if (!host_is_wildcard(wide)) return str_equal(narrow, wide);
    sluice_str tail = host_is_wildcard(narrow) ? str_skip(narrow, 1) : narrow;
    return str_ends_with(tail, str_skip(wide, 1));
}

/* [namespace/]host of a server, cut up; the namespace "*" admits every VirtualService. */
struct server_host {
    sluice_str space, host;
    const struct server *server;
};

static struct server_host
read_host(const struct gateway *gateway, const struct server *server, sluice_str text)
{
    size_t slash = str_find(text, '/');
    bool whole = slash == SIZE_MAX;
    struct server_host host = {
        .space = whole ? STR("*") : str_first(text, slash),
        .host = whole ? text : str_skip(text, slash + 1),
        .server = server,
    };
    if (str_equal(host.space, STR("."))) host.space = gateway->space;
    return host;
}

static bool
admits(const struct server_host *host, sluice_str space)
{
    return str_equal(host->space, STR("*")) || str_equal(host->space, space);
}

/* A listener while it is put together: the servers of one port that all speak TLS, or none. */
struct building {
    struct virtual_hosts hosts;
    const struct gateway *gateway;
    const struct server *like;
    struct server_host *items; /* hosts of those servers, in order */
    size_t count;
    struct host_index index; /* of the same, by position */
};

static bool
read_hosts(struct building *building)
{
    struct lower *lower = building->hosts.lower;
    const struct gateway *gateway = building->gateway;
    const struct server *like = building->like;
    size_t room = 0;
    for (size_t i = 0; i < gateway->server_count; i++) {
        room += gateway->servers[i].host_count;
    }
    building->items = ARENA_ARRAY(lower->arena, struct server_host, room);
    building->index = (struct host_index){.arena = lower->arena};
    if (!building->items) return false;
    for (size_t i = 0; i < gateway->server_count; i++) {
        const struct server *server = &gateway->servers[i];
        if (server->port != like->port || server->tls != like->tls) continue;
        for (size_t k = 0; k < server->host_count; k++) {
            struct server_host host = read_host(gateway, server, server->hosts[k]);
            if (!host_index_add(&building->index, host.host, (uint32_t)building->count)) {
                return false;
            }
            building->items[building->count++] = host;
        }
    }
    host_index_seal(&building->index);
    return true;
}

/* ---- https redirects ---- */

static const struct model_route_list *
redirect_routes(struct lower *lower)
{
    static const struct model_redirect to_https = {
        .status = 301, .scheme = STR_INIT("https"), .host_keeps_port = true};
    static const struct model_action action = {.kind = MODEL_REDIRECT,
                                               .redirect = &to_https,
                                               .timeout_ns = SLUICE_NO_DURATION,
                                               .backend_timeout_ns = SLUICE_NO_DURATION};
    struct rule_list list = {0};
    struct model_rule rule = {.action = &action, .match = -1};
    return rule_list_add(lower, &list, rule) ? rule_list_finish(lower, &list) : NULL;
}

/* Everything for that host is sent to https, whatever VirtualServices say. */
static bool
redirect_domain(struct virtual_hosts *hosts, sluice_str host)
{
    struct lower *lower = hosts->lower;
    struct domain_routes *domain = virtual_hosts_get(hosts, expand_domain(lower, host));
    if (!domain) return false;
    if (domain->closed) return true;
    domain->shared = redirect_routes(lower);
    domain->sources = 1;
    domain->closed = true;
    return domain->shared != NULL;
}

static bool
add_redirects(struct building *building)
{
    for (size_t i = 0; i < building->count; i++) {
        const struct server_host *host = &building->items[i];
        if (!host->server->https_redirect) continue;
        if (!redirect_domain(&building->hosts, host->host)) return false;
    }
    return true;
}

/* ---- what VirtualServices give ---- */

struct routes_of_source {
    struct rule_list list;
    const struct model_route_list *shared;
};

static bool
give_domain(struct virtual_hosts *hosts, sluice_str host, const struct routes_of_source *routes)
{
    struct lower *lower = hosts->lower;
    struct domain_routes *domain = virtual_hosts_get(hosts, expand_domain(lower, host));
    if (!domain) return false;
    if (domain->closed || domain->shared == routes->shared) return true;
    if (domain->sources++ == 0) {
        domain->shared = routes->shared;
        domain->joined = routes->list;
        return true;
    }
    if (domain->sources == 2) { /* the first one's list is shared: go on with a copy */
        struct rule_list copy = {0};
        for (size_t i = 0; i < domain->joined.count; i++) {
            if (!rule_list_add(lower, &copy, domain->joined.items[i])) return false;
        }
        domain->joined = copy;
    }
    domain->shared = routes->shared;
    for (size_t i = 0; i < routes->list.count; i++) {
        if (!rule_list_add(lower, &domain->joined, routes->list.items[i])) return false;
    }
    return true;
}

/* What a host of a VirtualService and those of the servers have in common: the narrower of both. */
static bool
give_host(struct building *building, const struct lower_source *source, sluice_str own,
          const struct routes_of_source *routes)
{
    struct host_owners met = {0};
    if (!host_index_find(&building->index, own, &met)) return false;
    host_owners_sort(&met);
    for (size_t i = 0; i < met.count; i++) {
        const struct server_host *theirs = &building->items[met.items[i]];
        if (!admits(theirs, source->resource->meta->space)) continue;
        sluice_str narrow = is_subset(own, theirs->host) ? own : theirs->host;
        bool ok = theirs->server->https_redirect ? redirect_domain(&building->hosts, narrow)
                                                 : give_domain(&building->hosts, narrow, routes);
        if (!ok) return false;
    }
    return true;
}

/* ---- one listener: the servers of one port ---- */

static bool
add_source(struct building *building, const struct lower_source *source)
{
    struct lower *lower = building->hosts.lower;
    struct lower_scope scope = {.gateway = building->gateway->name, .port = building->like->port};
    struct routes_of_source routes = {0};
    const struct value_list *names = &source->resource->virtual_service->hosts;
    const sluice_str *items = names->items;
    if (!lower_routes(lower, source, &scope, &routes.list)) return false;
    if (routes.list.count == 0) return true; /* its hosts do not come into being */
    routes.shared = rule_list_finish(lower, &routes.list);
    if (!routes.shared) return false;
    for (size_t i = 0; i < names->count; i++) {
        /* Compared with letter case, as Istio does; domains have none. */
        sluice_str own = expand_host(lower, items[i], source->space);
        if (!give_host(building, source, own, &routes)) return false;
    }
    return true;
}

static bool
fill(struct building *building, const struct candidates *candidates)
{
    if (!read_hosts(building) || !add_redirects(building)) return false;
    for (size_t i = 0; i < candidates->count; i++) {
        if (!add_source(building, &candidates->items[i])) return false;
    }
    return true;
}

static bool
add_listener(struct lower *lower, const struct gateway *gateway, const struct server *like,
             const struct candidates *candidates, struct listener_list *listeners)
{
    struct building building = {
        .hosts = virtual_hosts_init(lower), .gateway = gateway, .like = like};
    struct model_listener listener = {
        .scope = MODEL_SCOPE_GATEWAY,
        .name = gateway->name,
        .family = MODEL_FAMILY_HTTP,
        .port = like->port,
        .tls = like->tls,
    };
    bool ok = fill(&building, candidates) &&
              virtual_hosts_finish(&building.hosts, true, &listener) &&
              listener_list_add(lower, listeners, listener);
    virtual_hosts_free(&building.hosts);
    return ok;
}

static bool
is_first_of_port(const struct gateway *gateway, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (gateway->servers[i].port == gateway->servers[index].port &&
            gateway->servers[i].tls == gateway->servers[index].tls) {
            return false;
        }
    }
    return true;
}

static bool
add_gateway(struct lower *lower, const struct istio_resource *document, sluice_str name,
            struct listener_list *listeners)
{
    struct gateway gateway;
    struct candidates candidates;
    if (!read_gateway(lower, document, name, &gateway) ||
        !candidates_of(lower, name, lower->options->proxy_namespace, &candidates)) {
        return false;
    }
    for (size_t i = 0; i < gateway.server_count; i++) {
        if (is_first_of_port(&gateway, i) &&
            !add_listener(lower, &gateway, &gateway.servers[i], &candidates, listeners)) {
            return false;
        }
    }
    return !gateway.document ||
           lower_l4_gateway(lower, name, gateway.document, &candidates, listeners);
}

/* namespace/name of every Gateway document. A Gateway that no VirtualService names still listens.
 */
static bool
read_documents(struct lower *lower, struct map *documents)
{
    for (size_t i = 0; i < lower->set->count_of[ISTIO_GATEWAY]; i++) {
        struct istio_resource *document = lower->set->of[ISTIO_GATEWAY][i];
        if (document->bad) continue; /* as if it were not there */
        sluice_str parts[] = {document->meta->space, STR("/"), document->meta->name};
        sluice_str name = arena_concat(lower->arena, parts, 3);
        void **place = name.ptr ? map_put(documents, name) : NULL;
        if (!place || !map_put(&lower->bindings, name)) return false;
        *place = document;
    }
    return true;
}

static bool
add_gateways(struct lower *lower, const struct map *documents, struct listener_list *listeners)
{
    for (size_t i = 0; i < lower->bindings.count; i++) {
        sluice_str name = lower->bindings.entries[i].key;
        if (str_equal(name, STR("mesh"))) continue;
        if (!add_gateway(lower, map_get(documents, name), name, listeners)) return false;
    }
    return true;
}

bool
lower_gateways(struct lower *lower, struct listener_list *listeners)
{
    struct map documents = map_init(lower->arena->alloc);
    bool ok = read_documents(lower, &documents) && add_gateways(lower, &documents, listeners);
    map_free(&documents);
    return ok;
}
