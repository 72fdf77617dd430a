/*
 * request: one request to decide, with the memory that its slices point to.
 */
#ifndef SLUICECTL_REQUEST_H
#define SLUICECTL_REQUEST_H

#include <jansson.h>
#include <stdint.h>

#include "sluicectl/failure.h"
#include "sluicectl/memory.h"

struct request {
    sluice_request input; /* what the library sees; its lists are the three below */
    uint64_t count;       /* how often to route it: 1 or more */
    struct fields headers;
    struct fields labels;
    struct fields claims;
    struct texts owned; /* texts that had to be built */
    json_t *json;       /* the line that the other texts point into */
};

/* Names that a request line carried and nobody knows; said once each, on standard error. */
struct unknown_names {
    json_t *seen;
};

/*
 * Read one line of JSON into *request, starting from `defaults`. False, with the message, when it
 * is not a request. The request may be read into again and again; end with request_free().
 */
bool request_read(struct request *request, const struct request *defaults, const char *line,
                  size_t len, struct unknown_names *unknown, struct failure *failure);
void request_free(struct request *request);

/* Let `input` point to the lists. Call after the last change of a list. */
void request_finish(struct request *request);

/* "http", "grpc", "tls", "tcp" or "udp"; false for anything else. */
bool request_protocol(sluice_protocol *out, sluice_str name);

/* The gateway's full name: "mesh" stays, "gw" becomes "default/gw". */
sluice_str request_gateway(struct request *request, sluice_str name);

/* The port that the client connected to, the default applied. */
uint32_t request_port(const sluice_request *input);

#endif
