#include "router/build_regex_literal.h"

struct reader {
    sluice_str pattern;
    size_t at;
    uint32_t depth; /* of groups; only what stands outside of them is certain */
    char *run;      /* literal bytes read last, one after the other */
    size_t run_len;
    bool first; /* nothing but the run came before */
    struct regex_literal *out;
};

static bool
is_next(const struct reader *reader, char c)
{
    return reader->at < reader->pattern.len && reader->pattern.ptr[reader->at] == c;
}

static bool
follows(const struct reader *reader, sluice_str text)
{
    return str_starts_with(str_skip(reader->pattern, reader->at), text);
}

static void
end_run(struct reader *reader)
{
    struct regex_literal *out = reader->out;
    sluice_str run = {reader->run, reader->run_len};
    if (reader->first) out->prefix = run;
    if (run.len >= 2 && out->run_count < REGEX_RUNS) out->runs[out->run_count++] = run;
    reader->first = false;
    reader->run += reader->run_len;
    reader->run_len = 0;
}

/* Length of a repetition {n}, {n,} or {n,m} here; 0: none, the brace is a letter. */
static size_t
repetition(const struct reader *reader)
{
    sluice_str rest = str_skip(reader->pattern, reader->at);
    size_t i = 1, digits = 0;
    for (; i < rest.len && ascii_is_digit(rest.ptr[i]); i++) {
        digits++;
    }
    if (digits == 0) return 0;
    if (i < rest.len && rest.ptr[i] == ',') i++;
    while (i < rest.len && ascii_is_digit(rest.ptr[i])) {
        i++;
    }
    return i < rest.len && rest.ptr[i] == '}' ? i + 1 : 0;
}

/* Whether the next thing repeats what came before it; and the smallest number of times. */
static bool
repeats(const struct reader *reader, bool *may_be_absent)
{
    *may_be_absent = !is_next(reader, '+'); /* of {n,m} we do not ask */
    return is_next(reader, '*') || is_next(reader, '?') || is_next(reader, '+') ||
           (is_next(reader, '{') && repetition(reader));
}

static void
skip_repeats(struct reader *reader)
{
    bool may_be_absent;
    while (repeats(reader, &may_be_absent)) {
        reader->at += is_next(reader, '{') ? repetition(reader) : 1;
    }
}

static void
end_outer_run(struct reader *reader)
{
    if (reader->depth == 0) end_run(reader);
}

/* Something that may be many texts, or none. */
static void
read_other(struct reader *reader)
{
    end_outer_run(reader);
    skip_repeats(reader);
}

static void
read_letter(struct reader *reader, char c)
{
    bool may_be_absent, repeated = repeats(reader, &may_be_absent);
    if (reader->depth == 0 && !(repeated && may_be_absent)) reader->run[reader->run_len++] = c;
    if (repeated) read_other(reader);
}

/* Behind the "[": up to its "]". False: it does not end. */
static bool
skip_class(struct reader *reader)
{
    if (is_next(reader, '^')) reader->at++;
    if (is_next(reader, ']')) reader->at++;
    while (reader->at < reader->pattern.len) {
        char c = reader->pattern.ptr[reader->at++];
        if (c == ']') return true;
        if (c == '\\') reader->at++;
        if (c != '[' || !is_next(reader, ':')) continue;
        while (reader->at < reader->pattern.len && !follows(reader, STR(":]"))) {
            reader->at++;
        }
        reader->at += 2;
    }
    return false;
}

/* Behind the "(". False for flags, which change what the rest means. */
static bool
open_group(struct reader *reader)
{
    if (is_next(reader, '?') && !follows(reader, STR("?:")) && !follows(reader, STR("?P<"))) {
        return false;
    }
    if (reader->depth++ == 0) end_run(reader);
    if (is_next(reader, '?')) reader->at++; /* what is left of it is inside of the group */
    return true;
}

/* Behind the "\". False for what would need more knowledge: \Q, \x, \p and others. */
static bool
read_escape(struct reader *reader)
{
    if (reader->at == reader->pattern.len) return false;
    char c = reader->pattern.ptr[reader->at++];
    if ((unsigned char)c >= 0x80) return false;
    if (!ascii_is_alpha(c) && !ascii_is_digit(c)) {
        read_letter(reader, c);
        return true;
    }
    if (!memchr("dDwWsSbBAz", c, 10)) return false;
    read_other(reader);
    return true;
}

/* One step. False: give up. */
static bool
read_item(struct reader *reader)
{
    char c = reader->pattern.ptr[reader->at++];
    switch (c) {
    case '\\':
        return read_escape(reader);
    case '[':
        if (!skip_class(reader)) return false;
        read_other(reader);
        return true;
    case '(':
        return open_group(reader);
    case ')':
        if (reader->depth == 0) return false;
        reader->depth--;
        skip_repeats(reader); /* the run before the group has ended */
        return true;
    case '|':
        return reader->depth > 0;
    case '^': /* no text; at the beginning it says nothing new */
        if (reader->at > 1) end_outer_run(reader);
        skip_repeats(reader);
        return true;
    case '*':
    case '+':
    case '?': /* repeats something that was not understood as such */
        return false;
    case '.':
    case '$':
    case '{':
        read_other(reader);
        return true;
    default:
        if ((unsigned char)c >=
            0x80) { /* part of a longer character, which may be repeated as a whole */
            read_other(reader);
        } else {
            read_letter(reader, c);
        }
        return true;
    }
}

bool
build_regex_literal(struct regex_literal *out, struct arena *arena, sluice_str pattern)
{
    memset(out, 0, sizeof(*out));
    struct reader reader = {
        .pattern = pattern,
        .run = arena_bytes(arena, pattern.len),
        .first = true,
        .out = out,
    };
    if (!reader.run) return false;
    bool certain = true;
    while (certain && reader.at < pattern.len) {
        certain = read_item(&reader);
    }
    end_run(&reader);
    if (!certain || reader.depth > 0) memset(out, 0, sizeof(*out));
    return true;
}
