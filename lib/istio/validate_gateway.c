/*
 * validate_gateway: Gateways and their servers.
 */
#include "base/ip.h"
#include "istio/names.h"
#include "istio/port_protocol.h"
#include "istio/validate.h"

/* ---- hosts: [namespace/]host ---- */

static void
check_host(struct validate *v, const struct yaml_node *at, sluice_str host)
{
    const char *wrong = name_check_wildcard_domain(host);
    struct ip ip;
    bool wildcard = str_find(host, '*') != SIZE_MAX;
    if (str_equal(host, STR("*")) || ip_parse(&ip, host)) return;
    if (wrong) {
        REFUSED(v, at, "host \"%.*s\" %s", STR_ARG(host), wrong);
    } else if (str_find(host, '.') == SIZE_MAX) {
        REFUSED(v, at, "host \"%.*s\" is a short name; a Gateway needs a full domain name",
                STR_ARG(host));
    } else if (wildcard && !str_starts_with(host, STR("*."))) {
        REFUSED(v, at, "host \"%.*s\" has a wildcard that is no whole label", STR_ARG(host));
    }
}

static void
check_scoped_host(struct validate *v, const struct yaml_node *at, sluice_str text)
{
    size_t slash = str_find(text, '/');
    if (slash == SIZE_MAX) {
        check_host(v, at, text);
        return;
    }
    sluice_str space = str_first(text, slash);
    bool any = str_equal(space, STR("*")) || str_equal(space, STR("."));
    bool nobody = str_equal(space, STR("~")) && v->gateway_semantics;
    if (!any && !nobody && !name_is_dns_label(space)) {
        REFUSED(v, at, "\"%.*s\" has no namespace, \"*\" or \".\" before \"/\"", STR_ARG(text));
    }
    check_host(v, at, str_skip(text, slash + 1));
}

static void
check_hosts(struct validate *v, const struct istio_server *server)
{
    if (server->hosts.count == 0) BROKEN(v, server->node, "the server needs at least one host");
    for (struct str_walk s = str_walk(&server->hosts); str_next(&s);) {
        check_scoped_host(v, s.node, s.text);
    }
}

/* ---- port and bind ---- */

static bool
is_unix(sluice_str bind)
{
    return str_starts_with(bind, STR(UNIX_PREFIX));
}

static void
check_port(struct validate *v, const struct istio_service_port *port, sluice_str bind)
{
    if (port_protocol_parse(port->protocol.v) == PROTOCOL_UNSUPPORTED) {
        BROKEN(v, validate_at(port->node, "protocol"),
               "\"%.*s\" is no protocol; expected HTTP, HTTPS, HTTP2, GRPC, GRPC-WEB, TLS, TCP, "
               "MONGO, "
               "REDIS or MYSQL",
               STR_ARG(port->protocol.v));
    }
    if (port->number.v > 0 || !is_unix(bind)) {
        validate_port(v, validate_at(port->node, "number"), port->number.v);
    }
    if (port->target_port.v > 0) {
        REFUSED(v, validate_at(port->node, "targetPort"), "targetPort has no effect in a Gateway");
    }
    if (port->name.v.len == 0) REFUSED(v, port->node, "the port needs a name");
}

static void
check_bind(struct validate *v, const struct istio_server *server)
{
    sluice_str bind = server->bind.v;
    const struct yaml_node *at = validate_at(server->node, "bind");
    struct ip ip;
    if (bind.len == 0) return;
    if (!is_unix(bind)) {
        if (ip_parse(&ip, bind)) return;
        REFUSED(v, at, "bind \"%.*s\" is neither an IP address nor a unix socket", STR_ARG(bind));
        return;
    }
    validate_unix_address(v, at, bind);
    if (server->port && server->port->number.v != 0) {
        REFUSED(v, validate_at(server->port->node, "number"),
                "a server that is bound to a unix socket has port number 0");
    }
}

/* ---- TLS and the protocol ---- */

static void
check_tls_fits(struct validate *v, const struct istio_server *server)
{
    enum port_protocol protocol = port_protocol_parse(server->port->protocol.v);
    const struct istio_server_tls *tls = server->tls;
    if (protocol == PROTOCOL_TLS) {
        if (!tls) REFUSED(v, server->node, "a server of protocol HTTPS or TLS needs tls settings");
        if (tls && tls->https_redirect.v) {
            WARN(v, validate_at(tls->node, "httpsRedirect"),
                 "httpsRedirect is only for servers of protocol HTTP");
        }
    } else if (protocol == PROTOCOL_HTTP && tls) {
        bool plain =
            tls->mode.v == ISTIO_SERVER_TLS_PASSTHROUGH &&
            tls->ca_certificates.v.len + tls->private_key.v.len + tls->server_certificate.v.len ==
                0;
        if (!plain) {
            REFUSED(v, tls->node, "a plain-text HTTP server has no tls settings but httpsRedirect");
        }
    } else if (tls) {
        REFUSED(v, tls->node, "only servers of protocol HTTPS or TLS have tls settings");
    }
}

/* ---- servers ---- */

static void
check_server(struct validate *v, const struct istio_server *server)
{
    if (server->node->kind == YAML_NULL) {
        BROKEN(v, server->node, "the server is null");
        return;
    }
    check_hosts(v, server);
    check_bind(v, server);
    validate_server_tls(v, server->tls);
    if (!server->port) {
        BROKEN(v, server->node, "the server needs a port");
        return;
    }
    check_port(v, server->port, server->bind.v);
    check_tls_fits(v, server);
}

static void
check_port_names(struct validate *v, const struct value_list *servers)
{
    const struct istio_server *items = servers->items;
    struct map seen = map_init(v->decode->arena);
    for (size_t i = 0; i < servers->count && !v->failed; i++) {
        if (!items[i].port) continue;
        sluice_str name = items[i].port->name.v;
        void **slot = map_put(&seen, name);
        if (!slot) {
            v->failed = true;
        } else if (*slot && name.len > 0) {
            REFUSED(v, validate_at(items[i].port->node, "name"),
                    "port name \"%.*s\" is used by two servers", STR_ARG(name));
        } else {
            *slot = &seen;
        }
    }
    map_free(&seen);
}

void
validate_gateway(struct validate *v, const struct istio_gateway *spec)
{
    const struct istio_server *servers = spec->servers.items;
    if (!name_is_dns_label(v->meta->name) && !v->gateway_semantics) {
        REFUSED(v, validate_at(v->meta->metadata ? v->meta->metadata : v->meta->root, "name"),
                "Gateway name \"%.*s\" is not 1 to 63 letters, digits or inner \"-\"",
                STR_ARG(v->meta->name));
    }
    if (spec->servers.count == 0) {
        BROKEN(v, spec->node, "a Gateway needs at least one server");
    }
    for (size_t i = 0; i < spec->servers.count; i++) {
        check_server(v, &servers[i]);
    }
    check_port_names(v, &spec->servers);
}
