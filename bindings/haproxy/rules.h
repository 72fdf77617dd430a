/*
 * rules: rule files as a HAProxy process holds them, compiled once and shared by its threads.
 *
 * HAProxy runs a Lua file once for each thread. The first run reads and compiles; later ones that
 * name the same files and options get the same router, also when a file changes in between: one
 * process serves one state of its rules. A reload is a new process, and reads anew.
 */
#ifndef HAPROXY_RULES_H
#define HAPROXY_RULES_H

#include "settings.h"

#include <stdio.h>

struct rules;

/*
 * Give the rules of `files` under `options` (see settings.h), reading and compiling them unless the
 * process has them already. Findings of a compile, one a line as file:line:column: severity:
 * message [CODE], and what else went wrong, are written to `messages`. NULL on failure.
 * Any thread. Release with rules_release().
 */
struct rules *rules_load(const char *const *files, size_t count, const char *options,
                         FILE *messages);
void rules_release(struct rules *rules);

const struct settings *rules_settings(const struct rules *rules);
/* Whether deciding may read any header besides the authority. */
bool rules_need_headers(const struct rules *rules);

/* A context for one thread, seeded from the kernel's random source. NULL on failure. */
sluice_context *rules_context(struct rules *rules);

#endif
