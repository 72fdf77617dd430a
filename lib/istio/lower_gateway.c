/* lower_gateway: the HTTP listeners of Gateways. */
#include <stdlib.h>

#include "istio/gateway_servers.h"
#include "istio/host_set.h"
#include "istio/lower_l4.h"
#include "istio/virtual_hosts.h"

/* ---- a listener while it is put together ---- */

/* A claim of the gateway and a host of the server that match, both by position. */
struct meeting {
    uint32_t claim, host;
};

/* What a VirtualService gives to the listener, made when first asked for. */
struct given {
    bool asked;
    struct rule_list list; /* empty: its hosts do not come into being */
    const struct model_route_list *shared;
};

struct building {
    struct lower *lower;
    struct virtual_hosts hosts;
    struct map given;         /* address of struct lower_source -> struct given */
    struct map filed;         /* addresses of domain_routes and lower_source */
    struct meeting *meetings; /* of one server at a time */
    size_t meeting_count, meeting_capacity;
    struct host_owners met;
};

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
add_redirects(struct building *building, const struct gateway_server *server)
{
    for (size_t i = 0; server->https_redirect && i < server->host_count; i++) {
        if (!redirect_domain(&building->hosts, server->hosts[i].host)) return false;
    }
    return true;
}

/* ---- what VirtualServices give ---- */

static sluice_str
address_key(struct arena *arena, const void *a, const void *b)
{
    const void *both[] = {a, b};
    return arena_dup(arena, str_make((const char *)both, sizeof(both)));
}

static struct given *
given_by(struct building *building, const struct gateway_server *server,
         const struct lower_source *source)
{
    struct lower *lower = building->lower;
    struct lower_scope scope = {.gateway = server->gateway->name, .port = server->port};
    sluice_str key = address_key(lower->arena, source, NULL);
    void **place = key.ptr ? map_put(&building->given, key) : NULL;
    if (!place) return NULL;
    if (*place) return *place;
    struct given *given = ARENA_NEW(lower->arena, struct given);
    if (!given || !lower_routes(lower, source, &scope, &given->list)) return NULL;
    given->shared = rule_list_finish(lower, &given->list);
    *place = given;
    return given->shared ? given : NULL;
}

/* Whether the domain has the routes of that VirtualService already; -1 without memory. */
static int
file_source(struct building *building, const struct domain_routes *domain,
            const struct lower_source *source)
{
    sluice_str key = address_key(building->lower->arena, domain, source);
    size_t before = building->filed.count;
    if (!key.ptr || !map_put(&building->filed, key)) return -1;
    return building->filed.count == before;
}

static bool
give_domain(struct building *building, sluice_str host, const struct lower_source *source,
            const struct given *given)
{
    struct lower *lower = building->lower;
    struct domain_routes *domain = virtual_hosts_get(&building->hosts, expand_domain(lower, host));
    if (!domain) return false;
    if (domain->closed) return true;
    int filed = file_source(building, domain, source);
    if (filed != 0) return filed > 0;
    if (domain->sources++ == 0) {
        domain->shared = given->shared;
        domain->joined = given->list;
        return true;
    }
    /* The first one's list is shared: go on with a copy. */
    if (domain->sources == 2) domain->joined.capacity = domain->joined.count;
    for (size_t i = 0; i < given->list.count; i++) {
        if (!rule_list_add(lower, &domain->joined, given->list.items[i])) return false;
    }
    return true;
}

static bool
is_subset(sluice_str narrow, sluice_str wide)
{
    if (!host_is_wildcard(wide)) return str_equal(narrow, wide);
    sluice_str tail = host_is_wildcard(narrow) ? str_skip(narrow, 1) : narrow;
    return str_ends_with(tail, str_skip(wide, 1));
}

/* The routes of a VirtualService for what one of its hosts and one of the server's have in common:
 * the narrower of both. */
static bool
give_host(struct building *building, const struct gateway_server *server,
          const struct meeting *meeting)
{
    const struct gateway *gateway = server->gateway;
    const struct gateway_claim *claim = &gateway->claims[meeting->claim];
    const struct lower_source *source = &gateway->candidates.items[claim->source];
    sluice_str theirs = server->hosts[meeting->host].host;
    sluice_str narrow = is_subset(claim->host, theirs) ? claim->host : theirs;
    struct given *given = given_by(building, server, source);
    if (!given) return false;
    if (given->list.count == 0) return true; /* its hosts do not come into being */
    if (server->https_redirect) return redirect_domain(&building->hosts, narrow);
    return give_domain(building, narrow, source, given);
}

/* ---- which hosts meet ---- */

static bool
add_meeting(struct building *building, uint32_t claim, size_t host)
{
    struct meeting *items =
        arena_grow(building->lower->arena, building->meetings, building->meeting_count,
                   &building->meeting_capacity, sizeof(*items));
    if (!items) return false;
    building->meetings = items;
    building->meetings[building->meeting_count++] = (struct meeting){claim, (uint32_t)host};
    return true;
}

static int
by_claim(const void *a, const void *b)
{
    const struct meeting *x = a, *y = b;
    if (x->claim != y->claim) return x->claim < y->claim ? -1 : 1;
    return (x->host > y->host) - (x->host < y->host);
}

/* The meetings of a server, in order of claims. */
static bool
meet(struct building *building, const struct gateway_server *server)
{
    building->meeting_count = 0;
    for (size_t i = 0; i < server->host_count; i++) {
        const struct server_host *host = &server->hosts[i];
        const struct host_index *index = space_index_of(&server->gateway->index, host->space);
        building->met.count = 0;
        if (index && !host_index_find(index, host->host, &building->met)) return false;
        for (size_t k = 0; k < building->met.count; k++) {
            if (!add_meeting(building, building->met.items[k], i)) return false;
        }
    }
    if (building->meeting_count > 1) {
        qsort(building->meetings, building->meeting_count, sizeof(struct meeting), by_claim);
    }
    return true;
}

/* ---- one listener: the servers of one port ---- */

static bool
fill(struct building *building, const struct gateway_server *servers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!add_redirects(building, &servers[i])) return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!meet(building, &servers[i])) return false;
        for (size_t k = 0; k < building->meeting_count; k++) {
            if (!give_host(building, &servers[i], &building->meetings[k])) return false;
        }
    }
    return true;
}

static bool
add_listener(struct lower *lower, sluice_str name, const struct gateway_server *servers,
             size_t count, struct listener_list *listeners)
{
    struct building building = {
        .lower = lower,
        .hosts = virtual_hosts_init(lower),
        .given = map_init(lower->arena),
        .filed = map_init(lower->arena),
    };
    struct model_listener listener = {
        .scope = MODEL_SCOPE_GATEWAY,
        .name = name,
        .family = MODEL_FAMILY_HTTP,
        .port = servers->port,
        .tls = servers->kind == SERVER_HTTPS,
    };
    bool ok = fill(&building, servers, count) &&
              virtual_hosts_finish(&building.hosts, true, &listener) &&
              listener_list_add(lower, listeners, listener);
    virtual_hosts_free(&building.hosts);
    map_free(&building.given);
    map_free(&building.filed);
    return ok;
}

static bool
add_group(struct lower *lower, const struct gateway_group *group, struct listener_list *listeners)
{
    struct gateway_servers servers;
    sluice_str name = group->items[0]->name;
    if (!gateway_servers_read(lower, group, &servers)) return false;
    for (size_t begin = 0, count; begin < servers.count; begin += count) {
        const struct gateway_server *first = &servers.items[begin];
        count = gateway_servers_run(&servers, begin);
        bool http = first->kind == SERVER_HTTP || first->kind == SERVER_HTTPS;
        bool ok = http ? add_listener(lower, name, first, count, listeners)
                       : lower_l4_gateway(lower, name, first, count, listeners);
        if (!ok) return false;
    }
    return true;
}

/* The other Gateways of a group have its listeners too. */
static bool
add_names(struct lower *lower, const struct gateways *gateways, struct model *out)
{
    struct model_gateway_name *names =
        ARENA_ARRAY(lower->arena, struct model_gateway_name, gateways->count);
    if (!names) return false;
    out->gateway_names = names;
    for (size_t i = 0; i < gateways->group_count; i++) {
        const struct gateway_group *group = gateways->groups[i];
        for (size_t k = 1; k < group->count; k++) {
            names[out->gateway_name_count++] =
                (struct model_gateway_name){group->items[k]->name, group->items[0]->name};
        }
    }
    return true;
}

bool
lower_gateways(struct lower *lower, struct listener_list *listeners, struct model *out)
{
    struct gateways gateways;
    bool ok = gateways_read(lower, &gateways);
    for (size_t i = 0; ok && i < gateways.group_count; i++) {
        ok = add_group(lower, gateways.groups[i], listeners);
    }
    ok = ok && add_names(lower, &gateways, out);
    gateways_free(&gateways);
    return ok;
}
