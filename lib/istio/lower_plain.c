/*
 * lower_plain: what a rule says that does nothing but send requests on, as the key of its action.
 *
 * Most rules are of this kind, and many name the same few destinations: their actions are one.
 */
#include "istio/lower_action.h"

static bool
has_more_than_destinations(const struct istio_http_route *route)
{
    return route->more->redirect || route->more->direct_response || route->more->rewrite ||
           route->more->timeout.set || route->more->retries || route->more->fault ||
           route->more->mirror || route->more->mirrors.count > 0 || route->more->cors_policy ||
           route->more->headers;
}

static bool
put(struct plain_key *key, const void *bytes, size_t len)
{
    if (len > sizeof(key->bytes) - key->len) return false;
    if (len) memcpy(key->bytes + key->len, bytes, len);
    key->len += len;
    return true;
}

/* The length goes first, so that no two texts look alike. */
static bool
put_text(struct plain_key *key, sluice_str text)
{
    return put(key, &text.len, sizeof(text.len)) && put(key, text.ptr, text.len);
}

static bool
put_destination(struct plain_key *key, const struct istio_http_destination *from)
{
    const struct istio_destination *to = from->destination;
    if (!to || from->headers) return false;
    int64_t numbers[] = {to->port ? to->port->number.v : -1, from->weight.v};
    return put(key, numbers, sizeof(numbers)) && put_text(key, to->host.v) &&
           put_text(key, to->subset.v);
}

bool
lower_plain_key(struct plain_key *key, const struct lower *lower, const struct lower_source *source,
                const struct istio_http_route *route, const struct lower_scope *scope)
{
    /* The port matters where a registry says which ports a service has. */
    uint64_t port = lower->registry ? scope->port : 0;
    uint64_t place = port << 8 | (uint64_t)source->semantics << 1 | scope->mesh;
    uint64_t numbers[] = {(uintptr_t)source->resource, place};
    key->len = 0;
    if (has_more_than_destinations(route) || !put(key, numbers, sizeof(numbers))) return false;
    const struct istio_http_destination *items = route->route.items;
    for (size_t i = 0; i < route->route.count; i++) {
        if (!put_destination(key, &items[i])) return false;
    }
    return true;
}
