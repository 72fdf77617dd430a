/*
 * utf8: characters: by number, as escapes name them, and how many a text has.
 */
#ifndef SLUICE_YAML_UTF8_H
#define SLUICE_YAML_UTF8_H

#include "base/str.h"

/* Write a code point as 1 to 4 bytes; their number. */
size_t utf8_put(char *out, uint32_t point);

/* Value of `count` hexadecimal digits (at most 8) at the start of text. */
bool utf8_read_hex(sluice_str text, size_t count, uint32_t *out);

/* Characters of a text that is UTF-8. */
size_t utf8_count(sluice_str text);

#endif
