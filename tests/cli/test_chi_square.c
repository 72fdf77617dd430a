/*
 * test_chi_square: p-values against published tables and closed forms.
 */
#include "common/chi_square.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

Test(chi_square, p_values)
{
    static const struct {
        int line;
        double statistic;
        size_t freedom;
        double p, within;
    } rows[] = {
  /* Critical values of NIST's Engineering Statistics Handbook, 1.3.6.7.4 */
        {__LINE__, 2.706,   1,   0.10,                   5e-5 },
        {__LINE__, 3.841,   1,   0.05,                   5e-5 },
        {__LINE__, 10.828,  1,   0.001,                  1e-6 },
        {__LINE__, 9.488,   4,   0.05,                   1e-5 },
        {__LINE__, 18.307,  10,  0.05,                   1e-5 },
        {__LINE__, 29.588,  10,  0.001,                  1e-6 },
        {__LINE__, 124.342, 100, 0.05,                   1e-5 },
        {__LINE__, 149.449, 100, 0.001,                  1e-6 },
 /* exp(-x/2) for two degrees, exp(-x/2) (1 + x/2) for four */
        {__LINE__, 1,       2,   0.60653065971263342,    1e-14},
        {__LINE__, 100,     2,   1.9287498479639178e-22, 1e-34},
        {__LINE__, 3,       4,   0.55782540037107457,    1e-14},
        {__LINE__, 0,       3,   1,                      0    },
        {__LINE__, 5,       0,   1,                      0    },
        {__LINE__, 1e9,     3,   0,                      0    },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        double p = chi_square_p(rows[i].statistic, rows[i].freedom);
        cr_expect(fabs(p - rows[i].p) <= rows[i].within, "line %d: %.17g", rows[i].line, p);
    }
}

/* Both expansions meet at x = a + 1, and one degree of freedom is the normal distribution's tail.
 */
Test(chi_square, agrees_with_erfc)
{
    for (int i = 1; i < 500; i++) {
        double x = i * 0.05;
        double want = erfc(sqrt(x / 2));
        cr_expect(fabs(chi_square_p(x, 1) - want) < 1e-13 + 1e-11 * want, "x = %g", x);
    }
}

Test(chi_square, counts_against_shares)
{
    static const uint64_t counts[] = {60, 40, 0};
    static const double shares[] = {0.5, 0.5, 0};
    struct chi_square test = chi_square_test(counts, shares, 3);
    cr_expect(epsilon_eq(dbl, test.statistic, 4.0, 1e-12));
    cr_expect(eq(sz, test.freedom, 1));
    cr_expect(epsilon_eq(dbl, test.p, 0.0455002638963584, 1e-12));
}

Test(chi_square, what_cannot_happen_did)
{
    static const uint64_t counts[] = {99, 1};
    static const double shares[] = {1, 0};
    cr_expect(epsilon_eq(dbl, chi_square_test(counts, shares, 2).p, 0, 0));
}

Test(chi_square, nothing_to_test)
{
    static const uint64_t counts[] = {100};
    static const double shares[] = {1};
    cr_expect(epsilon_eq(dbl, chi_square_test(counts, shares, 1).p, 1, 0));
    cr_expect(epsilon_eq(dbl, chi_square_test(NULL, NULL, 0).p, 1, 0));
}
