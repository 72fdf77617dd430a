/*
 * case_request: the left side of a golden case's line, as a request (tests/cases/README.md).
 */
#ifndef SLUICE_TESTS_CASE_REQUEST_H
#define SLUICE_TESTS_CASE_REQUEST_H

#include "support/case_line.h"

struct case_request {
    sluice_request request; /* points into the fields below: do not move */
    sluice_field headers[CASE_TOKENS], labels[CASE_TOKENS], claims[CASE_TOKENS];
};

/* NULL, or the token that is not understood. */
const sluice_str *case_request_read(struct case_request *out, const struct case_tokens *tokens);

#endif
