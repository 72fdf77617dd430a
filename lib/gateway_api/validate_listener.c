/*
 * validate_listener: the listeners of a Gateway or a ListenerSet.
 */
#include "gateway_api/formats.h"
#include "gateway_api/validate.h"

/* The protocols that rules are about; their case does not matter to the API server. */
static bool
is_protocol(const struct gateway_listener *listener, const char *name)
{
    return str_equal_ignore_case(listener->protocol.v, sluice_str_of(name));
}

static void
check_options(struct validate *v, const struct value_str_map *options)
{
    enum { OPTION_MAX = 4096 };
    for (size_t i = 0; i < options->count; i++) {
        const char *wrong = format_check_label_key(options->items[i].name);
        if (wrong) {
            REFUSED(v, options->nodes[i], "option \"%.*s\" %s", STR_ARG(options->items[i].name),
                    wrong);
        }
        if (options->items[i].value.len > OPTION_MAX)
            REFUSED(v, options->nodes[i], "the option's value has more than 4096 characters");
    }
}

static void
check_tls(struct validate *v, const struct gateway_listener *listener)
{
    const struct gateway_listener_tls *tls = listener->tls;
    const struct yaml_node *at = gw_at(listener->node, "tls");
    bool clear = is_protocol(listener, "HTTP") || is_protocol(listener, "TCP") ||
                 is_protocol(listener, "UDP");
    if (!tls) {
        if (is_protocol(listener, "TLS"))
            BROKEN(v, listener->node, "a listener of protocol TLS needs tls with a mode");
        return;
    }
    if (clear) {
        REFUSED(v, at, "a listener of protocol %.*s must not have tls",
                STR_ARG(listener->protocol.v));
    }
    if (is_protocol(listener, "HTTPS") && tls->mode.v == GATEWAY_TLS_PASSTHROUGH) {
        BROKEN(v, gw_at(tls->node, "mode"),
               "a listener of protocol HTTPS must have tls mode Terminate; for Passthrough use "
               "protocol TLS");
    }
    bool bad_mode = gw_has(tls->node, "mode") && !tls->mode.set;
    bool certified = gw_has(tls->node, "certificateRefs") && tls->certificate_refs.count > 0;
    if (!bad_mode && tls->mode.v == GATEWAY_TLS_TERMINATE && !certified && !tls->options.count) {
        REFUSED(v, at, "tls mode Terminate needs certificateRefs or options");
    }
    check_options(v, &tls->options);
}

static void
check_hostname(struct validate *v, const struct gateway_listener *listener)
{
    if (!value_is_set(listener->hostname)) return;
    const struct yaml_node *at = gw_at(listener->node, "hostname");
    if (listener->hostname.v.len == 0) {
        REFUSED(v, at, "hostname must not be empty; leave it out for any host");
    } else if (is_protocol(listener, "TCP") || is_protocol(listener, "UDP")) {
        REFUSED(v, at, "a listener of protocol %.*s must not have a hostname",
                STR_ARG(listener->protocol.v));
    }
}

/* port, protocol and hostname as one text; empty when memory ran out. */
static sluice_str
identity_of(struct validate *v, const struct gateway_listener *listener)
{
    char protocol[8] = {0};
    sluice_str name = listener->protocol.v;
    if (name.len >= sizeof(protocol)) {
        return arena_printf(v->decode->arena, "%lld %.*s %.*s", (long long)listener->port.v,
                            STR_ARG(name), STR_ARG(listener->hostname.v));
    }
    for (size_t i = 0; i < name.len; i++) {
        protocol[i] = ascii_lower(name.ptr[i]);
    }
    return arena_printf(v->decode->arena, "%lld %s %.*s", (long long)listener->port.v, protocol,
                        STR_ARG(listener->hostname.v));
}

struct listener_check {
    struct map names, identities;
};

static void
check_repeats(struct validate *v, struct listener_check *check,
              const struct gateway_listener *listener)
{
    const struct yaml_node *at = gw_at(listener->node, "name");
    if (value_is_set(listener->name) && gw_seen(v, &check->names, listener->name.v, at)) {
        BROKEN(v, at, "listener name \"%.*s\" is given twice; names must be unique",
               STR_ARG(listener->name.v));
    }
    if (!listener->port.set || !value_is_set(listener->protocol)) return;
    const struct yaml_node *first =
        gw_seen(v, &check->identities, identity_of(v, listener), listener->node);
    if (!first) return;
    REFUSED(v, listener->node,
            "port, protocol and hostname are those of listeners[%u]; one of them must differ",
            (unsigned)first->index);
}

void
gw_check_listeners(struct validate *v, const struct value_list *listeners)
{
    const struct gateway_listener *items = listeners->items;
    struct listener_check check = {map_init(v->decode->arena), map_init(v->decode->arena)};
    for (size_t i = 0; i < listeners->count; i++) {
        if (items[i].node->kind != YAML_MAP) continue;
        check_tls(v, &items[i]);
        check_hostname(v, &items[i]);
        check_repeats(v, &check, &items[i]);
        if (items[i].allowed_routes) gw_check_namespaces(v, items[i].allowed_routes->namespaces);
    }
    map_free(&check.names);
    map_free(&check.identities);
}
