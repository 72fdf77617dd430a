/*
 * explain: `sluicectl explain`, a decision and the way to it.
 */
#include <string.h>

#include "sluicectl/commands.h"
#include "sluicectl/decision_json.h"
#include "sluicectl/decision_text.h"
#include "sluicectl/json_build.h"
#include "sluicectl/routers.h"
#include "sluicectl/text.h"

static json_t *
explain_json_step(const sluice_explain_step *step)
{
    json_t *object = decision_json_matched(step->rule);
    json_put(object, "holds", json_boolean(step->holds));
    json_put(object, "predicate", json_slice(step->predicate));
    json_put(object, "actual", json_slice(step->actual));
    return object;
}

static void
explain_print_json(const sluice_explanation *explanation, const sluice_decision *decision,
                   const sluice_request *request)
{
    json_t *object = json_object();
    json_t *steps = json_array();
    for (size_t i = 0; i < sluice_explanation_count(explanation); i++) {
        json_push(steps, explain_json_step(sluice_explanation_get(explanation, i)));
    }
    json_put(object, "virtual_host", json_slice(sluice_explanation_virtual_host(explanation)));
    json_put(object, "steps", steps);
    json_put(object, "decision", decision_json(decision, request));
    json_print_line(stdout, object);
}

static void
explain_print_actual(FILE *out, sluice_str actual)
{
    if (actual.len == 0) return;
    if (actual.len == strlen("absent") && memcmp(actual.ptr, "absent", actual.len) == 0) {
        fputs("; absent from the request", out);
    } else {
        fputs("; the request has ", out);
        text_print(out, actual);
    }
}

static void
explain_print_step(const struct terminal *terminal, size_t number, const sluice_explain_step *step)
{
    fprintf(terminal->out, "%5zu  ", number);
    decision_text_print_rule(terminal, step->rule);
    fputs("\n       ", terminal->out);
    if (step->holds) {
        terminal_print(terminal, TERMINAL_GREEN, "holds");
    } else {
        terminal_print(terminal, TERMINAL_RED, "fails");
        fputs(": ", terminal->out);
        text_print(terminal->out, step->predicate);
        explain_print_actual(terminal->out, step->actual);
    }
    fputc('\n', terminal->out);
}

static void
explain_print(const sluice_explanation *explanation, const sluice_decision *decision)
{
    struct terminal terminal = terminal_open(stdout);
    sluice_str host = sluice_explanation_virtual_host(explanation);
    size_t count = sluice_explanation_count(explanation);
    terminal_print(&terminal, TERMINAL_BOLD, "virtual host  ");
    text_print(stdout, host.len ? host : sluice_str_of("none fits the request"));
    terminal_print(&terminal, TERMINAL_BOLD, "\nrules tried   ");
    printf("%zu\n", count);
    for (size_t i = 0; i < count; i++) {
        explain_print_step(&terminal, i + 1, sluice_explanation_get(explanation, i));
    }
    fputc('\n', stdout);
    decision_text_print(&terminal, decision);
}

static enum exit_status
explain_one(struct routers *routers)
{
    const struct options *options = routers->options;
    const sluice_request *request = &options->request.input;
    struct failure failure;
    sluice_explanation *explanation;
    sluice_decision decision;
    sluice_context *context = routers_context(routers, request, &failure);
    if (!context) {
        fprintf(stderr, "sluicectl explain: %s\n", failure.text);
        return EXIT_TROUBLE;
    }
    sluice_status status = sluice_explain(&explanation, context, request, &decision);
    if (status != SLUICE_OK) {
        fprintf(stderr, "sluicectl explain: %s\n", sluice_status_name(status));
        return EXIT_TROUBLE;
    }
    if (options->json) {
        explain_print_json(explanation, &decision, request);
    } else {
        explain_print(explanation, &decision);
    }
    sluice_explanation_free(explanation);
    return EXIT_DECIDED;
}

enum exit_status
explain_run(const struct options *options)
{
    struct routers routers;
    enum exit_status status = routers_open(&routers, options);
    if (status == EXIT_DECIDED) status = explain_one(&routers);
    routers_free(&routers);
    return status;
}
