/*
 * validate_service_entry: services that are added to the registry by hand.
 */
#include "istio/names.h"
#include "istio/port_protocol.h"
#include "istio/validate.h"

#define WAYPOINT_LABEL "istio.io/use-waypoint"
#define AUTO_ADDRESS_LABEL "networking.istio.io/enable-autoallocate-ip"
#define ADDRESSES_REQUIRED "IST0134"

static bool
is_dns(const struct istio_service_entry *spec)
{
    return spec->resolution.v == ISTIO_RESOLUTION_DNS ||
           spec->resolution.v == ISTIO_RESOLUTION_DNS_ROUND_ROBIN;
}

static const sluice_str *
find_label(const struct value_str_map *labels, sluice_str name)
{
    for (size_t i = 0; i < labels->count; i++) {
        if (str_equal(labels->items[i].name, name)) return &labels->items[i].value;
    }
    return NULL;
}

/* ---- hosts and addresses ---- */

static void
check_host(struct validate *v, const struct yaml_node *at, sluice_str host)
{
    const char *wrong = name_check_wildcard_domain(host);
    if (host.len == 0) {
        BROKEN(v, at, "the host is empty");
    } else if (str_equal(host, STR("*"))) {
        BROKEN(v, at, "host \"*\" is too wide for a ServiceEntry");
    } else if (wrong) {
        REFUSED(v, at, "host \"%.*s\" %s", STR_ARG(host), wrong);
    } else if (host.ptr[0] == '*' && host.ptr[1] != '.') {
        WARN(v, at, "host \"%.*s\" has a wildcard that is no whole label", STR_ARG(host));
    }
}

static void
check_hosts(struct validate *v, const struct istio_service_entry *spec)
{
    if (spec->hosts.count == 0) {
        BROKEN(v, spec->node, "a ServiceEntry needs at least one host");
    }
    for (struct str_walk s = str_walk(&spec->hosts); str_next(&s);) {
        check_host(v, s.node, s.text);
    }
}

static void
check_addresses(struct validate *v, const struct istio_service_entry *spec)
{
    bool networks_allowed = spec->resolution.v == ISTIO_RESOLUTION_NONE ||
                            spec->resolution.v == ISTIO_RESOLUTION_STATIC;
    validate_subnets(v, &spec->addresses);
    for (struct str_walk s = str_walk(&spec->addresses); str_next(&s) && !networks_allowed;) {
        if (str_find(s.text, '/') == SIZE_MAX) continue;
        REFUSED(v, s.node, "a CIDR block is only for resolution NONE or STATIC");
    }
}

/* ---- ports ---- */

static void
check_port_name(struct validate *v, const struct istio_service_port *port, struct map *names)
{
    const struct yaml_node *at = validate_at(port->node, "name");
    if (!name_is_dns_label(port->name.v)) {
        REFUSED(v, at, "port name \"%.*s\" is not 1 to 63 letters, digits or inner \"-\"",
                STR_ARG(port->name.v));
    }
    void **slot = map_put(names, port->name.v);
    if (!slot) {
        v->failed = true;
    } else if (*slot) {
        REFUSED(v, at, "port name \"%.*s\" is used twice", STR_ARG(port->name.v));
    } else {
        *slot = names;
    }
}

static void
check_port_numbers(struct validate *v, const struct istio_service_port *port, bool none)
{
    validate_port(v, validate_at(port->node, "number"), port->number.v);
    if (port->target_port.v == 0) return;
    const struct yaml_node *at = validate_at(port->node, "targetPort");
    validate_port(v, at, port->target_port.v);
    if (none) WARN(v, at, "targetPort has no effect with resolution NONE");
}

static void
check_port_protocol(struct validate *v, const struct istio_service_port *port)
{
    sluice_str protocol = port->protocol.v;
    if (protocol.len == 0 || port_protocol_parse(protocol) != PROTOCOL_UNSUPPORTED) return;
    REFUSED(
        v, validate_at(port->node, "protocol"),
        "\"%.*s\" is no protocol; expected HTTP, HTTP2, GRPC, GRPC-WEB, HTTPS, TLS, TCP, MONGO, "
        "REDIS, MYSQL, UDP or nothing",
        STR_ARG(protocol));
}

/* Every number is given once: a bit for each port. */
struct port_set {
    uint8_t bits[65536 / 8];
};

static bool
port_set_add(struct port_set *set, int64_t port)
{
    if (!validate_is_port(port)) return true;
    uint8_t *byte = &set->bits[port / 8], mask = (uint8_t)(1U << (port % 8));
    bool fresh = !(*byte & mask);
    *byte |= mask;
    return fresh;
}

static void
check_ports(struct validate *v, const struct istio_service_entry *spec, struct map *names)
{
    const struct istio_service_port *ports = spec->ports.items;
    struct port_set numbers = {{0}};
    bool none = spec->resolution.v == ISTIO_RESOLUTION_NONE;
    for (size_t i = 0; i < spec->ports.count; i++) {
        if (ports[i].node->kind == YAML_NULL) {
            BROKEN(v, ports[i].node, "the port is null");
            continue;
        }
        check_port_name(v, &ports[i], names);
        check_port_numbers(v, &ports[i], none);
        check_port_protocol(v, &ports[i]);
        if (port_set_add(&numbers, ports[i].number.v)) continue;
        REFUSED(v, validate_at(ports[i].node, "number"), "port %lld is defined twice",
                (long long)ports[i].number.v);
    }
}

/* Without an address, TCP to a port cannot be told from TCP to the same port elsewhere. */
static void
check_addresses_given(struct validate *v, const struct istio_service_entry *spec)
{
    const struct istio_service_port *ports = spec->ports.items;
    const sluice_str *automatic = find_label(&v->meta->labels, STR(AUTO_ADDRESS_LABEL));
    if (spec->addresses.count > 0) return;
    if (automatic && str_equal_ignore_case(*automatic, STR("true"))) return;
    for (size_t i = 0; i < spec->ports.count; i++) {
        sluice_str protocol = ports[i].protocol.v;
        if (protocol.len > 0 && !str_equal_ignore_case(protocol, STR("TCP"))) continue;
        decode_report(
            v->decode, SLUICE_SEVERITY_WARNING, ADDRESSES_REQUIRED, ports[i].node,
            "a port of protocol TCP (or none) needs addresses, unless the proxy allocates "
            "them");
    }
}

/* One address and plain bytes: nothing says which of several hosts is meant. */
static void
check_shared_addresses(struct validate *v, const struct istio_service_entry *spec)
{
    const struct istio_service_port *ports = spec->ports.items;
    if (!is_dns(spec) || spec->addresses.count == 0 || spec->hosts.count < 2) return;
    for (size_t i = 0; i < spec->ports.count; i++) {
        enum port_protocol protocol = port_protocol_parse(ports[i].protocol.v);
        if (protocol != PROTOCOL_TCP && protocol != PROTOCOL_TLS) continue;
        WARN(v, spec->hosts.node, "several hosts share the addresses of a port that is not HTTP");
        return;
    }
}

/* Plain TCP cannot tell hosts apart. */
static void
check_many_hosts(struct validate *v, const struct istio_service_entry *spec)
{
    if (spec->hosts.count < 2 || spec->resolution.v == ISTIO_RESOLUTION_NONE) return;
    const struct istio_service_port *ports = spec->ports.items;
    for (size_t i = 0; i < spec->ports.count; i++) {
        enum port_protocol protocol = port_protocol_parse(ports[i].protocol.v);
        if (protocol == PROTOCOL_HTTP || protocol == PROTOCOL_TLS) continue;
        REFUSED(v, ports[i].node,
                "with several hosts every port must be of an HTTP or TLS protocol, unless "
                "resolution is NONE");
        return;
    }
}

/* ---- endpoints, by resolution ---- */

static void
check_dns_endpoint(struct validate *v, const struct istio_workload_entry *endpoint,
                   const struct map *port_names)
{
    if (str_starts_with(endpoint->address.v, STR(UNIX_PREFIX))) {
        REFUSED(v, validate_at(endpoint->node, "address"),
                "an endpoint at a unix socket needs resolution STATIC");
        return;
    }
    if (endpoint->address.v.len == 0 && endpoint->network.v.len > 0) {
        REFUSED(v, endpoint->node, "with DNS resolution an endpoint needs an address");
        return;
    }
    validate_endpoint(v, endpoint, port_names, true);
}

static void
check_endpoints(struct validate *v, const struct istio_service_entry *spec,
                const struct map *port_names)
{
    const struct istio_workload_entry *endpoints = spec->endpoints.items;
    for (size_t i = 0; i < spec->endpoints.count; i++) {
        if (endpoints[i].node->kind == YAML_NULL) {
            BROKEN(v, endpoints[i].node, "the endpoint is null");
        } else if (spec->resolution.v == ISTIO_RESOLUTION_STATIC) {
            validate_endpoint(v, &endpoints[i], port_names, false);
        } else {
            check_dns_endpoint(v, &endpoints[i], port_names);
        }
    }
}

static void
check_none(struct validate *v, const struct istio_service_entry *spec)
{
    if (spec->endpoints.count > 0) {
        REFUSED(v, spec->endpoints.node, "endpoints need another resolution than NONE");
    }
    if (spec->workload_selector) {
        WARN(v, spec->workload_selector->node,
             "workloadSelector has no effect with resolution NONE");
    }
}

static void
check_dns(struct validate *v, const struct istio_service_entry *spec)
{
    if (spec->endpoints.count == 0) {
        for (struct str_walk s = str_walk(&spec->hosts); str_next(&s);) {
            if (!name_check_fqdn(s.text)) continue;
            REFUSED(v, s.node,
                    "without endpoints, DNS resolution needs a plain domain name as host");
        }
    }
    if (spec->resolution.v == ISTIO_RESOLUTION_DNS_ROUND_ROBIN && spec->endpoints.count > 1) {
        REFUSED(v, spec->endpoints.node, "DNS_ROUND_ROBIN takes at most one endpoint");
    }
}

static void
check_dynamic_dns_ports(struct validate *v, const struct istio_service_entry *spec)
{
    const struct istio_service_port *ports = spec->ports.items;
    for (size_t i = 0; i < spec->ports.count; i++) {
        enum port_protocol protocol = port_protocol_parse(ports[i].protocol.v);
        if (protocol == PROTOCOL_HTTP || protocol == PROTOCOL_TLS) continue;
        REFUSED(v, validate_at(ports[i].node, "protocol"),
                "DYNAMIC_DNS needs ports of an HTTP or TLS protocol");
    }
}

static void
check_dynamic_dns(struct validate *v, const struct istio_service_entry *spec)
{
    for (struct str_walk s = str_walk(&spec->hosts); str_next(&s);) {
        if (str_starts_with(s.text, STR("*"))) continue;
        REFUSED(v, s.node, "DYNAMIC_DNS is for wildcard hosts only; use DNS for \"%.*s\"",
                STR_ARG(s.text));
    }
    if (spec->addresses.count > 0) {
        REFUSED(v, spec->addresses.node, "DYNAMIC_DNS takes no addresses");
    }
    if (spec->endpoints.count > 0) {
        REFUSED(v, spec->endpoints.node, "DYNAMIC_DNS takes no endpoints");
    }
    if (spec->workload_selector) {
        REFUSED(v, spec->workload_selector->node, "DYNAMIC_DNS takes no workloadSelector");
    }
    if (spec->location.v == ISTIO_MESH_INTERNAL &&
        find_label(&v->meta->labels, STR(WAYPOINT_LABEL))) {
        REFUSED(v, validate_at(spec->node, "location"),
                "DYNAMIC_DNS with a waypoint (label " WAYPOINT_LABEL ") is for MESH_EXTERNAL only");
    }
    check_dynamic_dns_ports(v, spec);
}

static void
check_resolution(struct validate *v, const struct istio_service_entry *spec,
                 const struct map *port_names)
{
    if (spec->resolution.v == ISTIO_RESOLUTION_NONE) {
        check_none(v, spec);
        return;
    }
    if (spec->resolution.v == ISTIO_RESOLUTION_DYNAMIC_DNS) {
        check_dynamic_dns(v, spec);
        return;
    }
    if (is_dns(spec)) check_dns(v, spec);
    check_endpoints(v, spec, port_names);
}

void
validate_service_entry(struct validate *v, const struct istio_service_entry *spec)
{
    struct map port_names = map_init(v->decode->arena);
    const struct istio_workload_selector *selector = spec->workload_selector;
    if (selector) validate_selector(v, selector->node, &selector->labels, "workloadSelector");
    if (selector && spec->endpoints.node) {
        REFUSED(v, selector->node, "workloadSelector cannot stand beside endpoints");
    }
    check_hosts(v, spec);
    check_addresses(v, spec);
    check_ports(v, spec, &port_names);
    check_resolution(v, spec, &port_names);
    check_many_hosts(v, spec);
    check_addresses_given(v, spec);
    check_shared_addresses(v, spec);
    validate_export_to(v, &spec->export_to, (struct export_rules){.nobody_allowed = true});
    map_free(&port_names);
}
