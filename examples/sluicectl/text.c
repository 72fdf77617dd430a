/*
 * text: slices for people. Bytes that would move a terminal's cursor are written as \xNN.
 */
#include "sluicectl/text.h"

#include <inttypes.h>
#include <stdbool.h>

/* C1 controls arrive as C2 80 to C2 9F in UTF-8; a lone byte of theirs is no better. */
static bool
text_is_control(sluice_str text, size_t at)
{
    unsigned char byte = (unsigned char)text.ptr[at];
    if (byte < 0x20 || byte == 0x7f) return true;
    if (byte != 0xc2 || at + 1 >= text.len) return false;
    unsigned char next = (unsigned char)text.ptr[at + 1];
    return next >= 0x80 && next <= 0x9f;
}

void
text_print(FILE *out, sluice_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];
        if (text_is_control(text, i)) {
            fprintf(out, "\\x%02x", byte);
        } else {
            fputc(byte, out);
        }
    }
}

size_t
text_width(sluice_str text)
{
    size_t width = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];
        width += text_is_control(text, i) ? 4 : (byte & 0xc0) != 0x80;
    }
    return width;
}

void
text_print_duration(FILE *out, int64_t ns)
{
    static const struct {
        int64_t ns;
        const char *unit;
    } rows[] = {
        {1000000000, "s" },
        {1000000,    "ms"},
        {1000,       "us"},
        {1,          "ns"}
    };
    size_t at = 0;
    while (ns % rows[at].ns != 0) {
        at++;
    }
    fprintf(out, "%" PRId64 "%s", ns / rows[at].ns, rows[at].unit);
}
