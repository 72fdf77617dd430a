/*
 * arena: memory that is given back all at once.
 *
 * A failed allocation returns NULL and is remembered in `failed`, so that a stage which makes many
 * small objects may test once at its end, as long as it never follows a NULL.
 */
#ifndef SLUICE_BASE_ARENA_H
#define SLUICE_BASE_ARENA_H

#include "base/str.h"

struct arena_chunk;

struct arena {
    const sluice_allocator *alloc;
    struct arena_chunk *head; /* newest first */
    char *at, *end;           /* free part of the newest chunk */
    size_t taken;             /* bytes taken from the allocator */
    uint64_t hash_seed;       /* of hash tables that belong to it */
    bool failed;
};

/* An empty arena; takes nothing from `alloc` (not NULL) before the first allocation. */
struct arena arena_init(const sluice_allocator *alloc);
/* An empty arena of the same allocator and seed. */
struct arena arena_like(const struct arena *other);
void arena_free(struct arena *arena);

/* Zeroed memory, aligned for any object of that size. NULL on failure; for 0 bytes a valid unique
 * pointer. */
void *arena_alloc(struct arena *arena, size_t size);
/* `count` zeroed objects of `size` bytes; NULL also when the product overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);
/* The same, not zeroed: for what is written as a whole before it is read. */
void *arena_room(struct arena *arena, size_t count, size_t size);
/* `len` bytes without alignment or zeroing: for text. */
char *arena_bytes(struct arena *arena, size_t len);
/* A copy of text. On failure {NULL, 0}, with `failed` set. */
sluice_str arena_dup(struct arena *arena, sluice_str text);
/* All parts one after the other. */
sluice_str arena_concat(struct arena *arena, const sluice_str *parts, size_t count);
/* printf into the arena. */
sluice_str arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Room for one more behind `count` objects of `size` bytes: `items` itself while *capacity allows,
 * else a copy with twice the room. NULL on failure, then nothing changed.
 */
void *arena_grow(struct arena *arena, void *items, size_t count, size_t *capacity, size_t size);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ROOM(arena, type, count) ((type *)arena_room((arena), (count), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_array((arena), (count), sizeof(type)))

#endif
