/*
 * conflicts: listeners that cannot stand beside each other (docs/gateway-api.md, "Listeners").
 *
 * In one Gateway all members of a conflict are dropped. A listener of a ListenerSet gives way to
 * those that stand before it.
 */
#include "gateway_api/listeners.h"

/* What is on one port, and what names each (protocol, hostname) there has. */
struct port_use {
    size_t tcp;  /* TCP listeners */
    size_t http; /* HTTP, HTTPS, TLS */
    size_t udp;
};

struct conflicts {
    struct gw_lower *lower;
    struct map ports;     /* port -> struct port_use */
    struct map hostnames; /* port, protocol, hostname -> how many */
};

static struct port_use *
use_of(struct conflicts *conflicts, uint32_t port)
{
    struct gw_lower *lower = conflicts->lower;
    sluice_str key = arena_printf(lower->arena, "%u", (unsigned)port);
    void **place = key.ptr ? map_put(&conflicts->ports, key) : NULL;
    if (place && !*place) *place = ARENA_NEW(lower->arena, struct port_use);
    return place ? *place : NULL;
}

/* How many listeners have that port, protocol and hostname, to be counted up. */
static size_t *
same_of(struct conflicts *conflicts, const struct gw_listener *listener)
{
    struct gw_lower *lower = conflicts->lower;
    sluice_str key = arena_printf(lower->arena, "%u %d %.*s", (unsigned)listener->port,
                                  (int)listener->protocol, STR_ARG(listener->hostname));
    void **place = key.ptr ? map_put(&conflicts->hostnames, key) : NULL;
    if (place && !*place) *place = ARENA_NEW(lower->arena, size_t);
    return place ? *place : NULL;
}

static void
report(struct gw_lower *lower, struct gw_listener *listener, const char *with)
{
    gateway_report(listener->owner, lower->envelope, SLUICE_SEVERITY_WARNING, GW_CONFLICT,
                   listener->spec->node, "listener %.*s conflicts with %s, and is not used",
                   STR_ARG(listener->spec->name.v), with);
    listener->accepted = false;
}

static bool
is_l4(const struct gw_listener *listener)
{
    return listener->protocol == GW_TCP || listener->protocol == GW_UDP;
}

/* What a listener collides with when `own` of each count is itself; NULL: nothing. */
static const char *
collision(const struct gw_listener *listener, const struct port_use *use, size_t same, size_t own)
{
    if (listener->protocol == GW_UDP) return use->udp > own ? "another UDP listener" : NULL;
    if (listener->protocol == GW_TCP) {
        if (use->tcp > own) return "another TCP listener";
        return use->http ? "a listener of another protocol on the same port" : NULL;
    }
    if (same > own) return "a listener of the same port, protocol and hostname";
    return use->tcp ? "a TCP listener on the same port" : NULL;
}

static void
count(const struct gw_listener *listener, struct port_use *use, size_t *same)
{
    use->tcp += listener->protocol == GW_TCP;
    use->udp += listener->protocol == GW_UDP;
    use->http += !is_l4(listener);
    (*same)++;
}

/* Count first, then look: nobody wins. What is left counts for the sets. */
static bool
settle_own(struct conflicts *conflicts, struct gw_parent *gateway)
{
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < gateway->count; i++) {
            struct gw_listener *listener = &gateway->listeners[i];
            if (!listener->accepted) continue;
            struct port_use *use = use_of(conflicts, listener->port);
            size_t *same = same_of(conflicts, listener);
            if (!use || !same) return false;
            if (pass == 0) {
                count(listener, use, same);
                continue;
            }
            const char *with = collision(listener, use, *same, 1);
            if (with) report(conflicts->lower, listener, with);
        }
    }
    return true;
}

/* What a Gateway and its sets use, as far as it was accepted. */
static bool
settle_sets(struct conflicts *conflicts, struct gw_parent *gateway)
{
    for (size_t i = 0; i <= gateway->set_count; i++) {
        struct gw_parent *parent = i == 0 ? gateway : gateway->sets[i - 1];
        for (size_t k = 0; k < parent->count; k++) {
            struct gw_listener *listener = &parent->listeners[k];
            if (!listener->accepted) continue;
            struct port_use *use = use_of(conflicts, listener->port);
            size_t *same = same_of(conflicts, listener);
            if (!use || !same) return false;
            const char *with = i == 0 ? NULL : collision(listener, use, *same, 0);
            if (with) report(conflicts->lower, listener, with);
            if (!with) count(listener, use, same);
        }
    }
    return true;
}

static bool
run(struct gw_lower *lower, struct gw_parent *gateway,
    bool (*settle)(struct conflicts *, struct gw_parent *))
{
    struct conflicts conflicts = {lower, map_init(lower->arena), map_init(lower->arena)};
    bool ok = settle(&conflicts, gateway);
    map_free(&conflicts.ports);
    map_free(&conflicts.hostnames);
    return ok;
}

bool
gw_conflicts_settle(struct gw_lower *lower, struct gw_parent *gateway)
{
    return run(lower, gateway, settle_own) && run(lower, gateway, settle_sets);
}
