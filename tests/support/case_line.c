/*
 * case_line: see case_line.h.
 */
#include "support/case_line.h"

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static int
hex_digit(char c)
{
    if (ascii_is_digit(c)) return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that an escape at the start of `text` stands for; *used bytes long. */
static bool
unescape(sluice_str text, char *out, size_t *used)
{
    if (text.len < 2) return false;
    *used = 2;
    switch (text.ptr[1]) {
    case 'n':
        *out = '\n';
        return true;
    case 't':
        *out = '\t';
        return true;
    case '"':
    case '\\':
        *out = text.ptr[1];
        return true;
    case 'x': {
        int high = text.len >= 4 ? hex_digit(text.ptr[2]) : -1;
        int low = text.len >= 4 ? hex_digit(text.ptr[3]) : -1;
        *used = 4;
        *out = (char)(high * 16 + low);
        return high >= 0 && low >= 0;
    }
    default:
        return false;
    }
}

/* One token from the start of *line, which moves behind it. */
static bool
take_token(struct arena *arena, sluice_str *line, sluice_str *token)
{
    char *bytes = arena_bytes(arena, line->len);
    size_t len = 0;
    bool quoted = false;
    if (!bytes) return false;
    while (line->len && (quoted || !is_blank(line->ptr[0]))) {
        size_t used = 1;
        char c = line->ptr[0];
        if (c == '"') {
            quoted = !quoted;
        } else if (quoted && c == '\\') {
            if (!unescape(*line, &bytes[len++], &used)) return false;
        } else {
            bytes[len++] = c;
        }
        *line = str_skip(*line, used);
    }
    *token = (sluice_str){bytes, len};
    return !quoted;
}

bool
case_tokenize(struct case_tokens *out, struct arena *arena, sluice_str line)
{
    out->count = 0;
    for (;;) {
        while (line.len && is_blank(line.ptr[0])) {
            line = str_skip(line, 1);
        }
        if (line.len == 0 || line.ptr[0] == '#') return true;
        if (out->count == CASE_TOKENS) return false;
        if (!take_token(arena, &line, &out->items[out->count++])) return false;
    }
}

bool
case_split(const struct case_tokens *tokens, struct case_tokens *left, struct case_tokens *right)
{
    struct case_tokens *side = left;
    left->count = right->count = 0;
    for (size_t i = 0; i < tokens->count; i++) {
        if (side == left && str_equal(tokens->items[i], STR("->"))) {
            side = right;
        } else {
            side->items[side->count++] = tokens->items[i];
        }
    }
    return side == right;
}

bool
case_value(sluice_str token, const char *prefix, sluice_str *out)
{
    sluice_str start = sluice_str_of(prefix);
    if (!str_starts_with(token, start)) return false;
    *out = str_skip(token, start.len);
    return true;
}

sluice_str
case_cut(sluice_str text, char c, sluice_str *rest)
{
    size_t at = str_find(text, c);
    *rest = at == SIZE_MAX ? (sluice_str){NULL, 0} : str_skip(text, at + 1);
    return str_first(text, at);
}

bool
case_field(sluice_str token, const char *prefix, sluice_field *out)
{
    sluice_str rest;
    if (!case_value(token, prefix, &rest)) return false;
    out->name = case_cut(rest, '=', &out->value);
    return true;
}

uint32_t
case_number(sluice_str text)
{
    uint64_t number;
    return str_to_u64(text, &number) && number < UINT32_MAX ? (uint32_t)number : UINT32_MAX;
}
