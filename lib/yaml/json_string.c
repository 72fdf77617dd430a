#include "yaml/json_string.h"

#include "yaml/utf8.h"

/* The four digits behind \u, or eight and a \u between them that make one character; moves *at
 * behind them. Half of a pair alone is no character. */
static bool
read_unicode(const char **at, const char *end, uint32_t *point)
{
    uint32_t low;
    if (!utf8_read_hex((sluice_str){*at, (size_t)(end - *at)}, 4, point)) return false;
    *at += 4;
    if (*point < 0xd800 || *point > 0xdfff) return true;
    if (*point > 0xdbff || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u') return false;
    if (!utf8_read_hex((sluice_str){*at + 2, 4}, 4, &low)) return false;
    if (low < 0xdc00 || low > 0xdfff) return false;
    *at += 6;
    *point = 0x10000 + ((*point - 0xd800) << 10) + (low - 0xdc00);
    return true;
}

/* The escape whose backslash is at *at. */
static bool
unescape(char **out, const char **at, const char *end)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *known = memchr(from, (*at)[1], sizeof(from) - 1);
    uint32_t point;
    if (known) {
        *(*out)++ = to[known - from];
        *at += 2;
        return true;
    }
    if ((*at)[1] != 'u') return false;
    *at += 2;
    if (!read_unicode(at, end, &point)) return false;
    *out += utf8_put(*out, point);
    return true;
}

static enum json_string_result
unescape_all(struct arena *arena, const char **at, const char *end, sluice_str *out)
{
    char *begin = arena_bytes(arena, (size_t)(end - *at)); /* escapes only ever shrink */
    char *to = begin;
    if (!begin) return JSON_STRING_NOMEM;
    while (*at < end) {
        if (**at != '\\') {
            *to++ = *(*at)++;
        } else if (!unescape(&to, at, end)) {
            return JSON_STRING_BAD;
        }
    }
    *out = (sluice_str){begin, (size_t)(to - begin)};
    return JSON_STRING_OK;
}

/* Most bytes of a string end it neither nor need a look: skip them in eights. */
static const char *
skip_ordinary(const char *at, const char *end)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones * 0x80;
    for (; end - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        uint64_t quote = word ^ (ones * '"'), slash = word ^ (ones * '\\');
        uint64_t special =
            ((quote - ones) & ~quote) | ((slash - ones) & ~slash) | ((word - ones * 0x20) & ~word);
        if (special & high) break;
    }
    while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= 0x20) {
        at++;
    }
    return at;
}

enum json_string_result
json_string_read(struct arena *arena, const char **at, const char *end, sluice_str *out)
{
    const char *begin = *at + 1;
    bool escaped = false;
    *at = skip_ordinary(begin, end);
    while (*at < end && **at == '\\') {
        escaped = true;
        if (end - *at < 2) return JSON_STRING_BAD;
        *at = skip_ordinary(*at + 2, end);
    }
    if (*at == end || **at != '"') return JSON_STRING_BAD;
    const char *close = *at;
    *out = (sluice_str){begin, (size_t)(close - begin)};
    if (escaped) {
        *at = begin;
        enum json_string_result result = unescape_all(arena, at, close, out);
        if (result != JSON_STRING_OK) return result;
    }
    *at = close + 1;
    return JSON_STRING_OK;
}
