/* engine/regex in a build without regular expressions. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "engine/regex.h"

Test(regex_none, refuses_every_pattern)
{
    struct regex *regex = (struct regex *)&regex; /* not NULL: it must be written */
    struct regex_error error = {""};
    cr_expect(eq(int, (int)regex_compile(&regex, STR("a"), &error), (int)REGEX_UNSUPPORTED));
    cr_expect(regex == NULL);
    cr_expect(ne(chr, error.text[0], '\0'));
    cr_expect(eq(int, (int)regex_compile(&regex, STR("a"), NULL), (int)REGEX_UNSUPPORTED));
    cr_expect(eq(int, (int)regex_is_certain(STR("a")), 0));
    regex_free(regex);
}
