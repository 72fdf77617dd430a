/*
 * gateways: the Gateways of a compile, and which hosts VirtualServices bring to each.
 *
 * Gateways of one selector are on the same workloads, which have the servers of all of them: such
 * Gateways are a group and have their listeners in common (docs/rules.md, "Gateways").
 */
#ifndef SLUICE_ISTIO_GATEWAYS_H
#define SLUICE_ISTIO_GATEWAYS_H

#include "istio/gateway_connections.h"
#include "istio/space_index.h"

/* A host of a VirtualService, in full. */
struct gateway_claim {
    uint32_t source; /* which of the candidates */
    sluice_str host;
};

struct gateway {
    sluice_str name, space;                /* name: namespace/name */
    const struct istio_resource *document; /* NULL: one plain HTTP server, any port and host */
    struct candidates candidates;
    struct gateway_claim *claims; /* in order of candidates and of their hosts */
    size_t claim_count;
    struct space_index index; /* of the claims, by position */
    struct gateway_connections connections;
};

struct gateway_group {
    struct gateway **items; /* oldest first */
    size_t count, capacity;
};

struct gateways {
    struct gateway *items;
    size_t count;
    struct gateway_group **groups;
    size_t group_count;
};

/* Every Gateway document, and every other gateway that a VirtualService names. A Gateway that no
 * VirtualService names still listens. Free also after a failure. */
bool gateways_read(struct lower *lower, struct gateways *out);
void gateways_free(struct gateways *gateways);

#endif
