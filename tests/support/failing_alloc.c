#include "support/failing_alloc.h"

#include <stdlib.h>
#include <string.h>

/* Stands before each block; its end is repeated behind it. */
struct header {
    uint64_t magic;
    size_t size;
};

#define MAGIC_LIVE UINT64_C(0x51a1ce0a110c8ed5)
#define MAGIC_FREED UINT64_C(0xdeadf5eed0b10c25)

_Static_assert(sizeof(struct header) % _Alignof(max_align_t) == 0, "blocks stay aligned");

static bool
refuse(struct failing_alloc *memory)
{
    size_t index = memory->calls++;
    bool now = index == memory->fail_at || (memory->fail_after && index > memory->fail_at);
    memory->failed |= now;
    return now;
}

static void *
block_new(struct failing_alloc *memory, size_t size)
{
    struct header *header = malloc(sizeof(*header) + size + sizeof(header->magic));
    if (!header) return NULL;
    *header = (struct header){MAGIC_LIVE, size};
    char *bytes = (char *)(header + 1);
    memset(bytes, 0xa5, size); /* nobody may count on zeroes */
    memcpy(bytes + size, &header->magic, sizeof(header->magic));
    memory->live++;
    memory->live_bytes += size;
    if (memory->live_bytes > memory->peak_bytes) memory->peak_bytes = memory->live_bytes;
    return bytes;
}

/* The header of a live and undamaged block, else NULL. */
static struct header *
block_check(struct failing_alloc *memory, void *ptr)
{
    struct header *header = (struct header *)ptr - 1;
    bool good = header->magic == MAGIC_LIVE &&
                memcmp((char *)ptr + header->size, &header->magic, sizeof(header->magic)) == 0;
    if (good) return header;
    memory->misused = true;
    return NULL;
}

static void *
failing_malloc(void *user, size_t size)
{
    struct failing_alloc *memory = user;
    if (size == 0) memory->misused = true;
    return refuse(memory) ? NULL : block_new(memory, size);
}

static void
failing_free(void *user, void *ptr)
{
    struct failing_alloc *memory = user;
    struct header *header = ptr ? block_check(memory, ptr) : NULL;
    if (!header) return;
    header->magic = MAGIC_FREED;
    memory->live--;
    memory->live_bytes -= header->size;
    free(header);
}

static void *
failing_realloc(void *user, void *ptr, size_t size)
{
    struct failing_alloc *memory = user;
    if (size == 0) memory->misused = true;
    if (refuse(memory)) return NULL;
    if (!ptr) return block_new(memory, size);
    struct header *header = block_check(memory, ptr);
    void *moved = header ? block_new(memory, size) : NULL;
    if (!moved) return NULL;
    memcpy(moved, ptr, header->size < size ? header->size : size);
    failing_free(user, ptr);
    return moved;
}

void
failing_alloc_init(struct failing_alloc *memory, size_t fail_at)
{
    *memory = (struct failing_alloc){
        .allocator = {failing_malloc, failing_realloc, failing_free, memory},
        .fail_at = fail_at,
    };
}

size_t
failing_alloc_finish(const struct failing_alloc *memory)
{
    return memory->live + (memory->misused ? 1 : 0);
}
