/*
 * regex_store: the regular expressions of one compile. Whoever checks a pattern that is not
 * certain compiles it into the store, and whoever needs it later takes it from there, so that it is
 * compiled once.
 */
#ifndef SLUICE_ENGINE_REGEX_STORE_H
#define SLUICE_ENGINE_REGEX_STORE_H

#include "base/map.h"
#include "engine/regex.h"

struct regex_store {
    uint32_t bytes_max;  /* limit of one pattern, for who checks it */
    struct map patterns; /* -> struct regex; NULL once taken */
};

/* Empty. Its memory is of the arena's allocator. */
struct regex_store regex_store_init(const struct arena *arena, uint32_t bytes_max);
/* Frees what was not taken. */
void regex_store_free(struct regex_store *store);

/*
 * As regex_compile(), but *out stays the store's. A pattern that is no good is not kept. The
 * pattern's bytes must outlive the store.
 */
enum regex_result regex_store_get(struct regex_store *store, const struct regex **out,
                                  sluice_str pattern, struct regex_error *error);

/* Whether the pattern is valid, as regex_store_get() says it; what is certain is not compiled. */
enum regex_result regex_store_check(struct regex_store *store, sluice_str pattern,
                                    struct regex_error *error);

/* As regex_compile(): *out is the caller's, whether the store (or NULL) had it or not. */
enum regex_result regex_store_take(struct regex_store *store, struct regex **out,
                                   sluice_str pattern, struct regex_error *error);

#endif
