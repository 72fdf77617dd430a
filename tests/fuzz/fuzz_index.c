/*
 * fuzz_index: bytes choose rules and requests; the index must find what a scan finds.
 */
#include <stdio.h>
#include <stdlib.h>

#include "support/index_oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct chooser chooser = chooser_init(size, data, size);
    const char *wrong = index_oracle_round(&chooser, 120, 20);
    if (!wrong) return 0;
    fprintf(stderr, "fuzz_index: %s\n", wrong);
    abort();
}
