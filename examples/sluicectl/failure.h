/*
 * failure: one message about what went wrong, filled by what failed and printed by the caller.
 */
#ifndef SLUICECTL_FAILURE_H
#define SLUICECTL_FAILURE_H

#include <stdbool.h>

struct failure {
    char text[512];
};

/* Set the message; always false, so that `return failure_set(...)` ends a function that failed. */
__attribute__((format(printf, 2, 3))) bool failure_set(struct failure *failure, const char *format,
                                                       ...);

#endif
