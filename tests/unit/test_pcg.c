/* engine/pcg and sluice_rng: the values of the PCG library's pcg64. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "engine/pcg.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
    uint64_t seed, stream, want[10];
} rows[] = {
    {0x2a,
     0x36,               {0x86b1da1d72062b68, 0x1304aa46c9853d39, 0xa3670e9e0dd50358, 0xf9090e529a7dae00,
      0xc85b9fd837996f2c, 0x606121f8e3919196, 0x7ce1c7ff478354ba, 0xcbc4ac70e541310e,
      0x74be71999ec37f2c, 0xb81f9c99a934f1a7}              },
    {0x0,
     0x0,                {0xd4feb4e5a4bcfe09, 0xe85a7fe071b026e6, 0x3a5b9037fe928c11, 0x7b044380d100f216,
      0x1c7850a6b6d83e6a, 0x240b82fcc04f0926, 0x7e43df85bf9fba26, 0x43adf3380b1fe129,
      0x03f0fb307287219c, 0x0781f4b84f42a2df}               },
    {0x853c49e6748fea9b,
     0xda3e39cb94b95bdb, {0x9eaad51469f97ee3, 0x2f50c4468f2e8cbe, 0xf1bfb51734332233, 0x6a6fc9042e857efe,
      0x121c3d3941e50005, 0x0142641f48928d3a, 0xd58a6207e7427bfa, 0xe11f7bae90355297,
      0xb6777fcebe45d630, 0xe64e6711a756964c}},
};

Test(pcg, has_the_known_values)
{
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_rng rng;
        pcg_seed(&rng, rows[i].seed, rows[i].stream);
        for (size_t k = 0; k < ROWS(rows[i].want); k++) {
            cr_expect(eq(u64, pcg_next(&rng), rows[i].want[k]), "row %zu, draw %zu", i, k);
        }
    }
}

Test(pcg, is_what_the_public_generator_draws)
{
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_rng rng;
        sluice_rng_init(&rng, rows[i].seed, rows[i].stream);
        for (size_t k = 0; k < ROWS(rows[i].want); k++) {
            cr_expect(eq(u64, sluice_rng_next(&rng), rows[i].want[k]), "row %zu, draw %zu", i, k);
        }
    }
}

Test(pcg, streams_differ)
{
    sluice_rng a, b;
    pcg_seed(&a, 1, 0);
    pcg_seed(&b, 1, 1);
    int equal = 0;
    for (int i = 0; i < 1000; i++) {
        equal += pcg_next(&a) == pcg_next(&b);
    }
    cr_expect(eq(int, equal, 0));
}
