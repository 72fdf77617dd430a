/* engine/regex: RE2's syntax, matching of the whole text, and replacing as RE2 does it. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "engine/regex.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

Test(regex, accepts_the_syntax_of_re2)
{
    static const struct {
        int line;
        sluice_str pattern;
        enum regex_result want;
    } rows[] = {
        {__LINE__, STR_INIT("\\pN+"),                                 REGEX_OK },
        {__LINE__, STR_INIT("\\p{Greek}"),                            REGEX_OK },
        {__LINE__, STR_INIT("(?i)abc"),                               REGEX_OK },
        {__LINE__, STR_INIT("(?P<x>a)b"),                             REGEX_OK },
        {__LINE__, STR_INIT("(?<x>a)b"),                              REGEX_BAD},
        {__LINE__, STR_INIT("(?=a)b"),                                REGEX_BAD},
        {__LINE__, STR_INIT("(?<!a)b"),                               REGEX_BAD},
        {__LINE__, STR_INIT("(a)\\1"),                                REGEX_BAD},
        {__LINE__, STR_INIT("a{1,1001}"),                             REGEX_BAD},
        {__LINE__, STR_INIT("a{1,1000}"),                             REGEX_OK },
        {__LINE__, STR_INIT("a++"),                                   REGEX_BAD},
        {__LINE__, STR_INIT("(?>a)"),                                 REGEX_BAD},
        {__LINE__, STR_INIT("\\d+\\b"),                               REGEX_OK },
        {__LINE__, STR_INIT("[[:alpha:]]+"),                          REGEX_OK },
        {__LINE__, STR_INIT("\\Qa.b\\E"),                             REGEX_OK },
        {__LINE__, STR_INIT("(?s)."),                                 REGEX_OK },
        {__LINE__, STR_INIT("\\C"),                                   REGEX_OK },
        {__LINE__, STR_INIT("\\x{10FFFF}"),                           REGEX_OK },
        {__LINE__, STR_INIT("a**"),                                   REGEX_BAD},
        {__LINE__, STR_INIT("(?U)a*"),                                REGEX_OK },
        {__LINE__, STR_INIT("\\z"),                                   REGEX_OK },
        {__LINE__, STR_INIT("\\Z"),                                   REGEX_BAD},
        {__LINE__, STR_INIT("(?m)^a$"),                               REGEX_OK },
        {__LINE__, STR_INIT("[^\\x00-\\x7F]"),                        REGEX_OK },
        {__LINE__, STR_INIT("(((((((((((a{100}){100}){100}))))))))"), REGEX_BAD},
        {__LINE__, STR_INIT("\\h"),                                   REGEX_BAD},
        {__LINE__, STR_INIT("\\R"),                                   REGEX_BAD},
        {__LINE__, STR_INIT("\\K"),                                   REGEX_BAD},
        {__LINE__, STR_INIT("(?#c)a"),                                REGEX_BAD},
        {__LINE__, STR_INIT("\\u0041"),                               REGEX_BAD},
        {__LINE__, STR_INIT("\\xff"),                                 REGEX_OK },
        {__LINE__, STR_INIT("(?-s)."),                                REGEX_OK },
        {__LINE__, STR_INIT(""),                                      REGEX_OK },
        {__LINE__, STR_INIT("a\0b"),                                  REGEX_OK },
        {__LINE__, STR_INIT("("),                                     REGEX_BAD},
        {__LINE__, STR_INIT("\xff"),                                  REGEX_BAD},
        {__LINE__, STR_INIT("[z-a]"),                                 REGEX_BAD},
        {__LINE__, STR_INIT("*"),                                     REGEX_BAD},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct regex *regex = (struct regex *)&rows; /* not NULL: it must be written */
        struct regex_error error = {""};
        enum regex_result got = regex_compile(&regex, rows[i].pattern, &error);
        cr_expect(eq(int, (int)got, (int)rows[i].want), "line %d", rows[i].line);
        cr_expect(eq(int, regex != NULL, got == REGEX_OK), "line %d", rows[i].line);
        cr_expect(eq(int, error.text[0] != 0, got == REGEX_BAD), "line %d", rows[i].line);
        regex_free(regex);
    }
}

Test(regex, an_error_is_cut_to_fit)
{
    /* A name that RE2 repeats in its message, of two-byte characters. */
    char pattern[400] = "(?P<";
    for (size_t i = 4; i < 300; i += 2) {
        memcpy(pattern + i, "\xc3\xa9", 2);
    }
    pattern[300] = '!';
    for (size_t shift = 0; shift < 2; shift++) {
        struct regex *regex;
        struct regex_error error;
        memset(&error, 'x', sizeof(error));
        if (shift) memcpy(pattern + 4, "ab", 2);
        cr_expect(
            eq(int, (int)regex_compile(&regex, str_make(pattern, 301), &error), (int)REGEX_BAD));
        cr_assert(memchr(error.text, 0, sizeof(error.text)) != NULL);
        size_t len = strlen(error.text);
        cr_expect(gt(sz, len, 100));
        cr_expect(ne(int, (unsigned char)error.text[len - 1], 0xc3), "half a character");
    }
    struct regex *regex;
    cr_expect(
        eq(int, (int)regex_compile(&regex, STR("("), NULL), (int)REGEX_BAD)); /* no error text */
}

static struct regex *
made(sluice_str pattern)
{
    struct regex *regex;
    cr_assert(eq(int, (int)regex_compile(&regex, pattern, NULL), (int)REGEX_OK), "%.*s",
              STR_ARG(pattern));
    return regex;
}

Test(regex, matches_the_whole_text)
{
    static const struct {
        int line;
        sluice_str pattern, text;
        bool want;
    } rows[] = {
        {__LINE__, STR_INIT("abc"),                         STR_INIT("abc"),              true },
        {__LINE__, STR_INIT("abc"),                         STR_INIT("xabc"),             false},
        {__LINE__, STR_INIT("abc"),                         STR_INIT("abcx"),             false},
        {__LINE__, STR_INIT("a|ab"),                        STR_INIT("ab"),
         true                                                                                  }, /* not the first branch that begins it */
        {__LINE__, STR_INIT(""),                            {NULL, 0},                    true },
        {__LINE__, STR_INIT(""),                            STR_INIT("a"),                false},
        {__LINE__, STR_INIT(".*"),                          STR_INIT("a\nb"),             false}, /* . is no newline */
        {__LINE__, STR_INIT("(?s).*"),                      STR_INIT("a\nb"),             true },
        {__LINE__, STR_INIT("abc$"),                        STR_INIT("abc\n"),            false},
        {__LINE__, STR_INIT("(?i)en(-us)?.*"),              STR_INIT("EN-us,de;q=0.5"),   true },
        {__LINE__, STR_INIT("^(.*?;)?(user=jason)(;.*)?$"), STR_INIT("a=b;user=jason;c"), true },
        {__LINE__, STR_INIT("^(.*?;)?(user=jason)(;.*)?$"), STR_INIT("a=b;user=jasonx"),  false},
        {__LINE__, STR_INIT("/api/v[0-9]+/users/[^/]+"),    STR_INIT("/api/v12/users/7"), true },
        {__LINE__, STR_INIT("."),                           STR_INIT("\xc3\xa9"),         true }, /* one character, two bytes */
        {__LINE__, STR_INIT(".."),                          STR_INIT("\xc3\xa9"),         false},
        {__LINE__, STR_INIT("."),                           STR_INIT("\xff"),             false}, /* no character */
        {__LINE__, STR_INIT("a.b"),                         STR_INIT("a\0b"),             true },
        {__LINE__, STR_INIT("a\0b"),                        STR_INIT("a\0b"),             true },
        {__LINE__, STR_INIT("\\C*"),                        STR_INIT("\xff\xfe\0\x80"),   true }, /* any bytes */
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct regex *regex = made(rows[i].pattern);
        cr_expect(eq(int, regex_full_match(regex, rows[i].text), rows[i].want), "line %d",
                  rows[i].line);
        regex_free(regex);
    }
}

Test(regex, takes_linear_time)
{
    /* Exponential in a backtracking matcher; here the test would not end. */
    static char text[1 << 20];
    memset(text, 'a', sizeof(text));
    text[sizeof(text) - 1] = 'b';
    struct regex *regex = made(STR("(a+)+"));
    cr_expect(not(regex_full_match(regex, str_make(text, sizeof(text)))));
    cr_expect(regex_full_match(regex, str_make(text, sizeof(text) - 1)));
    regex_free(regex);
}

Test(regex, checks_a_rewrite)
{
    static const struct {
        int line;
        sluice_str pattern, rewrite;
        bool want;
    } rows[] = {
        {__LINE__, STR_INIT("(a)(b)"), STR_INIT("\\2/instance/\\1"), true },
        {__LINE__, STR_INIT("(a)(b)"), STR_INIT("\\0"),              true },
        {__LINE__, STR_INIT("(a)(b)"), STR_INIT("\\3"),              false},
        {__LINE__, STR_INIT("a"),      STR_INIT("\\1"),              false},
        {__LINE__, STR_INIT("a"),      STR_INIT("\\\\"),             true },
        {__LINE__, STR_INIT("a"),      STR_INIT("\\x"),              false},
        {__LINE__, STR_INIT("a"),      STR_INIT("\\"),               false},
        {__LINE__, STR_INIT("a"),      STR_INIT("$1"),               true }, /* just text */
        {__LINE__, STR_INIT("a"),      {NULL, 0},                    true },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct regex *regex = made(rows[i].pattern);
        struct regex_error error = {""};
        bool got = regex_check_rewrite(regex, rows[i].rewrite, &error);
        cr_expect(eq(int, got, rows[i].want), "line %d", rows[i].line);
        cr_expect(eq(int, error.text[0] != 0, !got), "line %d", rows[i].line);
        regex_free(regex);
    }
}

Test(regex, replaces_every_match)
{
    static const struct {
        int line;
        sluice_str pattern, rewrite, text, want;
    } rows[] = {
        {__LINE__, STR_INIT("^/service/([^/]+)(/.*)$"), STR_INIT("\\2/instance/\\1"),
         STR_INIT("/service/foo/v1/api"),                                                                       STR_INIT("/v1/api/instance/foo")},
        {__LINE__, STR_INIT("a"),                       STR_INIT("b"),                STR_INIT("banana"),       STR_INIT("bbnbnb")              },
        {__LINE__, STR_INIT("x"),                       STR_INIT("b"),                STR_INIT("banana"),       STR_INIT("banana")              },
        {__LINE__, STR_INIT("a"),                       {NULL, 0},                    STR_INIT("banana"),       STR_INIT("bnn")                 },
        {__LINE__, STR_INIT("(?i)/xxx/"),               STR_INIT("/yyy/"),            STR_INIT("/aaa/XxX/bbb"),
         STR_INIT("/aaa/yyy/bbb")                                                                                                               },
        {__LINE__, STR_INIT("aa"),                      STR_INIT("<\\0>"),            STR_INIT("aaaaa"),        STR_INIT("<aa><aa>a")           },
 /* matches of nothing */
        {__LINE__, STR_INIT("b*"),                      STR_INIT("x"),                STR_INIT("aabbaa"),       STR_INIT("xaxaxaxax")           },
        {__LINE__, STR_INIT("a*"),                      STR_INIT("(\\0)"),            STR_INIT("baac"),         STR_INIT("()b(aa)c()")          },
        {__LINE__, STR_INIT(""),                        STR_INIT("-"),                STR_INIT("abc"),          STR_INIT("-a-b-c-")             },
        {__LINE__, STR_INIT(""),                        STR_INIT("-"),                {NULL, 0},                STR_INIT("-")                   },
        {__LINE__, STR_INIT("$"),                       STR_INIT("!"),                STR_INIT("abc"),          STR_INIT("abc!")                },
        {__LINE__, STR_INIT("^"),                       STR_INIT("!"),                STR_INIT("abc"),          STR_INIT("!abc")                },
        {__LINE__, STR_INIT("\\b"),                     STR_INIT("|"),                STR_INIT("ab cd"),        STR_INIT("|ab| |cd|")           },
 /* between characters, not between their bytes */
        {__LINE__, STR_INIT(""),                        STR_INIT("-"),                STR_INIT("\xc3\xa9z"),    STR_INIT("-\xc3\xa9-z-")        },
        {__LINE__, STR_INIT(""),                        STR_INIT("-"),                STR_INIT("\xff\xc3"),     STR_INIT("-\xff-\xc3-")         },
        {__LINE__, STR_INIT(""),                        STR_INIT("-"),                STR_INIT("\xc0\x80"),     STR_INIT("-\xc0-\x80-")         },
 /* groups */
        {__LINE__, STR_INIT("(a)|(b)"),                 STR_INIT("[\\1\\2]"),         STR_INIT("ab"),           STR_INIT("[a][b]")              },
        {__LINE__, STR_INIT("a"),                       STR_INIT("\\\\\\0"),          STR_INIT("a"),            STR_INIT("\\a")                 },
        {__LINE__, STR_INIT("a"),                       STR_INIT("\\1"),              STR_INIT("bab"),
         STR_INIT("bab")                                                                                                                        }, /* no group 1 */
        {__LINE__, STR_INIT("\0"),                      STR_INIT("0"),                STR_INIT("a\0b"),         STR_INIT("a0b")                 },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        char out[64];
        struct regex *regex = made(rows[i].pattern);
        size_t len = regex_replace_all(regex, rows[i].text, rows[i].rewrite, out, sizeof(out));
        cr_expect(eq(sz, len, rows[i].want.len), "line %d", rows[i].line);
        if (len == rows[i].want.len) {
            cr_expect(str_equal(str_make(out, len), rows[i].want), "line %d: %.*s", rows[i].line,
                      (int)len, out);
        }
        regex_free(regex);
    }
}

Test(regex, replaces_nothing_beyond_the_room)
{
    static const struct {
        int line;
        sluice_str pattern, rewrite, text;
        size_t need;
    } rows[] = {
        {__LINE__, STR_INIT("a"),   STR_INIT("bb"),         STR_INIT("banana"), 9},
        {__LINE__, STR_INIT("x"),   STR_INIT("bb"),         STR_INIT("banana"), 6},
        {__LINE__, STR_INIT(""),    STR_INIT("-"),          STR_INIT("abc"),    7},
        {__LINE__, STR_INIT("(a)"), STR_INIT("\\1\\1\\\\"), STR_INIT("za"),     4},
        {__LINE__, STR_INIT("a"),   STR_INIT("\\5"),        STR_INIT("za"),     2},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct regex *regex = made(rows[i].pattern);
        for (size_t cap = 0; cap <= rows[i].need; cap++) {
            char out[16];
            memset(out, '#', sizeof(out));
            size_t got = regex_replace_all(regex, rows[i].text, rows[i].rewrite, out, cap);
            cr_expect(eq(sz, got, cap < rows[i].need ? SIZE_MAX : rows[i].need),
                      "line %d, room %zu", rows[i].line, cap);
            cr_expect(eq(chr, out[cap], '#'), "line %d, room %zu", rows[i].line, cap);
        }
        regex_free(regex);
    }
}

Test(regex, free_accepts_null)
{
    regex_free(NULL);
}
