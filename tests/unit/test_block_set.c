/* istio/block_set: a walk finds what was added with a hash, and nothing else. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/alloc.h"
#include "istio/block_set.h"
#include "support/chooser.h"

enum { MOST = 200 };

/* Few hashes, so that many blocks have the same one or begin at one slot. */
static uint64_t
some_hash(struct chooser *chooser)
{
    return (uint64_t)choose(chooser, 5) << 32 | choose(chooser, 7);
}

static size_t
count_by_scan(const struct block_place *places, size_t added, uint64_t hash)
{
    size_t count = 0;
    for (size_t i = 0; i < added; i++) {
        count += places[i].hash == hash;
    }
    return count;
}

static size_t
count_by_walk(const struct block_set *set, const struct block_place *places, size_t added,
              uint64_t hash)
{
    size_t count = 0;
    uint64_t cursor = hash;
    const struct block_place *place;
    while ((place = block_set_next(set, hash, &cursor)) != NULL) {
        cr_expect(place->hash == hash && place < places + added);
        count++;
    }
    return count;
}

Test(block_set, finds_what_a_scan_finds)
{
    struct chooser chooser = chooser_init(1, NULL, 0);
    for (size_t size = 0; size <= MOST; size += 1 + size / 3) {
        struct arena arena = arena_init(alloc_or_default(NULL));
        struct block_place places[MOST + 1];
        struct block_set set;
        for (size_t i = 0; i < size; i++) {
            places[i] = (struct block_place){some_hash(&chooser), i, 0};
        }
        cr_assert(block_set_init(&set, &arena, places, size));
        for (size_t added = 0; added <= size; added++) {
            for (int i = 0; i < 10; i++) {
                uint64_t hash = some_hash(&chooser);
                cr_expect(eq(sz, count_by_walk(&set, places, added, hash),
                             count_by_scan(places, added, hash)));
            }
            if (added < size) block_set_add(&set, added);
        }
        arena_free(&arena);
    }
}
