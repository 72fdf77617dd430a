/*
 * text: slices for people. Bytes that would move a terminal's cursor are written as \xNN.
 */
#ifndef SLUICECTL_TEXT_H
#define SLUICECTL_TEXT_H

#include <sluice/sluice.h>
#include <stdio.h>

void text_print(FILE *out, sluice_str text);

/* Columns that text_print() takes, for valid UTF-8 of single-width characters. */
size_t text_width(sluice_str text);

/* A duration as people write it: "500ms", "2s", "250us". */
void text_print_duration(FILE *out, int64_t ns);

#endif
