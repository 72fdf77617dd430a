/*
 * case_file: see case_file.h.
 */
#include "support/case_file.h"

#define FENCE STR("```")

bool
case_line_next(sluice_str *text, sluice_str *line)
{
    if (text->len == 0) return false;
    size_t end = str_find(*text, '\n');
    *line = str_first(*text, end);
    *text = end == SIZE_MAX ? str_skip(*text, text->len) : str_skip(*text, end + 1);
    return true;
}

static bool
kind_of(sluice_str info, struct case_block *out)
{
    static const sluice_str names[] = {STR_INIT("rules"), STR_INIT("requests"),
                                       STR_INIT("findings")};
    sluice_str word = str_first(info, str_find(info, ' '));
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!str_equal(word, names[i])) continue;
        out->kind = (enum case_block_kind)i;
        out->options = str_skip(info, word.len);
        return true;
    }
    return false;
}

/* The text up to the closing fence. */
static void
read_text(struct case_reader *reader, struct case_block *out)
{
    sluice_str line;
    out->line = reader->line;
    out->text = str_make(reader->rest.ptr, 0);
    while (case_line_next(&reader->rest, &line)) {
        reader->line++;
        if (str_starts_with(line, FENCE)) return;
        out->text.len = (size_t)(line.ptr + line.len - out->text.ptr);
    }
}

bool
case_block_next(struct case_reader *reader, struct case_block *out)
{
    sluice_str line;
    while (case_line_next(&reader->rest, &line)) {
        reader->line++;
        if (str_starts_with(line, STR("#"))) reader->heading = line;
        if (!str_starts_with(line, FENCE)) continue;
        bool known = kind_of(str_skip(line, FENCE.len), out);
        out->heading = reader->heading;
        read_text(reader, out);
        if (known) return true;
    }
    return false;
}
