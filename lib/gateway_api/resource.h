/*
 * resource: the Gateway API objects of one compile, decoded and validated.
 */
#ifndef SLUICE_GATEWAY_API_RESOURCE_H
#define SLUICE_GATEWAY_API_RESOURCE_H

#include "engine/regex_store.h"
#include "gateway_api/resources.h"
#include "model/annotations.h"
#include "yaml/envelope.h"
#include "yaml/kubernetes.h"

#define GATEWAY_GROUP "gateway.networking.k8s.io"

enum gateway_kind {
    GATEWAY_GATEWAY,
    GATEWAY_LISTENER_SET,
    GATEWAY_HTTP_ROUTE,
    GATEWAY_GRPC_ROUTE,
    GATEWAY_TLS_ROUTE,
    GATEWAY_TCP_ROUTE,
    GATEWAY_UDP_ROUTE,
    GATEWAY_REFERENCE_GRANT,
    GATEWAY_CLASS,     /* has no namespace */
    GATEWAY_SERVICE,   /* core v1 */
    GATEWAY_NAMESPACE, /* core v1; no spec, its labels are in `meta` */
    GATEWAY_KIND_COUNT,
};

/* `created` of an object without creationTimestamp: newer than any. */
#define GATEWAY_CREATED_UNKNOWN INT64_MAX

struct gateway_object {
    enum gateway_kind kind;
    struct envelope *meta; /* namespace, name, labels, annotations, document */
    union {                /* never NULL but for a Namespace, whatever was wrong */
        const void *spec;
        const struct gateway_gateway *gateway;
        const struct gateway_listener_set *listener_set;
        const struct gateway_route *route;
        const struct gateway_reference_grant *grant;
        const struct kube_service *service;
    };
    int64_t created;            /* seconds since 1970, or GATEWAY_CREATED_UNKNOWN */
    struct model_sticky sticky; /* of a route: its sluice.dev annotations */
    bool bad;                   /* has errors: keep_going sets it aside */
};

/* All objects, in document order; and the same by kind. */
struct gateway_set {
    struct gateway_object *items;
    size_t count;
    struct gateway_object **of[GATEWAY_KIND_COUNT];
    size_t count_of[GATEWAY_KIND_COUNT];
};

/*
 * Decode and validate every envelope of a kind named above, and claim it. Replaced ones, and those
 * of a version that is not served (reported), are left out. SLUICE_OK also when objects are bad:
 * diagnostics say why. SLUICE_ERR_NOMEM otherwise. regexes: where regular expressions are compiled.
 */
sluice_status gateway_set_read(struct gateway_set *out, struct envelope_list *envelopes,
                               const struct envelope_options *options, struct regex_store *regexes);

/* Report about an object at a place in it; an error makes it bad. Messages end after 511 bytes. */
void gateway_report(struct gateway_object *object, const struct envelope_options *options,
                    sluice_severity severity, const char *code, const struct yaml_node *at,
                    const char *format, ...) __attribute__((format(printf, 6, 7)));

#endif
