/*
 * chi_square: how likely a chi-square statistic is when only chance is at work.
 */
#ifndef EXAMPLES_COMMON_CHI_SQUARE_H
#define EXAMPLES_COMMON_CHI_SQUARE_H

#include <stddef.h>
#include <stdint.h>

/* Probability of a statistic of at least `statistic` under `freedom` degrees; 1 when freedom is 0.
 */
double chi_square_p(double statistic, size_t freedom);

/* The result of comparing counts with the shares that they should have. */
struct chi_square {
    double statistic;
    size_t freedom;
    double p;
};

/*
 * Compare `counts` with `shares` (which add up to 1). A share of 0 takes no part unless something
 * was counted there, which gives p = 0.
 */
struct chi_square chi_square_test(const uint64_t *counts, const double *shares, size_t count);

#endif
