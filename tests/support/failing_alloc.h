/*
 * failing_alloc: an allocator for tests that counts, fails on demand, and knows what was not freed.
 *
 *     struct failing_alloc memory;
 *     for (size_t k = 0;; k++) {                      // fail allocation 0, 1, 2, ... until it
 * works failing_alloc_init(&memory, k);
 *         ... call with &memory.allocator: NOMEM, nothing made ...
 *         if (failing_alloc_finish(&memory) != 0) ... leak ...
 *         if (!memory.failed) break;
 *     }
 */
#ifndef SLUICE_TESTS_FAILING_ALLOC_H
#define SLUICE_TESTS_FAILING_ALLOC_H

#include "sluice/sluice.h"

#define FAILING_ALLOC_NEVER SIZE_MAX

struct failing_alloc {
    sluice_allocator allocator; /* its user is this struct: do not move it */
    size_t fail_at;             /* index of the allocation that fails; reallocations count */
    bool fail_after;            /* every later one fails too */
    size_t calls;               /* of malloc and realloc so far */
    size_t live, live_bytes;    /* blocks not yet freed, and their size */
    size_t peak_bytes;
    bool failed;  /* an allocation was refused */
    bool misused; /* malloc(0), a foreign or repeated free, a write past the end of a block */
};

void failing_alloc_init(struct failing_alloc *memory, size_t fail_at);
/* Blocks not freed, plus 1 when the allocator was misused: 0 is good. */
size_t failing_alloc_finish(const struct failing_alloc *memory);

#endif
