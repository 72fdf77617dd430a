#include "yaml/flow_text.h"

#include "yaml/utf8.h"

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool
is_break(char c)
{
    return c == '\n' || c == '\r';
}

static bool
has_break(sluice_str text)
{
    return str_find(text, '\n') != SIZE_MAX || str_find(text, '\r') != SIZE_MAX;
}

/* Text on its way out. Never longer than the source, but for \L and \P: room is for those too. */
struct writer {
    char *out;
    size_t len;
    size_t kept; /* blanks up to here are not taken back by folding: they were escaped */
};

/* Step over one line break; CR LF is one. */
static size_t
skip_break(sluice_str text, size_t at)
{
    bool pair = text.ptr[at] == '\r' && at + 1 < text.len && text.ptr[at + 1] == '\n';
    return at + (pair ? 2 : 1);
}

/* The blanks at the start of a line, and the empty lines before it, each of which is a line feed.
 */
static size_t
skip_empty_lines(struct writer *writer, sluice_str text, size_t at, size_t *empty_lines)
{
    for (*empty_lines = 0;;) {
        while (at < text.len && is_blank(text.ptr[at])) {
            at++;
        }
        if (at == text.len || !is_break(text.ptr[at])) return at;
        at = skip_break(text, at);
        writer->out[writer->len++] = '\n';
        ++*empty_lines;
    }
}

/* Fold at a line break: one break becomes a space, each empty line after it a line feed. */
static size_t
fold(struct writer *writer, sluice_str text, size_t at)
{
    size_t empty_lines;
    while (writer->len > writer->kept && is_blank(writer->out[writer->len - 1])) {
        writer->len--;
    }
    at = skip_empty_lines(writer, text, skip_break(text, at), &empty_lines);
    if (empty_lines == 0) writer->out[writer->len++] = ' ';
    writer->kept = writer->len;
    return at;
}

static bool
start(struct writer *writer, struct arena *arena, size_t room)
{
    *writer = (struct writer){.out = arena_bytes(arena, room)};
    return writer->out != NULL;
}

/* ---- plain ---- */

enum flow_text_result
flow_text_plain(struct arena *arena, sluice_str source, sluice_str *out)
{
    struct writer writer;
    if (!start(&writer, arena, source.len)) return FLOW_TEXT_NOMEM;
    for (size_t at = 0; at < source.len;) {
        if (is_break(source.ptr[at])) {
            at = fold(&writer, source, at);
        } else {
            writer.out[writer.len++] = source.ptr[at++];
        }
    }
    *out = (sluice_str){writer.out, writer.len};
    return FLOW_TEXT_OK;
}

/* ---- single-quoted ---- */

/* Index of the closing quote, or SIZE_MAX. */
static size_t
find_single_end(sluice_str source)
{
    for (size_t at = 1; at < source.len; at += 2) {
        const char *quote = memchr(source.ptr + at, '\'', source.len - at);
        if (!quote) break;
        at = (size_t)(quote - source.ptr);
        if (at + 1 == source.len || source.ptr[at + 1] != '\'') return at;
    }
    return SIZE_MAX;
}

enum flow_text_result
flow_text_single(struct arena *arena, sluice_str source, sluice_str *out, size_t *error)
{
    struct writer writer;
    size_t end = source.len && source.ptr[0] == '\'' ? find_single_end(source) : SIZE_MAX;
    *error = 0;
    if (end == SIZE_MAX) return FLOW_TEXT_BAD;
    sluice_str inside = {source.ptr + 1, end - 1};
    *out = inside;
    if (str_find(inside, '\'') == SIZE_MAX && !has_break(inside)) return FLOW_TEXT_OK;
    if (!start(&writer, arena, inside.len)) return FLOW_TEXT_NOMEM;
    for (size_t at = 0; at < inside.len;) {
        if (is_break(inside.ptr[at])) {
            at = fold(&writer, inside, at);
            continue;
        }
        if (inside.ptr[at] == '\'') at++;
        writer.out[writer.len++] = inside.ptr[at++];
    }
    *out = (sluice_str){writer.out, writer.len};
    return FLOW_TEXT_OK;
}

/* ---- double-quoted ---- */

static size_t
find_double_end(sluice_str source, bool *escaped)
{
    for (size_t at = 1; at < source.len; at++) {
        if (source.ptr[at] == '"') return at;
        if (source.ptr[at] != '\\') continue;
        *escaped = true;
        at++;
    }
    return SIZE_MAX;
}

/* What a backslash and one letter mean; SIZE_MAX in `digits`: nothing. */
struct escape {
    uint32_t point;
    size_t digits; /* hexadecimal digits that follow */
};

static struct escape
escape_of(char letter)
{
    static const char letters[] = "0abt\tnvfre \"/\\N_LPxuU";
    static const struct escape meanings[] = {
        {0x00,   0},
        {0x07,   0},
        {0x08,   0},
        {0x09,   0},
        {0x09,   0},
        {0x0a,   0},
        {0x0b,   0},
        {0x0c,   0},
        {0x0d,   0},
        {0x1b,   0},
        {0x20,   0},
        {0x22,   0},
        {0x2f,   0},
        {0x5c,   0},
        {0x85,   0},
        {0xa0,   0},
        {0x2028, 0},
        {0x2029, 0},
        {0,      2},
        {0,      4},
        {0,      8},
    };
    const char *found = memchr(letters, letter, sizeof(letters) - 1);
    return found ? meanings[found - letters] : (struct escape){0, SIZE_MAX};
}

/* The escape whose backslash is at `at`; behind it, or SIZE_MAX. */
static size_t
unescape(struct writer *writer, sluice_str inside, size_t at)
{
    struct escape escape = escape_of(inside.ptr[at + 1]);
    at += 2;
    if (escape.digits == SIZE_MAX) return SIZE_MAX;
    if (escape.digits) {
        sluice_str digits = str_skip(inside, at);
        if (!utf8_read_hex(digits, escape.digits, &escape.point)) return SIZE_MAX;
        if (escape.point > 0x10ffff || (escape.point >> 11) == 0x1b) return SIZE_MAX;
    }
    writer->len += utf8_put(writer->out + writer->len, escape.point);
    writer->kept = writer->len;
    return at + escape.digits;
}

/* The escape or the line break at `at`; behind it, or SIZE_MAX. */
static size_t
read_special(struct writer *writer, sluice_str inside, size_t at)
{
    size_t empty_lines;
    if (is_break(inside.ptr[at])) return fold(writer, inside, at);
    if (!is_break(inside.ptr[at + 1])) return unescape(writer, inside, at);
    writer->kept = writer->len;
    at = skip_empty_lines(writer, inside, skip_break(inside, at + 1), &empty_lines);
    writer->kept = writer->len;
    return at;
}

enum flow_text_result
flow_text_double(struct arena *arena, sluice_str source, sluice_str *out, size_t *error)
{
    struct writer writer;
    bool escaped = false;
    size_t end = source.len && source.ptr[0] == '"' ? find_double_end(source, &escaped) : SIZE_MAX;
    *error = 0;
    if (end == SIZE_MAX) return FLOW_TEXT_BAD;
    sluice_str inside = {source.ptr + 1, end - 1};
    *out = inside;
    if (!escaped && !has_break(inside)) return FLOW_TEXT_OK;
    if (!start(&writer, arena, inside.len + inside.len / 2)) return FLOW_TEXT_NOMEM;
    for (size_t at = 0; at < inside.len;) {
        char c = inside.ptr[at];
        if (c != '\\' && !is_break(c)) {
            writer.out[writer.len++] = c;
            at++;
            continue;
        }
        size_t next = read_special(&writer, inside, at);
        *error = at + 1;
        if (next == SIZE_MAX) return FLOW_TEXT_BAD;
        at = next;
    }
    *out = (sluice_str){writer.out, writer.len};
    return FLOW_TEXT_OK;
}
