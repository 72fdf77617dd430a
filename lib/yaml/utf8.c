#include "yaml/utf8.h"

size_t
utf8_put(char *out, uint32_t point)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    size_t len = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (point & 0x3f));
        point >>= 6;
    }
    out[0] = (char)((0xf00u >> len) | point);
    return len;
}

bool
utf8_read_hex(sluice_str text, size_t count, uint32_t *out)
{
    uint32_t value = 0;
    if (text.len < count) return false;
    for (size_t i = 0; i < count; i++) {
        char c = ascii_lower(text.ptr[i]);
        bool letter = c >= 'a' && c <= 'f';
        if (!letter && !ascii_is_digit(c)) return false;
        value = value << 4 | (uint32_t)(letter ? c - 'a' + 10 : c - '0');
    }
    *out = value;
    return true;
}

size_t
utf8_count(sluice_str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool continues = ((unsigned char)text.ptr[i] & 0xc0) == 0x80;
        count += !continues;
    }
    return count;
}
