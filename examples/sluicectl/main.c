/*
 * sluicectl: the library on the command line. Reads files, calls the public API, prints.
 */
#include <stdio.h>
#include <string.h>

#include "sluicectl/commands.h"

static const struct {
    const char *name;
    enum command command;
    enum exit_status (*run)(const struct options *options);
} main_commands[] = {
    {"check",    COMMAND_CHECK,    check_run   },
    {"route",    COMMAND_ROUTE,    route_run   },
    {"explain",  COMMAND_EXPLAIN,  explain_run },
    {"simulate", COMMAND_SIMULATE, simulate_run},
};

#define COMMAND_COUNT (sizeof main_commands / sizeof main_commands[0])

/* Without a host nearly every request ends in a default route, which helps nobody. */
static void
main_advise(const char *name, const struct options *options)
{
    const sluice_request *input = &options->request.input;
    bool by_host =
        input->protocol == SLUICE_PROTOCOL_HTTP || input->protocol == SLUICE_PROTOCOL_GRPC;
    if (options->command == COMMAND_CHECK || options->requests || !by_host) return;
    if (input->authority.len == 0) {
        fprintf(stderr, "sluicectl %s: note: without --host the request names no host\n", name);
    }
}

/* Run command number `at` with the arguments after its name. */
static enum exit_status
main_run(size_t at, int count, char **arguments)
{
    struct options options;
    struct failure failure;
    const char *name = main_commands[at].name;
    enum exit_status status = EXIT_TROUBLE;
    if (!options_parse(&options, main_commands[at].command, count, arguments, &failure)) {
        fprintf(stderr, "sluicectl %s: %s (see sluicectl %s --help)\n", name, failure.text, name);
    } else if (options.help) {
        help_print_command(stdout, main_commands[at].command);
        status = EXIT_DECIDED;
    } else {
        status = main_commands[at].run(&options);
        if (status == EXIT_DECIDED) main_advise(name, &options);
    }
    options_free(&options);
    return status;
}

static enum exit_status
main_dispatch(int count, char **arguments)
{
    const char *name = count > 0 ? arguments[0] : "";
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(name, main_commands[i].name) == 0) {
            return main_run(i, count - 1, arguments + 1);
        }
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        help_print(stdout);
        return EXIT_DECIDED;
    }
    if (strcmp(name, "--version") == 0) {
        printf("sluicectl %s\n", sluice_version());
        return EXIT_DECIDED;
    }
    if (count > 0) {
        fprintf(stderr, "sluicectl: unknown command '%.80s' (see sluicectl --help)\n", name);
    } else {
        help_print(stderr);
    }
    return EXIT_TROUBLE;
}

int
main(int argc, char **argv)
{
    enum exit_status status = main_dispatch(argc - 1, argv + 1);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fputs("sluicectl: cannot write to standard output\n", stderr);
        return EXIT_TROUBLE;
    }
    return (int)status;
}
