/*
 * case_describe: a decision in the words of golden cases, for the message of a failure.
 */
#ifndef SLUICE_TESTS_CASE_DESCRIBE_H
#define SLUICE_TESTS_CASE_DESCRIBE_H

#include "base/arena.h"

/* NUL-terminated, in the arena. */
const char *case_describe(struct arena *arena, const sluice_decision *decision);

#endif
