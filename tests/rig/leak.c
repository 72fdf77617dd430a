/* A leak inside a Criterion test, which Criterion itself calls a success: run_test.sh must not. */
#include <criterion/criterion.h>
#include <stdlib.h>

static void *volatile lost;

Test(rig_leak, loses_a_block)
{
    lost = malloc(100);
    lost = NULL;
}
