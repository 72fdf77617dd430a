/*
 * validate_endpoint: WorkloadEntries, and the endpoints inside ServiceEntries.
 */
#include "base/ip.h"
#include "base/map.h"
#include "istio/names.h"
#include "istio/validate.h"

void
validate_unix_address(struct validate *v, const struct yaml_node *at, sluice_str address)
{
    sluice_str path = str_skip(address, STR(UNIX_PREFIX).len);
    if (str_starts_with(path, STR("@"))) return;
    if (str_starts_with(path, STR("/")) && !str_ends_with(path, STR("/"))) return;
    REFUSED(v, at,
            "\"%.*s\" is neither an absolute path to a file (unix:///path) nor an abstract socket "
            "(unix://@name)",
            STR_ARG(address));
}

void
validate_endpoint_ports(struct validate *v, const struct istio_workload_entry *endpoint,
                        const struct map *port_names)
{
    const struct value_uint32_map *ports = &endpoint->ports;
    for (size_t i = 0; i < ports->count; i++) {
        sluice_str name = ports->keys[i];
        validate_port(v, ports->nodes[i], ports->values[i]);
        if (!name_is_dns_label(name)) {
            REFUSED(v, ports->nodes[i],
                    "port name \"%.*s\" is not 1 to 63 letters, digits or inner \"-\"",
                    STR_ARG(name));
        } else if (port_names && !map_get(port_names, name)) {
            REFUSED(v, ports->nodes[i], "the ServiceEntry has no port named \"%.*s\"",
                    STR_ARG(name));
        }
    }
}

static void
check_unix_endpoint(struct validate *v, const struct istio_workload_entry *endpoint,
                    const struct map *port_names)
{
    validate_unix_address(v, validate_at(endpoint->node, "address"), endpoint->address.v);
    if (endpoint->ports.count > 0) {
        REFUSED(v, validate_at(endpoint->node, "ports"),
                "an endpoint at a unix socket has no ports");
    }
    if (port_names && port_names->count != 1) {
        REFUSED(v, endpoint->node,
                "an endpoint at a unix socket needs a ServiceEntry with exactly one port");
    }
}

static void
check_address(struct validate *v, const struct istio_workload_entry *endpoint, bool names_allowed)
{
    const struct yaml_node *at = validate_at(endpoint->node, "address");
    sluice_str address = endpoint->address.v;
    struct ip ip;
    if (ip_parse(&ip, address)) return;
    if (!names_allowed) {
        REFUSED(v, at, "address \"%.*s\" is no IP address", STR_ARG(address));
    } else if (name_check_fqdn(address)) {
        REFUSED(v, at, "address \"%.*s\" is neither an IP address nor a domain name",
                STR_ARG(address));
    }
}

void
validate_endpoint(struct validate *v, const struct istio_workload_entry *endpoint,
                  const struct map *port_names, bool names_allowed)
{
    sluice_str address = endpoint->address.v;
    if (address.len == 0 && endpoint->network.v.len == 0) {
        BROKEN(v, endpoint->node, "address is required");
    } else if (address.len == 0) {
        WARN(v, endpoint->node, "there is no address; the network's gateway is taken");
    } else if (str_starts_with(address, STR(UNIX_PREFIX))) {
        check_unix_endpoint(v, endpoint, port_names);
    } else {
        check_address(v, endpoint, names_allowed);
    }
    validate_endpoint_ports(v, endpoint, port_names);
    validate_labels(v, &endpoint->labels);
}

void
validate_workload_entry(struct validate *v, const struct istio_workload_entry *spec)
{
    validate_endpoint(v, spec, NULL, true);
}
