/*
 * decision_text: a decision as a short block for people.
 *
 * One line for each thing that the rules say; what they do not say is left out.
 */
#include "sluicectl/decision_text.h"

#include <inttypes.h>

#include "sluicectl/decision_json.h"
#include "sluicectl/text.h"

static void
decision_text_label(const struct terminal *terminal, const char *label)
{
    terminal_print(terminal, TERMINAL_BOLD, "%-12s", label);
    fputs("  ", terminal->out);
}

static void
decision_text_line(const struct terminal *terminal, const char *label, sluice_str text)
{
    if (text.len == 0) return;
    decision_text_label(terminal, label);
    text_print(terminal->out, text);
    fputc('\n', terminal->out);
}

void
decision_text_print_place(const struct terminal *terminal, const sluice_destination *destination,
                          uint32_t port)
{
    text_print(terminal->out, destination->host);
    if (destination->subset.len) {
        fputs(" subset ", terminal->out);
        text_print(terminal->out, destination->subset);
    }
    if (port) fprintf(terminal->out, " port %" PRIu32, port);
}

void
decision_text_print_rule(const struct terminal *terminal, const sluice_matched *matched)
{
    FILE *out = terminal->out;
    if (matched->kind.len == 0) {
        fputs("default route", out);
    } else {
        text_print(out, matched->kind);
        fputc(' ', out);
        text_print(out, matched->space);
        fputc('/', out);
        text_print(out, matched->name);
        fprintf(out, ", rule %" PRIu32, matched->rule);
        if (matched->match >= 0) fprintf(out, ", match %" PRId32, matched->match);
    }
    if (matched->route_name.len) {
        fputs(matched->kind.len ? ", route \"" : " \"", out);
        text_print(out, matched->route_name);
        fputc('"', out);
    }
    if (matched->line) fprintf(out, " (line %" PRIu32 ")", matched->line);
}

/* The first line: what to do. */
static void
decision_text_print_outcome(const struct terminal *terminal, const sluice_decision *decision)
{
    FILE *out = terminal->out;
    bool good = decision->outcome == SLUICE_FORWARD || decision->outcome == SLUICE_PASSTHROUGH;
    decision_text_label(terminal, "outcome");
    terminal_print(terminal, good ? TERMINAL_GREEN : TERMINAL_YELLOW, "%s",
                   sluice_outcome_name(decision->outcome));
    if (decision->destination) {
        fputs(" to ", out);
        decision_text_print_place(terminal, decision->destination, decision->port);
    }
    if (decision->status) fprintf(out, " %" PRIu32, decision->status);
    if (decision->grpc_status >= 0) fprintf(out, ", grpc status %" PRId32, decision->grpc_status);
    fputc('\n', out);
}

static void
decision_text_print_labels(const struct terminal *terminal, const sluice_destination *destination)
{
    if (!destination || destination->label_count == 0) return;
    decision_text_label(terminal, "endpoints");
    for (size_t i = 0; i < destination->label_count; i++) {
        if (i > 0) fputs(", ", terminal->out);
        text_print(terminal->out, destination->labels[i].name);
        fputc('=', terminal->out);
        text_print(terminal->out, destination->labels[i].value);
    }
    fputc('\n', terminal->out);
}

/* Where it is reached, as far as the rules say. */
static void
decision_text_print_endpoints(const struct terminal *terminal,
                              const sluice_destination *destination)
{
    enum { SHOWN = 8 };
    const sluice_endpoints *endpoints = destination ? destination->endpoints : NULL;
    if (!endpoints) return;
    decision_text_label(terminal, "resolution");
    fprintf(terminal->out, "%s%s\n", decision_resolution_name(endpoints->resolution),
            endpoints->complete ? "" : ", and what is known at run time only");
    for (size_t i = 0; i < endpoints->count && i < SHOWN; i++) {
        const sluice_endpoint *endpoint = &endpoints->items[i];
        decision_text_label(terminal, i == 0 ? "reached at" : "");
        text_print(terminal->out, endpoint->address);
        if (endpoint->port) fprintf(terminal->out, " port %" PRIu32, endpoint->port);
        if (endpoint->weight > 1) fprintf(terminal->out, ", weight %" PRIu32, endpoint->weight);
        if (endpoint->region.len) {
            fputs(", in ", terminal->out);
            text_print(terminal->out, endpoint->region);
            if (endpoint->zone.len) fputc('/', terminal->out);
            text_print(terminal->out, endpoint->zone);
        }
        fputc('\n', terminal->out);
    }
    if (endpoints->count > SHOWN) {
        decision_text_label(terminal, "");
        fprintf(terminal->out, "and %zu more\n", endpoints->count - SHOWN);
    }
}

static void
decision_text_print_split(const struct terminal *terminal, const sluice_decision *decision)
{
    static const char *const picks[] = {
        [SLUICE_PICK_ONLY] = "",
        [SLUICE_PICK_RANDOM] = "  <- picked at random",
        [SLUICE_PICK_STICKY] = "  <- picked by key",
        [SLUICE_PICK_EVEN] = "  <- picked in turn",
    };
    for (size_t i = 0; i < decision->split_count; i++) {
        const sluice_split_share *share = &decision->split[i];
        bool alone = decision->split_count == 1;
        double total = decision->split_total ? (double)decision->split_total : 1;
        bool picked = decision->destination && i == decision->split_index;
        decision_text_label(terminal, i == 0 ? "split" : "");
        fprintf(terminal->out, "%6.2f %%  ", alone ? 100 : 100 * share->weight / total);
        if (!alone) fprintf(terminal->out, "(%" PRIu32 "/%.0f)  ", share->weight, total);
        decision_text_print_place(terminal, share->destination, share->destination->port);
        if (share->invalid) terminal_print(terminal, TERMINAL_RED, "  does not resolve");
        if (picked) terminal_print(terminal, TERMINAL_DIM, "%s", picks[decision->pick]);
        fputc('\n', terminal->out);
    }
}

static void
decision_text_print_sticky(const struct terminal *terminal, const sluice_sticky *sticky)
{
    if (sticky->by == SLUICE_STICKY_NONE) return;
    decision_text_label(terminal, "sticky by");
    fputs(decision_sticky_name(sticky->by), terminal->out);
    if (sticky->name.len) {
        fputc(' ', terminal->out);
        text_print(terminal->out, sticky->name);
    }
    fputs(sticky->hit ? "\n" : ", not in the request\n", terminal->out);
    decision_text_line(terminal, "set-cookie", sticky->set_cookie);
}

static void
decision_text_print_ops(const struct terminal *terminal, const char *label,
                        const sluice_header_op *ops, size_t count)
{
    static const char *const names[] = {
        [SLUICE_HEADER_SET] = "set",
        [SLUICE_HEADER_ADD] = "add",
        [SLUICE_HEADER_REMOVE] = "remove",
    };
    for (size_t i = 0; i < count; i++) {
        decision_text_label(terminal, i == 0 ? label : "");
        fprintf(terminal->out, "%-6s ", names[ops[i].action]);
        text_print(terminal->out, ops[i].name);
        if (ops[i].action != SLUICE_HEADER_REMOVE) {
            fputs(": ", terminal->out);
            text_print(terminal->out, ops[i].value);
        }
        fputc('\n', terminal->out);
    }
}

static void
decision_text_print_fields(const struct terminal *terminal, const char *label,
                           const sluice_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        decision_text_label(terminal, i == 0 ? label : "");
        text_print(terminal->out, fields[i].name);
        fputs(": ", terminal->out);
        text_print(terminal->out, fields[i].value);
        fputc('\n', terminal->out);
    }
}

static void
decision_text_print_duration(const struct terminal *terminal, const char *label, int64_t ns)
{
    if (ns == SLUICE_NO_DURATION) return;
    decision_text_label(terminal, label);
    if (ns == 0) {
        fputs("off", terminal->out);
    } else {
        text_print_duration(terminal->out, ns);
    }
    fputc('\n', terminal->out);
}

static void
decision_text_print_retry(const struct terminal *terminal, const sluice_retry_policy *retry)
{
    if (!retry) return;
    decision_text_label(terminal, "retry");
    fprintf(terminal->out, "%" PRIu32 " times", retry->attempts);
    if (retry->retry_on.len) {
        fputs(" on ", terminal->out);
        text_print(terminal->out, retry->retry_on);
    }
    if (retry->per_try_timeout_ns != SLUICE_NO_DURATION && retry->per_try_timeout_ns > 0) {
        fputs(", each within ", terminal->out);
        text_print_duration(terminal->out, retry->per_try_timeout_ns);
    }
    fputc('\n', terminal->out);
}

static void
decision_text_print_share(const struct terminal *terminal, sluice_fraction fraction, bool chosen)
{
    fprintf(terminal->out, " for %g %%%s\n", 100.0 * fraction.numerator / fraction.denominator,
            chosen ? ", chosen now" : "");
}

static void
decision_text_print_mirrors(const struct terminal *terminal, const sluice_decision *decision)
{
    for (size_t i = 0; i < decision->mirror_count; i++) {
        const sluice_mirror *mirror = &decision->mirrors[i];
        decision_text_label(terminal, i == 0 ? "mirror" : "");
        decision_text_print_place(terminal, mirror->destination, mirror->port);
        decision_text_print_share(terminal, mirror->fraction, mirror->chosen);
    }
}

static void
decision_text_print_fault(const struct terminal *terminal, const sluice_fault *fault)
{
    if (fault && fault->delay_present) {
        decision_text_label(terminal, "fault");
        fputs("delay ", terminal->out);
        text_print_duration(terminal->out, fault->delay_ns);
        decision_text_print_share(terminal, fault->delay_fraction, fault->delay_chosen);
    }
    if (fault && fault->abort_present) {
        bool grpc = fault->abort_grpc_status >= 0;
        decision_text_label(terminal, "fault");
        fprintf(terminal->out, "abort %s%" PRId64, grpc ? "grpc status " : "",
                grpc ? (int64_t)fault->abort_grpc_status : (int64_t)fault->abort_status);
        decision_text_print_share(terminal, fault->abort_fraction, fault->abort_chosen);
    }
}

/* What travels to the destination. */
static void
decision_text_print_upstream(const struct terminal *terminal, const sluice_decision *decision)
{
    if (!decision->destination) return;
    decision_text_line(terminal, "path", decision->path);
    decision_text_line(terminal, "authority", decision->authority);
    decision_text_print_ops(terminal, "request", decision->request_headers,
                            decision->request_header_count);
}

void
decision_text_print(const struct terminal *terminal, const sluice_decision *decision)
{
    decision_text_print_outcome(terminal, decision);
    if (decision->matched) {
        decision_text_label(terminal, "rule");
        decision_text_print_rule(terminal, decision->matched);
        fputc('\n', terminal->out);
    }
    decision_text_print_labels(terminal, decision->destination);
    decision_text_print_endpoints(terminal, decision->destination);
    decision_text_print_split(terminal, decision);
    decision_text_print_sticky(terminal, &decision->sticky);
    decision_text_print_upstream(terminal, decision);
    decision_text_print_ops(terminal, "response", decision->response_headers,
                            decision->response_header_count);
    decision_text_print_fields(terminal, "cors", decision->cors_headers,
                               decision->cors_header_count);
    decision_text_print_duration(terminal, "timeout", decision->timeout_ns);
    decision_text_print_duration(terminal, "try timeout", decision->backend_timeout_ns);
    decision_text_print_retry(terminal, decision->retry);
    decision_text_print_mirrors(terminal, decision);
    decision_text_print_fault(terminal, decision->fault);
    if (decision->outcome == SLUICE_REDIRECT) {
        decision_text_line(terminal, "location", decision->redirect.location);
    }
    decision_text_print_fields(terminal, "headers", decision->response_fields,
                               decision->response_field_count);
    decision_text_line(terminal, "body", decision->body);
}

void
decision_text_print_observed(const struct terminal *terminal, const struct tally *tally,
                             uint64_t count)
{
    json_t *counts = tally_json(tally);
    const char *key;
    json_t *value;
    bool first = true;
    json_object_foreach(counts, key, value)
    {
        double observed = (double)json_integer_value(value);
        decision_text_label(terminal, first ? "observed" : "");
        fprintf(terminal->out, "%6.2f %%  %10.0f  ", 100 * observed / (double)count, observed);
        text_print(terminal->out, sluice_str_of(key));
        fputc('\n', terminal->out);
        first = false;
    }
    json_decref(counts);
}
