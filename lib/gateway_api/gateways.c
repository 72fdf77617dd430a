/*
 * gateways: listeners of the model for the listeners of Gateways (docs/gateway-api.md, "Listeners"
 * and "From request to listener").
 */
#include "gateway_api/hosts.h"

static enum model_family
family_of(enum gw_protocol protocol)
{
    static const enum model_family families[] = {
        [GW_HTTP] = MODEL_FAMILY_HTTP, [GW_HTTPS] = MODEL_FAMILY_HTTP, [GW_TLS] = MODEL_FAMILY_TLS,
        [GW_TCP] = MODEL_FAMILY_TCP,   [GW_UDP] = MODEL_FAMILY_UDP,
    };
    return families[protocol];
}

static sluice_listener_tls
tls_of(const struct gw_listener *listener)
{
    const struct gateway_listener_tls *tls = listener->spec->tls;
    if (listener->protocol == GW_HTTPS) return SLUICE_LISTENER_TLS_TERMINATE;
    if (listener->protocol != GW_TLS) return SLUICE_LISTENER_TLS_NONE;
    return tls && tls->mode.v == GATEWAY_TLS_PASSTHROUGH ? SLUICE_LISTENER_TLS_PASSTHROUGH
                                                         : SLUICE_LISTENER_TLS_TERMINATE;
}

static bool
add_listener(struct gw_lower *lower, sluice_str gateway, const struct gw_listener *from)
{
    struct model_listener to = {
        .scope = MODEL_SCOPE_GATEWAY,
        .name = gateway,
        .family = family_of(from->protocol),
        .port = from->port,
        .tls = from->protocol == GW_HTTPS,
        .listener_tls = tls_of(from),
        .hostname = from->hostname,
        .isolated = family_of(from->protocol) == MODEL_FAMILY_HTTP,
    };
    bool http = to.family == MODEL_FAMILY_HTTP;
    return (http ? gw_hosts_http(lower, from, &to) : gw_hosts_l4(lower, from, &to)) &&
           gw_listener_add(lower, to);
}

/* A listener without routes is there too: what it stands for goes to no other one (6.2). */
static bool
add_parent(struct gw_lower *lower, sluice_str gateway, const struct gw_parent *parent)
{
    for (size_t i = 0; i < parent->count; i++) {
        const struct gw_listener *listener = &parent->listeners[i];
        if (listener->accepted && !add_listener(lower, gateway, listener)) return false;
    }
    return true;
}

bool
gw_gateways_lower(struct gw_lower *lower)
{
    for (size_t i = 0; i < lower->gateways.count; i++) {
        const struct map_entry *entry = &lower->gateways.entries[i];
        const struct gw_parent *gateway = entry->value;
        if (!add_parent(lower, entry->key, gateway)) return false;
        for (size_t k = 0; k < gateway->set_count; k++) {
            if (!add_parent(lower, entry->key, gateway->sets[k])) return false;
        }
    }
    return true;
}
