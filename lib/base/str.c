#include "base/str.h"

#include "base/word.h"

size_t
str_find(sluice_str s, char c)
{
    const char *at = s.len ? memchr(s.ptr, c, s.len) : NULL;
    return at ? (size_t)(at - s.ptr) : SIZE_MAX;
}

size_t
str_find_last(sluice_str s, char c)
{
    for (size_t i = s.len; i-- > 0;) {
        if (s.ptr[i] == c) return i;
    }
    return SIZE_MAX;
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

sluice_str
str_trim(sluice_str s)
{
    while (s.len && is_blank(s.ptr[0])) {
        s = str_skip(s, 1);
    }
    while (s.len && is_blank(s.ptr[s.len - 1])) {
        s.len--;
    }
    return s;
}

int
str_compare(sluice_str a, sluice_str b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter ? memcmp(a.ptr, b.ptr, shorter) : 0;
    if (order != 0) return order;
    return (a.len > b.len) - (a.len < b.len);
}

static bool
bytes_equal_ignore_case(const char *a, const char *b, size_t len)
{
    for (; len >= 8; a += 8, b += 8, len -= 8) {
        if (word_lower(word_load(a)) != word_lower(word_load(b))) return false;
    }
    return word_lower(word_load_some(a, len)) == word_lower(word_load_some(b, len));
}

bool
str_equal_ignore_case(sluice_str a, sluice_str b)
{
    return a.len == b.len && bytes_equal_ignore_case(a.ptr, b.ptr, a.len);
}

bool
str_starts_with_ignore_case(sluice_str s, sluice_str prefix)
{
    return s.len >= prefix.len && bytes_equal_ignore_case(s.ptr, prefix.ptr, prefix.len);
}

bool
str_to_u64(sluice_str s, uint64_t *out)
{
    uint64_t value = 0;
    *out = 0;
    if (s.len == 0) return false;
    for (size_t i = 0; i < s.len; i++) {
        if (!ascii_is_digit(s.ptr[i])) return false;
        uint64_t digit = (uint64_t)(s.ptr[i] - '0');
        if (value > (UINT64_MAX - digit) / 10) return false;
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}
