/*
 * build_key: the contents of something as bytes, so that what repeats is found again by content.
 *
 * Keys are written into one growing buffer that works as a stack: while one is being written,
 * another may be begun and ended.
 */
#include "base/alloc.h"
#include "engine/hash.h"
#include "router/builder.h"

size_t
build_key_begin(const struct builder *builder)
{
    return builder->key_len;
}

static bool
make_room(struct builder *builder, size_t len)
{
    if (len <= builder->key_capacity - builder->key_len) return true;
    return len <= SIZE_MAX - builder->key_len &&
           alloc_grow(&builder->router->alloc, (void **)&builder->key, &builder->key_capacity,
                      builder->key_len + len, 1);
}

void
build_key_put(struct builder *builder, const void *bytes, size_t len)
{
    if (!make_room(builder, len)) {
        build_fail(builder, SLUICE_ERR_NOMEM);
        return;
    }
    if (len) memcpy(builder->key + builder->key_len, bytes, len);
    builder->key_len += len;
}

void
build_key_number(struct builder *builder, uint64_t number)
{
    build_key_put(builder, &number, sizeof(number));
}

void
build_key_text(struct builder *builder, sluice_str text)
{
    build_key_number(builder, text.len);
    build_key_put(builder, text.ptr, text.len);
}

void **
build_key_end(struct builder *builder, struct map *map, size_t begin)
{
    size_t len = builder->key_len - begin;
    builder->key_len = begin;
    if (builder->status != SLUICE_OK) return NULL; /* the buffer may be missing */
    sluice_str key = {builder->key + begin, len};
    void **place = map_put_copy(map, builder->scratch, key);
    if (!place) build_fail(builder, SLUICE_ERR_NOMEM);
    return place;
}

uint64_t
build_key_hash(struct builder *builder, size_t begin)
{
    size_t len = builder->key_len - begin;
    builder->key_len = begin;
    if (builder->status != SLUICE_OK) return 0;
    return hash_xxh3((sluice_str){builder->key + begin, len}, 0);
}
