#include "proxy/options.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/http1.h"

static bool
parse_address(const char *text, struct sockaddr_in *address)
{
    char ip[INET_ADDRSTRLEN];
    unsigned port;
    int end = 0;
    *address = (struct sockaddr_in){.sin_family = AF_INET};
    bool good = sscanf(text, "%15[0-9.]:%u%n", ip, &port, &end) == 2 && !text[end] && port < 65536;
    if (good) address->sin_port = htons((uint16_t)port);
    return good && inet_pton(AF_INET, ip, &address->sin_addr) == 1;
}

static bool
add_upstream(struct options *options, const char *text)
{
    struct upstream *upstream = &options->upstreams[options->upstream_count];
    const char *equals = strchr(text, '=');
    if (!equals || options->upstream_count++ == OPTIONS_UPSTREAMS) return false;
    upstream->host = (sluice_str){text, (size_t)(equals - text)};
    if (memchr(text, '|', upstream->host.len))
        text_cut(upstream->host, '|', &upstream->host, &upstream->subset);
    return parse_address(equals + 1, &upstream->address);
}

bool
options_parse(struct options *options, int argc, char **argv)
{
    bool good = true;
    int i = 1;
    *options = (struct options){.thread_count = 2};
    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0 && good; i += 2) {
        const char *name = argv[i], *value = argv[i + 1];
        if (strcmp(name, "--listen") == 0) {
            good = parse_address(value, &options->listen);
        } else if (strcmp(name, "--upstream") == 0) {
            good = add_upstream(options, value);
        } else if (strcmp(name, "--gateway") == 0) {
            options->gateway = sluice_str_of(value);
        } else if (strcmp(name, "--port") == 0) {
            options->port = (uint32_t)strtoul(value, NULL, 10);
        } else if (strcmp(name, "--threads") == 0) {
            options->thread_count = strtoul(value, NULL, 10);
            good = options->thread_count >= 1 && options->thread_count <= OPTIONS_THREADS;
        } else {
            good = false;
        }
    }
    options->files = argv + i;
    options->file_count = (size_t)(argc - i);
    good = good && options->file_count > 0 && options->listen.sin_family == AF_INET;
    if (!good) {
        fprintf(
            stderr,
            "usage: proxy --listen IP:PORT [--threads N] [--gateway NAMESPACE/NAME] [--port N]\n"
            "             --upstream 'HOST|SUBSET=IP:PORT'... RULES.yaml...\n");
    }
    return good;
}

const struct upstream *
options_upstream(const struct options *options, const sluice_decision *decision)
{
    const sluice_destination *to = decision->destination;
    sluice_str host = decision->authority, port, subset = {NULL, 0};
    if (to) {
        host = to->host;
        subset = to->subset;
    } else {
        text_cut(host, ':', &host, &port);
    }
    for (size_t i = 0; i < options->upstream_count; i++) {
        const struct upstream *upstream = &options->upstreams[i];
        bool named = text_same(upstream->host, host) || (to && text_same(upstream->host, to->name));
        if (named && text_same(upstream->subset, subset)) return upstream;
    }
    return NULL;
}
