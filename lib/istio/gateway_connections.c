#include "istio/gateway_connections.h"

#include <stdlib.h>

#include "istio/lower_l4.h"

/* ---- tls ---- */

static bool
add_sni(struct lower *lower, struct gateway_connections *out, struct sni_claim claim)
{
    struct sni_claim *items =
        arena_grow(lower->arena, out->snis, out->sni_count, &out->sni_capacity, sizeof(*items));
    if (!items) return false;
    out->snis = items;
    out->snis[out->sni_count] = claim;
    return space_index_add(&out->index, claim.source->resource->meta->space, claim.sni,
                           (uint32_t)out->sni_count++);
}

static bool
add_tls_rule(struct lower *lower, struct gateway_connections *out,
             const struct lower_source *source, size_t rule, const struct lower_scope *scope)
{
    const struct istio_l4_route *routes = source->resource->virtual_service->tls.items;
    const struct istio_l4_match *matches = routes[rule].match.items;
    for (size_t i = 0; i < routes[rule].match.count; i++) {
        const sluice_str *hosts = matches[i].sni_hosts.items;
        if (!l4_match_applies(lower, source, &matches[i], scope)) continue;
        for (size_t k = 0; k < matches[i].sni_hosts.count; k++) {
            struct sni_claim claim = {source, (uint32_t)rule, (uint32_t)i, hosts[k]};
            if (!add_sni(lower, out, claim)) return false;
        }
    }
    return true;
}

/* ---- tcp ---- */

static bool
add_tcp(struct lower *lower, struct gateway_connections *out, const struct lower_source *source,
        size_t rule, uint32_t port)
{
    struct tcp_claim *items =
        arena_grow(lower->arena, out->tcps, out->tcp_count, &out->tcp_capacity, sizeof(*items));
    if (!items) return false;
    out->tcps = items;
    out->tcps[out->tcp_count] =
        (struct tcp_claim){port, (uint32_t)out->tcp_count, source, (uint32_t)rule};
    out->tcp_count++;
    return true;
}

static bool
add_tcp_rule(struct lower *lower, struct gateway_connections *out,
             const struct lower_source *source, size_t rule, const struct lower_scope *scope)
{
    const struct istio_l4_route *routes = source->resource->virtual_service->tcp.items;
    const struct istio_l4_match *matches = routes[rule].match.items;
    if (routes[rule].match.count == 0) return add_tcp(lower, out, source, rule, 0);
    for (size_t i = 0; i < routes[rule].match.count; i++) {
        if (!l4_match_applies(lower, source, &matches[i], scope)) continue;
        uint32_t port = matches[i].port.v > 0 ? (uint32_t)matches[i].port.v : 0;
        if (!add_tcp(lower, out, source, rule, port)) return false;
    }
    return true;
}

static int
by_port(const void *a, const void *b)
{
    const struct tcp_claim *x = a, *y = b;
    if (x->port != y->port) return x->port < y->port ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static const struct tcp_claim *
first_of_port(const struct gateway_connections *connections, uint32_t port)
{
    size_t low = 0, high = connections->tcp_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (connections->tcps[middle].port < port) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool found = low < connections->tcp_count && connections->tcps[low].port == port;
    return found ? &connections->tcps[low] : NULL;
}

const struct tcp_claim *
gateway_connections_tcp(const struct gateway_connections *connections, uint32_t port)
{
    const struct tcp_claim *own = first_of_port(connections, port);
    const struct tcp_claim *any = first_of_port(connections, 0);
    if (!own || !any) return own ? own : any;
    return own->order < any->order ? own : any;
}

/* ---- all ---- */

struct gateway_connections
gateway_connections_init(struct arena *arena)
{
    return (struct gateway_connections){.index = space_index_init(arena)};
}

bool
gateway_connections_read(struct lower *lower, sluice_str gateway,
                         const struct candidates *candidates, struct gateway_connections *out)
{
    struct lower_scope scope = {.gateway = gateway}; /* the port is asked for later */
    for (size_t i = 0; i < candidates->count; i++) {
        const struct lower_source *source = &candidates->items[i];
        const struct istio_virtual_service *spec = source->resource->virtual_service;
        for (size_t k = 0; k < spec->tls.count; k++) {
            if (!add_tls_rule(lower, out, source, k, &scope)) return false;
        }
        for (size_t k = 0; k < spec->tcp.count; k++) {
            if (!add_tcp_rule(lower, out, source, k, &scope)) return false;
        }
    }
    space_index_seal(&out->index);
    if (out->tcp_count > 1) qsort(out->tcps, out->tcp_count, sizeof(*out->tcps), by_port);
    return true;
}

void
gateway_connections_free(struct gateway_connections *connections)
{
    space_index_free(&connections->index);
}
