/*
 * single_quoted: the text of a single-quoted YAML scalar, from its source (YAML 1.2, 7.3.2).
 */
#ifndef SLUICE_YAML_SINGLE_QUOTED_H
#define SLUICE_YAML_SINGLE_QUOTED_H

#include "base/arena.h"

/* What stands between the quotes of a scalar that begins at text; false when none does. */
bool single_quoted_span(sluice_str text, sluice_str *inside);
/* Whether a doubled quote is in it. */
bool single_quoted_has_escape(sluice_str inside);
/* Doubled quotes as one; lines folded. {NULL, 0} when memory ran out. */
sluice_str single_quoted_decode(struct arena *arena, sluice_str inside);

#endif
