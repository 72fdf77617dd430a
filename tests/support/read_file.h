/* read_file: a whole file as text, for tests. */
#ifndef SLUICE_TESTS_READ_FILE_H
#define SLUICE_TESTS_READ_FILE_H

#include "sluice/sluice.h"

/* {NULL, 0} when it cannot be read. Free ptr with free(). A NUL follows the text. */
sluice_str read_file(const char *path);

#endif
