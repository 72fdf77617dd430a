/*
 * lines: one line after the other from a file descriptor.
 */
#ifndef SLUICECTL_LINES_H
#define SLUICECTL_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct lines {
    int fd;
    char *text;
    size_t start; /* of what was not handed out yet */
    size_t end;
    size_t capacity;
    bool at_end;
    int error; /* errno of a read that failed; 0: none */
};

/*
 * The next line without its end; *line is valid until the next call. False at the end. Standard
 * output is flushed before a read, so that a program that waits for answers gets them.
 */
bool lines_next(struct lines *lines, const char **line, size_t *len);
void lines_free(struct lines *lines);

#endif
