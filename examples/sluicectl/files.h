/*
 * files: rule files, folders and standard input, read into memory.
 */
#ifndef SLUICECTL_FILES_H
#define SLUICECTL_FILES_H

#include <sluice/sluice.h>
#include <stddef.h>

#include "sluicectl/failure.h"
#include "sluicectl/memory.h"

/* Sources for sluice_compile(), with the memory that they point to. */
struct files {
    sluice_source *sources;
    size_t count;
    size_t capacity;
    struct texts owned;
};

/*
 * Read every file of `names`; a folder stands for the *.yaml, *.yml and *.json in it, sorted by
 * name, and
 * "-" for standard input. False, with the message, when one cannot be read; free either way.
 */
bool files_read(struct files *files, const char *const *names, size_t count,
                struct failure *failure);
void files_free(struct files *files);

#endif
