/*
 * gateway_connections: what VirtualServices say about connections of a gateway that are not HTTP,
 * found by server name and by port.
 */
#ifndef SLUICE_ISTIO_GATEWAY_CONNECTIONS_H
#define SLUICE_ISTIO_GATEWAY_CONNECTIONS_H

#include "istio/lower.h"
#include "istio/space_index.h"

/* A server name of a tls match. */
struct sni_claim {
    const struct lower_source *source;
    uint32_t rule, match;
    sluice_str sni;
};

/* A tcp rule that some match of lets through on a port (0: any). */
struct tcp_claim {
    uint32_t port;
    uint32_t order; /* of VirtualServices and their rules */
    const struct lower_source *source;
    uint32_t rule;
};

struct gateway_connections {
    struct sni_claim *snis; /* in order of VirtualServices, rules and matches */
    size_t sni_count, sni_capacity;
    struct space_index index; /* of the server names, by position */
    struct tcp_claim *tcps;   /* by port, then in order */
    size_t tcp_count, tcp_capacity;
};

struct gateway_connections gateway_connections_init(struct arena *arena);
/* `gateway`: namespace/name. The candidates must outlive it. Free also after a failure. */
bool gateway_connections_read(struct lower *lower, sluice_str gateway,
                              const struct candidates *candidates, struct gateway_connections *out);
void gateway_connections_free(struct gateway_connections *connections);

/* The first rule for a port. NULL: none. */
const struct tcp_claim *gateway_connections_tcp(const struct gateway_connections *connections,
                                                uint32_t port);

#endif
