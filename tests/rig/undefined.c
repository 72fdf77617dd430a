/* A shift out of range inside a Criterion test: run_test.sh must fail it. */
#include <criterion/criterion.h>

static volatile int distance = 40;

Test(rig_undefined, shifts_too_far)
{
    cr_expect((1 << distance) != 12345);
}
