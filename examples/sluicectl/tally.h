/*
 * tally: where many decisions about one request went.
 */
#ifndef SLUICECTL_TALLY_H
#define SLUICECTL_TALLY_H

#include <jansson.h>
#include <sluice/sluice.h>
#include <stdbool.h>

#define TALLY_OUTCOMES (SLUICE_MISDIRECTED + 1)

/* One place that requests went to, or may go to. The destination lives in the router. */
struct tally_row {
    const sluice_destination *destination;
    uint32_t port;
    uint64_t observed;
    double expected; /* share of all decisions; -1 when the rules do not say */
};

struct tally {
    struct tally_row *rows; /* the split in its order, then whatever else was met */
    size_t count;
    uint64_t local[TALLY_OUTCOMES]; /* decisions without a destination */
    double local_expected[TALLY_OUTCOMES];
    bool seeded; /* the rows of the split are there */
};

void tally_add(struct tally *tally, const sluice_decision *decision, const sluice_request *request);
void tally_free(struct tally *tally);

/* {"host|subset|port": count, ...}; what stayed local counts under its outcome's name. */
json_t *tally_json(const struct tally *tally);

#endif
