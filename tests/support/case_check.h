/*
 * case_check: the right side of a golden case's line against a decision (tests/cases/README.md).
 */
#ifndef SLUICE_TESTS_CASE_CHECK_H
#define SLUICE_TESTS_CASE_CHECK_H

#include "support/case_line.h"

/* NULL where the decision is as the tokens say; else what is different, NUL-terminated, in the
 * arena. */
const char *case_check(struct arena *arena, const struct case_tokens *tokens,
                       const sluice_decision *decision);

#endif
