#include "engine/regex_store.h"

struct regex_store
regex_store_init(const struct arena *arena, uint32_t bytes_max)
{
    return (struct regex_store){.bytes_max = bytes_max, .patterns = map_init(arena)};
}

void
regex_store_free(struct regex_store *store)
{
    for (size_t i = 0; i < store->patterns.count; i++) {
        regex_free(store->patterns.entries[i].value);
    }
    map_free(&store->patterns);
}

enum regex_result
regex_store_get(struct regex_store *store, const struct regex **out, sluice_str pattern,
                struct regex_error *error)
{
    struct regex *made = map_get(&store->patterns, pattern);
    *out = made;
    if (made) return REGEX_OK;
    enum regex_result result = regex_compile(&made, pattern, error);
    if (result != REGEX_OK) return result;
    void **place = map_put(&store->patterns, pattern);
    if (!place) {
        regex_free(made);
        return REGEX_NOMEM;
    }
    *place = made;
    *out = made;
    return REGEX_OK;
}

enum regex_result
regex_store_check(struct regex_store *store, sluice_str pattern, struct regex_error *error)
{
    const struct regex *made;
    if (regex_is_certain(pattern)) return REGEX_OK;
    return regex_store_get(store, &made, pattern, error);
}

enum regex_result
regex_store_take(struct regex_store *store, struct regex **out, sluice_str pattern,
                 struct regex_error *error)
{
    *out = store ? map_get(&store->patterns, pattern) : NULL;
    if (!*out) return regex_compile(out, pattern, error);
    *map_put(&store->patterns, pattern) = NULL;
    return REGEX_OK;
}
