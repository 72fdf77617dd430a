/*
 * rounds: subjects run in turn, many short rounds each; medians, and the median of the ratios
 * inside each round, since what else the machine does then slows both.
 */
#ifndef SLUICE_BENCH_ROUNDS_H
#define SLUICE_BENCH_ROUNDS_H

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS_MAX = 512 };

/* Processor time, so that other programs do not count. */
static inline double
rounds_now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static inline int
rounds_by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static inline double
rounds_median(const double *values, size_t count)
{
    double sorted[ROUNDS_MAX];
    memcpy(sorted, values, count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), rounds_by_value);
    return sorted[count / 2];
}

static inline double
rounds_median_ratio(const double *values, const double *base, size_t count)
{
    double ratios[ROUNDS_MAX];
    for (size_t i = 0; i < count; i++) {
        ratios[i] = values[i] / base[i];
    }
    return rounds_median(ratios, count);
}

#endif
