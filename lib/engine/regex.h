/*
 * regex: RE2 syntax and semantics behind a C face. The one place that names RE2 is regex.cc; a
 * build with SLUICE_REGEX=OFF has regex_none.c instead, which refuses every pattern.
 *
 * Matching takes time linear in the text. A regex keeps a cache of its automaton that grows inside
 * a fixed budget, behind a lock: share one between threads only where speed does not matter.
 */
#ifndef SLUICE_ENGINE_REGEX_H
#define SLUICE_ENGINE_REGEX_H

#include "base/str.h"

struct regex;

enum regex_result {
    REGEX_OK,
    REGEX_BAD, /* not valid RE2 syntax */
    REGEX_NOMEM,
    REGEX_UNSUPPORTED, /* this build has no regular expressions */
};

/* What is wrong with a pattern, NUL-terminated, cut to fit. */
struct regex_error {
    char text[160];
};

/* *out is NULL unless REGEX_OK. error may be NULL. */
enum regex_result regex_compile(struct regex **out, sluice_str pattern, struct regex_error *error);
void regex_free(struct regex *regex);

/* Whether regex_compile() is sure to find the pattern valid, which is asked without compiling it.
 * False says nothing. */
bool regex_is_certain(sluice_str pattern);

/* Whether the whole text matches. Never fails; text may hold any bytes. */
bool regex_full_match(const struct regex *regex, sluice_str text);

/* Whether `rewrite` only uses groups the pattern has: \0 to \9, and \\ for a backslash. */
bool regex_check_rewrite(const struct regex *regex, sluice_str rewrite, struct regex_error *error);

/*
 * Replace every non-overlapping match in text as RE2::GlobalReplace does, into out[0..cap).
 * Returns the length, or SIZE_MAX when it does not fit or RE2 ran out of memory.
 */
size_t regex_replace_all(const struct regex *regex, sluice_str text, sluice_str rewrite, char *out,
                         size_t cap);

#endif
