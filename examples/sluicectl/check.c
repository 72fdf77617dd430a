/*
 * check: `sluicectl check`, every finding about the rules.
 */
#include "sluicectl/commands.h"
#include "sluicectl/diagnostics.h"
#include "sluicectl/files.h"

static void
check_print(const struct options *options, const sluice_report *report, size_t files)
{
    struct terminal terminal = terminal_open(stdout);
    for (size_t i = 0; i < sluice_report_count(report); i++) {
        if (options->json) {
            diagnostics_print_json(stdout, sluice_report_get(report, i));
        } else {
            diagnostics_print(&terminal, sluice_report_get(report, i));
        }
    }
    if (!options->json) diagnostics_print_summary(&terminal, report, files);
}

static enum exit_status
check_status(const struct options *options, const sluice_report *report, sluice_status status)
{
    size_t errors = sluice_report_count_of(report, SLUICE_SEVERITY_ERROR);
    size_t warnings = sluice_report_count_of(report, SLUICE_SEVERITY_WARNING);
    if (status == SLUICE_ERR_NOMEM || status == SLUICE_ERR_ARGUMENT) {
        fprintf(stderr, "sluicectl: %s\n", sluice_status_name(status));
        return EXIT_TROUBLE;
    }
    if (errors > 0 || status != SLUICE_OK) return EXIT_RULES;
    return options->strict && warnings > 0 ? EXIT_RULES : EXIT_DECIDED;
}

static enum exit_status
check_files(const struct options *options, const struct files *files, sluice_report *report)
{
    sluice_router *router;
    sluice_compile_options compile = options->compile;
    if (options->request.input.source_namespace.len > 0) {
        compile.proxy_namespace = options->request.input.source_namespace;
    }
    sluice_status status = sluice_compile(&router, files->sources, files->count, &compile, report);
    sluice_router_release(router);
    check_print(options, report, files->count);
    return check_status(options, report, status);
}

enum exit_status
check_run(const struct options *options)
{
    struct files files;
    struct failure failure;
    sluice_report *report;
    enum exit_status exit_status = EXIT_TROUBLE;
    if (!files_read(&files, options->files, options->file_count, &failure)) {
        fprintf(stderr, "sluicectl check: %s\n", failure.text);
    } else if (sluice_report_new(&report, NULL) == SLUICE_OK) {
        exit_status = check_files(options, &files, report);
        sluice_report_free(report);
    }
    files_free(&files);
    return exit_status;
}
