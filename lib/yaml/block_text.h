/*
 * block_text: the text of literal and folded YAML scalars (YAML 1.2, 8.1), read from their source.
 *
 * libfyaml 0.7.12 misreads some of them: it folds around empty lines that hold blanks, adds a line
 * feed at the end of a text that has none, and takes the fields behind an empty scalar for its
 * text. Where the rules leave a choice, the one of go-yaml v2 is made.
 */
#ifndef SLUICE_YAML_BLOCK_TEXT_H
#define SLUICE_YAML_BLOCK_TEXT_H

#include "base/arena.h"

enum block_text_result { BLOCK_TEXT_OK, BLOCK_TEXT_BAD, BLOCK_TEXT_NOMEM };

/* What was read, and the bytes of the source that it takes, without the blanks at its end. */
struct block_text {
    sluice_str text;
    size_t begin; /* of the line behind the header */
    size_t end;
};

/*
 * Read the scalar whose | or > is at `indicator`. `column` is the 1-based column of the collection
 * that it stands in; 0: none. Bad: the header, or a tab in the indentation.
 */
enum block_text_result block_text_read(struct arena *arena, sluice_str source, size_t indicator,
                                       size_t column, struct block_text *out);

/* `end` moved back over blanks and line breaks, to `begin` at most. */
size_t block_text_trim(sluice_str source, size_t begin, size_t end);

#endif
