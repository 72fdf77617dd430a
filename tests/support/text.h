/* text: rules that a test writes piece by piece. */
#ifndef SLUICE_TESTS_TEXT_H
#define SLUICE_TESTS_TEXT_H

#include <stddef.h>

struct text {
    char bytes[1 << 16];
    size_t len;
};

/* Ends the test when the room does not do. */
void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
