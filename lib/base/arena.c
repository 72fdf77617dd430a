#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/alloc.h"

enum { CHUNK_MIN = 4096, CHUNK_MAX = 1 << 20 };

struct arena_chunk {
    struct arena_chunk *next;
    size_t size;
    _Alignas(max_align_t) char bytes[];
};

struct arena
arena_init(const sluice_allocator *alloc)
{
    return (struct arena){.alloc = alloc};
}

struct arena
arena_like(const struct arena *other)
{
    return (struct arena){.alloc = other->alloc, .hash_seed = other->hash_seed};
}

void
arena_free(struct arena *arena)
{
    struct arena_chunk *chunk = arena->head;
    while (chunk) {
        struct arena_chunk *next = chunk->next;
        alloc_free(arena->alloc, chunk);
        chunk = next;
    }
    *arena = arena_like(arena);
}

static struct arena_chunk *
new_chunk(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX - sizeof(struct arena_chunk)) return NULL;
    struct arena_chunk *chunk = alloc_array(arena->alloc, 1, sizeof(*chunk) + size);
    if (!chunk) return NULL;
    chunk->size = size;
    arena->taken += sizeof(*chunk) + size;
    return chunk;
}

/* Something large gets a chunk of its own, so that the rest of the current one is not lost. */
static void *
take_alone(struct arena *arena, size_t size)
{
    struct arena_chunk *chunk = new_chunk(arena, size);
    if (!chunk) return NULL;
    chunk->next = arena->head->next;
    arena->head->next = chunk;
    return chunk->bytes;
}

/* Chunks grow with the arena, so that waste stays a fraction and small arenas stay small. */
static bool
add_chunk(struct arena *arena, size_t need)
{
    size_t size = arena->taken / 16;
    if (size < CHUNK_MIN) size = CHUNK_MIN;
    if (size > CHUNK_MAX) size = CHUNK_MAX;
    if (size < need) size = need;
    struct arena_chunk *chunk = new_chunk(arena, size);
    if (!chunk) return false;
    chunk->next = arena->head;
    arena->head = chunk;
    arena->at = chunk->bytes;
    arena->end = chunk->bytes + size;
    return true;
}

static void *
arena_take(struct arena *arena, size_t size, size_t align)
{
    size_t left = arena->at ? (size_t)(arena->end - arena->at) : 0;
    size_t pad = arena->at ? (size_t)(-(uintptr_t)arena->at & (align - 1)) : 0;
    if (left < pad || left - pad < size) {
        bool alone = arena->head && size > CHUNK_MIN / 2 && size > left;
        void *own = alone ? take_alone(arena, size) : NULL;
        if (own) return own;
        if (alone || !add_chunk(arena, size)) {
            arena->failed = true;
            return NULL;
        }
        pad = 0; /* a chunk begins aligned for anything */
    }
    void *ptr = arena->at + pad;
    arena->at += pad + size;
    return ptr;
}

static void *
take_object(struct arena *arena, size_t size)
{
    /* Nothing whose alignment is more than a pointer's has a size that is no multiple of it. */
    size_t align = size % _Alignof(max_align_t) == 0 ? _Alignof(max_align_t) : sizeof(void *);
    return arena_take(arena, size ? size : 1, align);
}

void *
arena_alloc(struct arena *arena, size_t size)
{
    void *ptr = take_object(arena, size);
    if (ptr) memset(ptr, 0, size);
    return ptr;
}

void *
arena_room(struct arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        arena->failed = true;
        return NULL;
    }
    return take_object(arena, count * size);
}

void *
arena_array(struct arena *arena, size_t count, size_t size)
{
    void *ptr = arena_room(arena, count, size);
    if (ptr) memset(ptr, 0, count * size);
    return ptr;
}

void *
arena_grow(struct arena *arena, void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) return items;
    size_t wanted = *capacity > SIZE_MAX / 2 ? SIZE_MAX : *capacity * 2;
    if (wanted < 4) wanted = 4;
    void *grown = arena_array(arena, wanted, size);
    if (!grown) return NULL;
    if (count) memcpy(grown, items, count * size);
    *capacity = wanted;
    return grown;
}

char *
arena_bytes(struct arena *arena, size_t len)
{
    return arena_take(arena, len ? len : 1, 1);
}

sluice_str
arena_dup(struct arena *arena, sluice_str text)
{
    return arena_concat(arena, &text, 1);
}

sluice_str
arena_concat(struct arena *arena, const sluice_str *parts, size_t count)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len > SIZE_MAX - len) {
            arena->failed = true;
            return (sluice_str){NULL, 0};
        }
        len += parts[i].len;
    }
    char *bytes = arena_bytes(arena, len);
    if (!bytes) return (sluice_str){NULL, 0};
    char *at = bytes;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len) memcpy(at, parts[i].ptr, parts[i].len);
        at += parts[i].len;
    }
    return (sluice_str){bytes, len};
}

sluice_str
arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *bytes = len >= 0 ? arena_bytes(arena, (size_t)len + 1) : NULL;
    if (bytes) vsnprintf(bytes, (size_t)len + 1, format, again);
    va_end(again);
    if (!bytes) {
        arena->failed = true;
        return (sluice_str){NULL, 0};
    }
    return (sluice_str){bytes, (size_t)len};
}
