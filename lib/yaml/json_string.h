/*
 * json_string: the text of JSON strings.
 */
#ifndef SLUICE_YAML_JSON_STRING_H
#define SLUICE_YAML_JSON_STRING_H

#include "base/arena.h"

enum json_string_result { JSON_STRING_OK, JSON_STRING_BAD, JSON_STRING_NOMEM };

/* Read the string whose opening quote is at *at, and move *at behind its closing one. The result is
 * a slice of the source when nothing is escaped, else of the arena. When bad, *at is where. */
enum json_string_result json_string_read(struct arena *arena, const char **at, const char *end,
                                         sluice_str *out);

#endif
