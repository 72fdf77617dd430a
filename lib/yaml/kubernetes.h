/*
 * kubernetes: the core v1 kinds that routing asks about, typed. Shared by every input format.
 */
#ifndef SLUICE_YAML_KUBERNETES_H
#define SLUICE_YAML_KUBERNETES_H

#include "yaml/envelope.h"

struct kube_service_port {
    const struct yaml_node *node;
    struct value_str name, protocol, app_protocol;
    struct value_int port;
    const struct yaml_node *target_port; /* number or name */
    struct value_int node_port;
};

struct kube_service {
    const struct yaml_node *node;
    struct value_str type, cluster_ip, external_name;
    struct value_list cluster_ips; /* sluice_str */
    struct value_list ports;       /* kube_service_port */
    struct value_str_map selector;
    const struct yaml_node *other; /* of the fields that are not read: the last one given */
};

/*
 * True for a core Service: the envelope is claimed and *out is its spec (without fields where there
 * is none). *out is NULL only when memory ran out. Decoded, and its findings reported, once.
 */
bool kube_service_decode(const struct kube_service **out, struct envelope *envelope,
                         const struct envelope_options *options);

/* True for a core Namespace, which says everything in its metadata: the envelope is claimed. *ok is
 * false when memory ran out. */
bool kube_namespace_decode(bool *ok, struct envelope *envelope,
                           const struct envelope_options *options);

#endif
