/*
 * options: the command line, read into one struct.
 */
#ifndef SLUICECTL_OPTIONS_H
#define SLUICECTL_OPTIONS_H

#include <sluice/sluice.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sluicectl/request.h"

/* Exit statuses of every command. */
enum exit_status {
    EXIT_DECIDED = 0, /* check: no error */
    EXIT_RULES = 1,   /* the rules do not compile */
    EXIT_TROUBLE = 2, /* usage, an unreadable file, no memory */
};

enum command {
    COMMAND_CHECK = 1,
    COMMAND_ROUTE = 2,
    COMMAND_EXPLAIN = 4,
    COMMAND_SIMULATE = 8,
};

/* Texts are borrowed from argv. */
struct options {
    enum command command;
    bool help;
    bool json;
    bool strict;
    const char **files; /* as given: files, folders, "-" */
    size_t file_count;
    const char *requests; /* NULL: the request is given by flags */
    sluice_compile_options compile;
    struct request request;
    uint64_t seed;
    uint64_t sticky_keys; /* 0: not given */
    bool count_given;
};

/*
 * Read the arguments after the command's name. False, with the message, when they are wrong. Free
 * with options_free() either way.
 */
bool options_parse(struct options *options, enum command command, int count, char **arguments,
                   struct failure *failure);
void options_free(struct options *options);

#endif
