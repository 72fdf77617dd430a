/*
 * port_protocol: the protocol names of Istio's ports.
 */
#ifndef SLUICE_ISTIO_PORT_PROTOCOL_H
#define SLUICE_ISTIO_PORT_PROTOCOL_H

#include "base/str.h"

enum port_protocol {
    PROTOCOL_UNSUPPORTED, /* no such protocol, or none given */
    PROTOCOL_HTTP,        /* HTTP, HTTP2, GRPC, GRPC-WEB */
    PROTOCOL_TLS,         /* HTTPS, TLS */
    PROTOCOL_TCP,         /* TCP, MONGO, REDIS, MYSQL, HBONE */
    PROTOCOL_UDP,
};

/* Any case. */
enum port_protocol port_protocol_parse(sluice_str text);

#endif
