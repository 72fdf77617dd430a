/*
 * istio_fixture: rule text through the loader, the envelopes and Istio's decoding and validation.
 */
#ifndef SLUICE_TESTS_ISTIO_FIXTURE_H
#define SLUICE_TESTS_ISTIO_FIXTURE_H

#include "engine/regex_store.h"
#include "istio/resource.h"
#include "support/validation_rows.h"

struct istio_fixture {
    struct arena arena;
    sluice_report *report;
    struct diags diags;
    sluice_limits limits;
    struct envelope_list envelopes;
    struct regex_store regexes;
    struct istio_set set;
    sluice_status status; /* of the first stage that failed */
};

/* Free with istio_fixture_free(). The text must outlive what is read of the resources. */
void istio_fixture_load(struct istio_fixture *fixture, sluice_str text, bool lenient);
/* The same with memory from `allocator`; the report's comes from malloc. */
void istio_fixture_load_with(struct istio_fixture *fixture, const sluice_allocator *allocator,
                             sluice_str text, bool lenient);
void istio_fixture_free(struct istio_fixture *fixture);

/* How many findings of that severity stand at a field path. */
size_t istio_fixture_count(const struct istio_fixture *fixture, sluice_severity severity,
                           const char *path);

/* Check every row, as the spec of an object of that kind named "r" in namespace "ns". */
void istio_fixture_check_rows(const char *kind, const struct validation_row *rows, size_t count);

#endif
