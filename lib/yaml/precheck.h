/*
 * precheck: what is refused before an engine sees the text.
 *
 * libfyaml 0.7.12 loops for ever, truncates silently, or takes quadratic time or memory on some
 * inputs; each of those is found here, in passes that take a fraction of the time of parsing.
 */
#ifndef SLUICE_YAML_PRECHECK_H
#define SLUICE_YAML_PRECHECK_H

#include "base/str.h"

struct precheck_finding {
    sluice_status status; /* SLUICE_OK: nothing is wrong */
    const char *code;
    const char *message;
    size_t offset;
};

/* Length of a UTF-8 byte order mark at the start of text: 3 or 0. */
size_t precheck_bom(sluice_str text);

/* Of YAML and JSON: UTF-8, and no NUL. The text is without a byte order mark at its start. */
struct precheck_finding precheck_encoding(sluice_str text);

/* Of YAML, after precheck_encoding(): characters, directives, runs of empty lines, long lines. */
struct precheck_finding precheck_yaml(sluice_str text);

#endif
