/*
 * registry: the services that exist: core Services and ServiceEntries, as one caller sees them.
 */
#ifndef SLUICE_ISTIO_REGISTRY_H
#define SLUICE_ISTIO_REGISTRY_H

#include "istio/lower.h"
#include "istio/port_protocol.h"

struct service_port {
    uint32_t number;
    sluice_str name;
    enum port_protocol protocol; /* PROTOCOL_UNSUPPORTED: not declared, detected on the wire */
    sluice_str app_protocol;     /* of a core Service, as written */
};

struct service {
    sluice_str name;  /* its host as written, by which destinations name it */
    sluice_str host;  /* the same in lower case; may be a wildcard for a ServiceEntry */
    sluice_str space; /* of the object */
    const struct istio_service_entry *entry; /* NULL: of a core Service */
    bool kube;                               /* a core Service: it has the short names too */
    bool headless;                           /* clusterIP: None */
    const struct service_port *ports;
    const uint32_t *by_number; /* the same by number, of equal numbers the first first */
    size_t port_count;
    const sluice_str *addresses; /* of a ServiceEntry; the cluster address of a Service */
    size_t address_count;
    struct service *alias; /* of an ExternalName Service: the Service it stands for */
    struct service *first_alias, *next_alias; /* and the other way round */
    struct service *next;                     /* another one of the same host */
    struct service *last;                     /* of the first one: the end of that chain */
    const struct service_at *reach; /* of the first one: ports of the chain, as registry.ports */
    size_t reach_count;
};

/* One port of one service. */
struct service_at {
    uint32_t port;
    uint32_t order; /* of the service in the registry */
    struct service *service;
    const struct service_port *own;
};

struct registry {
    struct service **items; /* visible to the caller; own namespace first, then oldest first */
    size_t count;
    struct map hosts;         /* name -> first struct service of it */
    struct service_at *ports; /* by port, then in the order of items; a number once per service */
    size_t port_count;
};

/* Sets lower->registry, or leaves it NULL (hosts-only mode). False when memory ran out. */
bool registry_read(struct lower *lower);
void registry_free(struct lower *lower);

/* The service of exactly this name, preferring one that has the port (0: any). NULL: none. */
struct service *registry_find(const struct lower *lower, sluice_str host, uint32_t port);

/* The services that have a port. */
const struct service_at *registry_at_port(const struct registry *registry, uint32_t port,
                                          size_t *count);

const struct service_port *service_port_find(const struct service *service, uint32_t number);

/* Whether HTTP routes may apply to the port: HTTP, or not declared. */
bool service_port_is_http(const struct service_port *port);

#endif
