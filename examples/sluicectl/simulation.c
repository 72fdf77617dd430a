/*
 * simulation: the result of many decisions, as a table or as JSON.
 */
#include "sluicectl/simulation.h"

#include <inttypes.h>
#include <stdlib.h>

#include "sluicectl/json_build.h"
#include "sluicectl/memory.h"
#include "sluicectl/text.h"

#define BAR_WIDTH 18
#define LABEL_WIDTH 24

/* Decisions by row, in the order of simulation_rows(); a row that `tally` never met has none. */
static uint64_t
simulation_tested(const struct simulation *simulation, size_t row)
{
    const struct tally *tested = &simulation->tested;
    const struct simulation_row *want = &simulation->rows[row];
    if (!want->destination) return tested->local[want->outcome];
    return row < tested->count ? tested->rows[row].observed : 0;
}

static void
simulation_rows(struct simulation *simulation)
{
    const struct tally *all = &simulation->all;
    struct simulation_row *row = memory_resize(NULL, (all->count + TALLY_OUTCOMES) * sizeof *row);
    simulation->rows = row;
    for (size_t i = 0; i < all->count; i++) {
        *row++ = (struct simulation_row){.destination = all->rows[i].destination,
                                         .port = all->rows[i].port,
                                         .outcome = SLUICE_FORWARD,
                                         .observed = all->rows[i].observed,
                                         .expected = all->rows[i].expected};
    }
    for (size_t i = 0; i < TALLY_OUTCOMES; i++) {
        if (all->local[i] == 0 && all->local_expected[i] <= 0) continue;
        *row++ = (struct simulation_row){.outcome = (sluice_outcome)i,
                                         .observed = all->local[i],
                                         .expected = all->local_expected[i]};
    }
    simulation->row_count = (size_t)(row - simulation->rows);
}

/* Rows whose share the rules do not give get what is left of the whole: all of it, with one row. */
static bool
simulation_shares_known(const struct simulation *simulation)
{
    double sum = 0;
    for (size_t i = 0; i < simulation->row_count; i++) {
        if (simulation->rows[i].expected < 0) return false;
        sum += simulation->rows[i].expected;
    }
    return sum > 0.999999 && sum < 1.000001;
}

static void
simulation_test(struct simulation *simulation)
{
    size_t count = simulation->row_count;
    uint64_t *counts = memory_resize(NULL, count * sizeof *counts);
    double *shares = memory_resize(NULL, count * sizeof *shares);
    uint64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        counts[i] = simulation_tested(simulation, i);
        shares[i] = simulation->rows[i].expected;
        total += counts[i];
    }
    simulation->test = chi_square_test(counts, shares, count);
    for (size_t i = 0; i < count; i++) {
        uint64_t pair[2] = {counts[i], total - counts[i]};
        double parts[2] = {shares[i], 1 - shares[i]};
        simulation->rows[i].p = chi_square_test(pair, parts, 2).p;
    }
    free(counts);
    free(shares);
}

void
simulation_finish(struct simulation *simulation)
{
    simulation_rows(simulation);
    if (simulation->row_count == 1 && !simulation->all.seeded) simulation->rows[0].expected = 1;
    simulation->has_test = !simulation->one_key && simulation_shares_known(simulation);
    if (simulation->has_test) simulation_test(simulation);
}

void
simulation_free(struct simulation *simulation)
{
    tally_free(&simulation->all);
    tally_free(&simulation->tested);
    free(simulation->rows);
}

/* Print the name of a row, and answer its width. The short name of a cluster service will do. */
static size_t
simulation_print_label(FILE *out, const struct simulation_row *row)
{
    const sluice_destination *to = row->destination;
    if (!to) {
        sluice_str name = sluice_str_of(sluice_outcome_name(row->outcome));
        text_print(out, name);
        return text_width(name);
    }
    sluice_str host = to->name.len ? to->name : to->host;
    text_print(out, host);
    if (to->subset.len) fputc(' ', out);
    text_print(out, to->subset);
    int port = fprintf(out, " :%" PRIu32, row->port);
    return text_width(host) + (to->subset.len > 0) + text_width(to->subset) + (size_t)port;
}

static enum terminal_style
simulation_style(size_t row)
{
    static const enum terminal_style styles[] = {TERMINAL_GREEN, TERMINAL_RED, TERMINAL_BLUE,
                                                 TERMINAL_YELLOW};
    return styles[row % (sizeof styles / sizeof styles[0])];
}

static void
simulation_print_row(const struct terminal *terminal, const struct simulation *simulation,
                     size_t at)
{
    const struct simulation_row *row = &simulation->rows[at];
    FILE *out = terminal->out;
    double share = (double)row->observed / (double)simulation->count;
    size_t width = simulation_print_label(out, row);
    fprintf(out, "%*s", width < LABEL_WIDTH ? (int)(LABEL_WIDTH - width) : 1, "");
    if (row->expected < 0) {
        fputs("         -", out);
    } else {
        fprintf(out, "%8.2f %%", 100 * row->expected);
    }
    fprintf(out, "%8.2f %%", 100 * share);
    if (simulation->has_test) {
        fprintf(out, "%8.3f", row->p);
    } else {
        fprintf(out, "%8s", "-");
    }
    fputs("  ", out);
    terminal_bar(terminal, simulation_style(at), share, BAR_WIDTH);
    fputc('\n', out);
}

void
simulation_print(const struct terminal *terminal, const struct simulation *simulation)
{
    const struct chi_square *test = &simulation->test;
    terminal_print(terminal, TERMINAL_BOLD, "%-*s%10s%10s%8s\n", LABEL_WIDTH, "destination",
                   "expected", "observed", "p");
    for (size_t i = 0; i < simulation->row_count; i++) {
        simulation_print_row(terminal, simulation, i);
    }
    fprintf(terminal->out, "%" PRIu64 " requests", simulation->count);
    if (simulation->one_key) {
        fputs(", all with the one sticky key; --sticky-keys N takes N different ones",
              terminal->out);
    } else if (simulation->has_test && test->freedom > 0) {
        fprintf(terminal->out, ", chi-square %.3f, %zu degree%s of freedom, p = %.3f",
                test->statistic, test->freedom, test->freedom == 1 ? "" : "s", test->p);
    }
    fputc('\n', terminal->out);
}

static json_t *
simulation_json_row(const struct simulation *simulation, const struct simulation_row *row)
{
    const sluice_destination *to = row->destination;
    json_t *object = json_object();
    json_put(object, "outcome", json_string(sluice_outcome_name(row->outcome)));
    json_put(object, "host", to ? json_slice(to->host) : json_null());
    json_put(object, "subset", to ? json_slice(to->subset) : json_null());
    json_put(object, "port", json_count_or_null(row->port));
    json_put(object, "expected", row->expected < 0 ? json_null() : json_real(row->expected));
    json_put(object, "observed", json_ratio(row->observed, simulation->count));
    json_put(object, "count", json_integer((json_int_t)row->observed));
    json_put(object, "p", simulation->has_test ? json_real(row->p) : json_null());
    return object;
}

json_t *
simulation_json(const struct simulation *simulation)
{
    json_t *object = json_object();
    json_t *rows = json_array();
    bool tested = simulation->has_test && simulation->test.freedom > 0;
    for (size_t i = 0; i < simulation->row_count; i++) {
        json_push(rows, simulation_json_row(simulation, &simulation->rows[i]));
    }
    json_put(object, "count", json_integer((json_int_t)simulation->count));
    json_put(object, "destinations", rows);
    json_put(object, "chi_square", tested ? json_real(simulation->test.statistic) : json_null());
    json_put(object, "degrees_of_freedom", json_integer((json_int_t)simulation->test.freedom));
    json_put(object, "p", tested ? json_real(simulation->test.p) : json_null());
    return object;
}
