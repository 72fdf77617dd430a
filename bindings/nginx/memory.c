/*
 * memory: what the library allocates, in mappings of their own.
 *
 * A compile keeps some of what it allocates and gives the rest back. In nginx's heap that would
 * leave holes between what is kept, and each request for as long as the process lives would pay for
 * it: malloc() and free() of its pools then take some hundred instructions more. A compile
 * allocates in few and large pieces, so that pages are no waste.
 */
#define _GNU_SOURCE /* mremap */
#include <sys/mman.h>

#include "module.h"

/* Before each piece, as large as what the piece may hold must be aligned to. */
struct mapping {
    _Alignas(max_align_t) size_t size; /* of the mapping */
};

/* Whole pages for the piece and its mapping; 0: no such size. */
static size_t
pages(size_t size)
{
    if (size > SIZE_MAX - sizeof(struct mapping) - ngx_pagesize) return 0;
    return ngx_align(size + sizeof(struct mapping), ngx_pagesize);
}

static void *
piece_of(struct mapping *mapping, size_t size)
{
    if (mapping == MAP_FAILED) return NULL;
    mapping->size = size;
    return mapping + 1;
}

static void *
take(void *unused, size_t size)
{
    size_t whole = pages(size);
    (void)unused;
    if (whole == 0) return NULL;
    return piece_of(mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
                    whole);
}

static void *
resize(void *unused, void *piece, size_t size)
{
    if (piece == NULL) return take(unused, size);
    struct mapping *mapping = (struct mapping *)piece - 1;
    size_t whole = pages(size);
    if (whole == 0) return NULL;
    if (whole == mapping->size) return piece;
    return piece_of(mremap(mapping, mapping->size, whole, MREMAP_MAYMOVE), whole);
}

static void
give_back(void *unused, void *piece)
{
    (void)unused;
    if (piece == NULL) return;
    struct mapping *mapping = (struct mapping *)piece - 1;
    munmap(mapping, mapping->size);
}

const sluice_allocator ngx_http_sluice_memory = {take, resize, give_back, NULL};
