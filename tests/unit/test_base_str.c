/* base/str: slices. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/str.h"
#include "support/rows.h"

Test(base_str, finds_the_first_and_the_last_byte)
{
    static const struct {
        int line;
        sluice_str text;
        char c;
        size_t first, last;
    } rows[] = {
        {__LINE__, {NULL, 0},                'a',    SIZE_MAX, SIZE_MAX},
        {__LINE__, STR_INIT("b"),            'a',    SIZE_MAX, SIZE_MAX},
        {__LINE__, STR_INIT("a"),            'a',    0,        0       },
        {__LINE__, STR_INIT("xaxax"),        'a',    1,        3       },
        {__LINE__, STR_INIT("x\0y\0"),       '\0',   1,        3       },
        {__LINE__, STR_INIT("\xff\x80\xff"), '\xff', 0,        2       },
        {__LINE__, {"bba", 2},               'a',    SIZE_MAX, SIZE_MAX}, /* nothing behind the end is read */
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        size_t first = str_find(rows[i].text, rows[i].c);
        size_t last = str_find_last(rows[i].text, rows[i].c);
        cr_expect(eq(sz, first, rows[i].first), "line %d", rows[i].line);
        cr_expect(eq(sz, last, rows[i].last), "line %d", rows[i].line);
    }
}

static int
sign(int n)
{
    return (n > 0) - (n < 0);
}

Test(base_str, compares_in_byte_order_with_a_prefix_first)
{
    static const struct {
        int line;
        sluice_str a, b;
        int order;
    } rows[] = {
        {__LINE__, {NULL, 0},        STR_INIT(""),     0 },
        {__LINE__, {NULL, 0},        STR_INIT("a"),    -1},
        {__LINE__, STR_INIT("a"),    STR_INIT("a"),    0 },
        {__LINE__, STR_INIT("a"),    STR_INIT("b"),    -1},
        {__LINE__, STR_INIT("ab"),   STR_INIT("b"),    -1},
        {__LINE__, STR_INIT("a"),    STR_INIT("a\0"),  -1},
        {__LINE__, STR_INIT("\x7f"), STR_INIT("\x80"), -1}, /* bytes are unsigned */
        {__LINE__, STR_INIT("a\0b"), STR_INIT("a\0a"), 1 },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        int there = sign(str_compare(rows[i].a, rows[i].b));
        int back = sign(str_compare(rows[i].b, rows[i].a));
        cr_expect(eq(int, there, rows[i].order), "line %d", rows[i].line);
        cr_expect(eq(int, back, -rows[i].order), "line %d", rows[i].line);
        cr_expect(eq(int, str_equal(rows[i].a, rows[i].b), rows[i].order == 0), "line %d",
                  rows[i].line);
    }
}

Test(base_str, ignores_case_in_ascii_only)
{
    static const struct {
        int line;
        sluice_str a, b;
        bool equal;
    } rows[] = {
        {__LINE__, {NULL, 0},                STR_INIT(""),             true },
        {__LINE__, STR_INIT("Content-TYPE"), STR_INIT("content-type"), true },
        {__LINE__, STR_INIT("az"),           STR_INIT("AZ"),           true },
        {__LINE__, STR_INIT("a"),            STR_INIT("ab"),           false},
        {__LINE__, STR_INIT("@["),           STR_INIT("`{"),           false}, /* 0x20 apart, but no letters */
        {__LINE__, STR_INIT("\xc3\xa4"),     STR_INIT("\xc3\x84"),     false}, /* a-umlaut */
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        cr_expect(eq(int, str_equal_ignore_case(rows[i].a, rows[i].b), rows[i].equal), "line %d",
                  rows[i].line);
    }
}

Test(base_str, knows_prefixes_and_suffixes)
{
    static const struct {
        int line;
        sluice_str text, part;
        bool starts, starts_ignoring_case, ends;
    } rows[] = {
        {__LINE__, {NULL, 0},       {NULL, 0},        true,  true,  true },
        {__LINE__, {NULL, 0},       STR_INIT("a"),    false, false, false},
        {__LINE__, STR_INIT("a"),   {NULL, 0},        true,  true,  true },
        {__LINE__, STR_INIT("abc"), STR_INIT("ab"),   true,  true,  false},
        {__LINE__, STR_INIT("abc"), STR_INIT("AB"),   false, true,  false},
        {__LINE__, STR_INIT("abc"), STR_INIT("bc"),   false, false, true },
        {__LINE__, STR_INIT("abc"), STR_INIT("abc"),  true,  true,  true },
        {__LINE__, STR_INIT("abc"), STR_INIT("abcd"), false, false, false},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_str text = rows[i].text, part = rows[i].part;
        bool ignoring_case = str_starts_with_ignore_case(text, part);
        cr_expect(eq(int, str_starts_with(text, part), rows[i].starts), "line %d", rows[i].line);
        cr_expect(eq(int, ignoring_case, rows[i].starts_ignoring_case), "line %d", rows[i].line);
        cr_expect(eq(int, str_ends_with(text, part), rows[i].ends), "line %d", rows[i].line);
    }
}

Test(base_str, cuts_within_its_bounds)
{
    sluice_str text = STR("abc");
    cr_expect(str_equal(str_skip(text, 1), STR("bc")));
    cr_expect(str_equal(str_first(text, 2), STR("ab")));
    cr_expect(str_equal(str_first(text, 4), text));
    cr_expect(eq(sz, str_skip(text, 3).len, 0));
    cr_expect(eq(sz, str_skip(text, SIZE_MAX).len, 0));
    cr_expect(eq(sz, str_skip(str_make(NULL, 0), 5).len, 0));
}

Test(base_str, reads_decimal_numbers)
{
    static const struct {
        int line;
        sluice_str text;
        bool good;
        uint64_t value;
    } rows[] = {
        {__LINE__, {NULL, 0},                        false, 0         },
        {__LINE__, STR_INIT("0"),                    true,  0         },
        {__LINE__, STR_INIT("007"),                  true,  7         },
        {__LINE__, STR_INIT("18446744073709551615"), true,  UINT64_MAX},
        {__LINE__, STR_INIT("18446744073709551616"), false, 0         },
        {__LINE__, STR_INIT("28446744073709551615"), false, 0         },
        {__LINE__, STR_INIT("99999999999999999999"), false, 0         },
        {__LINE__, STR_INIT("+1"),                   false, 0         },
        {__LINE__, STR_INIT("-1"),                   false, 0         },
        {__LINE__, STR_INIT("1 "),                   false, 0         },
        {__LINE__, STR_INIT("1\0"),                  false, 0         },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint64_t value = 42;
        bool good = str_to_u64(rows[i].text, &value);
        cr_expect(eq(int, good, rows[i].good), "line %d", rows[i].line);
        cr_expect(eq(u64, value, rows[i].value), "line %d", rows[i].line);
    }
}

Test(base_str, trims_blanks_at_both_ends)
{
    static const struct {
        int line;
        sluice_str text, want;
    } rows[] = {
        {__LINE__, STR_INIT(""),        STR_INIT("")   },
        {__LINE__, STR_INIT(" \t\r\n"), STR_INIT("")   },
        {__LINE__, STR_INIT("a"),       STR_INIT("a")  },
        {__LINE__, STR_INIT(" a b\t"),  STR_INIT("a b")},
        {__LINE__, {NULL, 0},           {NULL, 0}      },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_expect(str_equal(str_trim(rows[i].text), rows[i].want), "line %d", rows[i].line);
    }
}
