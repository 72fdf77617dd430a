/*
 * case_line: lines of golden cases (tests/cases/README.md) cut into tokens.
 */
#ifndef SLUICE_TESTS_CASE_LINE_H
#define SLUICE_TESTS_CASE_LINE_H

#include "base/arena.h"

enum { CASE_TOKENS = 64 };

struct case_tokens {
    sluice_str items[CASE_TOKENS];
    size_t count;
};

/* False when a quote is not closed, an escape is unknown, or there are too many tokens. */
bool case_tokenize(struct case_tokens *out, struct arena *arena, sluice_str line);

/* The tokens before and after "->". False when there is no such token. */
bool case_split(const struct case_tokens *tokens, struct case_tokens *left,
                struct case_tokens *right);

/* token = prefix NAME "=" VALUE; the value is empty without "=". False when it begins otherwise. */
bool case_field(sluice_str token, const char *prefix, sluice_field *out);

/* token = prefix VALUE. */
bool case_value(sluice_str token, const char *prefix, sluice_str *out);

/* The text up to c, and in *rest what follows it (empty without c). */
sluice_str case_cut(sluice_str text, char c, sluice_str *rest);

/* Digits alone; anything else is UINT32_MAX. */
uint32_t case_number(sluice_str text);

#endif
