/*
 * build_regex_literal: text that everything a regular expression matches must hold.
 */
#ifndef SLUICE_ROUTER_BUILD_REGEX_LITERAL_H
#define SLUICE_ROUTER_BUILD_REGEX_LITERAL_H

#include "base/arena.h"

enum { REGEX_RUNS = 8 };

struct regex_literal {
    sluice_str prefix;           /* what every match begins with */
    sluice_str runs[REGEX_RUNS]; /* what stands somewhere in it, each of two bytes or more */
    uint32_t run_count;
};

/*
 * Reads RE2 syntax, and gives up where it is not sure: then everything is empty. Texts live in the
 * arena; false when it has no memory.
 */
bool build_regex_literal(struct regex_literal *out, struct arena *arena, sluice_str pattern);

/*
 * build_regex_cut.c: the pattern matches a text exactly when the text begins with the first *len
 * bytes of the pattern, and the rest of the pattern, which is not empty, matches the rest of the
 * text. *len is 0 where that is not sure. False when the arena has no memory.
 */
enum { REGEX_CUT_MOST = 64 };
bool build_regex_cut(size_t *len, struct arena *arena, sluice_str pattern);
/* A bound of *len. */
size_t build_regex_cut_most(sluice_str pattern);

#endif
