/*
 * simulation: the result of many decisions, as a table or as JSON.
 */
#ifndef SLUICECTL_SIMULATION_H
#define SLUICECTL_SIMULATION_H

#include <jansson.h>
#include <stdint.h>

#include "common/chi_square.h"
#include "common/terminal.h"
#include "sluicectl/tally.h"

/* One line of the table: a destination, or an outcome without one (destination NULL). */
struct simulation_row {
    const sluice_destination *destination;
    uint32_t port;
    sluice_outcome outcome;
    uint64_t observed;
    double expected;
    double p; /* of this row against all others together */
};

struct simulation {
    uint64_t count;
    bool one_key; /* every request carried one sticky key: there is no chance to test */
    struct tally all;
    struct tally tested; /* the decisions that the test is made of */
    struct simulation_row *rows;
    size_t row_count;
    bool has_test; /* `test` says something */
    struct chi_square test;
};

/* Make the rows and the test from the two tallies. */
void simulation_finish(struct simulation *simulation);
void simulation_free(struct simulation *simulation);

void simulation_print(const struct terminal *terminal, const struct simulation *simulation);
json_t *simulation_json(const struct simulation *simulation);

#endif
