/*
 * place: lines and columns from byte offsets.
 *
 * A cursor remembers where it was, so that offsets asked for in order cost one pass over the text.
 */
#ifndef SLUICE_YAML_PLACE_H
#define SLUICE_YAML_PLACE_H

#include "base/str.h"

/* 1-based, the column in bytes; {0, 0} is no place. */
struct place {
    uint32_t line, column;
};

struct place_cursor {
    sluice_str text;
    size_t at;         /* offset of the last answer */
    size_t line_start; /* offset of the first byte of its line */
    uint32_t line;     /* 1-based */
    bool has_cr;       /* a CR stands somewhere in the text */
};

struct place_cursor place_cursor_init(sluice_str text);

/* Lines end with LF, CR LF, or CR. The offset may be the length of the text. */
struct place place_find(struct place_cursor *cursor, size_t offset);

/* Byte offset of a place whose column counts characters, as engines report errors. A pass over the
 * text. */
size_t place_offset_of_character(sluice_str text, struct place place);

#endif
