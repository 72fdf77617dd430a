/*
 * istio_fixture: see istio_fixture.h.
 */
#include "support/istio_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"

static sluice_limits
generous_limits(void)
{
    return (sluice_limits){
        .text_bytes = 1 << 28,
        .documents = 1000000,
        .depth = 64,
        .nodes = 10000000,
        .alias_nodes = 1000000,
        .rules = 1000000,
        .destinations = 10000,
        .regex_bytes = 1024,
    };
}

void
istio_fixture_load(struct istio_fixture *fixture, sluice_str text, bool lenient)
{
    istio_fixture_load_with(fixture, alloc_or_default(NULL), text, lenient);
}

void
istio_fixture_load_with(struct istio_fixture *fixture, const sluice_allocator *allocator,
                        sluice_str text, bool lenient)
{
    memset(fixture, 0, sizeof(*fixture));
    fixture->arena = arena_init(allocator);
    fixture->limits = generous_limits();
    cr_assert(sluice_report_new(&fixture->report, NULL) == SLUICE_OK);
    fixture->diags.report = fixture->report;
    struct yaml_load load = {
        .arena = &fixture->arena, .diags = &fixture->diags, .limits = &fixture->limits};
    struct yaml_document *documents = NULL, **tail = &documents;
    sluice_source source = {STR("test.yaml"), text};
    fixture->status = yaml_load(&load, &source, &tail);
    struct envelope_options options = {.arena = &fixture->arena,
                                       .diags = &fixture->diags,
                                       .default_namespace = STR("default"),
                                       .lenient = lenient};
    if (fixture->status != SLUICE_OK) return;
    fixture->status = envelope_read_all(&fixture->envelopes, &options, documents);
    if (fixture->status != SLUICE_OK) return;
    fixture->status = istio_set_read(&fixture->set, &fixture->envelopes, &options, 0);
    envelope_report_unclaimed(&fixture->envelopes, &options);
}

void
istio_fixture_free(struct istio_fixture *fixture)
{
    sluice_report_free(fixture->report);
    arena_free(&fixture->arena);
}

size_t
istio_fixture_count(const struct istio_fixture *fixture, sluice_severity severity, const char *path)
{
    size_t count = 0;
    for (size_t i = 0; i < sluice_report_count(fixture->report); i++) {
        const sluice_diagnostic *d = sluice_report_get(fixture->report, i);
        count += d->severity == severity && str_equal(d->path, sluice_str_of(path));
    }
    return count;
}

static void
print_findings(const struct istio_fixture *fixture)
{
    for (size_t i = 0; i < sluice_report_count(fixture->report); i++) {
        const sluice_diagnostic *d = sluice_report_get(fixture->report, i);
        cr_log_warn("    %d %.*s %.*s: %.*s", (int)d->severity, STR_ARG(d->code), STR_ARG(d->path),
                    STR_ARG(d->message));
    }
}

static bool
is_as_expected(const struct istio_fixture *fixture, const struct validation_row *row, bool lenient)
{
    size_t errors = fixture->diags.count_of[SLUICE_SEVERITY_ERROR];
    size_t warnings = fixture->diags.count_of[SLUICE_SEVERITY_WARNING];
    bool error = row->verdict == BROKEN_ || (row->verdict == REFUSED_ && !lenient);
    if (fixture->status != SLUICE_OK || fixture->set.count != 1) return false;
    if (fixture->set.items[0].bad != error) return false;
    if (row->verdict == ACCEPTED) return errors == 0 && warnings == 0;
    if (!error && errors > 0) return false;
    sluice_severity severity = error ? SLUICE_SEVERITY_ERROR : SLUICE_SEVERITY_WARNING;
    return istio_fixture_count(fixture, severity, row->path) > 0;
}

static void
check_row(const char *kind, const struct validation_row *row, bool lenient)
{
    struct istio_fixture fixture;
    size_t cap = strlen(row->spec) + 256;
    char *text = malloc(cap);
    cr_assert(text != NULL);
    int len = snprintf(text, cap,
                       "apiVersion: networking.istio.io/v1\nkind: %s\n"
                       "metadata: {name: r, namespace: ns}\nspec: %s\n",
                       kind, row->spec);
    istio_fixture_load(&fixture, str_make(text, (size_t)len), lenient);
    bool ok = is_as_expected(&fixture, row, lenient);
    if (!ok) print_findings(&fixture);
    cr_expect(ok, "line %d (%s)", row->line, lenient ? "lenient" : "strict");
    istio_fixture_free(&fixture);
    free(text);
}

void
istio_fixture_check_rows(const char *kind, const struct validation_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_row(kind, &rows[i], false);
        check_row(kind, &rows[i], true);
    }
}
