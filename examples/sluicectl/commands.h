/*
 * commands: one function for each command, and the help texts.
 */
#ifndef SLUICECTL_COMMANDS_H
#define SLUICECTL_COMMANDS_H

#include <stdio.h>

#include "sluicectl/options.h"

enum exit_status check_run(const struct options *options);
enum exit_status route_run(const struct options *options);
enum exit_status explain_run(const struct options *options);
enum exit_status simulate_run(const struct options *options);

/* The help of the program. */
void help_print(FILE *out);
/* The help of one command. */
void help_print_command(FILE *out, enum command command);

#endif
