/*
 * number: decimal text to and from floating point, whatever the locale.
 */
#ifndef SLUICE_YAML_NUMBER_H
#define SLUICE_YAML_NUMBER_H

#include "base/arena.h"

/*
 * The double nearest to decimal text: sign, digits, point, exponent, with "_" anywhere. Infinite
 * when it is too large; 0 when it is too small (below 1e-300). The text is known to be a number.
 */
double number_read(sluice_str text);

/* The shortest text that gives the same float, written as Go's FormatFloat(value, 'g', -1, 32). */
sluice_str number_print_float(struct arena *arena, double value);

#endif
