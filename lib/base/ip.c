/*
 * ip: see ip.h.
 */
#include "base/ip.h"

#define V4_OFFSET 12

/* One decimal number 0..255 from the front of *text; a leading zero only in "0" itself. */
static bool
ip_take_octet(uint8_t *out, sluice_str *text)
{
    size_t len = 0;
    uint32_t value = 0;
    while (len < text->len && len < 4 && ascii_is_digit(text->ptr[len])) {
        value = value * 10 + (uint32_t)(text->ptr[len] - '0');
        len++;
    }
    if (len == 0 || len > 3 || value > 255 || (len > 1 && text->ptr[0] == '0')) return false;
    *out = (uint8_t)value;
    *text = str_skip(*text, len);
    return true;
}

static bool
ip_take(sluice_str *text, char c)
{
    if (text->len == 0 || text->ptr[0] != c) return false;
    *text = str_skip(*text, 1);
    return true;
}

/* All of text as a.b.c.d. */
static bool
ip_parse_v4(uint8_t out[4], sluice_str text)
{
    for (size_t i = 0; i < 4; i++) {
        if (i > 0 && !ip_take(&text, '.')) return false;
        if (!ip_take_octet(&out[i], &text)) return false;
    }
    return text.len == 0;
}

static int
hex_digit(char c)
{
    if (ascii_is_digit(c)) return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One group of 1 to 4 hexadecimal digits from the front of *text. */
static bool
ip_take_group(uint8_t out[2], sluice_str *text)
{
    size_t len = 0;
    uint32_t value = 0;
    while (len < text->len && len < 5 && hex_digit(text->ptr[len]) >= 0) {
        value = value * 16 + (uint32_t)hex_digit(text->ptr[len]);
        len++;
    }
    if (len == 0 || len > 4) return false;
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)(value & 0xff);
    *text = str_skip(*text, len);
    return true;
}

/*
 * Groups separated by ":" up to the end of text or a "::" (which is left in *text). *used counts
 * bytes. Dotted decimal may stand for the last two groups, at the end only.
 */
static bool
ip_take_groups(uint8_t out[16], size_t *used, sluice_str *text)
{
    *used = 0;
    while (text->len > 0 && !str_starts_with(*text, STR("::"))) {
        if (*used > 0 && !ip_take(text, ':')) return false;
        if (*used <= 12 && str_find(*text, ':') == SIZE_MAX && str_find(*text, '.') != SIZE_MAX) {
            if (!ip_parse_v4(out + *used, *text)) return false;
            *used += 4;
            *text = str_skip(*text, text->len);
            return true;
        }
        if (*used >= 16 || !ip_take_group(out + *used, text)) return false;
        *used += 2;
    }
    return true;
}

static bool
ip_parse_v6(uint8_t out[16], sluice_str text)
{
    uint8_t head[16] = {0}, tail[16] = {0};
    size_t head_len, tail_len = 0;
    if (!ip_take_groups(head, &head_len, &text)) return false;
    if (text.len > 0) {
        text = str_skip(text, 2);
        if (str_starts_with(text, STR(":"))) return false;
        if (!ip_take_groups(tail, &tail_len, &text)) return false;
        if (text.len > 0 || head_len + tail_len > 14) return false;
    } else if (head_len != 16) {
        return false;
    }
    memset(out, 0, 16);
    memcpy(out, head, head_len);
    memcpy(out + 16 - tail_len, tail, tail_len);
    return true;
}

bool
ip_parse(struct ip *out, sluice_str text)
{
    static const uint8_t mapped[V4_OFFSET] = {[10] = 0xff, [11] = 0xff};
    out->v4 = str_find(text, ':') == SIZE_MAX;
    if (!out->v4) return ip_parse_v6(out->bytes, text);
    memcpy(out->bytes, mapped, sizeof(mapped));
    return ip_parse_v4(out->bytes + V4_OFFSET, text);
}

bool
ip_parse_prefix(struct ip *out, uint32_t *bits, sluice_str text)
{
    size_t slash = str_find(text, '/');
    if (!ip_parse(out, str_first(text, slash))) return false;
    uint64_t width = out->v4 ? 32 : 128, value = width;
    if (slash != SIZE_MAX) {
        sluice_str digits = str_skip(text, slash + 1);
        if (digits.len > 1 && digits.ptr[0] == '0') return false;
        if (!str_to_u64(digits, &value) || value > width) return false;
    }
    *bits = (uint32_t)(value + (128 - width));
    return true;
}
