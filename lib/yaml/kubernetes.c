/*
 * kubernetes: see kubernetes.h.
 */
#include "yaml/kubernetes.h"

#include <stddef.h>

#include "base/map.h"

static const struct decode_dialect kube_dialect = {
    .error_code = "SL0301",
    .warning_code = "SL0302",
    .info_code = "SL0303",
};

#define ROW(type_, member_, name_, field_)                                                         \
    .name = (name_), .name_len = sizeof(name_) - 1, .type = (field_),                              \
    .offset = offsetof(type_, member_)
#define COUNT(rows_) (sizeof(rows_) / sizeof((rows_)[0]))

#define T struct kube_service_port
static const struct field_type_row service_port_fields[] = {
    {ROW(T, name, "name", FIELD_STR)},
    {ROW(T, protocol, "protocol", FIELD_STR)},
    {ROW(T, app_protocol, "appProtocol", FIELD_STR)},
    {ROW(T, port, "port", FIELD_INT32)},
    {ROW(T, target_port, "targetPort", FIELD_NODE)},
    {ROW(T, node_port, "nodePort", FIELD_INT32)},
};
static const struct message_type service_port = {
    .name = "ServicePort",
    .size = sizeof(T),
    .fields = service_port_fields,
    .field_count = COUNT(service_port_fields),
};
#undef T

/* Fields that do not bear on routing share one member. */
#define T struct kube_service
static const struct field_type_row service_fields[] = {
    {ROW(T, type,          "type",         FIELD_STR)                },
    {ROW(T, cluster_ip,    "clusterIP",    FIELD_STR)                },
    {ROW(T, cluster_ips,   "clusterIPs",   FIELD_STR_LIST)           },
    {ROW(T, external_name, "externalName", FIELD_STR)                },
    {ROW(T, ports,         "ports",        FIELD_MESSAGE_LIST),        .message = &service_port},
    {ROW(T,     selector,              "selector",                FIELD_STR_MAP)                  },
    {ROW(T,     other,              "allocateLoadBalancerNodePorts",                   FIELD_NODE)},
    {ROW(T,     other,              "externalIPs",                   FIELD_NODE)                                    },
    {ROW(T,     other,              "externalTrafficPolicy",                   FIELD_NODE)},
    {ROW(T,     other,              "healthCheckNodePort",                   FIELD_NODE)                                      },
    {ROW(T,     other,              "internalTrafficPolicy",                   FIELD_NODE)},
    {ROW(T,     other,              "ipFamilies",                   FIELD_NODE)                                                 },
    {ROW(T,     other,              "ipFamilyPolicy",                   FIELD_NODE)},
    {ROW(T,     other,              "loadBalancerClass",                   FIELD_NODE)                                              },
    {ROW(T,     other,              "loadBalancerIP",                   FIELD_NODE)},
    {ROW(T,     other,              "loadBalancerSourceRanges",                   FIELD_NODE)                                    },
    {ROW(T,     other,              "publishNotReadyAddresses",                   FIELD_NODE)},
    {ROW(T,     other,              "sessionAffinity",                   FIELD_NODE)                                             },
    {ROW(T,     other,              "sessionAffinityConfig",                   FIELD_NODE)},
    {ROW(T,     other,              "trafficDistribution",                   FIELD_NODE)                                               },
};
static const struct message_type service = {
    .name = "ServiceSpec",
    .size = sizeof(T),
    .fields = service_fields,
    .field_count = COUNT(service_fields),
};
#undef T

static bool
is_udp(const struct kube_service_port *port)
{
    return str_equal_ignore_case(port->protocol.v, STR("UDP"));
}

/* The same number twice is Kubernetes' error, unless one is for TCP and one for UDP. */
static void
check_port(const struct kube_service_port *ports, size_t i, struct map *seen, struct decode *decode)
{
    const struct kube_service_port *port = &ports[i];
    const struct yaml_node *at = yaml_get(port->node, STR("port"));
    if (!at) at = port->node;
    if (port->port.v < 1 || port->port.v > 65535) {
        decode_error(decode, at, "port must be a number from 1 to 65535");
        return;
    }
    int64_t key = port->port.v * 2 + is_udp(port);
    void **place = map_put(seen, arena_printf(decode->arena, "%lld", (long long)key));
    if (!place) {
        decode->arena->failed = true;
    } else if (*place) {
        decode_error(decode, at, "port %lld is defined twice", (long long)port->port.v);
    } else {
        *place = seen;
    }
}

static void
check_ports(const struct kube_service *spec, struct decode *decode)
{
    struct map seen = map_init(decode->arena);
    for (size_t i = 0; i < spec->ports.count; i++) {
        check_port(spec->ports.items, i, &seen, decode);
    }
    map_free(&seen);
}

bool
kube_service_decode(const struct kube_service **out, struct envelope *envelope,
                    const struct envelope_options *options)
{
    *out = envelope->core;
    if (!envelope_is(envelope, STR(""), STR("Service"))) return false;
    if (envelope->core) return true;
    if (!envelope_claim(envelope, options, &kube_dialect)) return true;
    struct decode decode = envelope_decode(envelope, options, &kube_dialect);
    *out = envelope_decode_spec(envelope, &decode, &service, false);
    if (*out) check_ports(*out, &decode);
    envelope_decode_done(envelope, &decode);
    envelope->core = *out;
    return true;
}

bool
kube_namespace_decode(bool *ok, struct envelope *envelope, const struct envelope_options *options)
{
    if (!envelope_is(envelope, STR(""), STR("Namespace"))) return false;
    *ok = envelope_claim(envelope, options, &kube_dialect);
    return true;
}
