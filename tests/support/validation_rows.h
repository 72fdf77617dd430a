/*
 * validation_rows: tables of specs and what is to be found wrong with them.
 */
#ifndef SLUICE_TESTS_VALIDATION_ROWS_H
#define SLUICE_TESTS_VALIDATION_ROWS_H

#include "sluice/sluice.h"

/* One row of a table: the spec of one object, and what is to be found where. */
enum verdict {
    ACCEPTED, /* nothing but infos */
    WARNED,   /* a warning, no error, strict or lenient */
    REFUSED_, /* an error; lenient: a warning */
    BROKEN_,  /* an error in both modes */
};

struct validation_row {
    int line;
    enum verdict verdict;
    const char *path; /* of the finding */
    const char *spec; /* YAML, in flow style */
};

/* What came of one object; `report` is to be freed. */
struct validation_result {
    sluice_report *report;
    bool read; /* exactly one object was */
    bool bad;
};
typedef struct validation_result validation_load(sluice_str text, bool lenient);

/* Check every row, strict and lenient, as the spec of an object named "r" in namespace "ns". */
void validation_rows_check(const char *api_version, const char *kind,
                           const struct validation_row *rows, size_t count, validation_load *load);

/* How many findings of that severity stand at a field path; NULL: anywhere. */
size_t validation_rows_count(const sluice_report *report, sluice_severity severity,
                             const char *path);

#endif
