/*
 * tally: where many decisions about one request went.
 *
 * One request always meets the same rule, so the first decision that carries a split says what to
 * expect of all of them.
 */
#include "sluicectl/tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sluicectl/json_build.h"
#include "sluicectl/memory.h"
#include "sluicectl/request.h"

static struct tally_row *
tally_append(struct tally *tally, const sluice_destination *destination, uint32_t port)
{
    tally->rows = memory_resize(tally->rows, (tally->count + 1) * sizeof *tally->rows);
    tally->rows[tally->count] = (struct tally_row){destination, port, 0, -1};
    return &tally->rows[tally->count++];
}

static double
tally_abort_share(const sluice_fault *fault)
{
    if (!fault || !fault->abort_present) return 0;
    return (double)fault->abort_fraction.numerator / fault->abort_fraction.denominator;
}

/* Make the rows of the split, and the shares that the rules give them. */
static void
tally_seed(struct tally *tally, const sluice_decision *decision, const sluice_request *request)
{
    double aborted = tally_abort_share(decision->fault);
    double total = (double)decision->split_total;
    double lost = decision->split_count > 1 && decision->split_total == 0 ? 1 : 0;
    for (size_t i = 0; i < decision->split_count; i++) {
        const sluice_split_share *share = &decision->split[i];
        uint32_t port = share->destination->port ? share->destination->port : request_port(request);
        double part = decision->split_count == 1 ? 1 : total > 0 ? share->weight / total : 0;
        struct tally_row *row = tally_append(tally, share->destination, port);
        if (share->invalid) lost += part;
        row->expected = share->invalid ? 0 : part * (1 - aborted);
    }
    tally->local_expected[SLUICE_RESPOND] = aborted;
    tally->local_expected[SLUICE_UNAVAILABLE] = lost * (1 - aborted);
    tally->seeded = true;
}

static struct tally_row *
tally_find(struct tally *tally, const sluice_decision *decision)
{
    const sluice_destination *destination = decision->destination;
    size_t hint = decision->split_index;
    if (hint < tally->count && tally->rows[hint].destination == destination) {
        return &tally->rows[hint];
    }
    for (size_t i = 0; i < tally->count; i++) {
        if (tally->rows[i].destination == destination && tally->rows[i].port == decision->port) {
            return &tally->rows[i];
        }
    }
    return tally_append(tally, destination, decision->port);
}

void
tally_add(struct tally *tally, const sluice_decision *decision, const sluice_request *request)
{
    if (!tally->seeded && decision->split_count > 0) tally_seed(tally, decision, request);
    bool sent = decision->outcome == SLUICE_FORWARD || decision->outcome == SLUICE_PASSTHROUGH;
    if (sent && decision->destination) {
        tally_find(tally, decision)->observed++;
    } else {
        tally->local[decision->outcome]++;
    }
}

void
tally_free(struct tally *tally)
{
    free(tally->rows);
    *tally = (struct tally){0};
}

/* Two entries of a split may name one destination: they count together. */
static void
tally_json_add(json_t *object, const char *key, uint64_t count)
{
    json_int_t sum = (json_int_t)count + json_integer_value(json_object_get(object, key));
    json_put(object, key, json_integer(sum));
}

static char *
tally_key(const struct tally_row *row)
{
    const sluice_destination *to = row->destination;
    size_t size = to->host.len + to->subset.len + 16;
    char *key = memory_resize(NULL, size);
    snprintf(key, size, "%.*s|%.*s|%" PRIu32, (int)to->host.len, to->host.len ? to->host.ptr : "",
             (int)to->subset.len, to->subset.len ? to->subset.ptr : "", row->port);
    return key;
}

json_t *
tally_json(const struct tally *tally)
{
    json_t *object = json_object();
    for (size_t i = 0; i < tally->count; i++) {
        if (tally->rows[i].observed == 0) continue;
        char *key = tally_key(&tally->rows[i]);
        tally_json_add(object, key, tally->rows[i].observed);
        free(key);
    }
    for (size_t i = 0; i < TALLY_OUTCOMES; i++) {
        if (tally->local[i] == 0) continue;
        tally_json_add(object, sluice_outcome_name((sluice_outcome)i), tally->local[i]);
    }
    return object;
}
