/* report: the list of diagnostics that a caller reads. */
#include "base/alloc.h"
#include "base/diag.h"

sluice_status
sluice_report_new(sluice_report **out, const sluice_allocator *allocator)
{
    if (!out) return SLUICE_ERR_ARGUMENT;
    const sluice_allocator *alloc = alloc_or_default(allocator);
    *out = alloc_zeroed(alloc, 1, sizeof(**out));
    if (!*out) return SLUICE_ERR_NOMEM;
    (*out)->alloc = *alloc;
    (*out)->text = arena_init(&(*out)->alloc);
    return SLUICE_OK;
}

void
sluice_report_free(sluice_report *report)
{
    if (!report) return;
    sluice_allocator alloc = report->alloc;
    arena_free(&report->text);
    alloc_free(&alloc, report->items);
    alloc_free(&alloc, report);
}

void
sluice_report_clear(sluice_report *report)
{
    arena_free(&report->text);
    report->count = 0;
    memset(report->count_of, 0, sizeof(report->count_of));
}

size_t
sluice_report_count(const sluice_report *report)
{
    return report->count;
}

size_t
sluice_report_count_of(const sluice_report *report, sluice_severity severity)
{
    return (unsigned)severity < 3 ? report->count_of[severity] : 0;
}

const sluice_diagnostic *
sluice_report_get(const sluice_report *report, size_t index)
{
    return index < report->count ? &report->items[index] : NULL;
}
