/* router/build_regex_literal: what every match of a pattern must hold. */
#include <criterion/criterion.h>

#include <stdio.h>

#include "base/alloc.h"
#include "engine/regex.h"
#include "router/build_regex_literal.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

Test(regex_literal, reads_what_is_certain)
{
    static const struct {
        int line;
        const char *pattern, *prefix, *runs; /* runs joined by blanks */
    } rows[] = {
        {__LINE__, "/a/b",             "/a/b", "/a/b"     },
        {__LINE__, "/a/[0-9]+/x17",    "/a/",  "/a/ /x17" },
        {__LINE__, "/a/.*",            "/a/",  "/a/"      },
        {__LINE__, ".*/item7/[0-9]+",  "",     "/item7/"  },
        {__LINE__, "^/a$",             "/a",   "/a"       },
        {__LINE__, "^+/a$",            "/a",   "/a"       }, /* RE2 takes it */
        {__LINE__, "/a^*bc",           "/a",   "/a bc"    },
        {__LINE__, "/a\\.b",           "/a.b", "/a.b"     },
        {__LINE__, "/ab*c",            "/a",   "/a"       },
        {__LINE__, "/ab?cd",           "/a",   "/a cd"    },
        {__LINE__, "/ab+cd",           "/ab",  "/ab cd"   },
        {__LINE__, "/ab{0,2}cd",       "/a",   "/a cd"    },
        {__LINE__, "/ab{2}cd",         "/a",   "/a cd"    }, /* not as much as it could */
        {__LINE__, "/ab{cd",           "/ab",  "/ab cd"   }, /* a brace that repeats nothing */
        {__LINE__, "/ab{,2}cd",        "/ab",  "/ab ,2}cd"},
        {__LINE__, "/ab??cd",          "/a",   "/a cd"    },
        {__LINE__, "/a(b|c)/de",       "/a",   "/a /de"   },
        {__LINE__, "/a(?:b)?/de",      "/a",   "/a /de"   },
        {__LINE__, "/a(?P<n>bcd)/de",  "/a",   "/a /de"   },
        {__LINE__, "(/a)*/de",         "",     "/de"      },
        {__LINE__, "((a)(b[)]))/de",   "",     "/de"      },
        {__LINE__, "/a|/b",            "",     ""         }, /* neither is certain */
        {__LINE__, "/a(b|",            "",     ""         },
        {__LINE__, "(?i)/abc",         "",     ""         }, /* flags change the rest */
        {__LINE__, "/abc(?i)def",      "",     ""         },
        {__LINE__, "\\Q/a.b\\E",       "",     ""         },
        {__LINE__, "/a\\x41bc",        "",     ""         },
        {__LINE__, "/a\\pLbc",         "",     ""         },
        {__LINE__, "/ab\\dcd",         "/ab",  "/ab cd"   },
        {__LINE__, "/ab\\bcd",         "/ab",  "/ab cd"   },
        {__LINE__, "[]a]/bc",          "",     "/bc"      },
        {__LINE__, "[^]a]/bc",         "",     "/bc"      },
        {__LINE__, "[[:alpha:]]/bc",   "",     "/bc"      },
        {__LINE__, "[a\\]b]/bc",       "",     "/bc"      },
        {__LINE__, "/caf\xc3\xa9*/bc", "/caf", "/caf /bc" }, /* repeated as a whole */
        {__LINE__, "",                 "",     ""         },
        {__LINE__, "a",                "a",    ""         }, /* too short for a gram */
        {__LINE__, "[a",               "",     ""         },
        {__LINE__, "a)",               "",     ""         },
        {__LINE__, "a\\",              "",     ""         },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena arena = arena_init(alloc_or_default(NULL));
        struct regex_literal literal;
        char runs[128] = "";
        cr_assert(build_regex_literal(&literal, &arena, sluice_str_of(rows[i].pattern)));
        for (uint32_t k = 0; k < literal.run_count; k++) {
            if (k) strcat(runs, " ");
            strncat(runs, literal.runs[k].ptr, literal.runs[k].len);
        }
        cr_expect(str_equal(literal.prefix, sluice_str_of(rows[i].prefix)), "line %d: prefix %.*s",
                  rows[i].line, STR_ARG(literal.prefix));
        cr_expect_str_eq(runs, rows[i].runs, "line %d: runs %s", rows[i].line, runs);
        arena_free(&arena);
    }
}

/* ---- build_regex_cut ---- */

Test(regex_cut, takes_the_letters_that_no_match_can_lack)
{
    static const struct {
        int line;
        const char *pattern, *cut;
    } rows[] = {
        {__LINE__, "/a/b-7/[0-9]+(/.*)?", "/a/b-7/"},
        {__LINE__, "/a/(b|c)/d",          "/a/"    }, /* a choice inside of a group */
        {__LINE__, "/a/[^/]+",            "/a/"    }, /* "^" here is of the class */
        {__LINE__, "/abc",                "/ab"    }, /* the rest is never empty */
        {__LINE__, "a",                   ""       },
        {__LINE__, "/ab+c",               "/a"     }, /* "b" is repeated */
        {__LINE__, "/ab*c",               "/a"     },
        {__LINE__, "/ab?c",               "/a"     },
        {__LINE__, "/ab{2}c",             "/a"     },
        {__LINE__, "/a\\.b",              "/a"     },
        {__LINE__, "/a.b",                "/a"     },
        {__LINE__, "/ab|/ac",             ""       }, /* neither side is certain */
        {__LINE__, "/ab(?i)cd",           ""       },
        {__LINE__, "/ab\\bcd.",           ""       }, /* looks back */
        {__LINE__, "/ab\\B.",             ""       },
        {__LINE__, "/ab^cd",              ""       },
        {__LINE__, "/ab(^c)?d",           ""       },
        {__LINE__, "/ab\\Ac",             ""       },
        {__LINE__, "^/ab.",               ""       },
        {__LINE__, "a\\\\",               "a"      }, /* what is escaped is left to the rest */
        {__LINE__, "/a\xc3\xa9*",         "/a"     }, /* a character stays whole */
        {__LINE__, "",                    ""       },
        {__LINE__, "/ab[",                ""       },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena arena = arena_init(alloc_or_default(NULL));
        sluice_str pattern = sluice_str_of(rows[i].pattern);
        size_t len;
        cr_assert(build_regex_cut(&len, &arena, pattern));
        cr_expect(str_equal(str_first(pattern, len), sluice_str_of(rows[i].cut)),
                  "line %d: cut at %zu", rows[i].line, len);
        cr_expect(len <= build_regex_cut_most(pattern));
        arena_free(&arena);
    }
}

/* Patterns made of pieces, against texts made of pieces: whole, and as letters and the rest. */
Test(regex_cut, matches_what_the_whole_pattern_matches)
{
    static const char *const pieces[] = {"/",     "ab", "b*",  "a+",      "a?",   "(/.*)?",
                                         "[^b]+", "^",  "\\b", "\\.",     "(a|)", "(?:b|^a)",
                                         "a|b",   "$",  "{2}", "\xc3\xa9"};
    static const char *const texts[] = {
        "",     "/",    "/ab",  "ab",    "aab", "abab",     "/a.b",
        "ab/a", "abbb", "a\nb", "ab.ab", "/b/", "\xc3\xa9", "ab\xc3\xa9\xc3"};
    enum { PIECES = ROWS(pieces) };
    size_t compared = 0;
    for (size_t made = 0; made < PIECES * PIECES * PIECES; made++) {
        char text[64];
        snprintf(text, sizeof(text), "%s%s%s", pieces[made % PIECES],
                 pieces[made / PIECES % PIECES], pieces[made / PIECES / PIECES]);
        struct arena arena = arena_init(alloc_or_default(NULL));
        sluice_str pattern = sluice_str_of(text);
        struct regex *whole, *rest;
        size_t len;
        cr_assert(build_regex_cut(&len, &arena, pattern));
        arena_free(&arena);
        if (len == 0 || regex_compile(&whole, pattern, NULL) != REGEX_OK) continue;
        cr_assert(regex_compile(&rest, str_skip(pattern, len), NULL) == REGEX_OK, "%s", text);
        for (size_t i = 0; i < ROWS(texts); i++) {
            sluice_str value = sluice_str_of(texts[i]);
            bool cut = str_starts_with(value, str_first(pattern, len)) &&
                       regex_full_match(rest, str_skip(value, len));
            cr_expect(cut == regex_full_match(whole, value), "%s and %s", text, texts[i]);
            compared++;
        }
        regex_free(whole);
        regex_free(rest);
    }
    cr_expect(compared > 1000);
}
