/*
 * analyze_block_key: a match block as text that is equal exactly for equal blocks. Names do not
 * count.
 */
#ifndef SLUICE_ISTIO_ANALYZE_BLOCK_KEY_H
#define SLUICE_ISTIO_ANALYZE_BLOCK_KEY_H

#include "base/arena.h"
#include "istio/resources.h"

struct block_key {
    struct arena *arena; /* the rest starts zeroed */
    char *bytes;
    size_t len, capacity;
    bool failed;
};

/* Valid until the next call. {NULL, 0} when memory ran out. */
sluice_str block_key_http(struct block_key *key, const struct istio_http_match *match);
sluice_str block_key_l4(struct block_key *key, const struct istio_l4_match *match);
void block_key_free(struct block_key *key);

#endif
