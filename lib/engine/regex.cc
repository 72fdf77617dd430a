/* The one file that names RE2. No exception leaves it: a C host could not catch one. */
extern "C" {
#include "engine/regex.h"
}

#include <re2/re2.h>

#include <cstdint>
#include <cstring>
#include <new>

struct regex {
    explicit regex(re2::StringPiece pattern, const RE2::Options &options) : re(pattern, options)
    {
    }
    RE2 re;
};

namespace
{

constexpr int kMaxGroups = 10;       /* \0 to \9 */
constexpr int64_t kMemory = 8 << 20; /* RE2's own default: what Envoy accepts compiles here too */

re2::StringPiece
piece(sluice_str text)
{
    return re2::StringPiece(text.len ? text.ptr : "", text.len);
}

/* Cut to fit, between two UTF-8 characters. */
void
describe(regex_error *error, const char *text)
{
    if (!error) return;
    size_t len = std::strlen(text);
    if (len >= sizeof(error->text)) {
        len = sizeof(error->text) - 1;
        while (len > 0 && (static_cast<unsigned char>(text[len]) & 0xc0) == 0x80)
            len--;
    }
    std::memcpy(error->text, text, len);
    error->text[len] = '\0';
}

/* Text that is written from left to right and must fit. */
struct Sink {
    char *at;
    char *end;

    bool
    put(const char *bytes, size_t len)
    {
        if (static_cast<size_t>(end - at) < len) return false;
        if (len) std::memcpy(at, bytes, len);
        at += len;
        return true;
    }
};

bool
put_rewrite(Sink *sink, re2::StringPiece rewrite, const re2::StringPiece *groups)
{
    for (size_t i = 0; i < rewrite.size(); i++) {
        if (rewrite[i] != '\\' || i + 1 == rewrite.size()) {
            if (!sink->put(rewrite.data() + i, 1)) return false;
            continue;
        }
        char c = rewrite[++i];
        if (c >= '0' && c <= '9') {
            const re2::StringPiece &group = groups[c - '0'];
            if (!sink->put(group.data(), group.size())) return false;
        } else if (!sink->put(&c, 1)) {
            return false;
        }
    }
    return true;
}

/*
 * Bytes of the UTF-8 character at `at`, or 1 where there is none. As RE2 reads it: shortest forms
 * only, up to U+10FFFF, surrogates allowed.
 */
size_t
character_length(const char *at, const char *end)
{
    static constexpr unsigned smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned first = static_cast<unsigned char>(*at);
    size_t wanted = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
    if (wanted == 1 || first >= 0xf8 || static_cast<size_t>(end - at) < wanted) return 1;
    unsigned rune = first & (0x7fu >> wanted);
    for (size_t i = 1; i < wanted; i++) {
        unsigned byte = static_cast<unsigned char>(at[i]);
        if ((byte & 0xc0) != 0x80) return 1;
        rune = rune << 6 | (byte & 0x3f);
    }
    return rune >= smallest[wanted] && rune <= 0x10ffff ? wanted : 1;
}

size_t
replace_all(const RE2 &re, re2::StringPiece text, re2::StringPiece rewrite, char *out, size_t cap)
{
    Sink sink = {out, out + cap};
    re2::StringPiece groups[kMaxGroups];
    const int group_count = 1 + RE2::MaxSubmatch(rewrite);
    if (group_count > 1 + re.NumberOfCapturingGroups()) { /* RE2 then replaces nothing */
        return sink.put(text.data(), text.size()) ? text.size() : SIZE_MAX;
    }
    const char *const begin = text.data();
    const char *const end = begin + text.size();
    const char *at = begin;
    const char *last_end = nullptr;
    while (at <= end) {
        if (!re.Match(text, static_cast<size_t>(at - begin), text.size(), RE2::UNANCHORED, groups,
                      group_count)) {
            break;
        }
        if (at < groups[0].data() && !sink.put(at, static_cast<size_t>(groups[0].data() - at))) {
            return SIZE_MAX;
        }
        if (groups[0].data() == last_end && groups[0].empty()) {
            /* An empty match right behind the last one does not count: step over one character. */
            at = groups[0].data();
            if (at >= end) break;
            size_t len = character_length(at, end);
            if (!sink.put(at, len)) return SIZE_MAX;
            at += len;
            continue;
        }
        if (!put_rewrite(&sink, rewrite, groups)) return SIZE_MAX;
        at = groups[0].data() + groups[0].size();
        last_end = at;
    }
    if (at < end && !sink.put(at, static_cast<size_t>(end - at))) return SIZE_MAX;
    return static_cast<size_t>(sink.at - out);
}

} // namespace

extern "C" enum regex_result
regex_compile(struct regex **out, sluice_str pattern, struct regex_error *error)
{
    *out = nullptr;
    try {
        RE2::Options options; /* UTF-8, as Envoy's */
        options.set_log_errors(false);
        options.set_max_mem(kMemory);
        regex *made = new regex(piece(pattern), options);
        if (made->re.ok()) {
            *out = made;
            return REGEX_OK;
        }
        describe(error, made->re.error().c_str());
        delete made;
        return REGEX_BAD;
    } catch (...) {
        describe(error, "out of memory");
        return REGEX_NOMEM;
    }
}

extern "C" void
regex_free(struct regex *regex)
{
    delete regex;
}

extern "C" bool
regex_full_match(const struct regex *regex, sluice_str text)
{
    try {
        return regex->re.Match(piece(text), 0, text.len, RE2::ANCHOR_BOTH, nullptr, 0);
    } catch (...) {
        return false;
    }
}

extern "C" bool
regex_check_rewrite(const struct regex *regex, sluice_str rewrite, struct regex_error *error)
{
    try {
        std::string message;
        if (regex->re.CheckRewriteString(piece(rewrite), &message)) return true;
        describe(error, message.c_str());
        return false;
    } catch (...) {
        describe(error, "out of memory");
        return false;
    }
}

extern "C" size_t
regex_replace_all(const struct regex *regex, sluice_str text, sluice_str rewrite, char *out,
                  size_t cap)
{
    try {
        return replace_all(regex->re, piece(text), piece(rewrite), out, cap);
    } catch (...) {
        return SIZE_MAX;
    }
}
