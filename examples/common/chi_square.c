/*
 * chi_square: the regularised incomplete gamma function, and the goodness-of-fit test on top of it.
 *
 * The power series converges fast below a + 1, Lentz's continued fraction above it (Numerical
 * Recipes, section 6.2; Abramowitz and Stegun 6.5.29 and 6.5.31).
 */
#include "common/chi_square.h"

#include <math.h>

#define ROUNDS 10000
#define PRECISION 1e-15
#define SMALLEST 1e-300

/* x^a e^-x / gamma(a), the factor that both expansions share. */
static double
gamma_factor(double a, double x)
{
    return exp(a * log(x) - x - lgamma(a));
}

/* P(a, x) for 0 < x < a + 1. */
static double
gamma_lower_series(double a, double x)
{
    double term = 1 / a;
    double sum = term;
    for (int i = 1; i < ROUNDS && term > sum * PRECISION; i++) {
        term *= x / (a + i);
        sum += term;
    }
    return sum * gamma_factor(a, x);
}

static double
gamma_not_zero(double value)
{
    return fabs(value) < SMALLEST ? SMALLEST : value;
}

/* Q(a, x) = 1 - P(a, x) for x >= a + 1. */
static double
gamma_upper_fraction(double a, double x)
{
    double b = x + 1 - a;
    double c = 1 / SMALLEST;
    double d = 1 / gamma_not_zero(b);
    double result = d;
    for (int i = 1; i < ROUNDS; i++) {
        double n = -i * (i - a);
        b += 2;
        d = 1 / gamma_not_zero(n * d + b);
        c = gamma_not_zero(b + n / c);
        result *= d * c;
        if (fabs(d * c - 1) < PRECISION) break;
    }
    return result * gamma_factor(a, x);
}

double
chi_square_p(double statistic, size_t freedom)
{
    double a = (double)freedom / 2;
    double x = statistic / 2;
    if (freedom == 0 || !(x > 0)) return 1;
    if (isinf(x)) return 0;
    return x < a + 1 ? 1 - gamma_lower_series(a, x) : gamma_upper_fraction(a, x);
}

struct chi_square
chi_square_test(const uint64_t *counts, const double *shares, size_t count)
{
    struct chi_square result = {0};
    size_t cells = 0;
    double total = 0;
    for (size_t i = 0; i < count; i++) {
        total += (double)counts[i];
    }
    for (size_t i = 0; i < count; i++) {
        double expected = total * shares[i];
        double off = (double)counts[i] - expected;
        if (expected > 0) {
            result.statistic += off * off / expected;
            cells++;
        } else if (counts[i] > 0) {
            result.statistic = INFINITY;
        }
    }
    result.freedom = cells > 0 ? cells - 1 : 0;
    result.p = isinf(result.statistic) ? 0 : chi_square_p(result.statistic, result.freedom);
    return result;
}
