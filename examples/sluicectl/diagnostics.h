/*
 * diagnostics: what the library found in the rules, as text lines or as JSON.
 */
#ifndef SLUICECTL_DIAGNOSTICS_H
#define SLUICECTL_DIAGNOSTICS_H

#include <sluice/sluice.h>
#include <stdio.h>

#include "common/terminal.h"

/* `file:line:col: severity: message [CODE]` */
void diagnostics_print(const struct terminal *terminal, const sluice_diagnostic *diagnostic);

/* One JSON object on a line. */
void diagnostics_print_json(FILE *out, const sluice_diagnostic *diagnostic);

/* Every error of a report; NULL is an empty report. */
void diagnostics_print_errors(FILE *out, const sluice_report *report);

/* "2 errors, 1 warning in 3 files" */
void diagnostics_print_summary(const struct terminal *terminal, const sluice_report *report,
                               size_t files);

#endif
