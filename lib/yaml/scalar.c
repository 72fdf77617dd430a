#include "yaml/scalar.h"

#include <math.h>

#include "yaml/number.h"

/* ---- words ---- */

static bool
is_one_of(sluice_str text, const sluice_str *words)
{
    for (; words->ptr; words++) {
        if (str_equal(text, *words)) return true;
    }
    return false;
}

static const sluice_str true_words[] = {
    STR_INIT("y"),   STR_INIT("Y"),    STR_INIT("yes"),  STR_INIT("Yes"),
    STR_INIT("YES"), STR_INIT("true"), STR_INIT("True"), STR_INIT("TRUE"),
    STR_INIT("on"),  STR_INIT("On"),   STR_INIT("ON"),   {NULL, 0}
};
static const sluice_str false_words[] = {
    STR_INIT("n"),   STR_INIT("N"),     STR_INIT("no"),    STR_INIT("No"),
    STR_INIT("NO"),  STR_INIT("false"), STR_INIT("False"), STR_INIT("FALSE"),
    STR_INIT("off"), STR_INIT("Off"),   STR_INIT("OFF"),   {NULL, 0}
};
static const sluice_str null_words[] = {
    STR_INIT("~"), STR_INIT("null"), STR_INIT("Null"), STR_INIT("NULL"), {NULL, 0}
};
static const sluice_str nan_words[] = {
    STR_INIT(".nan"), STR_INIT(".NaN"), STR_INIT(".NAN"), {NULL, 0}
};
static const sluice_str infinity_words[] = {
    STR_INIT(".inf"),  STR_INIT(".Inf"),  STR_INIT(".INF"),  STR_INIT("+.inf"), STR_INIT("+.Inf"),
    STR_INIT("+.INF"), STR_INIT("-.inf"), STR_INIT("-.Inf"), STR_INIT("-.INF"), {NULL, 0}
};

static enum yaml_kind
word_kind(sluice_str text)
{
    static const bool begins_word[128] = {
        ['y'] = true, ['Y'] = true, ['n'] = true, ['N'] = true, ['t'] = true, ['T'] = true,
        ['f'] = true, ['F'] = true, ['o'] = true, ['O'] = true, ['~'] = true};
    if (text.len > 5 || !begins_word[text.ptr[0] & 0x7f]) return YAML_STRING;
    if (is_one_of(text, null_words)) return YAML_NULL;
    if (is_one_of(text, true_words) || is_one_of(text, false_words)) return YAML_BOOL;
    return YAML_STRING;
}

/* ---- integers ---- */

enum integer { INTEGER_NO, INTEGER_FITS, INTEGER_TOO_BIG };

static unsigned
digit_value(char c)
{
    if (ascii_is_digit(c)) return (unsigned)(c - '0');
    c = ascii_lower(c);
    return c >= 'a' && c <= 'z' ? (unsigned)(c - 'a' + 10) : 99;
}

/* go-yaml takes out every "_" before it looks. */
static size_t
skip_underscores(sluice_str text, size_t at)
{
    while (at < text.len && text.ptr[at] == '_') {
        at++;
    }
    return at;
}

static size_t
skip_sign(sluice_str text, size_t at, bool *negative, bool *signs)
{
    at = skip_underscores(text, at);
    *signs = at < text.len && (text.ptr[at] == '-' || text.ptr[at] == '+');
    if (!*signs) return at;
    *negative = text.ptr[at] == '-';
    return at + 1;
}

/* Go's prefixes 0x 0o 0b, and 0 alone for octal. `at` is at the first digit afterwards. */
static unsigned
read_base(sluice_str text, size_t *at)
{
    *at = skip_underscores(text, *at);
    if (*at >= text.len || text.ptr[*at] != '0') return 10;
    size_t next = skip_underscores(text, *at + 1);
    if (next == text.len) return 10;
    *at = next + 1;
    switch (ascii_lower(text.ptr[next])) {
    case 'x':
        return 16;
    case 'o':
        return 8;
    case 'b':
        return 2;
    default:
        *at = next;
        return 8;
    }
}

static enum integer
read_digits(sluice_str text, size_t at, unsigned base, uint64_t *magnitude)
{
    bool any = false, big = false;
    uint64_t value = 0;
    for (; at < text.len; at++) {
        if (text.ptr[at] == '_') continue;
        unsigned digit = digit_value(text.ptr[at]);
        if (digit >= base) return INTEGER_NO;
        any = true;
        big |= value > (UINT64_MAX - digit) / base;
        value = value * base + digit;
    }
    *magnitude = value;
    if (!any) return INTEGER_NO;
    return big ? INTEGER_TOO_BIG : INTEGER_FITS;
}

/* Go's ParseInt(text, base 0), and ParseUint for what has no sign. */
static enum integer
read_integer(sluice_str text, bool *negative, uint64_t *magnitude)
{
    bool signs, signs_again = false;
    *negative = false;
    size_t at = skip_sign(text, 0, negative, &signs);
    unsigned base = read_base(text, &at);
    /* go-yaml's own reading of 0b takes a sign behind it. */
    if (base == 2 && !signs) at = skip_sign(text, at, negative, &signs_again);
    enum integer result = read_digits(text, at, base, magnitude);
    if (result != INTEGER_FITS || (!signs && !signs_again)) return result;
    uint64_t most = (uint64_t)INT64_MAX + *negative;
    return *magnitude > most ? INTEGER_TOO_BIG : INTEGER_FITS;
}

/* ---- decimals ---- */

static size_t
skip_digits(sluice_str text, size_t at, size_t *count)
{
    for (*count = 0; at < text.len; at++) {
        if (text.ptr[at] == '_') continue;
        if (!ascii_is_digit(text.ptr[at])) break;
        ++*count;
    }
    return at;
}

/* ^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$ without regard to underscores */
static bool
is_decimal(sluice_str text)
{
    bool negative, signs;
    size_t whole, part = 0, exponent = 1;
    size_t at = skip_digits(text, skip_sign(text, 0, &negative, &signs), &whole);
    if (at < text.len && text.ptr[at] == '.') at = skip_digits(text, at + 1, &part);
    if (whole + part == 0) return false;
    if (at < text.len && ascii_lower(text.ptr[at]) == 'e') {
        at = skip_digits(text, skip_sign(text, at + 1, &negative, &signs), &exponent);
    }
    return at == text.len && exponent > 0;
}

static bool
is_float(sluice_str text)
{
    if (text.ptr[0] == '.' && str_find(text, '_') != SIZE_MAX) return false;
    return is_decimal(text) && isfinite(number_read(text));
}

static enum yaml_kind
number_kind(sluice_str text)
{
    bool negative;
    uint64_t magnitude;
    enum integer integer = read_integer(text, &negative, &magnitude);
    if (integer == INTEGER_FITS) return YAML_INT;
    if (integer == INTEGER_TOO_BIG || is_float(text)) return YAML_FLOAT;
    return is_one_of(text, infinity_words) || is_one_of(text, nan_words) ? YAML_FLOAT : YAML_STRING;
}

/* ---- the contract ---- */

enum yaml_kind
scalar_kind(sluice_str text)
{
    if (text.len == 0) return YAML_NULL;
    char c = text.ptr[0];
    bool numeric = ascii_is_digit(c) || c == '-' || c == '+' || c == '.';
    return numeric ? number_kind(text) : word_kind(text);
}

bool
scalar_bool(sluice_str text)
{
    return is_one_of(text, true_words);
}

bool
scalar_integer(sluice_str text, bool *negative, uint64_t *magnitude)
{
    return read_integer(text, negative, magnitude) == INTEGER_FITS;
}

double
scalar_double(sluice_str text)
{
    bool negative;
    uint64_t magnitude;
    if (read_integer(text, &negative, &magnitude) == INTEGER_FITS) {
        return negative ? -(double)magnitude : (double)magnitude;
    }
    if (is_decimal(text)) return number_read(text);
    if (is_one_of(text, nan_words)) return (double)NAN;
    return text.len && text.ptr[0] == '-' ? -(double)INFINITY : (double)INFINITY;
}

bool
scalar_is_json_number(sluice_str text)
{
    if (str_starts_with(text, STR("-"))) text = str_skip(text, 1);
    if (text.len == 0 || !ascii_is_digit(text.ptr[0])) return false;
    if (text.ptr[0] == '0' && text.len > 1 && ascii_is_digit(text.ptr[1])) return false;
    size_t point = str_find(text, '.');
    bool digit_behind =
        point == SIZE_MAX || (point + 1 < text.len && ascii_is_digit(text.ptr[point + 1]));
    return digit_behind && str_find(text, '_') == SIZE_MAX && is_decimal(text);
}

bool
scalar_key(struct arena *arena, enum yaml_kind kind, sluice_str text, sluice_str *out)
{
    bool negative;
    uint64_t magnitude;
    *out = text;
    if (kind == YAML_BOOL) *out = scalar_bool(text) ? STR("true") : STR("false");
    if (kind == YAML_FLOAT) *out = number_print_float(arena, scalar_double(text));
    if (kind == YAML_INT && scalar_integer(text, &negative, &magnitude)) {
        *out = arena_printf(arena, "%s%llu", negative && magnitude ? "-" : "",
                            (unsigned long long)magnitude);
    }
    return out->ptr != NULL;
}
