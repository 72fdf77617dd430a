/*
 * validation_rows: see validation_rows.h.
 */
#include "support/validation_rows.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

size_t
validation_rows_count(const sluice_report *report, sluice_severity severity, const char *path)
{
    size_t count = 0;
    for (size_t i = 0; i < sluice_report_count(report); i++) {
        const sluice_diagnostic *d = sluice_report_get(report, i);
        bool there = !path || str_equal(d->path, sluice_str_of(path));
        count += d->severity == severity && there;
    }
    return count;
}

static void
print_findings(const sluice_report *report)
{
    for (size_t i = 0; i < sluice_report_count(report); i++) {
        const sluice_diagnostic *d = sluice_report_get(report, i);
        cr_log_warn("    %d %.*s %.*s: %.*s", (int)d->severity, STR_ARG(d->code), STR_ARG(d->path),
                    STR_ARG(d->message));
    }
}

static bool
is_as_expected(const struct validation_result *result, const struct validation_row *row,
               bool lenient)
{
    size_t errors = validation_rows_count(result->report, SLUICE_SEVERITY_ERROR, NULL);
    size_t warnings = validation_rows_count(result->report, SLUICE_SEVERITY_WARNING, NULL);
    bool error = row->verdict == BROKEN_ || (row->verdict == REFUSED_ && !lenient);
    if (!result->read || result->bad != error) return false;
    if (row->verdict == ACCEPTED) return errors == 0 && warnings == 0;
    if (!error && errors > 0) return false;
    sluice_severity severity = error ? SLUICE_SEVERITY_ERROR : SLUICE_SEVERITY_WARNING;
    return validation_rows_count(result->report, severity, row->path) > 0;
}

static void
check_row(const char *api_version, const char *kind, const struct validation_row *row, bool lenient,
          validation_load *load)
{
    size_t cap = strlen(row->spec) + 256;
    char *text = malloc(cap);
    cr_assert(text != NULL);
    int len = snprintf(text, cap,
                       "apiVersion: %s\nkind: %s\nmetadata: {name: r, namespace: ns}\nspec: %s\n",
                       api_version, kind, row->spec);
    struct validation_result result = load((sluice_str){text, (size_t)len}, lenient);
    bool ok = is_as_expected(&result, row, lenient);
    if (!ok) print_findings(result.report);
    cr_expect(ok, "line %d (%s)", row->line, lenient ? "lenient" : "strict");
    sluice_report_free(result.report);
    free(text);
}

void
validation_rows_check(const char *api_version, const char *kind, const struct validation_row *rows,
                      size_t count, validation_load *load)
{
    for (size_t i = 0; i < count; i++) {
        check_row(api_version, kind, &rows[i], false, load);
        check_row(api_version, kind, &rows[i], true, load);
    }
}
