/*
 * duration: Go's time.ParseDuration, and the part of it that Gateway API reads.
 */
#include "yaml/decode.h"

/* Nanoseconds of a unit at the start of text, and its length; 0 when there is none. */
static int64_t
read_unit(sluice_str text, size_t *len)
{
    static const struct {
        sluice_str name;
        int64_t ns;
    } units[] = {
        {STR_INIT("ns"),        1                         },
        {STR_INIT("us"),        1000                      },
        {STR_INIT("\xc2\xb5s"), 1000                      }, /* micro sign */
        {STR_INIT("\xce\xbcs"), 1000                      }, /* Greek mu */
        {STR_INIT("ms"),        1000000                   },
        {STR_INIT("s"),         1000000000                },
        {STR_INIT("m"),         INT64_C(60) * 1000000000  },
        {STR_INIT("h"),         INT64_C(3600) * 1000000000},
    };
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (str_starts_with(text, units[i].name)) {
            *len = units[i].name.len;
            return units[i].ns;
        }
    }
    return 0;
}

#define LIMIT (UINT64_C(1) << 63) /* of the magnitude: -2^63 is a duration, 2^63 is none */

/* Digits from *at on. False when they do not fit. */
static bool
read_whole(sluice_str text, size_t *at, uint64_t *value)
{
    for (*value = 0; *at < text.len && ascii_is_digit(text.ptr[*at]); ++*at) {
        if (*value > LIMIT / 10) return false;
        *value = *value * 10 + (uint64_t)(text.ptr[*at] - '0');
        if (*value > LIMIT) return false;
    }
    return true;
}

/* Digits behind the point as value / scale. What does not fit is below a nanosecond's fraction. */
static void
read_fraction(sluice_str text, size_t *at, uint64_t *value, double *scale)
{
    bool full = false;
    *value = 0;
    *scale = 1;
    for (; *at < text.len && ascii_is_digit(text.ptr[*at]); ++*at) {
        if (full || *value > (LIMIT - 1) / 10) {
            full = true;
            continue;
        }
        uint64_t next = *value * 10 + (uint64_t)(text.ptr[*at] - '0');
        full = next > LIMIT;
        if (full) continue;
        *value = next;
        *scale *= 10;
    }
}

/* One number with a unit, e.g. 1.5h, added to *total; cut off the front of *text. */
static bool
read_part(sluice_str *text, uint64_t *total)
{
    uint64_t whole, fraction = 0;
    double scale = 1;
    size_t at = 0, point_len = 0, unit_len = 0;
    if (!read_whole(*text, &at, &whole)) return false;
    if (at < text->len && text->ptr[at] == '.') {
        point_len = 1;
        at++;
        read_fraction(*text, &at, &fraction, &scale);
    }
    if (at == point_len) return false; /* no digit on either side */
    int64_t unit = read_unit(str_skip(*text, at), &unit_len);
    if (unit == 0 || whole > LIMIT / (uint64_t)unit) return false;
    uint64_t part = whole * (uint64_t)unit;
    if (fraction) part += (uint64_t)((double)fraction * ((double)unit / scale));
    if (part > LIMIT - *total) return false;
    *total += part;
    *text = str_skip(*text, at + unit_len);
    return true;
}

bool
duration_parse(sluice_str text, int64_t *ns)
{
    uint64_t total = 0;
    bool negative = text.len && text.ptr[0] == '-';
    *ns = 0;
    if (text.len && (text.ptr[0] == '-' || text.ptr[0] == '+')) text = str_skip(text, 1);
    if (str_equal(text, STR("0"))) return true;
    if (text.len == 0) return false;
    while (text.len) {
        if (!read_part(&text, &total)) return false;
    }
    if (total == LIMIT) {
        if (!negative) return false;
        *ns = INT64_MIN;
        return true;
    }
    *ns = negative ? -(int64_t)total : (int64_t)total;
    return true;
}

/* One whole number with one of four units, cut off the front of *text. */
static bool
read_plain_part(sluice_str *text, int64_t *total)
{
    enum { DIGITS_MAX = 5 };
    uint64_t value;
    size_t digits = 0, unit_len = 0;
    if (!read_whole(*text, &digits, &value) || digits == 0 || digits > DIGITS_MAX) return false;
    int64_t unit = read_unit(str_skip(*text, digits), &unit_len);
    if (unit < 1000000) return false;
    *total += (int64_t)value * unit; /* four times 99999h is below 2^61 */
    *text = str_skip(*text, digits + unit_len);
    return true;
}

bool
duration_parse_plain(sluice_str text, int64_t *ns)
{
    enum { PARTS_MAX = 4 };
    int64_t total = 0;
    size_t parts = 0;
    do {
        if (parts++ == PARTS_MAX || !read_plain_part(&text, &total)) return false;
    } while (text.len);
    *ns = total;
    return true;
}
