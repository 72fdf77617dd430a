#include "yaml/precheck.h"

enum { BLANK_LINES_MAX = 1000 };

size_t
precheck_bom(sluice_str text)
{
    return str_starts_with(text, STR("\xef\xbb\xbf")) ? 3 : 0;
}

/* Length of the UTF-8 character at text, 0 when it is none (overlong, surrogate, beyond U+10FFFF).
 */
static size_t
character_length(const unsigned char *at, size_t left)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len = at[0] < 0x80 ? 1 : at[0] < 0xc2 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    if (len <= 1) return len;
    if (at[0] > 0xf4 || len > left) return 0;
    uint32_t point = at[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((at[i] & 0xc0) != 0x80) return 0;
        point = (point << 6) | (at[i] & 0x3fu);
    }
    bool surrogate = point >= 0xd800 && point <= 0xdfff;
    return point >= least[len] && !surrogate && point <= 0x10ffff ? len : 0;
}

/* A % at the start of a line is a directive wherever an engine may look for one. */
static const char *
check_directive(sluice_str rest)
{
    size_t end = 0;
    while (end < rest.len && rest.ptr[end] != '\n' && rest.ptr[end] != '\r') {
        end++;
    }
    while (end && (rest.ptr[end - 1] == ' ' || rest.ptr[end - 1] == '\t')) {
        end--;
    }
    sluice_str line = str_first(rest, end);
    if (str_equal(line, STR("%YAML 1.1")) || str_equal(line, STR("%YAML 1.2"))) return NULL;
    return "a line that begins with % is a directive; only %YAML 1.1 and %YAML 1.2 are read";
}

struct scan {
    uint32_t line;
    size_t line_start;
    uint32_t blank_lines;
    bool blank; /* nothing but blanks on this line so far */
};

static struct precheck_finding
found(const struct scan *scan, size_t at, const char *code, const char *message)
{
    return (struct precheck_finding){code, message, scan->line,
                                     (uint32_t)(at - scan->line_start + 1)};
}

static void
end_line(struct scan *scan, size_t next)
{
    scan->blank_lines = scan->blank ? scan->blank_lines + 1 : 0;
    scan->blank = true;
    scan->line++;
    scan->line_start = next;
}

static const char *
check_character(const unsigned char *at, size_t len)
{
    if (len == 0) return "the text is not valid UTF-8 here";
    if (len == 1 && at[0] < 0x20 && at[0] != '\t') return "a control character is not allowed here";
    if (len == 1 && at[0] == 0x7f) return "a control character is not allowed here";
    if (len == 2 && at[0] == 0xc2 && at[1] < 0xa0 && at[1] != 0x85) {
        return "a control character is not allowed here";
    }
    if (len == 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0) {
        return "a byte order mark is allowed at the start of the text only";
    }
    if (len == 3 && at[0] == 0xef && at[1] == 0xbf && at[2] >= 0xbe) {
        return "U+FFFE and U+FFFF are not characters";
    }
    return NULL;
}

struct precheck_finding
precheck_text(sluice_str text)
{
    struct scan scan = {.line = 1, .blank = true};
    const unsigned char *bytes = (const unsigned char *)text.ptr;
    for (size_t i = 0; i < text.len;) {
        unsigned char c = bytes[i];
        if (c >= 0x21 && c < 0x7f) { /* most of every text */
            if (c == '%' && i == scan.line_start) {
                const char *message = check_directive(str_skip(text, i));
                if (message) return found(&scan, i, "SL0003", message);
            }
            scan.blank = false;
            i++;
            continue;
        }
        if (c == '\n' || c == '\r') {
            i += c == '\r' && i + 1 < text.len && bytes[i + 1] == '\n' ? 2 : 1;
            end_line(&scan, i);
            if (scan.blank_lines > BLANK_LINES_MAX) {
                return found(&scan, i, "SL0006", "more than 1000 empty lines in a row");
            }
            continue;
        }
        size_t len = character_length(bytes + i, text.len - i);
        const char *message = check_character(bytes + i, len);
        if (message) return found(&scan, i, "SL0002", message);
        scan.blank &= c == ' ' || c == '\t';
        i += len;
    }
    return (struct precheck_finding){0};
}
