/*
 * counting: an allocator that counts what it is asked for.
 */
#ifndef SLUICE_BENCH_COUNTING_H
#define SLUICE_BENCH_COUNTING_H

#include <stdlib.h>

#include "sluice/sluice.h"

static size_t counted_calls, counted_bytes;

static void *
counting_realloc(void *user, void *ptr, size_t size)
{
    (void)user;
    counted_calls++;
    counted_bytes += size;
    return realloc(ptr, size);
}

static void *
counting_malloc(void *user, size_t size)
{
    return counting_realloc(user, NULL, size);
}

static void
counting_free(void *user, void *ptr)
{
    (void)user;
    free(ptr);
}

static const sluice_allocator counting = {counting_malloc, counting_realloc, counting_free, NULL};

#endif
