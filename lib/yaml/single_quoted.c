#include "yaml/single_quoted.h"

bool
single_quoted_span(sluice_str text, sluice_str *inside)
{
    if (text.len == 0 || text.ptr[0] != '\'') return false;
    for (size_t i = 1; i < text.len; i++) {
        if (text.ptr[i] != '\'') continue;
        if (i + 1 < text.len && text.ptr[i + 1] == '\'') {
            i++;
            continue;
        }
        *inside = (sluice_str){text.ptr + 1, i - 1};
        return true;
    }
    return false;
}

bool
single_quoted_has_escape(sluice_str inside)
{
    return str_find(inside, '\'') != SIZE_MAX;
}

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

/* Step over one line break; CR LF is one. */
static size_t
skip_break(sluice_str text, size_t at)
{
    bool pair = text.ptr[at] == '\r' && at + 1 < text.len && text.ptr[at + 1] == '\n';
    return at + (pair ? 2 : 1);
}

/* Fold at a line break: one break becomes a space, each empty line after it a line feed. */
static size_t
fold(sluice_str text, size_t at, char *out, size_t *len)
{
    size_t empty_lines = 0;
    while (*len && is_blank(out[*len - 1])) {
        (*len)--;
    }
    at = skip_break(text, at);
    for (;;) {
        while (at < text.len && is_blank(text.ptr[at])) {
            at++;
        }
        if (at == text.len || !is_break(text.ptr[at])) break;
        at = skip_break(text, at);
        empty_lines++;
    }
    if (empty_lines == 0) out[(*len)++] = ' ';
    for (size_t i = 0; i < empty_lines; i++) {
        out[(*len)++] = '\n';
    }
    return at;
}

sluice_str
single_quoted_decode(struct arena *arena, sluice_str inside)
{
    char *out = arena_bytes(arena, inside.len);
    size_t len = 0;
    if (!out) return (sluice_str){NULL, 0};
    for (size_t i = 0; i < inside.len;) {
        if (is_break(inside.ptr[i])) {
            i = fold(inside, i, out, &len);
            continue;
        }
        if (inside.ptr[i] == '\'') i++;
        out[len++] = inside.ptr[i++];
    }
    return (sluice_str){out, len};
}
