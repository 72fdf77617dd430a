#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

static void *
default_malloc(void *user, size_t size)
{
    (void)user;
    return malloc(size);
}

static void *
default_realloc(void *user, void *ptr, size_t size)
{
    (void)user;
    return realloc(ptr, size);
}

static void
default_free(void *user, void *ptr)
{
    (void)user;
    free(ptr);
}

static const sluice_allocator default_allocator = {default_malloc, default_realloc, default_free,
                                                   NULL};

const sluice_allocator *
alloc_or_default(const sluice_allocator *allocator)
{
    return allocator ? allocator : &default_allocator;
}

void *
alloc_array(const sluice_allocator *allocator, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) return NULL;
    size_t bytes = count * size;
    return allocator->malloc(allocator->user, bytes ? bytes : 1);
}

void *
alloc_zeroed(const sluice_allocator *allocator, size_t count, size_t size)
{
    void *ptr = alloc_array(allocator, count, size);
    if (ptr) memset(ptr, 0, count * size);
    return ptr;
}

void
alloc_free(const sluice_allocator *allocator, void *ptr)
{
    allocator->free(allocator->user, ptr);
}

bool
alloc_grow(const sluice_allocator *allocator, void **items, size_t *capacity, size_t need,
           size_t size)
{
    if (need <= *capacity) return true;
    size_t wanted = *capacity + *capacity / 2;
    if (wanted < need) wanted = need;
    if (wanted < 8) wanted = 8;
    if (wanted > SIZE_MAX / size) return false;
    void *grown = allocator->realloc(allocator->user, *items, wanted * size);
    if (!grown) return false;
    *items = grown;
    *capacity = wanted;
    return true;
}
