/*
 * regex_certain: patterns that RE2 takes without a doubt.
 *
 * RE2 needs some ten microseconds to find a pattern valid, and most patterns are letters, classes
 * and simple repeats. Their syntax is read here; what is not sure is left to RE2. Repeats by number
 * are left to it too, and what is long: a pattern that is taken here is far from every limit of
 * size that RE2 has.
 */
#include "engine/regex.h"

enum { LONGEST = 256 };

struct reader {
    sluice_str pattern;
    size_t at;
    size_t depth;    /* of groups */
    bool repeatable; /* what was read last may be repeated */
};

static bool
is_next(const struct reader *reader, char c)
{
    return reader->at < reader->pattern.len && reader->pattern.ptr[reader->at] == c;
}

/* Letters that stand for themselves, in a class too. */
static bool
is_plain(char c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) || (c && memchr("/_~,;:=@& %", c, 11));
}

/* Behind a backslash. */
static bool
is_escaped(char c)
{
    return c && memchr("dDwWsS./\\+*?()[]{}|^$-", c, 22);
}

/* One letter of a class, not a range. */
static bool
read_class_letter(struct reader *reader)
{
    if (reader->at == reader->pattern.len) return false;
    char c = reader->pattern.ptr[reader->at++];
    if (c != '\\') return is_plain(c) || c == '.';
    return reader->at < reader->pattern.len && is_escaped(reader->pattern.ptr[reader->at++]);
}

/* Behind the "-" of a range. */
static bool
read_range_end(struct reader *reader, char first)
{
    if (reader->at == reader->pattern.len) return false;
    char last = reader->pattern.ptr[reader->at++];
    bool letters = (ascii_is_alpha(first) || ascii_is_digit(first)) &&
                   (ascii_is_alpha(last) || ascii_is_digit(last));
    return letters && first <= last;
}

/* Behind the "[", up to its "]". A "-" is taken in a range and at the end. */
static bool
read_class(struct reader *reader)
{
    if (is_next(reader, '^')) reader->at++;
    do {
        size_t begin = reader->at;
        if (!read_class_letter(reader)) return false;
        if (!is_next(reader, '-')) continue;
        reader->at++;
        if (is_next(reader, ']')) break;
        if (reader->at != begin + 2 || !read_range_end(reader, reader->pattern.ptr[begin])) {
            return false;
        }
    } while (!is_next(reader, ']'));
    reader->at++;
    return true;
}

/* Behind the "(": with or without a number, never with a name or flags. */
static bool
open_group(struct reader *reader)
{
    reader->depth++;
    if (!is_next(reader, '?')) return true;
    reader->at++;
    if (!is_next(reader, ':')) return false;
    reader->at++;
    return true;
}

static bool
close_group(struct reader *reader)
{
    return reader->depth-- > 0;
}

/* Behind a repeat: another "?" asks for as little as possible, and then nothing may repeat. */
static bool
read_repeat(struct reader *reader)
{
    bool taken = reader->repeatable;
    if (is_next(reader, '?')) reader->at++;
    return taken;
}

/* One step. False: not sure. */
static bool
read_item(struct reader *reader)
{
    char c = reader->pattern.ptr[reader->at++];
    bool repeats = c == '*' || c == '+' || c == '?';
    bool taken;
    if (repeats) {
        taken = read_repeat(reader);
    } else if (c == '[') {
        taken = read_class(reader);
    } else if (c == '(') {
        taken = open_group(reader);
    } else if (c == ')') {
        taken = close_group(reader);
    } else if (c == '\\') {
        taken = reader->at < reader->pattern.len && is_escaped(reader->pattern.ptr[reader->at++]);
    } else {
        taken = is_plain(c) || c == '-' || c == '.' || c == '|' || c == '^' || c == '$';
    }
    reader->repeatable = !repeats && c != '(' && c != '|' && c != '^' && c != '$';
    return taken;
}

bool
regex_is_certain(sluice_str pattern)
{
    struct reader reader = {.pattern = pattern};
    if (pattern.len > LONGEST) return false;
    while (reader.at < pattern.len) {
        if (!read_item(&reader)) return false;
    }
    return reader.depth == 0;
}
