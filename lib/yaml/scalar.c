#include "yaml/scalar.h"

#include <math.h>

static bool
is_one_of(sluice_str text, const char *const *words)
{
    for (; *words; words++) {
        if (str_equal(text, sluice_str_of(*words))) return true;
    }
    return false;
}

static const char *const true_words[] = {"y",    "Y",    "yes", "Yes", "YES", "true",
                                         "True", "TRUE", "on",  "On",  "ON",  NULL};
static const char *const false_words[] = {"n",     "N",     "no",  "No",  "NO",  "false",
                                          "False", "FALSE", "off", "Off", "OFF", NULL};
static const char *const null_words[] = {"", "~", "null", "Null", "NULL", NULL};
static const char *const special_floats[] = {".nan",  ".NaN",  ".NAN",  ".inf",  ".Inf",
                                             ".INF",  "+.inf", "+.Inf", "+.INF", "-.inf",
                                             "-.Inf", "-.INF", NULL};

static int
digit_value(char c)
{
    if (ascii_is_digit(c)) return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

/* Go's ParseInt(text, base 0) after go-yaml took out every "_": sign, 0x 0o 0b prefix, octal by 0.
 */
enum integer { INTEGER_NO, INTEGER_FITS, INTEGER_TOO_BIG };

static enum integer
read_integer(sluice_str text, bool *negative, uint64_t *magnitude)
{
    int base = 10;
    bool any = false, big = false;
    uint64_t value = 0;
    *negative = text.len && text.ptr[0] == '-';
    if (text.len && (text.ptr[0] == '-' || text.ptr[0] == '+')) text = str_skip(text, 1);
    if (text.len > 1 && text.ptr[0] == '0') {
        char mark = ascii_lower(text.ptr[1]);
        base = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
        text = str_skip(text, mark == 'x' || mark == 'b' || mark == 'o' ? 2 : 1);
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '_') continue;
        int digit = digit_value(text.ptr[i]);
        if (digit >= base) return INTEGER_NO;
        any = true;
        big |= value > (UINT64_MAX - (uint64_t)digit) / (uint64_t)base;
        value = value * (uint64_t)base + (uint64_t)digit;
    }
    *magnitude = value;
    if (!any) return INTEGER_NO;
    if (*negative && value > (uint64_t)INT64_MAX + 1) big = true;
    return big ? INTEGER_TOO_BIG : INTEGER_FITS;
}

static size_t
skip_digits(sluice_str text, size_t at)
{
    while (at < text.len && ascii_is_digit(text.ptr[at])) {
        at++;
    }
    return at;
}

/* ^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$ */
static bool
is_decimal(sluice_str text)
{
    size_t at = text.len && (text.ptr[0] == '-' || text.ptr[0] == '+') ? 1 : 0;
    size_t whole = skip_digits(text, at);
    size_t end = whole;
    if (end < text.len && text.ptr[end] == '.') end = skip_digits(text, end + 1);
    if (whole == at && end <= whole + 1) return false;
    if (end < text.len && ascii_lower(text.ptr[end]) == 'e') {
        size_t digits = end + 1;
        if (digits < text.len && (text.ptr[digits] == '-' || text.ptr[digits] == '+')) digits++;
        end = skip_digits(text, digits);
        if (end == digits) return false;
    }
    return end == text.len;
}

enum yaml_kind
scalar_kind(sluice_str text)
{
    bool negative;
    uint64_t magnitude;
    if (text.len == 0) return YAML_NULL;
    char c = text.ptr[0];
    /* Most scalars are words: decide those by their first byte. */
    bool numeric = ascii_is_digit(c) || c == '-' || c == '+' || c == '.';
    if (!numeric) {
        if (text.len > 5) return YAML_STRING;
        if (is_one_of(text, null_words)) return YAML_NULL;
        if (is_one_of(text, true_words) || is_one_of(text, false_words)) return YAML_BOOL;
        return YAML_STRING;
    }
    enum integer integer = read_integer(text, &negative, &magnitude);
    if (integer == INTEGER_FITS) return YAML_INT;
    if (integer == INTEGER_TOO_BIG || is_decimal(text) || is_one_of(text, special_floats)) {
        return YAML_FLOAT;
    }
    return YAML_STRING;
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

static long double
power_of_ten(unsigned exponent)
{
    long double power = 1, square = 10;
    for (; exponent; exponent >>= 1) {
        if (exponent & 1) power *= square;
        square *= square;
    }
    return power;
}

/* Exact for up to 19 digits and small exponents, which long double holds; close beyond. */
static double
decimal_value(sluice_str text)
{
    bool negative = text.ptr[0] == '-', point = false;
    size_t i = text.ptr[0] == '-' || text.ptr[0] == '+' ? 1 : 0;
    long double value = 0;
    long exponent = 0;
    for (; i < text.len && ascii_lower(text.ptr[i]) != 'e'; i++) {
        if (text.ptr[i] == '.') {
            point = true;
            continue;
        }
        value = value * 10 + (text.ptr[i] - '0');
        exponent -= point;
    }
    if (i < text.len) {
        bool down = text.ptr[i + 1] == '-';
        long given = 0;
        for (i++; i < text.len; i++) {
            if (ascii_is_digit(text.ptr[i]) && given < 100000)
                given = given * 10 + text.ptr[i] - '0';
        }
        exponent += down ? -given : given;
    }
    if (exponent > 400) exponent = 400;
    if (exponent < -5000) exponent = -5000;
    long double scaled = exponent < 0 ? value / power_of_ten((unsigned)-exponent)
                                      : value * power_of_ten((unsigned)exponent);
    return (double)(negative ? -scaled : scaled);
}

double
scalar_double(sluice_str text)
{
    bool negative;
    uint64_t magnitude;
    if (read_integer(text, &negative, &magnitude) == INTEGER_FITS) {
        return negative ? -(double)magnitude : (double)magnitude;
    }
    if (is_decimal(text)) return decimal_value(text);
    if (text.len && ascii_lower(text.ptr[text.len - 1]) == 'n') return (double)NAN;
    return text.ptr[0] == '-' ? -(double)INFINITY : (double)INFINITY;
}
