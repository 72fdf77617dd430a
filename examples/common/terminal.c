/*
 * terminal: colours and bars for people, plain text for everything else.
 */
#include "common/terminal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static bool
terminal_is_unicode(void)
{
    const char *names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        const char *charset = value ? strrchr(value, '.') : NULL;
        if (value && value[0]) {
            return charset &&
                   (strcasecmp(charset, ".UTF-8") == 0 || strcasecmp(charset, ".utf8") == 0);
        }
    }
    return false;
}

struct terminal
terminal_open(FILE *out)
{
    const char *no_colour = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    bool dumb = !term || strcmp(term, "dumb") == 0;
    return (struct terminal){
        .out = out,
        .colour = isatty(fileno(out)) && !dumb && !(no_colour && no_colour[0]),
        .unicode = terminal_is_unicode(),
    };
}

static void
terminal_begin(const struct terminal *terminal, enum terminal_style style)
{
    static const char *const codes[] = {
        [TERMINAL_PLAIN] = "",        [TERMINAL_BOLD] = "\x1b[1m",   [TERMINAL_DIM] = "\x1b[2m",
        [TERMINAL_RED] = "\x1b[31m",  [TERMINAL_GREEN] = "\x1b[32m", [TERMINAL_YELLOW] = "\x1b[33m",
        [TERMINAL_BLUE] = "\x1b[34m",
    };
    if (terminal->colour) fputs(codes[style], terminal->out);
}

static void
terminal_end(const struct terminal *terminal, enum terminal_style style)
{
    if (terminal->colour && style != TERMINAL_PLAIN) fputs("\x1b[0m", terminal->out);
}

void
terminal_print(const struct terminal *terminal, enum terminal_style style, const char *format, ...)
{
    va_list arguments;
    terminal_begin(terminal, style);
    va_start(arguments, format);
    vfprintf(terminal->out, format, arguments);
    va_end(arguments);
    terminal_end(terminal, style);
}

void
terminal_bar(const struct terminal *terminal, enum terminal_style style, double share, int width)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    int parts = terminal->unicode ? 8 : 1;
    int filled = (int)(share * width * parts + 0.5);
    int whole = filled / parts;
    int rest = filled % parts;
    terminal_begin(terminal, style);
    for (int i = 0; i < whole; i++) {
        fputs(terminal->unicode ? "█" : "#", terminal->out);
    }
    fputs(eighths[rest], terminal->out);
    terminal_end(terminal, style);
}

void
terminal_line(const struct terminal *terminal, int count)
{
    terminal_begin(terminal, TERMINAL_DIM);
    for (int i = 0; i < count; i++) {
        fputs(terminal->unicode ? "─" : "-", terminal->out);
    }
    terminal_end(terminal, TERMINAL_DIM);
}
