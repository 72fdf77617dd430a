/*
 * alloc: the caller's allocator, or malloc where there is none.
 */
#ifndef SLUICE_BASE_ALLOC_H
#define SLUICE_BASE_ALLOC_H

#include "sluice/sluice.h"

/* allocator where it is complete, else the one that uses malloc. Never NULL. */
const sluice_allocator *alloc_or_default(const sluice_allocator *allocator);

/* NULL on failure, on overflow of count * size, and for 0 bytes never (1 is taken instead). */
void *alloc_array(const sluice_allocator *allocator, size_t count, size_t size);
/* The same, zeroed. */
void *alloc_zeroed(const sluice_allocator *allocator, size_t count, size_t size);
void alloc_free(const sluice_allocator *allocator, void *ptr);

/*
 * Make room for `need` elements of `size` bytes in *items, growing by half at least.
 * False on failure, then nothing changed.
 */
bool alloc_grow(const sluice_allocator *allocator, void **items, size_t *capacity, size_t need,
                size_t size);

#endif
