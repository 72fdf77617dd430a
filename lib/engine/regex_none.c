/* regex_none: a build without regular expressions. */
#include "engine/regex.h"

#include <stdio.h>

enum regex_result
regex_compile(struct regex **out, sluice_str pattern, struct regex_error *error)
{
    (void)pattern;
    *out = NULL;
    if (error) {
        snprintf(error->text, sizeof(error->text), "this build has no regular expressions");
    }
    return REGEX_UNSUPPORTED;
}

bool
regex_is_certain(sluice_str pattern)
{
    (void)pattern;
    return false;
}

void
regex_free(struct regex *regex)
{
    (void)regex;
}

bool
regex_full_match(const struct regex *regex, sluice_str text)
{
    (void)regex;
    (void)text;
    return false;
}

bool
regex_check_rewrite(const struct regex *regex, sluice_str rewrite, struct regex_error *error)
{
    (void)regex;
    (void)rewrite;
    (void)error;
    return false;
}

size_t
regex_replace_all(const struct regex *regex, sluice_str text, sluice_str rewrite, char *out,
                  size_t cap)
{
    (void)regex;
    (void)text;
    (void)rewrite;
    (void)out;
    (void)cap;
    return SIZE_MAX;
}
