/*
 * options: the command line, and where each destination of the rules is found.
 */
#ifndef PROXY_OPTIONS_H
#define PROXY_OPTIONS_H

#include <netinet/in.h>
#include <sluice/sluice.h>

enum { OPTIONS_UPSTREAMS = 64, OPTIONS_THREADS = 64 };

struct upstream {
    sluice_str host, subset; /* of a destination, as the rules name them */
    struct sockaddr_in address;
};

struct options {
    struct sockaddr_in listen;
    sluice_str gateway; /* "" is the mesh */
    uint32_t port;      /* as the rules see it; 0: their default */
    struct upstream upstreams[OPTIONS_UPSTREAMS];
    size_t upstream_count, thread_count, file_count;
    char **files;
};

/* False after printing the usage. */
bool options_parse(struct options *options, int argc, char **argv);

/* Where to send a request: by destination, or by authority where the decision names none. NULL:
 * the command line does not say. */
const struct upstream *options_upstream(const struct options *options,
                                        const sluice_decision *decision);

#endif
