/*
 * validate_gateway: what a Gateway has beside its listeners.
 */
#include "base/ip.h"
#include "gateway_api/formats.h"
#include "gateway_api/validate.h"

/* ---- addresses ---- */

static bool
is_type(const struct gateway_address *address, const char *name)
{
    if (!value_is_set(address->type)) return strcmp(name, "IPAddress") == 0;
    return str_equal(address->type.v, sluice_str_of(name));
}

static void
check_address(struct validate *v, const struct gateway_address *address)
{
    const struct yaml_node *at = gw_at(address->node, "value");
    struct ip ip;
    if (!value_is_set(address->value)) return;
    if (is_type(address, "IPAddress")) {
        if (ip_parse(&ip, address->value.v)) return;
        BROKEN(v, at, "\"%.*s\" is no IP address, which type IPAddress asks for",
               STR_ARG(address->value.v));
    } else if (is_type(address, "Hostname")) {
        const char *wrong = format_check_hostname(address->value.v);
        if (wrong) BROKEN(v, at, "value \"%.*s\" %s", STR_ARG(address->value.v), wrong);
    }
}

static void
check_addresses(struct validate *v, const struct value_list *addresses)
{
    const struct gateway_address *items = addresses->items;
    struct map ips = map_init(v->decode->arena);
    struct map hosts = map_init(v->decode->arena);
    for (size_t i = 0; i < addresses->count; i++) {
        check_address(v, &items[i]);
        struct map *seen = is_type(&items[i], "IPAddress")  ? &ips
                           : is_type(&items[i], "Hostname") ? &hosts
                                                            : NULL;
        if (!seen || !value_is_set(items[i].value)) continue;
        if (!gw_seen(v, seen, items[i].value.v, items[i].node)) continue;
        REFUSED(v, gw_at(items[i].node, "value"), "address \"%.*s\" is given twice",
                STR_ARG(items[i].value.v));
    }
    map_free(&ips);
    map_free(&hosts);
}

/* ---- the rest ---- */

static void
check_infrastructure(struct validate *v, const struct gateway_infrastructure *infrastructure)
{
    if (!infrastructure) return;
    gw_check_labels(v, &infrastructure->labels);
    const struct value_str_map *annotations = &infrastructure->annotations;
    for (size_t i = 0; i < annotations->count; i++) {
        const char *wrong = format_check_label_key(annotations->items[i].name);
        if (!wrong) continue;
        BROKEN(v, annotations->nodes[i], "annotation key \"%.*s\" %s",
               STR_ARG(annotations->items[i].name), wrong);
    }
}

static void
check_frontend(struct validate *v, const struct gateway_frontend_tls *frontend)
{
    if (!frontend) return;
    const struct gateway_frontend_port *ports = frontend->per_port.items;
    struct map seen = map_init(v->decode->arena);
    for (size_t i = 0; i < frontend->per_port.count; i++) {
        if (!ports[i].port.set) continue;
        sluice_str key = str_make((const char *)&ports[i].port.v, sizeof(ports[i].port.v));
        if (!gw_seen(v, &seen, key, ports[i].node)) continue;
        REFUSED(v, gw_at(ports[i].node, "port"), "port %lld is given twice",
                (long long)ports[i].port.v);
    }
    map_free(&seen);
}

void
gw_check_gateway(struct validate *v, const struct gateway_gateway *spec)
{
    gw_check_listeners(v, &spec->listeners);
    check_addresses(v, &spec->addresses);
    check_infrastructure(v, spec->infrastructure);
    if (spec->allowed_listeners) gw_check_namespaces(v, spec->allowed_listeners->namespaces);
    if (spec->tls) check_frontend(v, spec->tls->frontend);
}
