/*
 * gateway_fixture: text through the loader, the envelopes, and Gateway API's decoding and
 * validation.
 */
#ifndef SLUICE_TESTS_GATEWAY_FIXTURE_H
#define SLUICE_TESTS_GATEWAY_FIXTURE_H

#include "gateway_api/resource.h"
#include "support/validation_rows.h"
#include "support/yaml_fixture.h"

struct gateway_fixture {
    struct yaml_fixture yaml; /* its report and arena are used for all */
    struct envelope_list envelopes;
    struct regex_store regexes;
    struct gateway_set set;
    sluice_status status; /* of the first stage that failed */
};

/* Free with gateway_fixture_free(). The text must outlive what is read of the objects. Memory comes
 * from `alloc`, NULL for malloc. */
void gateway_fixture_load(struct gateway_fixture *fixture, sluice_str text, bool lenient,
                          const sluice_allocator *alloc);
void gateway_fixture_free(struct gateway_fixture *fixture);

/* Check every row, as the spec of an object of that kind named "r" in namespace "ns". */
void gateway_fixture_check_rows(const char *api_version, const char *kind,
                                const struct validation_row *rows, size_t count);

#endif
