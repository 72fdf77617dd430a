/*
 * diag: findings on their way into a report.
 *
 * A stage fills in a `struct diag` (place and resource) and adds it with a formatted message. Every
 * text is copied into the report, so a diagnostic outlives the input it speaks of. What could not
 * be stored for lack of memory is remembered in `failed`: the compile then ends with
 * SLUICE_ERR_NOMEM.
 */
#ifndef SLUICE_BASE_DIAG_H
#define SLUICE_BASE_DIAG_H

#include "base/arena.h"

struct sluice_report {
    sluice_allocator alloc;
    struct arena text;
    sluice_diagnostic *items;
    size_t count, capacity;
    size_t count_of[3];
};

/* Where a finding is. Empty text and line 0 mean "does not apply". */
struct diag_place {
    sluice_str document;
    uint32_t line, column;
    sluice_str kind, space, name;
    sluice_str path;
};

/* The sink of one compile: the caller's report, or none. Counts also what is not stored. */
struct diags {
    sluice_report *report; /* NULL: nobody reads them */
    size_t count_of[3];
    bool failed; /* memory ran out while storing one */
};

/* The message is formatted by printf's rules; `code` is a literal of docs/diagnostics.md. */
void diag_add(struct diags *diags, sluice_severity severity, const char *code,
              const struct diag_place *place, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#endif
