/* base/str: slices. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/str.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

Test(base_str, finds_the_first_and_the_last_byte)
{
    static const struct {
        int line;
        sluice_str text;
        char c;
        size_t first, last;
    } rows[] = {
        {__LINE__, {NULL, 0}, 'a', SIZE_MAX, SIZE_MAX},
        {__LINE__, STR_INIT("b"), 'a', SIZE_MAX, SIZE_MAX},
        {__LINE__, STR_INIT("a"), 'a', 0, 0},
        {__LINE__, STR_INIT("xaxax"), 'a', 1, 3},
        {__LINE__, STR_INIT("x\0y\0"), '\0', 1, 3},
        {__LINE__, {"aba", 2}, 'a', 0, 0}, /* nothing behind the end is read */
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        cr_expect(eq(sz, str_find(rows[i].text, rows[i].c), rows[i].first), "line %d", rows[i].line);
        cr_expect(eq(sz, str_find_last(rows[i].text, rows[i].c), rows[i].last), "line %d",
                  rows[i].line);
    }
}
