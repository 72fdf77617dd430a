#include "yaml/number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- reading ---- */

enum { DIGITS_MAX = 40, EXPONENT_MAX = 400000000 };

/* Digits without leading zeros, and the power of ten that they are multiplied with. */
struct decimal {
    char digits[DIGITS_MAX + 1];
    size_t count;
    int exponent;
    bool negative;
};

static void
add_digit(struct decimal *decimal, char digit, bool behind_point)
{
    bool leading_zero = decimal->count == 0 && digit == '0';
    bool full = decimal->count == DIGITS_MAX;
    if (!leading_zero && !full) decimal->digits[decimal->count++] = digit;
    /* What does not fit is below any rounding but a tie's: keep it from looking like a tie. */
    if (full && digit != '0') decimal->digits[DIGITS_MAX - 1] |= 1;
    if (full && !behind_point && decimal->exponent < EXPONENT_MAX) decimal->exponent++;
    if (!full && behind_point && decimal->exponent > -EXPONENT_MAX) decimal->exponent--;
}

static int
read_exponent(sluice_str text, size_t at)
{
    int value = 0;
    bool negative = at < text.len && text.ptr[at] == '-';
    for (; at < text.len; at++) {
        if (!ascii_is_digit(text.ptr[at])) continue;
        if (value < EXPONENT_MAX / 10) value = value * 10 + (text.ptr[at] - '0');
    }
    return negative ? -value : value;
}

static struct decimal
read_decimal(sluice_str text)
{
    struct decimal decimal = {.negative = text.len && text.ptr[0] == '-'};
    bool behind_point = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '.') behind_point = true;
        if (ascii_is_digit(c)) add_digit(&decimal, c, behind_point);
        if (ascii_lower(c) != 'e') continue;
        decimal.exponent += read_exponent(text, i + 1);
        break;
    }
    return decimal;
}

/* Both factors are exact, so one rounding is made. False when they are not. */
static bool
read_exactly(const struct decimal *decimal, double *out)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    int exponent = decimal->exponent;
    uint64_t digits = 0;
    if (decimal->count > 15 || exponent > 22 || exponent < -22) return false;
    for (size_t i = 0; i < decimal->count; i++) {
        digits = digits * 10 + (uint64_t)(decimal->digits[i] - '0');
    }
    *out = exponent < 0 ? (double)digits / powers[-exponent] : (double)digits * powers[exponent];
    return true;
}

double
number_read(sluice_str text)
{
    struct decimal decimal = read_decimal(text);
    int magnitude = decimal.exponent + (int)decimal.count;
    double value = 0;
    if (decimal.count == 0 || magnitude <= -300) return decimal.negative ? -0.0 : 0.0;
    if (magnitude > 309) {
        value = (double)INFINITY;
    } else if (!read_exactly(&decimal, &value)) {
        /* Without a point, strtod() does the same in every locale. */
        char buffer[DIGITS_MAX + 16];
        snprintf(buffer, sizeof(buffer), "%.*se%d", (int)decimal.count, decimal.digits,
                 decimal.exponent);
        value = strtod(buffer, NULL);
    }
    return decimal.negative ? -value : value;
}

/* ---- printing ---- */

/* The digits of value at a precision, and its decimal exponent. */
static int
print_digits(double value, int precision, char *digits)
{
    char buffer[48];
    size_t len = 0;
    const char *at = buffer;
    snprintf(buffer, sizeof(buffer), "%.*e", precision - 1, value);
    for (; *at && *at != 'e'; at++) { /* the point, which depends on the locale, is left out */
        if (ascii_is_digit(*at)) digits[len++] = *at;
    }
    while (len > 1 && digits[len - 1] == '0') {
        len--;
    }
    digits[len] = '\0';
    return read_exponent(sluice_str_of(at), 1);
}

static sluice_str
place_point(struct arena *arena, const char *sign, const char *digits, int exponent)
{
    int len = (int)strlen(digits);
    if (exponent < -4 || exponent >= 6) {
        return arena_printf(arena, "%s%c%s%se%c%02d", sign, digits[0], len > 1 ? "." : "",
                            digits + 1, exponent < 0 ? '-' : '+', abs(exponent));
    }
    if (exponent < 0) {
        return arena_printf(arena, "%s0.%.*s%s", sign, -exponent - 1, "0000", digits);
    }
    if (len <= exponent + 1) {
        return arena_printf(arena, "%s%s%.*s", sign, digits, exponent + 1 - len, "00000");
    }
    return arena_printf(arena, "%s%.*s.%s", sign, exponent + 1, digits, digits + exponent + 1);
}

sluice_str
number_print_float(struct arena *arena, double value)
{
    char digits[24] = "";
    int exponent = 0;
    if (value != value) return STR(".nan");
    if (value > (double)FLT_MAX) return STR(".inf");
    if (value < -(double)FLT_MAX) return STR("-.inf");
    float wanted = (float)value;
    const char *sign = wanted < 0 ? "-" : "";
    for (int precision = 1; precision <= 9; precision++) {
        exponent = print_digits(fabs((double)wanted), precision, digits);
        char again[40];
        snprintf(again, sizeof(again), "%se%d", digits, exponent - (int)strlen(digits) + 1);
        if ((float)number_read(sluice_str_of(again)) == fabsf(wanted)) break;
    }
    return place_point(arena, sign, digits, exponent);
}
