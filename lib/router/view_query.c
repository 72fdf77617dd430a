/* view_query: parameters of the query, as they are or decoded. */
#include "router/view.h"

/* Take the first name=value piece off a query. False at the end. */
static bool
next_parameter(sluice_str *query, sluice_str *name, sluice_str *value)
{
    if (query->len == 0) return false;
    size_t end = str_find(*query, '&');
    sluice_str piece = str_first(*query, end);
    *query = end == SIZE_MAX ? str_skip(*query, query->len) : str_skip(*query, end + 1);
    size_t equals = str_find(piece, '=');
    *name = str_first(piece, equals);
    *value = equals == SIZE_MAX ? str_skip(piece, piece.len) : str_skip(piece, equals + 1);
    return true;
}

bool
view_query(const struct view *view, sluice_str name, sluice_str *value)
{
    sluice_str query = str_skip(view->query, 1), key;
    while (next_parameter(&query, &key, value)) {
        if (str_equal(key, name)) return true;
    }
    return false;
}

static int
hex_digit(char c)
{
    if (ascii_is_digit(c)) return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* %XX and + decoded; a % that begins no escape stays as it is. */
static sluice_str
decode(struct scratch *scratch, sluice_str text)
{
    if (str_find(text, '%') == SIZE_MAX && str_find(text, '+') == SIZE_MAX) return text;
    char *out = scratch_take(scratch, text.len);
    if (!out) return (sluice_str){NULL, 0};
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '%' && i + 2 < text.len && hex_digit(text.ptr[i + 1]) >= 0 &&
            hex_digit(text.ptr[i + 2]) >= 0) {
            c = (char)(hex_digit(text.ptr[i + 1]) * 16 + hex_digit(text.ptr[i + 2]));
            i += 2;
        } else if (c == '+') {
            c = ' ';
        }
        out[len++] = c;
    }
    return (sluice_str){out, len};
}

bool
view_query_decoded(struct view *view, sluice_str name, sluice_str *value)
{
    struct scratch *scratch = &view->context->scratch;
    sluice_str query = str_skip(view->query, 1), key, raw;
    while (next_parameter(&query, &key, &raw)) {
        size_t mark = scratch->used;
        bool same = str_equal(decode(scratch, key), name);
        scratch->used = mark;
        if (!same) continue;
        *value = decode(scratch, raw);
        return true;
    }
    return false;
}
