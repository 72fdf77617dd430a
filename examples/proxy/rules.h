/*
 * rules: from rule files to a router.
 */
#ifndef PROXY_RULES_H
#define PROXY_RULES_H

#include <sluice/sluice.h>

/* The rules of all files together, or NULL. Diagnostics go to stderr. */
sluice_router *rules_compile(char **files, size_t count);

/* The system's randomness: the library draws none of its own. */
uint64_t rules_random(void);

#endif
