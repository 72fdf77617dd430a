/*
 * flow_text: the text of plain and quoted YAML scalars, read from their source (YAML 1.2, 7.3).
 *
 * libfyaml 0.7.12 misreads some of them (doubled quotes, for one), so its own reading is not used.
 * The source is known to be valid UTF-8, and an engine has found the scalar's place.
 */
#ifndef SLUICE_YAML_FLOW_TEXT_H
#define SLUICE_YAML_FLOW_TEXT_H

#include "base/arena.h"

enum flow_text_result { FLOW_TEXT_OK, FLOW_TEXT_BAD, FLOW_TEXT_NOMEM };

/*
 * The result is a slice of the source where it stands there literally, else of the arena. Quoted
 * scalars begin at source's first byte, their opening quote; *error is where one is wrong.
 */
enum flow_text_result flow_text_single(struct arena *arena, sluice_str source, sluice_str *out,
                                       size_t *error);
enum flow_text_result flow_text_double(struct arena *arena, sluice_str source, sluice_str *out,
                                       size_t *error);
/* A plain scalar of more than one line is all of source. */
enum flow_text_result flow_text_plain(struct arena *arena, sluice_str source, sluice_str *out);

#endif
