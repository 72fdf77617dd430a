/*
 * gateway_servers: the servers of a group of Gateways, by port.
 */
#ifndef SLUICE_ISTIO_GATEWAY_SERVERS_H
#define SLUICE_ISTIO_GATEWAY_SERVERS_H

#include "istio/gateways.h"

/* What is done with a connection. */
enum server_kind {
    SERVER_HTTP,
    SERVER_HTTPS,      /* HTTP after TLS, which ends here */
    SERVER_PASSES_TLS, /* on, by server name */
    SERVER_ENDS_TLS,   /* and something else than HTTP is inside */
    SERVER_TCP,
};

/* [namespace/]host, cut up; the namespace "*" admits every VirtualService. */
struct server_host {
    sluice_str space, host;
};

struct gateway_server {
    struct gateway *gateway;
    enum server_kind kind;
    uint32_t port; /* 0: no Gateway document, any port */
    bool https_redirect;
    size_t order; /* in the group */
    struct server_host *hosts;
    size_t host_count;
};

/* Those of one port stand together: plain HTTP, then HTTPS, then the others; each of these in the
 * order of the group. */
struct gateway_servers {
    struct gateway_server *items;
    size_t count;
};

bool gateway_servers_read(struct lower *lower, const struct gateway_group *group,
                          struct gateway_servers *out);

/* How many servers from `first` on have the listeners of `first`. */
size_t gateway_servers_run(const struct gateway_servers *servers, size_t first);

#endif
