#include "yaml/block_text.h"

struct block {
    sluice_str source;
    size_t begin, at, line_start;
    size_t least;  /* indentation, when it is found out */
    size_t indent; /* 0: not known yet */
    char chomp;    /* '+', '-', or 0 */
    bool literal, bad;
    char *out; /* NULL: only count */
    size_t len;
};

static bool
is_at(const struct block *block, char c)
{
    return block->at < block->source.len && block->source.ptr[block->at] == c;
}

static bool
is_blank(const struct block *block)
{
    return is_at(block, ' ') || is_at(block, '\t');
}

static bool
is_break(const struct block *block)
{
    return is_at(block, '\n') || is_at(block, '\r');
}

static void
skip_break(struct block *block)
{
    bool cr = is_at(block, '\r');
    block->at++;
    if (cr && is_at(block, '\n')) block->at++;
    block->line_start = block->at;
}

static void
put(struct block *block, const char *text, size_t len)
{
    if (block->out && len) memcpy(block->out + block->len, text, len);
    block->len += len;
}

static void
put_breaks(struct block *block, size_t count)
{
    for (; count; count--) {
        put(block, "\n", 1);
    }
}

/* ---- header ---- */

/* One of + - 1 to 9; each kind at most once. */
static bool
read_indicator(struct block *block, size_t column)
{
    char c = block->at < block->source.len ? block->source.ptr[block->at] : '\0';
    bool chomp = (c == '+' || c == '-') && !block->chomp;
    bool digit = c >= '1' && c <= '9' && !block->indent;
    if (chomp) block->chomp = c;
    if (digit) block->indent = (size_t)(c - '0') + (column ? column - 1 : 0);
    block->at += chomp || digit;
    return chomp || digit;
}

static bool
read_header(struct block *block, size_t column)
{
    block->literal = is_at(block, '|');
    block->at++;
    while (read_indicator(block, column)) {
        continue;
    }
    bool blank = is_blank(block);
    while (is_blank(block)) {
        block->at++;
    }
    while (blank && is_at(block, '#')) {
        while (block->at < block->source.len && !is_break(block)) {
            block->at++;
        }
    }
    if (block->at < block->source.len && !is_break(block)) return false;
    if (is_break(block)) skip_break(block);
    block->begin = block->line_start = block->at;
    block->least = column > 1 ? column : 1;
    return true;
}

/* ---- lines ---- */

/* Skip empty lines and the indentation of the next; the number of empty lines. */
static size_t
skip_empty_lines(struct block *block)
{
    size_t count = 0, deepest = 0;
    for (;; count++) {
        while ((!block->indent || block->at - block->line_start < block->indent) &&
               is_at(block, ' ')) {
            block->at++;
        }
        size_t indent = block->at - block->line_start;
        if (indent > deepest) deepest = indent;
        if ((!block->indent || indent < block->indent) && is_at(block, '\t')) block->bad = true;
        if (!is_break(block)) break;
        skip_break(block);
    }
    if (!block->indent) block->indent = deepest > block->least ? deepest : block->least;
    return count;
}

static void
put_line(struct block *block)
{
    size_t from = block->at;
    while (block->at < block->source.len && !is_break(block)) {
        block->at++;
    }
    put(block, block->source.ptr + from, block->at - from);
}

/* All lines of the text. Breaks between two lines that do not begin with a blank are folded. */
static void
read_lines(struct block *block)
{
    size_t empty = skip_empty_lines(block);
    bool ended = false, was_blank = false; /* the line before: it has an end; it begins blank */
    while (block->at < block->source.len && block->at - block->line_start == block->indent) {
        bool fold = !block->literal && ended && !was_blank && !is_blank(block);
        if (fold && empty == 0) put(block, " ", 1);
        put_breaks(block, empty + (ended && !fold));
        was_blank = is_blank(block);
        put_line(block);
        ended = is_break(block);
        if (ended) skip_break(block);
        empty = skip_empty_lines(block);
    }
    if (block->chomp != '-') put_breaks(block, ended);
    if (block->chomp == '+') put_breaks(block, empty);
}

size_t
block_text_trim(sluice_str source, size_t begin, size_t end)
{
    while (end > begin && memchr(" \t\r\n", source.ptr[end - 1], 4)) {
        end--;
    }
    return end < begin ? begin : end;
}

enum block_text_result
block_text_read(struct arena *arena, sluice_str source, size_t indicator, size_t column,
                struct block_text *out)
{
    struct block block = {.source = source, .at = indicator};
    if (!read_header(&block, column)) return BLOCK_TEXT_BAD;
    struct block counted = block;
    read_lines(&counted);
    if (counted.bad) return BLOCK_TEXT_BAD;
    block.out = arena_bytes(arena, counted.len);
    if (!block.out) return BLOCK_TEXT_NOMEM;
    read_lines(&block);
    *out = (struct block_text){
        .text = {block.out, block.len},
        .begin = block.begin,
        .end = block_text_trim(source, block.begin, block.at),
    };
    return BLOCK_TEXT_OK;
}
