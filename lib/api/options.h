/*
 * options: what a caller set, with every default filled in.
 */
#ifndef SLUICE_API_OPTIONS_H
#define SLUICE_API_OPTIONS_H

#include "base/str.h"

/* False when the caller's struct cannot be one. `from` may be NULL. */
bool options_read(sluice_compile_options *to, const sluice_compile_options *from);

#endif
