/*
 * istio_fixture: see istio_fixture.h.
 */
#include "support/istio_fixture.h"

#include <criterion/criterion.h>

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
    fixture->regexes = regex_store_init(&fixture->arena, 1024);
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
    fixture->status = istio_set_read(&fixture->set, &fixture->envelopes, &options,
                                     &fixture->regexes, options.arena);
    envelope_report_unclaimed(&fixture->envelopes, &options);
}

void
istio_fixture_free(struct istio_fixture *fixture)
{
    sluice_report_free(fixture->report);
    regex_store_free(&fixture->regexes);
    arena_free(&fixture->arena);
}

size_t
istio_fixture_count(const struct istio_fixture *fixture, sluice_severity severity, const char *path)
{
    return validation_rows_count(fixture->report, severity, path);
}

static struct validation_result
load_row(sluice_str text, bool lenient)
{
    struct istio_fixture fixture;
    istio_fixture_load(&fixture, text, lenient);
    bool read = fixture.status == SLUICE_OK && fixture.set.count == 1;
    struct validation_result result = {fixture.report, read, read && fixture.set.items[0].bad};
    regex_store_free(&fixture.regexes);
    arena_free(&fixture.arena);
    return result;
}

void
istio_fixture_check_rows(const char *kind, const struct validation_row *rows, size_t count)
{
    validation_rows_check("networking.istio.io/v1", kind, rows, count, load_row);
}
