#include "yaml/precheck.h"

#include "yaml/reading.h"

enum {
    BLANK_LINES_MAX = 1000,
    /* libfyaml keeps all tokens of a line that might be a key, at 400 bytes each. */
    LINE_TOKENS_MAX = 1 << 17,
};

static struct precheck_finding
found(const char *code, size_t offset, const char *message)
{
    return (struct precheck_finding){SLUICE_ERR_SYNTAX, code, message, offset};
}

/* ---- encoding ---- */

size_t
precheck_bom(sluice_str text)
{
    return str_starts_with(text, STR("\xef\xbb\xbf")) ? 3 : 0;
}

/* Length of the UTF-8 character at text, which is not ASCII; 0 when it is none (overlong,
 * surrogate, beyond U+10FFFF, cut off). */
static size_t
character_length(const unsigned char *at, size_t left)
{
    if (at[0] < 0xc2 || at[0] > 0xf4) return 0;
    size_t len = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    if (len > left) return 0;
    unsigned char least = at[0] == 0xe0 ? 0xa0 : at[0] == 0xf0 ? 0x90 : 0x80;
    unsigned char most = at[0] == 0xed ? 0x9f : at[0] == 0xf4 ? 0x8f : 0xbf;
    if (at[1] < least || at[1] > most) return 0;
    for (size_t i = 2; i < len; i++) {
        if ((at[i] & 0xc0) != 0x80) return 0;
    }
    return len;
}

/* Index of the first byte from `at` on that is NUL or not ASCII. */
static size_t
skip_ascii(sluice_str text, size_t at)
{
    const uint64_t high = UINT64_C(0x8080808080808080), ones = UINT64_C(0x0101010101010101);
    for (; text.len - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, text.ptr + at, 8);
        if (((word | (word - ones)) & high) != 0) break;
    }
    while (at < text.len && (signed char)text.ptr[at] > 0) {
        at++;
    }
    return at;
}

static bool
is_utf16(sluice_str text)
{
    if (str_starts_with(text, STR("\xfe\xff")) || str_starts_with(text, STR("\xff\xfe")))
        return true;
    return text.len >= 2 && (text.ptr[0] == 0) != (text.ptr[1] == 0);
}

struct precheck_finding
precheck_encoding(sluice_str text)
{
    if (is_utf16(text)) return found(CODE_ENCODING, 0, "the text is UTF-16; UTF-8 is expected");
    for (size_t at = skip_ascii(text, 0); at < text.len; at = skip_ascii(text, at)) {
        const unsigned char *bytes = (const unsigned char *)text.ptr + at;
        if (*bytes == 0) return found(CODE_ENCODING, at, "a NUL byte is not allowed in text");
        size_t len = character_length(bytes, text.len - at);
        if (len == 0) return found(CODE_ENCODING, at, "this is not valid UTF-8");
        at += len;
    }
    return (struct precheck_finding){0};
}

/* ---- YAML ---- */

static const char *
check_wide(const unsigned char *at, size_t left)
{
    if (at[0] == 0xc2 && left > 1 && at[1] < 0xa0) {
        if (at[1] != 0x85) return "a control character is not allowed here";
        return "U+0085 ends a line in YAML 1.1 but not in YAML 1.2; write \\N in double quotes";
    }
    if (at[0] == 0xe2 && left > 2 && at[1] == 0x80 && (at[2] == 0xa8 || at[2] == 0xa9)) {
        return "U+2028 and U+2029 end a line in YAML 1.1 but not in YAML 1.2; write \\L or \\P in "
               "double quotes";
    }
    if (at[0] == 0xef && left > 2) {
        if (at[1] == 0xbb && at[2] == 0xbf) {
            return "a byte order mark is allowed at the start of the text only";
        }
        if (at[1] == 0xbf && at[2] >= 0xbe) return "U+FFFE and U+FFFF are not characters";
    }
    return NULL;
}

/* A % at the start of a line is a directive wherever an engine may look for one. */
static bool
is_good_directive(sluice_str line)
{
    while (line.len && (line.ptr[line.len - 1] == ' ' || line.ptr[line.len - 1] == '\t')) {
        line.len--;
    }
    return str_equal(line, STR("%YAML 1.1")) || str_equal(line, STR("%YAML 1.2"));
}

struct scan {
    size_t blank_lines; /* that end here */
    struct precheck_finding finding;
};

static bool
stop(struct scan *scan, struct precheck_finding finding)
{
    scan->finding = finding;
    return false;
}

/* Index of the first byte from `at` on that is no printable ASCII character. */
static size_t
skip_printable(sluice_str text, size_t at, size_t end)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones * 0x80;
    for (; end - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, text.ptr + at, 8);
        /* Below 0x20 borrows, 0x7f carries, beyond that the high bit is set anyway. */
        if ((((word - ones * 0x20) | (word + ones)) | word) & high) break;
    }
    while (at < end && text.ptr[at] >= 0x20 && text.ptr[at] != 0x7f) {
        at++;
    }
    return at;
}

static bool
check_characters(struct scan *scan, sluice_str text, size_t begin, size_t end)
{
    for (size_t i = skip_printable(text, begin, end); i < end;
         i = skip_printable(text, i + 1, end)) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '\t') continue;
        if (c < 0x20 || c == 0x7f) {
            return stop(scan, found(CODE_ENCODING, i, "a control character is not allowed here"));
        }
        const char *wide = check_wide((const unsigned char *)text.ptr + i, end - i);
        if (wide) {
            bool mark = c == 0xef && text.ptr[i + 1] == (char)0xbb;
            return stop(scan, found(mark ? CODE_UNSUPPORTED : CODE_ENCODING, i, wide));
        }
    }
    return true;
}

static bool
is_blank(sluice_str line)
{
    size_t i = 0;
    while (i < line.len && (line.ptr[i] == ' ' || line.ptr[i] == '\t')) {
        i++;
    }
    return i == line.len;
}

static bool
has_too_many_tokens(sluice_str line)
{
    size_t tokens = 0;
    if (line.len <= LINE_TOKENS_MAX) return false;
    for (size_t i = 0; i < line.len; i++) {
        char c = line.ptr[i];
        tokens += c == ',' || c == '[' || c == '{';
    }
    return tokens > LINE_TOKENS_MAX;
}

static struct precheck_finding
limit(size_t offset, const char *message)
{
    return (struct precheck_finding){SLUICE_ERR_LIMIT, CODE_LIMIT, message, offset};
}

/* One line without its end. */
static bool
check_line(struct scan *scan, sluice_str text, size_t begin, size_t end)
{
    sluice_str line = {text.ptr + begin, end - begin};
    if (line.len && line.ptr[0] == '%' && !is_good_directive(line)) {
        return stop(scan, found(CODE_UNSUPPORTED, begin,
                                "a line that begins with % is a directive; only %YAML 1.1 and "
                                "%YAML 1.2 are read"));
    }
    if (!check_characters(scan, text, begin, end)) return false;
    if (has_too_many_tokens(line)) {
        return stop(scan, limit(begin, "this line holds too many items; break it up"));
    }
    scan->blank_lines = is_blank(line) ? scan->blank_lines + 1 : 0;
    if (scan->blank_lines <= BLANK_LINES_MAX) return true;
    return stop(scan, limit(begin, "more than 1000 empty lines in a row"));
}

/* ---- a crash of libfyaml ---- */

static bool
is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Whether a ? that may begin an explicit key stands in the text. */
static bool
has_explicit_key(sluice_str text)
{
    const char *end = text.ptr + text.len, *at = text.ptr;
    while ((at = memchr(at, '?', (size_t)(end - at)))) {
        bool begins = at == text.ptr || is_space(at[-1]);
        at++;
        if (begins && (at == end || is_space(*at))) return true;
    }
    return false;
}

/*
 * Inside of an explicit key, a colon, a tab, and an indicator of a block make libfyaml 0.7.12 write
 * to memory that is not its own. Offset of such a tab, or SIZE_MAX.
 */
static size_t
find_tab_before_block(sluice_str text)
{
    for (size_t at = 0; at < text.len; at++) {
        const char *tab = memchr(text.ptr + at, '\t', text.len - at);
        if (!tab) break;
        size_t found_at = (size_t)(tab - text.ptr), begin = found_at;
        while (begin > at && text.ptr[begin - 1] == ' ') {
            begin--;
        }
        for (at = found_at; at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t');) {
            at++;
        }
        bool colon = begin > 0 && text.ptr[begin - 1] == ':';
        if (colon && at < text.len && memchr("|>-?:", text.ptr[at], 5)) return found_at;
    }
    return SIZE_MAX;
}

static struct precheck_finding
check_explicit_keys(sluice_str text)
{
    size_t at = has_explicit_key(text) ? find_tab_before_block(text) : SIZE_MAX;
    if (at == SIZE_MAX) return (struct precheck_finding){0};
    return found(CODE_UNSUPPORTED, at, "write a space, not a tab, behind the colon");
}

/* ---- lines ---- */

/* The first LF and the first CR from where a line begins; each is looked for when it was passed, so
 * that the text is searched once for either. */
struct line_ends {
    size_t lf, cr;
};

static void
find_ahead(sluice_str text, size_t from, char c, size_t *at)
{
    if (*at >= from && from > 0) return;
    const char *found = memchr(text.ptr + from, c, text.len - from);
    *at = found ? (size_t)(found - text.ptr) : text.len;
}

/* Where the line that begins at `begin` ends, and where the next one begins. */
static size_t
line_end(sluice_str text, size_t begin, struct line_ends *ends, size_t *next)
{
    find_ahead(text, begin, '\n', &ends->lf);
    find_ahead(text, begin, '\r', &ends->cr);
    bool pair = ends->cr + 1 == ends->lf && ends->lf < text.len;
    size_t end = ends->cr < ends->lf ? ends->cr : ends->lf;
    *next = end + (pair ? 2 : 1);
    return end;
}

struct precheck_finding
precheck_yaml(sluice_str text)
{
    struct scan scan = {0};
    struct line_ends ends = {0, 0};
    size_t next;
    for (size_t begin = 0; begin < text.len; begin = next) {
        size_t end = line_end(text, begin, &ends, &next);
        if (!check_line(&scan, text, begin, end)) return scan.finding;
    }
    return check_explicit_keys(text);
}
