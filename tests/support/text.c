#include "support/text.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>

void
text_add(struct text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text->bytes + text->len, sizeof(text->bytes) - text->len, format, args);
    va_end(args);
    text->len += (size_t)len;
    cr_assert(text->len < sizeof(text->bytes));
}
