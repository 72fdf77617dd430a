/*
 * terminal: colours and bars for people, plain text for everything else.
 */
#ifndef EXAMPLES_COMMON_TERMINAL_H
#define EXAMPLES_COMMON_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

enum terminal_style {
    TERMINAL_PLAIN,
    TERMINAL_BOLD,
    TERMINAL_DIM,
    TERMINAL_RED,
    TERMINAL_GREEN,
    TERMINAL_YELLOW,
    TERMINAL_BLUE,
};

/* What may be written to one stream. */
struct terminal {
    FILE *out;
    bool colour;  /* a terminal, and NO_COLOR is not set */
    bool unicode; /* the locale's character set is UTF-8 */
};

struct terminal terminal_open(FILE *out);

/* printf in a style; the style ends with the text. */
__attribute__((format(printf, 3, 4))) void
terminal_print(const struct terminal *terminal, enum terminal_style style, const char *format, ...);

/* A bar of `share` (0 to 1) of `width` columns. */
void terminal_bar(const struct terminal *terminal, enum terminal_style style, double share,
                  int width);

/* `count` copies of a rule character. */
void terminal_line(const struct terminal *terminal, int count);

#endif
