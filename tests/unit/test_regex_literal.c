/* router/build_regex_literal: what every match of a pattern must hold. */
#include <criterion/criterion.h>

#include "base/alloc.h"
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
