/*
 * route: `sluicectl route`, one decision, or one for each line of requests.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sluicectl/commands.h"
#include "sluicectl/decision_json.h"
#include "sluicectl/decision_text.h"
#include "sluicectl/json_build.h"
#include "sluicectl/lines.h"
#include "sluicectl/routers.h"
#include "sluicectl/tally.h"

/* Route the same request again until it was routed `count` times. */
static void
route_again(struct tally *tally, sluice_context *context, const struct request *request)
{
    sluice_decision decision;
    for (uint64_t i = 1; i < request->count; i++) {
        sluice_route(context, &request->input, &decision);
        tally_add(tally, &decision, &request->input);
    }
}

static json_t *
route_json(sluice_context *context, const struct request *request)
{
    sluice_decision decision;
    struct tally tally = {0};
    sluice_route(context, &request->input, &decision);
    json_t *object = decision_json(&decision, &request->input);
    if (request->count > 1) {
        tally_add(&tally, &decision, &request->input);
        route_again(&tally, context, request);
        json_put(object, "observed", tally_json(&tally));
        tally_free(&tally);
    }
    return object;
}

static void
route_print(sluice_context *context, const struct request *request)
{
    struct terminal terminal = terminal_open(stdout);
    sluice_decision decision;
    struct tally tally = {0};
    sluice_route(context, &request->input, &decision);
    decision_text_print(&terminal, &decision);
    if (request->count > 1) {
        tally_add(&tally, &decision, &request->input);
        route_again(&tally, context, request);
        decision_text_print_observed(&terminal, &tally, request->count);
        tally_free(&tally);
    }
}

static json_t *
route_error(const struct failure *failure)
{
    json_t *object = json_object();
    json_put(object, "error", json_slice_or_empty(sluice_str_of(failure->text)));
    return object;
}

/* The answer to one line. */
static json_t *
route_line(struct routers *routers, struct request *request, const char *line, size_t len,
           struct unknown_names *unknown)
{
    struct failure failure;
    const struct request *defaults = &routers->options->request;
    if (!request_read(request, defaults, line, len, unknown, &failure)) {
        return route_error(&failure);
    }
    sluice_context *context = routers_context(routers, &request->input, &failure);
    return context ? route_json(context, request) : route_error(&failure);
}

static enum exit_status
route_lines(struct routers *routers, int fd, const char *name)
{
    struct lines lines = {.fd = fd};
    struct request request = {0};
    struct unknown_names unknown = {0};
    const char *line;
    size_t len;
    while (lines_next(&lines, &line, &len)) {
        json_print_line(stdout, route_line(routers, &request, line, len, &unknown));
    }
    if (lines.error) fprintf(stderr, "sluicectl route: %s: %s\n", name, strerror(lines.error));
    request_free(&request);
    json_decref(unknown.seen);
    lines_free(&lines);
    return lines.error ? EXIT_TROUBLE : EXIT_DECIDED;
}

static enum exit_status
route_one(struct routers *routers)
{
    const struct request *request = &routers->options->request;
    struct failure failure;
    sluice_context *context = routers_context(routers, &request->input, &failure);
    if (!context) {
        fprintf(stderr, "sluicectl route: %s\n", failure.text);
        return EXIT_TROUBLE;
    }
    if (routers->options->json) {
        json_print_line(stdout, route_json(context, request));
    } else {
        route_print(context, request);
    }
    return EXIT_DECIDED;
}

enum exit_status
route_run(const struct options *options)
{
    struct routers routers;
    const char *name = options->requests;
    int fd = -1;
    if (name) {
        fd = strcmp(name, "-") == 0 ? STDIN_FILENO : open(name, O_RDONLY);
        if (fd < 0) {
            fprintf(stderr, "sluicectl route: %s: %s\n", name, strerror(errno));
            return EXIT_TROUBLE;
        }
    }
    enum exit_status status = routers_open(&routers, options);
    if (status == EXIT_DECIDED)
        status = name ? route_lines(&routers, fd, name) : route_one(&routers);
    routers_free(&routers);
    if (fd > STDIN_FILENO) close(fd);
    return status;
}
