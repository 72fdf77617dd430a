/*
 * str: small, total operations on slices. Nothing here allocates.
 *
 * {NULL, 0} is the empty text everywhere; two empty texts are equal whatever their pointers.
 */
#ifndef SLUICE_BASE_STR_H
#define SLUICE_BASE_STR_H

#include <string.h>

#include "sluice/sluice.h"

/* A slice of a string literal: STR("GET"). STR_INIT is the same for static initialisers. */
#define STR_INIT(literal)                                                                          \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }
#define STR(literal) ((sluice_str)STR_INIT(literal))

/* For printf: printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) ((int)(s).len), ((s).ptr ? (s).ptr : "")

static inline bool
str_is_empty(sluice_str s)
{
    return s.len == 0;
}

static inline bool
str_equal(sluice_str a, sluice_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline sluice_str
str_make(const char *ptr, size_t len)
{
    return (sluice_str){ptr, len};
}

/* s without its first n bytes; empty when it has fewer. */
static inline sluice_str
str_skip(sluice_str s, size_t n)
{
    return n >= s.len ? (sluice_str){s.ptr ? s.ptr + s.len : NULL, 0}
                      : (sluice_str){s.ptr + n, s.len - n};
}

/* The first n bytes of s, or all of it when it has fewer. */
static inline sluice_str
str_first(sluice_str s, size_t n)
{
    return (sluice_str){s.ptr, n < s.len ? n : s.len};
}

static inline bool
str_starts_with(sluice_str s, sluice_str prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

static inline bool
str_ends_with(sluice_str s, sluice_str suffix)
{
    return s.len >= suffix.len &&
           (suffix.len == 0 || memcmp(s.ptr + (s.len - suffix.len), suffix.ptr, suffix.len) == 0);
}

/* Index of the first (last) byte c, or SIZE_MAX. */
size_t str_find(sluice_str s, char c);
size_t str_find_last(sluice_str s, char c);

/* Without blanks (space, tab, line feed, carriage return) at both ends. */
sluice_str str_trim(sluice_str s);

/* Byte order, a prefix before what it begins: <0, 0, >0. */
int str_compare(sluice_str a, sluice_str b);

/* ASCII only; bytes above 127 compare as they are. */
bool str_equal_ignore_case(sluice_str a, sluice_str b);
bool str_starts_with_ignore_case(sluice_str s, sluice_str prefix);

static inline char
ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static inline bool
ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool
ascii_is_alpha(char c)
{
    char l = ascii_lower(c);
    return l >= 'a' && l <= 'z';
}

/* Parse all of s as decimal digits; false when empty, not digits, or above UINT64_MAX. */
bool str_to_u64(sluice_str s, uint64_t *out);

#endif
