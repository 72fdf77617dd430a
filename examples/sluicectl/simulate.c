/*
 * simulate: `sluicectl simulate`, the same request many times, against what the rules promise.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "common/chi_square.h"
#include "sluicectl/commands.h"
#include "sluicectl/json_build.h"
#include "sluicectl/routers.h"
#include "sluicectl/simulation.h"

#define COUNT_DEFAULT 10000
#define KEY_SIZE 32

/* Route request number `index`, with a key of its own where keys are asked for. */
static void
simulate_one(struct simulation *simulation, sluice_context *context, const struct options *options,
             uint64_t index)
{
    char key[KEY_SIZE];
    sluice_decision decision;
    sluice_request request = options->request.input;
    if (options->sticky_keys > 0) {
        int len = snprintf(key, sizeof key, "key-%" PRIu64, index % options->sticky_keys);
        request.sticky_key = (sluice_str){key, (size_t)len};
    }
    sluice_route(context, &request, &decision);
    tally_add(&simulation->all, &decision, &request);
    /* A key that comes back proves nothing new, so only its first pick is put to the test. */
    if (options->sticky_keys == 0 || index < options->sticky_keys) {
        tally_add(&simulation->tested, &decision, &request);
    }
    if (decision.pick == SLUICE_PICK_STICKY && decision.sticky.hit && options->sticky_keys == 0) {
        simulation->one_key = true;
    }
}

static uint64_t
simulate_count(const struct options *options)
{
    if (options->count_given) return options->request.count;
    return options->sticky_keys > 0 ? options->sticky_keys : COUNT_DEFAULT;
}

static enum exit_status
simulate_all(struct routers *routers)
{
    const struct options *options = routers->options;
    struct simulation simulation = {.count = simulate_count(options)};
    struct failure failure;
    sluice_context *context = routers_context(routers, &options->request.input, &failure);
    if (!context) {
        fprintf(stderr, "sluicectl simulate: %s\n", failure.text);
        return EXIT_TROUBLE;
    }
    for (uint64_t i = 0; i < simulation.count; i++) {
        simulate_one(&simulation, context, options, i);
    }
    simulation_finish(&simulation);
    if (options->json) {
        json_print_line(stdout, simulation_json(&simulation));
    } else {
        struct terminal terminal = terminal_open(stdout);
        simulation_print(&terminal, &simulation);
    }
    simulation_free(&simulation);
    return EXIT_DECIDED;
}

enum exit_status
simulate_run(const struct options *options)
{
    struct routers routers;
    enum exit_status status = routers_open(&routers, options);
    if (status == EXIT_DECIDED) status = simulate_all(&routers);
    routers_free(&routers);
    return status;
}
