/* A Criterion program without a test: run_test.sh must not take it for a success. */
#include <criterion/criterion.h>

TestSuite(rig_empty);
