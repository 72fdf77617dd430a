/*
 * build_regex_cut: a pattern as the letters that it begins with, and the rest.
 *
 * The automaton of `/api/orders-17/[0-9]+` has a state for each letter, and of ten thousand such
 * patterns none is in a cache. Letters are compared faster, and the rests of many patterns are one.
 */
#include "router/build_regex_literal.h"

/* Letters, digits and / - _ ~ , ; : = & @ and space: of each byte below 128 a bit. */
static const uint64_t plain[2] = {UINT64_C(0x2fffb04100000000), UINT64_C(0x47fffffe87ffffff)};

static bool
is_plain(char c)
{
    unsigned char byte = (unsigned char)c;
    return byte < 128 && (plain[byte / 64] >> byte % 64 & 1);
}

size_t
build_regex_cut_most(sluice_str pattern)
{
    size_t len = 0;
    while (len < pattern.len && len < REGEX_CUT_MOST && is_plain(pattern.ptr[len])) {
        len++;
    }
    return len;
}

/* Whether something in the rest looks at what stands before it: ^, \A, \b, \B. (A "^" behind a "["
 * begins a class, or is reached only past a "[".) */
static bool
looks_back(sluice_str rest)
{
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.ptr[i] == '^' && (i == 0 || rest.ptr[i - 1] != '[')) return true;
        if (rest.ptr[i] != '\\' || i + 1 == rest.len) continue;
        if (memchr("AbB", rest.ptr[++i], 3)) return true;
    }
    return false;
}

bool
build_regex_cut(size_t *len, struct arena *arena, sluice_str pattern)
{
    struct regex_literal literal;
    size_t most = build_regex_cut_most(pattern), at = 0;
    *len = 0;
    if (most == 0) return true;
    if (!build_regex_literal(&literal, arena, pattern)) return false;
    /* What is not sure has no prefix: so there is no choice and no flag around these letters. */
    while (at < most && at < literal.prefix.len && literal.prefix.ptr[at] == pattern.ptr[at]) {
        at++;
    }
    bool repeated = at < pattern.len && memchr("*+?{", pattern.ptr[at], 4);
    if (at > 0 && (at == pattern.len || repeated)) at--; /* the last letter belongs to the rest */
    if (!looks_back(str_skip(pattern, at))) *len = at;
    return true;
}
