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

/* One number with a unit, e.g. 1.5h, added to *total; cut off the front of *text. */
static bool
read_part(sluice_str *text, uint64_t *total)
{
    uint64_t whole = 0, fraction = 0, scale = 1;
    size_t at = 0, digits = 0, unit_len;
    for (; at < text->len && ascii_is_digit(text->ptr[at]); at++, digits++) {
        if (whole > (uint64_t)INT64_MAX / 10) return false;
        whole = whole * 10 + (uint64_t)(text->ptr[at] - '0');
    }
    if (at < text->len && text->ptr[at] == '.') {
        for (at++; at < text->len && ascii_is_digit(text->ptr[at]); at++, digits++) {
            if (scale > 100000000000000) continue; /* below any unit's precision */
            fraction = fraction * 10 + (uint64_t)(text->ptr[at] - '0');
            scale *= 10;
        }
    }
    if (digits == 0) return false;
    int64_t unit = read_unit(str_skip(*text, at), &unit_len);
    if (unit == 0 || whole > (uint64_t)(INT64_MAX / unit)) return false;
    uint64_t part = whole * (uint64_t)unit;
    part += (uint64_t)((long double)fraction * (long double)unit / (long double)scale);
    if (part > (uint64_t)INT64_MAX - *total) return false;
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
    *ns = negative ? -(int64_t)total : (int64_t)total;
    return true;
}
