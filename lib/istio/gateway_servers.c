#include "istio/gateway_servers.h"

#include <stdlib.h>

#include "istio/port_protocol.h"

/* False: nothing that routes. AUTO_PASSTHROUGH goes by names that proxies make up, not by rules. */
static bool
read_kind(const struct istio_server *server, enum server_kind *out)
{
    sluice_str text = server->port->protocol.v;
    enum port_protocol protocol = port_protocol_parse(text);
    int64_t mode = server->tls ? server->tls->mode.v : ISTIO_SERVER_TLS_SIMPLE;
    if (protocol == PROTOCOL_HTTP || protocol == PROTOCOL_TCP) {
        *out = protocol == PROTOCOL_HTTP ? SERVER_HTTP : SERVER_TCP;
        return true;
    }
    if (protocol != PROTOCOL_TLS) return false;
    bool https = str_equal_ignore_case(text, STR("HTTPS"));
    *out = https ? SERVER_HTTPS : SERVER_ENDS_TLS;
    if (server->tls && mode == ISTIO_SERVER_TLS_PASSTHROUGH) *out = SERVER_PASSES_TLS;
    return mode != ISTIO_SERVER_TLS_AUTO_PASSTHROUGH && (server->tls || !https);
}

static struct server_host
read_host(const struct gateway *gateway, sluice_str text)
{
    size_t slash = str_find(text, '/');
    if (slash == SIZE_MAX) return (struct server_host){STR("*"), text};
    sluice_str space = str_first(text, slash);
    if (str_equal(space, STR("."))) space = gateway->space;
    return (struct server_host){space, str_skip(text, slash + 1)};
}

static bool
add_server(struct lower *lower, struct gateway_servers *list, struct gateway_server server,
           const sluice_str *hosts, size_t count)
{
    server.order = list->count;
    server.hosts = ARENA_ARRAY(lower->arena, struct server_host, count);
    if (!server.hosts) return false;
    for (; server.host_count < count; server.host_count++) {
        server.hosts[server.host_count] = read_host(server.gateway, hosts[server.host_count]);
    }
    list->items[list->count++] = server;
    return true;
}

static bool
add_servers(struct lower *lower, struct gateway_servers *list, struct gateway *gateway)
{
    static const sluice_str any_host = STR_INIT("*");
    struct gateway_server server = {.gateway = gateway, .kind = SERVER_HTTP};
    if (!gateway->document) return add_server(lower, list, server, &any_host, 1);
    const struct value_list *servers = &gateway->document->gateway->servers;
    const struct istio_server *from = servers->items;
    for (size_t i = 0; i < servers->count; i++) {
        if (!from[i].port || from[i].port->number.v <= 0) continue;
        if (!read_kind(&from[i], &server.kind)) continue;
        server.port = (uint32_t)from[i].port->number.v;
        server.https_redirect =
            server.kind == SERVER_HTTP && from[i].tls && from[i].tls->https_redirect.v;
        const struct value_list *hosts = &from[i].hosts;
        if (!add_server(lower, list, server, hosts->items, hosts->count)) return false;
    }
    return true;
}

/* ---- two servers with one certificate's host ---- */

static bool
speaks_tls(const struct gateway_server *server)
{
    return server->kind == SERVER_HTTPS || server->kind == SERVER_PASSES_TLS ||
           server->kind == SERVER_ENDS_TLS;
}

static sluice_str
host_key(struct arena *arena, const struct gateway_server *server, size_t index)
{
    const struct server_host *host = &server->hosts[index];
    return arena_printf(arena, "%u %.*s/%.*s", (unsigned)server->port, STR_ARG(host->space),
                        STR_ARG(host->host));
}

/* Claim the hosts of a server; *taken: an earlier one has some of them. */
static bool
claim_hosts(struct lower *lower, struct map *owners, struct gateway_server *server, bool *taken)
{
    *taken = false;
    for (int claim = 0; claim <= 1 && !*taken; claim++) {
        for (size_t i = 0; i < server->host_count; i++) {
            sluice_str key = host_key(lower->arena, server, i);
            void **place = NULL;
            if (!key.ptr) return false;
            if (!claim) {
                *taken |= map_get(owners, key) != NULL;
                continue;
            }
            place = map_put(owners, key);
            if (!place) return false;
            *place = server;
        }
    }
    return true;
}

/* TLS servers of one port are told apart by server name: one with a host that an earlier one has is
 * left out, as Istio does. */
static bool
drop_repeated(struct lower *lower, struct gateway_servers *servers)
{
    struct map owners = map_init(lower->arena);
    size_t kept = 0;
    bool ok = true, taken = false;
    for (size_t i = 0; ok && i < servers->count; i++) {
        struct gateway_server *server = &servers->items[i];
        ok = !speaks_tls(server) || claim_hosts(lower, &owners, server, &taken);
        if (speaks_tls(server) && taken) continue;
        servers->items[kept++] = *server;
    }
    servers->count = kept;
    map_free(&owners);
    return ok;
}

/* ---- all of a group ---- */

/* Plain HTTP, HTTPS, and all that is not HTTP inside. */
static int
family_of(const struct gateway_server *server)
{
    return server->kind == SERVER_HTTP ? 0 : server->kind == SERVER_HTTPS ? 1 : 2;
}

static int
by_listener(const void *a, const void *b)
{
    const struct gateway_server *x = a, *y = b;
    if (x->port != y->port) return x->port < y->port ? -1 : 1;
    if (family_of(x) != family_of(y)) return family_of(x) < family_of(y) ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

bool
gateway_servers_read(struct lower *lower, const struct gateway_group *group,
                     struct gateway_servers *out)
{
    size_t room = 0;
    for (size_t i = 0; i < group->count; i++) {
        const struct istio_resource *document = group->items[i]->document;
        room += document ? document->gateway->servers.count : 1;
    }
    *out = (struct gateway_servers){ARENA_ARRAY(lower->arena, struct gateway_server, room), 0};
    if (!out->items) return false;
    for (size_t i = 0; i < group->count; i++) {
        if (!add_servers(lower, out, group->items[i])) return false;
    }
    if (!drop_repeated(lower, out)) return false;
    if (out->count > 1) qsort(out->items, out->count, sizeof(*out->items), by_listener);
    return true;
}

size_t
gateway_servers_run(const struct gateway_servers *servers, size_t first)
{
    const struct gateway_server *like = &servers->items[first];
    size_t end = first + 1;
    while (end < servers->count && servers->items[end].port == like->port &&
           family_of(&servers->items[end]) == family_of(like)) {
        end++;
    }
    return end - first;
}
