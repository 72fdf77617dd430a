/*
 * diagnostics: what the library found in the rules, as text lines or as JSON.
 */
#include "sluicectl/diagnostics.h"

#include "sluicectl/json_build.h"
#include "sluicectl/text.h"

static const char *
diagnostics_severity(sluice_severity severity)
{
    static const char *const names[] = {
        [SLUICE_SEVERITY_INFO] = "info",
        [SLUICE_SEVERITY_WARNING] = "warning",
        [SLUICE_SEVERITY_ERROR] = "error",
    };
    return names[severity];
}

static enum terminal_style
diagnostics_style(sluice_severity severity)
{
    static const enum terminal_style styles[] = {
        [SLUICE_SEVERITY_INFO] = TERMINAL_BLUE,
        [SLUICE_SEVERITY_WARNING] = TERMINAL_YELLOW,
        [SLUICE_SEVERITY_ERROR] = TERMINAL_RED,
    };
    return styles[severity];
}

void
diagnostics_print(const struct terminal *terminal, const sluice_diagnostic *diagnostic)
{
    FILE *out = terminal->out;
    text_print(out, diagnostic->document.len ? diagnostic->document : sluice_str_of("<rules>"));
    if (diagnostic->line) fprintf(out, ":%u:%u", diagnostic->line, diagnostic->column);
    fputs(": ", out);
    terminal_print(terminal, diagnostics_style(diagnostic->severity), "%s",
                   diagnostics_severity(diagnostic->severity));
    fputs(": ", out);
    text_print(out, diagnostic->message);
    fputs(" [", out);
    text_print(out, diagnostic->code);
    fputs("]\n", out);
}

void
diagnostics_print_json(FILE *out, const sluice_diagnostic *diagnostic)
{
    json_t *object = json_object();
    json_put(object, "severity", json_string(diagnostics_severity(diagnostic->severity)));
    json_put(object, "code", json_slice(diagnostic->code));
    json_put(object, "message", json_slice(diagnostic->message));
    json_put(object, "file", json_slice(diagnostic->document));
    json_put(object, "line", diagnostic->line ? json_integer(diagnostic->line) : json_null());
    json_put(object, "column", diagnostic->line ? json_integer(diagnostic->column) : json_null());
    json_put(object, "kind", json_slice(diagnostic->kind));
    json_put(object, "namespace", json_slice(diagnostic->space));
    json_put(object, "name", json_slice(diagnostic->name));
    json_put(object, "path", json_slice(diagnostic->path));
    json_print_line(out, object);
}

void
diagnostics_print_errors(FILE *out, const sluice_report *report)
{
    struct terminal terminal = terminal_open(out);
    size_t count = report ? sluice_report_count(report) : 0;
    for (size_t i = 0; i < count; i++) {
        const sluice_diagnostic *diagnostic = sluice_report_get(report, i);
        if (diagnostic->severity == SLUICE_SEVERITY_ERROR) diagnostics_print(&terminal, diagnostic);
    }
}

void
diagnostics_print_summary(const struct terminal *terminal, const sluice_report *report,
                          size_t files)
{
    size_t errors = sluice_report_count_of(report, SLUICE_SEVERITY_ERROR);
    size_t warnings = sluice_report_count_of(report, SLUICE_SEVERITY_WARNING);
    size_t notes = sluice_report_count_of(report, SLUICE_SEVERITY_INFO);
    enum terminal_style style = errors ? TERMINAL_RED : warnings ? TERMINAL_YELLOW : TERMINAL_GREEN;
    terminal_print(terminal, style, "%zu error%s, %zu warning%s", errors, errors == 1 ? "" : "s",
                   warnings, warnings == 1 ? "" : "s");
    if (notes > 0) fprintf(terminal->out, ", %zu note%s", notes, notes == 1 ? "" : "s");
    fprintf(terminal->out, " in %zu file%s\n", files, files == 1 ? "" : "s");
}
