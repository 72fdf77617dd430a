/*
 * gateway_connections: the tcp rules of a gateway, found by port.
 */
#ifndef SLUICE_ISTIO_GATEWAY_CONNECTIONS_H
#define SLUICE_ISTIO_GATEWAY_CONNECTIONS_H

#include "istio/lower.h"

/* A rule that some match of lets through on a port (0: any). */
struct tcp_claim {
    uint32_t port, order; /* order: of VirtualServices and their rules */
    uint32_t source, rule;
};

struct gateway_connections {
    struct tcp_claim *by_port;   /* then in order */
    struct tcp_claim *by_source; /* then by port, then in order */
    size_t count, capacity;
};

/* `gateway`: namespace/name. False when memory ran out. */
bool gateway_connections_read(struct lower *lower, sluice_str gateway,
                              const struct candidates *candidates, struct gateway_connections *out);

/* The first rule for a port; of all, or of one of the candidates. NULL: none. */
const struct tcp_claim *gateway_connections_tcp(const struct gateway_connections *connections,
                                                uint32_t port);
const struct tcp_claim *gateway_connections_tcp_of(const struct gateway_connections *connections,
                                                   uint32_t source, uint32_t port);

#endif
