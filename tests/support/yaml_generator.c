#include "support/yaml_generator.h"

#include <string.h>

struct generator {
    char *out;
    size_t len, room;
    uint64_t state;
    const char *newline;
    unsigned anchors; /* made so far in this document */
};

/* xorshift64*: any numbers do. */
static unsigned
draw(struct generator *g, unsigned below)
{
    g->state ^= g->state >> 12;
    g->state ^= g->state << 25;
    g->state ^= g->state >> 27;
    return (unsigned)((g->state * UINT64_C(0x2545f4914f6cdd1d)) >> 33) % below;
}

static void
put(struct generator *g, const char *text)
{
    size_t len = strlen(text);
    if (len > g->room - g->len) return;
    memcpy(g->out + g->len, text, len);
    g->len += len;
}

static void
put_char(struct generator *g, char c)
{
    put(g, (char[]){c, '\0'});
}

static void
put_indent(struct generator *g, unsigned indent)
{
    for (; indent; indent--) {
        put(g, " ");
    }
}

static void
newline(struct generator *g)
{
    put(g, g->newline);
}

#define PICK(g, list) ((list)[draw((g), (unsigned)(sizeof(list) / sizeof((list)[0])))])

/* White space between tokens of a line. */
static void
put_gap(struct generator *g)
{
    static const char *const gaps[] = {" ", " ", " ", " ", " ",  " ",
                                       " ", " ", " ", " ", "  ", " \t"};
    put(g, PICK(g, gaps));
}

static void
put_comment(struct generator *g)
{
    static const char *const comments[] = {" # note", " #", "\t# it's \"odd\" | > &x *y",
                                           " ",       "  ", "\t"};
    if (draw(g, 6) == 0) put(g, PICK(g, comments));
}

/* Lines that mean nothing. */
static void
put_filler(struct generator *g, unsigned indent)
{
    if (draw(g, 12) == 0) newline(g);
    if (draw(g, 12) == 0) {
        put_indent(g, draw(g, 2) ? indent : draw(g, 5));
        put(g, "# comment: [");
        newline(g);
    }
}

/* ---- scalars; `indent` is what further lines need ---- */

static void
put_plain_word(struct generator *g)
{
    static const char *const words[] = {"a",
                                        "b-c",
                                        "reviews",
                                        "x:y",
                                        "http://h/p?q=1",
                                        "yes",
                                        "on",
                                        "No",
                                        "null",
                                        "~",
                                        "1",
                                        "010",
                                        "0x1F",
                                        "1_000",
                                        "1e3",
                                        "1.10",
                                        ".5",
                                        "+7",
                                        "-",
                                        "08",
                                        "1:30",
                                        "v1.2",
                                        "#no",
                                        "a#b",
                                        "it's",
                                        "d\"q",
                                        "\xc3\xa4",
                                        "\xe2\x82\xac",
                                        "\xf0\x9f\x98\x80",
                                        "-x",
                                        "?y",
                                        ":z",

                                        "x",
                                        "2001-01-01",
                                        "true",
                                        "-1",
                                        ".inf",
                                        "<<",

                                        "!",
                                        "a b",
                                        "\\n",
                                        "x ",
                                        "=",
                                        "a  b",
                                        "---x",
                                        "...",
                                        "a*b",
                                        "a&b",
                                        "0b11",
                                        "1.",
                                        "+",
                                        "-0",
                                        "0"};
    put(g, PICK(g, words));
}

static void
put_fold(struct generator *g, unsigned indent)
{
    static const char *const trails[] = {"", "", " ", "\t", "  "};
    put(g, PICK(g, trails));
    newline(g);
    for (unsigned i = draw(g, 4); i > 2; i--) {
        put(g, PICK(g, trails));
        newline(g);
    }
    put_indent(g, indent + draw(g, 3));
    if (draw(g, 8) == 0) put(g, "\t");
}

static void
put_plain(struct generator *g, unsigned indent, bool lines)
{
    put_plain_word(g);
    for (unsigned i = draw(g, 5); lines && i > 3; i--) {
        if (draw(g, 2)) {
            put_fold(g, indent);
        } else {
            put_gap(g);
        }
        put_plain_word(g);
    }
}

static void
put_single(struct generator *g, unsigned indent, bool lines)
{
    static const char *const parts[] = {"a",   "''",       "''''", "\"", "\\",   "\\n", " ",
                                        "  b", "#",        ": ",   "\t", "''",   "x",   ",",
                                        "- ",  "\xc3\xa9", "%",    "&a", "''c''"};
    put(g, "'");
    for (unsigned i = draw(g, 7); i; i--) {
        if (lines && draw(g, 8) == 0) {
            put_fold(g, indent);
        } else {
            put(g, PICK(g, parts));
        }
    }
    put(g, "'");
}

static void
put_double(struct generator *g, unsigned indent, bool lines)
{
    static const char *const parts[] = {"a",
                                        "'",
                                        "''",
                                        "\\\"",
                                        "\\\\",
                                        " ",
                                        "  b",
                                        "#",
                                        ": ",
                                        "\t",
                                        "x",
                                        ",",
                                        "\\n",
                                        "\\t",
                                        "\\x41",
                                        "\\u00e9",
                                        "\\U0001F600",
                                        "\\N",
                                        "\\_",
                                        "\\L\\P",
                                        "\\e\\a",
                                        "\\0",
                                        "\\ ",
                                        "\\/",
                                        "\\\t",
                                        "\\v\\f\\r\\b",
                                        "\xe2\x82\xac",
                                        "%",
                                        "\\u2028"};
    put(g, "\"");
    for (unsigned i = draw(g, 7); i; i--) {
        unsigned what = lines ? draw(g, 12) : 2;
        if (what == 0) put_fold(g, indent);
        if (what == 1) {
            put(g, "\\");
            newline(g);
            put_indent(g, indent + draw(g, 3));
        }
        if (what > 1) put(g, PICK(g, parts));
    }
    put(g, "\"");
}

static void
put_block_text(struct generator *g, unsigned parent)
{
    static const char *const headers[] = {"|", "|", ">", ">", "|-", ">-", "|+", ">+"};
    static const char *const lines[] = {
        "text",      "more text", "# no comment", "- x",  "k: v",  "'q'", "\ttab", " deeper",
        "  deepest", "x ",        "\xc3\xa4",     "a\tb", "--- x", "%d",  "y\t"};
    unsigned step = 1 + draw(g, 4);
    put(g, PICK(g, headers));
    if (draw(g, 4) == 0) put_char(g, (char)('0' + step));
    put_comment(g);
    newline(g);
    for (unsigned i = draw(g, 6); i; i--) {
        if (draw(g, 4) == 0) {
            put_indent(g, draw(g, 3) ? 0 : draw(g, parent + step + 1));
        } else {
            put_indent(g, parent + step);
            put(g, PICK(g, lines));
        }
        newline(g);
    }
}

/* ---- flow collections ---- */

static void
put_flow_gap(struct generator *g, unsigned indent)
{
    unsigned what = draw(g, 14);
    if (what < 6) put(g, " ");
    if (what == 6) put_gap(g);
    if (what < 7 || what > 8) return;
    if (what == 8) put(g, " # in flow");
    newline(g);
    put_indent(g, indent);
}

static void
put_flow_scalar(struct generator *g, unsigned indent)
{
    static const char *const words[] = {"a", "b", "1", "yes", "x:y", "a b", "v1", "1.5", "-1", "~"};
    switch (draw(g, 5)) {
    case 0:
        put_single(g, indent, draw(g, 4) == 0);
        break;
    case 1:
        put_double(g, indent, draw(g, 4) == 0);
        break;
    case 2:
        put_plain_word(g);
        break;
    default:
        put(g, PICK(g, words));
        break;
    }
}

static void
put_key(struct generator *g)
{
    static const char *const words[] = {"a",   "b",   "c",     "name", "host",
                                        "on",  "010", "k k",   "1.50", "<<",
                                        "x-y", "'q'", "\"d\"", "1e3",  "\xc3\xa4"};
    if (draw(g, 60) == 0) {
        put(g, "&a");
        put_char(g, (char)('0' + g->anchors++ % 8));
        put(g, " ");
    }
    if (draw(g, 60) == 0) put(g, "!!str ");
    put(g, PICK(g, words));
    char last = g->len ? g->out[g->len - 1] : ' ';
    if (last != '\'' && last != '"' && draw(g, 8)) put_char(g, (char)('a' + draw(g, 26)));
}

static void
put_flow(struct generator *g, unsigned indent, unsigned depth)
{
    bool map = draw(g, 2);
    put(g, map ? "{" : "[");
    for (unsigned i = draw(g, 4); i; i--) {
        put_flow_gap(g, indent);
        if (map) {
            put_key(g);
            put(g, draw(g, 12) ? ": " : ":");
        }
        if (depth && draw(g, 4) == 0) {
            put_flow(g, indent, depth - 1);
        } else if (draw(g, 10)) {
            put_flow_scalar(g, indent);
        }
        put_flow_gap(g, indent);
        if (i > 1 || draw(g, 5) == 0) put(g, ",");
    }
    put_flow_gap(g, indent);
    put(g, map ? "}" : "]");
}

/* ---- block collections ---- */

static void
put_properties(struct generator *g)
{
    static const char *const tags[] = {
        "!!str ", "!!int ", "!!map ", "!!seq ", "! ", "!x ", "!<tag:yaml.org,2002:str> "};
    unsigned what = draw(g, 40);
    if (what == 0) put(g, PICK(g, tags));
    if (what > 2) return;
    if (what == 2) put(g, "!!str ");
    put(g, "&a");
    put_char(g, (char)('0' + g->anchors++ % 8));
    put(g, draw(g, 3) ? " " : "  ");
}

enum shape { ANY, MAP };

static void put_collection(struct generator *g, unsigned indent, unsigned depth, enum shape shape);

/* What stands behind a key or a dash of a collection at `indent`, up to the end of its lines. */
static void
put_value(struct generator *g, unsigned indent, unsigned depth)
{
    unsigned inner = indent + 1 + draw(g, 3);
    unsigned what = draw(g, 20);
    if (what > 12 && depth) {
        if (draw(g, 8) == 0) {
            put_gap(g);
            put_properties(g);
        }
        put_comment(g);
        newline(g);
        put_collection(g, inner, depth - 1, ANY);
        return;
    }
    bool alias = what == 12 && g->anchors > 0;
    if (what != 0) put_gap(g);
    if (what != 0 && !alias) put_properties(g);
    if (alias) {
        put(g, "*a");
        put_char(g, (char)('0' + draw(g, g->anchors < 8 ? g->anchors : 8)));
    } else if (what == 11) {
        put_block_text(g, indent);
        return;
    } else if (what == 10 || what == 9) {
        put_flow(g, inner, 2);
    } else if (what == 8 || what == 7) {
        put_single(g, inner, true);
    } else if (what == 6 || what == 5) {
        put_double(g, inner, true);
    } else if (what != 0) {
        put_plain(g, inner, true);
    }
    put_comment(g);
    newline(g);
}

static void
put_collection(struct generator *g, unsigned indent, unsigned depth, enum shape shape)
{
    bool map = shape == MAP || draw(g, 3) != 0;
    for (unsigned i = 1 + draw(g, 4); i; i--) {
        put_filler(g, indent);
        put_indent(g, indent);
        if (!map) {
            put(g, "-");
            if (depth && draw(g, 3) == 0) { /* - a: b, the rest of the map under the a */
                put(g, " ");
                put_key(g);
                put(g, ":");
                put_value(g, indent + 2, depth - 1);
                if (draw(g, 2)) put_collection(g, indent + 2, 0, MAP);
                continue;
            }
        } else if (draw(g, 20) == 0) {
            put(g, "? ");
            put_key(g);
            newline(g);
            put_indent(g, indent);
            put(g, ":");
        } else {
            put_key(g);
            put(g, ":");
        }
        put_value(g, indent, depth);
    }
}

static void
put_document(struct generator *g)
{
    static const char *const heads[] = {"---", "--- # head", "%YAML 1.2\n---", "---\n---",
                                        "...\n---"};
    g->anchors = 0;
    unsigned what = draw(g, 12);
    if (what == 0) {
        put_flow(g, 1, 3);
        newline(g);
    } else if (what == 1) {
        put_value(g, 0, 0);
    } else {
        put_collection(g, draw(g, 10) == 0, 3, ANY);
    }
    if (draw(g, 3) == 0) put(g, PICK(g, heads));
    if (draw(g, 3) == 0) newline(g);
}

size_t
yaml_generate(char *out, size_t room, uint64_t seed)
{
    static const char *const newlines[] = {"\n", "\n", "\n", "\n", "\r\n", "\r"};
    struct generator g = {
        .out = out, .room = room, .state = seed * 2654435769u + 88172645463325252};
    for (unsigned i = 0; i < 8; i++) {
        draw(&g, 2);
    }
    g.newline = PICK(&g, newlines);
    for (unsigned i = 1 + (draw(&g, 4) == 0); i; i--) {
        put_document(&g);
        if (i > 1) {
            put(&g, "---");
            newline(&g);
        }
    }
    return g.len;
}
