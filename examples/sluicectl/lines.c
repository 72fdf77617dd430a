/*
 * lines: one line after the other from a file descriptor.
 */
#include "sluicectl/lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sluicectl/memory.h"

#define READ_SIZE 65536

/* Room for READ_SIZE more bytes behind what is left. */
static void
lines_make_room(struct lines *lines)
{
    size_t left = lines->end - lines->start;
    if (lines->start > 0 && left > 0) memmove(lines->text, lines->text + lines->start, left);
    lines->start = 0;
    lines->end = left;
    if (lines->capacity - left < READ_SIZE) {
        lines->capacity = 2 * lines->capacity + READ_SIZE;
        lines->text = memory_resize(lines->text, lines->capacity);
    }
}

static void
lines_fill(struct lines *lines)
{
    ssize_t got;
    lines_make_room(lines);
    fflush(stdout);
    do {
        got = read(lines->fd, lines->text + lines->end, lines->capacity - lines->end);
    } while (got < 0 && errno == EINTR);
    if (got < 0) lines->error = errno;
    if (got <= 0) {
        lines->at_end = true;
    } else {
        lines->end += (size_t)got;
    }
}

bool
lines_next(struct lines *lines, const char **line, size_t *len)
{
    size_t searched = 0;
    for (;;) {
        size_t left = lines->end - lines->start;
        const char *from = left > 0 ? lines->text + lines->start : "";
        const char *newline = memchr(from + searched, '\n', left - searched);
        if (newline || (lines->at_end && left > 0)) {
            *line = from;
            *len = newline ? (size_t)(newline - from) : left;
            lines->start += *len + (newline != NULL);
            return true;
        }
        if (lines->at_end) return false;
        searched = left;
        lines_fill(lines);
    }
}

void
lines_free(struct lines *lines)
{
    free(lines->text);
}
