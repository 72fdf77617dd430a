#include "engine/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t
hash_xxh3(sluice_str text, uint64_t seed)
{
    return XXH3_64bits_withSeed(text.ptr, text.len, seed);
}

uint64_t
hash_xxh64(sluice_str text, uint64_t seed)
{
    return XXH64(text.ptr, text.len, seed);
}
