/*
 * resource: the Istio resources of one compile, decoded and validated.
 */
#ifndef SLUICE_ISTIO_RESOURCE_H
#define SLUICE_ISTIO_RESOURCE_H

#include "engine/regex_store.h"
#include "istio/resources.h"
#include "istio/traits.h"
#include "model/annotations.h"
#include "yaml/envelope.h"
#include "yaml/kubernetes.h"

enum istio_kind {
    ISTIO_VIRTUAL_SERVICE,
    ISTIO_DESTINATION_RULE,
    ISTIO_SERVICE_ENTRY,
    ISTIO_WORKLOAD_ENTRY,
    ISTIO_GATEWAY,
    ISTIO_SERVICE,   /* core v1 */
    ISTIO_NAMESPACE, /* core v1; no spec */
    ISTIO_KIND_COUNT,
};

struct istio_resource {
    enum istio_kind kind;
    struct envelope *meta; /* namespace, name, labels, annotations, created, document */
    union {                /* never NULL but for a Namespace, whatever was wrong */
        const void *spec;
        const struct istio_virtual_service *virtual_service;
        const struct istio_destination_rule *destination_rule;
        const struct istio_service_entry *service_entry;
        const struct istio_workload_entry *workload_entry;
        const struct istio_gateway *gateway;
        const struct kube_service *service;
    };
    struct model_sticky sticky; /* of a VirtualService: its sluice.dev annotations */
    struct istio_traits traits; /* of a VirtualService */
    bool bad;                   /* has errors: keep_going sets it aside */
};

/* All resources, in document order; and the same by kind. */
struct istio_set {
    struct istio_resource *items;
    size_t count;
    struct istio_resource **of[ISTIO_KIND_COUNT];
    size_t count_of[ISTIO_KIND_COUNT];
};

/*
 * Decode and validate every envelope of a kind named above, and claim it. Replaced ones are left
 * out. SLUICE_OK also when resources are bad: diagnostics say why. SLUICE_ERR_NOMEM otherwise.
 * regexes: where regular expressions are compiled. specs: memory of the messages that specs are
 * made of; what a text or a list of texts points to outlives them, in the arena of the options.
 */
sluice_status istio_set_read(struct istio_set *out, struct envelope_list *envelopes,
                             const struct envelope_options *options, struct regex_store *regexes,
                             struct arena *specs);

/* Which of two is older: by creation, then by name, then by namespace (docs/rules.md, "Which
 * VirtualService"). */
int istio_compare_age(const struct istio_resource *a, const struct istio_resource *b);

/* Report about a resource at a place in it; an error makes it bad. Messages end after 511 bytes. */
void istio_report(struct istio_resource *resource, const struct envelope_options *options,
                  sluice_severity severity, const char *code, const struct yaml_node *at,
                  const char *format, ...) __attribute__((format(printf, 6, 7)));

/* How findings about Istio's objects are worded and numbered. */
extern const struct decode_dialect istio_dialect;

#endif
