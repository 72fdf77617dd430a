/*
 * settings: what an option text says about compiling the rules and about every request.
 *
 * An option text holds words between blanks. They are those of tests/cases (lenient, keep-going,
 * registry=on|off, outbound=registry-only, export-to=., namespace=NAME, label:NAME=VALUE) and those
 * that only a proxy knows: gateway=NAMESPACE/NAME, port=N, protocol=grpc.
 */
#ifndef HAPROXY_SETTINGS_H
#define HAPROXY_SETTINGS_H

#include <sluice/sluice.h>

struct settings {
    sluice_compile_options compile;
    sluice_str gateway;       /* empty: the mesh */
    uint32_t port;            /* 0: the port that the client connected to */
    sluice_protocol protocol; /* HTTP or gRPC */
    char *text;               /* the slices above point into it */
    sluice_field *labels;
};

/*
 * Read an option text. On failure returns false and `*problem` says what is wrong: static text, or
 * the word that is not known. settings_free() afterwards in either case.
 */
bool settings_read(struct settings *settings, const char *text, const char **problem);
void settings_free(struct settings *settings);

#endif
