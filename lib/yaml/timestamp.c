/*
 * timestamp: see timestamp.h.
 */
#include "yaml/timestamp.h"

/* `digits` decimal digits from the front of *text, at most `max`. */
static bool
take_number(int64_t *out, sluice_str *text, size_t digits, int64_t max)
{
    uint64_t value;
    if (text->len < digits || !str_to_u64(str_first(*text, digits), &value)) return false;
    *text = str_skip(*text, digits);
    *out = (int64_t)value;
    return *out <= max;
}

static bool
take_char(sluice_str *text, char upper)
{
    if (text->len == 0 || (text->ptr[0] & ~0x20) != (upper & ~0x20)) return false;
    *text = str_skip(*text, 1);
    return true;
}

/* Days from 1970-01-01 to a date of the Gregorian calendar. Years begin in March, so that the leap
 * day ends one, and are counted from 400 BC, so that none is negative. */
static int64_t
days_from_date(int64_t year, int64_t month, int64_t day)
{
    int64_t y = year + 400 - (month > 2 ? 0 : 1);
    int64_t era = y / 400 - 1, of_era = y % 400;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t
days_in_month(int64_t year, int64_t month)
{
    static const int64_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static bool
take_date(int64_t *days, sluice_str *text)
{
    int64_t year, month, day;
    if (!take_number(&year, text, 4, 9999) || !take_char(text, '-')) return false;
    if (!take_number(&month, text, 2, 12) || month < 1 || !take_char(text, '-')) return false;
    if (!take_number(&day, text, 2, 31) || day < 1 || day > days_in_month(year, month))
        return false;
    *days = days_from_date(year, month, day);
    return true;
}

/* hh:mm */
static bool
take_minutes(int64_t *minutes, sluice_str *text)
{
    int64_t hour, minute;
    if (!take_number(&hour, text, 2, 23) || !take_char(text, ':')) return false;
    if (!take_number(&minute, text, 2, 59)) return false;
    *minutes = hour * 60 + minute;
    return true;
}

static bool
take_fraction(sluice_str *text)
{
    if (!take_char(text, '.')) return true;
    size_t digits = 0;
    while (digits < text->len && ascii_is_digit(text->ptr[digits]))
        digits++;
    *text = str_skip(*text, digits);
    return digits > 0;
}

/* Z, or the minutes that local time is ahead of UTC. */
static bool
take_offset(int64_t *minutes, sluice_str *text)
{
    *minutes = 0;
    if (take_char(text, 'Z')) return true;
    bool behind = text->len > 0 && text->ptr[0] == '-';
    if (!behind && !str_starts_with(*text, STR("+"))) return false;
    *text = str_skip(*text, 1);
    if (!take_minutes(minutes, text)) return false;
    if (behind) *minutes = -*minutes;
    return true;
}

bool
timestamp_parse(int64_t *seconds, sluice_str text)
{
    int64_t days, minutes, second, ahead;
    if (!take_date(&days, &text) || !take_char(&text, 'T')) return false;
    if (!take_minutes(&minutes, &text) || !take_char(&text, ':')) return false;
    if (!take_number(&second, &text, 2, 60) || !take_fraction(&text)) return false;
    if (!take_offset(&ahead, &text) || text.len > 0) return false;
    *seconds = days * 86400 + (minutes - ahead) * 60 + second;
    return true;
}
