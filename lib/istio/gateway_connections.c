#include "istio/gateway_connections.h"

#include <stdlib.h>

#include "istio/lower_l4.h"

/* ---- collecting ---- */

static bool
add_claim(struct lower *lower, struct gateway_connections *out, size_t source, size_t rule,
          uint32_t port)
{
    struct tcp_claim *items =
        arena_grow(lower->arena, out->by_port, out->count, &out->capacity, sizeof(*items));
    if (!items) return false;
    out->by_port = items;
    items[out->count] =
        (struct tcp_claim){port, (uint32_t)out->count, (uint32_t)source, (uint32_t)rule};
    out->count++;
    return true;
}

static bool
add_rule(struct lower *lower, struct gateway_connections *out, const struct lower_source *from,
         size_t source, size_t rule, const struct lower_scope *scope)
{
    const struct istio_l4_route *routes = from->resource->virtual_service->tcp.items;
    const struct istio_l4_match *matches = routes[rule].match.items;
    if (routes[rule].match.count == 0) return add_claim(lower, out, source, rule, 0);
    for (size_t i = 0; i < routes[rule].match.count; i++) {
        if (!l4_match_applies(lower, from, &matches[i], scope)) continue;
        uint32_t port = matches[i].port.v > 0 ? (uint32_t)matches[i].port.v : 0;
        if (!add_claim(lower, out, source, rule, port)) return false;
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

static int
by_source(const void *a, const void *b)
{
    const struct tcp_claim *x = a, *y = b;
    if (x->source != y->source) return x->source < y->source ? -1 : 1;
    return by_port(a, b);
}

bool
gateway_connections_read(struct lower *lower, sluice_str gateway,
                         const struct candidates *candidates, struct gateway_connections *out)
{
    struct lower_scope scope = {.gateway = gateway}; /* the port is asked for later */
    *out = (struct gateway_connections){NULL, NULL, 0, 0};
    for (size_t i = 0; i < candidates->count; i++) {
        const struct lower_source *source = &candidates->items[i];
        for (size_t k = 0; k < source->resource->virtual_service->tcp.count; k++) {
            if (!add_rule(lower, out, source, i, k, &scope)) return false;
        }
    }
    out->by_source = ARENA_ARRAY(lower->arena, struct tcp_claim, out->count);
    if (!out->by_source) return false;
    if (out->count == 0) return true;
    memcpy(out->by_source, out->by_port, out->count * sizeof(*out->by_source));
    qsort(out->by_port, out->count, sizeof(*out->by_port), by_port);
    qsort(out->by_source, out->count, sizeof(*out->by_source), by_source);
    return true;
}

/* ---- asking ---- */

typedef int compare_claims(const void *a, const void *b);

/* The first one that is not before `least`; NULL: none. */
static const struct tcp_claim *
first_from(const struct tcp_claim *items, size_t count, const struct tcp_claim *least,
           compare_claims *compare)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&items[middle], least) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count && items[low].port == least->port ? &items[low] : NULL;
}

static const struct tcp_claim *
earlier(const struct tcp_claim *own, const struct tcp_claim *any)
{
    if (!own || !any) return own ? own : any;
    return own->order < any->order ? own : any;
}

const struct tcp_claim *
gateway_connections_tcp(const struct gateway_connections *connections, uint32_t port)
{
    struct tcp_claim own = {.port = port}, any = {.port = 0};
    return earlier(first_from(connections->by_port, connections->count, &own, by_port),
                   first_from(connections->by_port, connections->count, &any, by_port));
}

static const struct tcp_claim *
first_of_source(const struct gateway_connections *connections, struct tcp_claim least)
{
    const struct tcp_claim *found =
        first_from(connections->by_source, connections->count, &least, by_source);
    return found && found->source == least.source ? found : NULL;
}

const struct tcp_claim *
gateway_connections_tcp_of(const struct gateway_connections *connections, uint32_t source,
                           uint32_t port)
{
    return earlier(first_of_source(connections, (struct tcp_claim){.port = port, .source = source}),
                   first_of_source(connections, (struct tcp_claim){.port = 0, .source = source}));
}
