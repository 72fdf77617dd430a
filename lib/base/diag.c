#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/alloc.h"

static sluice_str
format_message(struct arena *text, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    char *bytes = len < 0 ? NULL : arena_bytes(text, (size_t)len + 1);
    if (bytes) vsnprintf(bytes, (size_t)len + 1, format, again);
    va_end(again);
    if (!bytes) {
        text->failed = true;
        return (sluice_str){NULL, 0};
    }
    return (sluice_str){bytes, (size_t)len};
}

void
diag_add(struct diags *diags, sluice_severity severity, const char *code,
         const struct diag_place *place, const char *format, ...)
{
    diags->count_of[severity]++;
    sluice_report *report = diags->report;
    if (!report) return;
    if (!alloc_grow(&report->alloc, (void **)&report->items, &report->capacity, report->count + 1,
                    sizeof(*report->items))) {
        diags->failed = true;
        return;
    }
    struct arena *text = &report->text;
    va_list args;
    va_start(args, format);
    sluice_diagnostic item = {
        .severity = severity,
        .code = sluice_str_of(code),
        .message = format_message(text, format, args),
        .document = arena_dup(text, place->document),
        .line = place->line,
        .column = place->column,
        .kind = arena_dup(text, place->kind),
        .space = arena_dup(text, place->space),
        .name = arena_dup(text, place->name),
        .path = arena_dup(text, place->path),
    };
    va_end(args);
    if (text->failed) {
        text->failed = false;
        diags->failed = true;
        return;
    }
    report->items[report->count++] = item;
    report->count_of[severity]++;
}
