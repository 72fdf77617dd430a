/*
 * case_file: the fenced blocks of a golden-case file (tests/cases/README.md), one after the other.
 */
#ifndef SLUICE_TESTS_CASE_FILE_H
#define SLUICE_TESTS_CASE_FILE_H

#include "base/str.h"

enum case_block_kind { CASE_RULES, CASE_REQUESTS, CASE_FINDINGS };

struct case_block {
    enum case_block_kind kind;
    sluice_str options; /* what follows the kind on the fence's line */
    sluice_str text;
    sluice_str heading; /* the last one above it */
    uint32_t line;      /* of the text's first line, 1-based */
};

struct case_reader {
    sluice_str rest; /* of the file; set it and `line` = 1 to begin */
    sluice_str heading;
    uint32_t line;
};

/* The next block of a kind named above; others are passed over. False at the end of the file. */
bool case_block_next(struct case_reader *reader, struct case_block *out);

/* The first line of *text, which moves behind it. False when nothing is left. */
bool case_line_next(sluice_str *text, sluice_str *line);

#endif
