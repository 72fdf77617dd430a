#include "base/syntax.h"

enum { QUALIFIED_NAME_MAX = 63 };

static bool
is_alnum(char c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c);
}

static bool
consists_of(sluice_str text, sluice_str marks)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!is_alnum(text.ptr[i]) && str_find(marks, text.ptr[i]) == SIZE_MAX) return false;
    }
    return text.len > 0;
}

bool
syntax_is_token(sluice_str text)
{
    return consists_of(text, STR("!#$%&'*+-.^_`|~"));
}

bool
syntax_is_qualified_name(sluice_str text)
{
    if (text.len > QUALIFIED_NAME_MAX || !consists_of(text, STR("-_."))) return false;
    return is_alnum(text.ptr[0]) && is_alnum(text.ptr[text.len - 1]);
}

const char *
syntax_check_label_value(sluice_str text)
{
    if (text.len == 0 || syntax_is_qualified_name(text)) return NULL;
    return "is neither empty nor up to 63 letters, digits, \"-\", \"_\" or \".\" between letters "
           "or digits";
}
