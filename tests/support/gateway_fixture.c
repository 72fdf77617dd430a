/*
 * gateway_fixture: see gateway_fixture.h.
 */
#include "support/gateway_fixture.h"

void
gateway_fixture_load(struct gateway_fixture *fixture, sluice_str text, bool lenient,
                     const sluice_allocator *alloc)
{
    *fixture = (struct gateway_fixture){0};
    yaml_fixture_load(&fixture->yaml, NULL, text, NULL, alloc);
    struct envelope_options options = {
        .arena = &fixture->yaml.arena,
        .diags = &fixture->yaml.diags,
        .default_namespace = STR("default"),
        .lenient = lenient,
    };
    fixture->regexes = regex_store_init(&fixture->yaml.arena, fixture->yaml.limits.regex_bytes);
    fixture->status = fixture->yaml.status;
    if (fixture->status != SLUICE_OK) return;
    fixture->status = envelope_read_all(&fixture->envelopes, &options, fixture->yaml.documents);
    if (fixture->status != SLUICE_OK) return;
    fixture->status =
        gateway_set_read(&fixture->set, &fixture->envelopes, &options, &fixture->regexes);
    envelope_report_unclaimed(&fixture->envelopes, &options);
}

void
gateway_fixture_free(struct gateway_fixture *fixture)
{
    regex_store_free(&fixture->regexes);
    yaml_fixture_free(&fixture->yaml);
}

static struct validation_result
load_row(sluice_str text, bool lenient)
{
    struct gateway_fixture fixture;
    gateway_fixture_load(&fixture, text, lenient, NULL);
    bool read = fixture.status == SLUICE_OK && fixture.set.count == 1;
    struct validation_result result = {fixture.yaml.report, read, read && fixture.set.items[0].bad};
    fixture.yaml.report = NULL;
    gateway_fixture_free(&fixture);
    return result;
}

void
gateway_fixture_check_rows(const char *api_version, const char *kind,
                           const struct validation_row *rows, size_t count)
{
    validation_rows_check(api_version, kind, rows, count, load_row);
}
