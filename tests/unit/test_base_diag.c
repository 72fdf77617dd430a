/* base/diag: findings on their way into a report. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/diag.h"
#include "support/failing_alloc.h"

static const struct diag_place place = {
    .document = STR_INIT("rules.yaml"),
    .line = 12,
    .column = 3,
    .kind = STR_INIT("VirtualService"),
    .space = STR_INIT("default"),
    .name = STR_INIT("reviews"),
    .path = STR_INIT("spec.http[0]"),
};

Test(base_diag, copies_a_finding_into_the_report)
{
    sluice_report *report;
    cr_assert(eq(int, (int)sluice_report_new(&report, NULL), SLUICE_OK));
    struct diags diags = {.report = report};
    char text[] = "short-lived";
    diag_add(&diags, SLUICE_SEVERITY_ERROR, "SL0001", &place, "weight is %d in %s", 7, text);
    text[0] = 'X';
    const sluice_diagnostic *item = sluice_report_get(report, 0);
    cr_assert(not(zero(ptr, (void *)item)));
    cr_expect(str_equal(item->message, STR("weight is 7 in short-lived")));
    cr_expect(str_equal(item->code, STR("SL0001")));
    cr_expect(str_equal(item->document, place.document));
    cr_expect(ne(ptr, (void *)item->document.ptr, (void *)place.document.ptr));
    cr_expect(str_equal(item->kind, place.kind));
    cr_expect(str_equal(item->space, place.space));
    cr_expect(str_equal(item->name, place.name));
    cr_expect(str_equal(item->path, place.path));
    cr_expect(eq(u32, item->line, 12));
    cr_expect(eq(u32, item->column, 3));
    cr_expect(eq(int, (int)item->severity, SLUICE_SEVERITY_ERROR));
    cr_expect(not(diags.failed));
    sluice_report_free(report);
}

Test(base_diag, counts_by_severity)
{
    sluice_report *report;
    cr_assert(eq(int, (int)sluice_report_new(&report, NULL), SLUICE_OK));
    struct diags diags = {.report = report};
    for (int i = 0; i < 6; i++) {
        sluice_severity severity = i < 1   ? SLUICE_SEVERITY_INFO
                                   : i < 3 ? SLUICE_SEVERITY_WARNING
                                           : SLUICE_SEVERITY_ERROR;
        diag_add(&diags, severity, "SL0002", &place, "finding %d", i);
    }
    cr_expect(eq(sz, sluice_report_count(report), 6));
    for (size_t severity = 0; severity < 3; severity++) {
        size_t count = sluice_report_count_of(report, (sluice_severity)severity);
        cr_expect(eq(sz, count, severity + 1));
        cr_expect(eq(sz, diags.count_of[severity], severity + 1));
    }
    cr_expect(zero(ptr, (void *)sluice_report_get(report, 6)));
    sluice_report_clear(report);
    cr_expect(eq(sz, sluice_report_count(report), 0));
    cr_expect(eq(sz, sluice_report_count_of(report, SLUICE_SEVERITY_ERROR), 0));
    sluice_report_free(report);
}

Test(base_diag, counts_what_nobody_reads)
{
    struct diags diags = {.report = NULL};
    diag_add(&diags, SLUICE_SEVERITY_ERROR, "SL0003", &place, "unread");
    cr_expect(eq(sz, diags.count_of[SLUICE_SEVERITY_ERROR], 1));
    cr_expect(not(diags.failed));
}

Test(base_diag, remembers_a_finding_that_it_could_not_store)
{
    for (size_t fail_at = 0;; fail_at++) {
        struct failing_alloc memory;
        failing_alloc_init(&memory, fail_at);
        sluice_report *report;
        sluice_status status = sluice_report_new(&report, &memory.allocator);
        if (status == SLUICE_OK) {
            struct diags diags = {.report = report};
            for (int i = 0; i < 100; i++) {
                diag_add(&diags, SLUICE_SEVERITY_ERROR, "SL0004", &place, "finding %090d", i);
            }
            cr_expect(eq(int, diags.failed, memory.failed), "allocation %zu", fail_at);
            cr_expect(eq(sz, diags.count_of[SLUICE_SEVERITY_ERROR], 100));
            size_t lost = memory.failed ? 1 : 0;
            cr_expect(eq(sz, sluice_report_count(report), 100 - lost), "allocation %zu", fail_at);
        } else {
            cr_expect(eq(int, (int)status, SLUICE_ERR_NOMEM));
            cr_expect(zero(ptr, report));
        }
        sluice_report_free(report);
        cr_expect(eq(sz, failing_alloc_finish(&memory), 0), "allocation %zu", fail_at);
        if (!memory.failed) break;
    }
}
