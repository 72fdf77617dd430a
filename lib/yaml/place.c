#include "yaml/place.h"

struct place_cursor
place_cursor_init(sluice_str text)
{
    return (struct place_cursor){
        .text = text, .line = 1, .has_cr = str_find(text, '\r') != SIZE_MAX};
}

/* Whether a line ends with the byte at i. */
static bool
ends_line(sluice_str text, size_t i)
{
    if (text.ptr[i] == '\n') return true;
    return text.ptr[i] == '\r' && (i + 1 == text.len || text.ptr[i + 1] != '\n');
}

static void
start_line(struct place_cursor *cursor, size_t offset)
{
    cursor->line++;
    cursor->line_start = offset;
}

/* Offset of the first LF in text between at and end, or end. Distances are short: no call pays. */
static size_t
find_lf(sluice_str text, size_t at, size_t end)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones * 0x80;
    for (; end - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, text.ptr + at, 8);
        word ^= ones * '\n';
        if ((word - ones) & ~word & high) break;
    }
    while (at < end && text.ptr[at] != '\n') {
        at++;
    }
    return at;
}

static void
move_forward(struct place_cursor *cursor, size_t offset)
{
    sluice_str text = cursor->text;
    size_t at = cursor->at;
    while (!cursor->has_cr && at < offset) {
        at = find_lf(text, at, offset);
        if (at < offset) start_line(cursor, ++at);
    }
    for (; at < offset; at++) {
        if (ends_line(text, at)) start_line(cursor, at + 1);
    }
}

/* Engines go back by a line now and then, never far. */
static void
move_back(struct place_cursor *cursor, size_t offset)
{
    size_t at = cursor->line_start;
    while (at > offset) {
        at--;
        if (ends_line(cursor->text, at)) cursor->line--;
    }
    while (at > 0 && !ends_line(cursor->text, at - 1)) {
        at--;
    }
    cursor->line_start = at;
}

struct place
place_find(struct place_cursor *cursor, size_t offset)
{
    if (offset > cursor->text.len) offset = cursor->text.len;
    if (offset > cursor->at) move_forward(cursor, offset);
    if (offset < cursor->line_start) move_back(cursor, offset);
    cursor->at = offset;
    return (struct place){cursor->line, (uint32_t)(offset - cursor->line_start) + 1};
}

size_t
place_offset_of_character(sluice_str text, struct place place)
{
    size_t at = 0;
    uint32_t line = 1, column = 1;
    for (; at < text.len && line < place.line; at++) {
        line += ends_line(text, at);
    }
    for (; at < text.len && column < place.column && !ends_line(text, at); column++) {
        do {
            at++;
        } while (at < text.len && ((unsigned char)text.ptr[at] & 0xc0) == 0x80);
    }
    return at;
}
