#include "proxy/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

uint64_t
rules_random(void)
{
    uint64_t number = 0;
    return getrandom(&number, sizeof(number), 0) == sizeof(number) ? number : (uint64_t)time(NULL);
}

/* The whole file, to be freed; NULL when it cannot be read or does not fit into memory. */
static char *
read_all(FILE *file, size_t *len)
{
    char *text = NULL;
    size_t room = 0;
    *len = 0;
    while (!feof(file) && !ferror(file)) {
        if (*len == room) {
            room = room ? 2 * room : 4096;
            char *grown = realloc(text, room);
            if (!grown) break;
            text = grown;
        }
        *len += fread(text + *len, 1, room - *len, file);
    }
    if (feof(file)) return text;
    free(text);
    return NULL;
}

static sluice_str
read_file(const char *name)
{
    size_t len = 0;
    FILE *file = fopen(name, "rb");
    char *text = file ? read_all(file, &len) : NULL;
    if (file) fclose(file);
    if (!text) fprintf(stderr, "%s: cannot be read\n", name);
    return (sluice_str){text, len};
}

static void
print_report(const sluice_report *report)
{
    static const char *const severities[] = {"info", "warning", "error"};
    for (size_t i = 0; i < sluice_report_count(report); i++) {
        const sluice_diagnostic *d = sluice_report_get(report, i);
        fprintf(stderr, "%.*s:%u:%u: %s: %.*s [%.*s]\n", (int)d->document.len, d->document.ptr,
                d->line, d->column, severities[d->severity], (int)d->message.len, d->message.ptr,
                (int)d->code.len, d->code.ptr);
    }
}

sluice_router *
rules_compile(char **files, size_t count)
{
    sluice_router *router = NULL;
    sluice_report *report = NULL;
    sluice_compile_options options;
    sluice_compile_options_init(&options);
    options.hash_seed = rules_random();
    sluice_source *sources = calloc(count, sizeof(*sources));
    bool good = sources && sluice_report_new(&report, NULL) == SLUICE_OK;
    for (size_t i = 0; good && i < count; i++) {
        sources[i] = (sluice_source){sluice_str_of(files[i]), read_file(files[i])};
        good = sources[i].text.ptr != NULL;
    }
    if (good) {
        sluice_status status = sluice_compile(&router, sources, count, &options, report);
        print_report(report); /* also on success: it carries warnings */
        if (status != SLUICE_OK) fprintf(stderr, "rules: %s\n", sluice_status_name(status));
    }
    for (size_t i = 0; sources && i < count; i++)
        free((char *)(uintptr_t)sources[i].text.ptr);
    free(sources);
    sluice_report_free(report);
    return router;
}
