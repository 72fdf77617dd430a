/*
 * precheck: what is refused before an engine sees the text.
 *
 * libfyaml 0.7.12 loops for ever, truncates silently or takes quadratic time on some inputs; each
 * of those is found here, in one pass.
 */
#ifndef SLUICE_YAML_PRECHECK_H
#define SLUICE_YAML_PRECHECK_H

#include "base/str.h"

struct precheck_finding {
    const char *code;
    const char *message; /* NULL: nothing wrong */
    uint32_t line, column;
};

/* text is without a byte order mark at its start. */
struct precheck_finding precheck_text(sluice_str text);

/* Length of a UTF-8 byte order mark at the start of text: 3 or 0. */
size_t precheck_bom(sluice_str text);

#endif
