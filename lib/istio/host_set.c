/*
 * host_set: see host_set.h.
 */
#include "istio/host_set.h"

struct host_set
host_set_init(const struct arena *arena)
{
    return (struct host_set){.plain = map_init(arena), .tails = map_init(arena)};
}

void
host_set_free(struct host_set *set)
{
    map_free(&set->plain);
    map_free(&set->tails);
}

bool
host_set_add(struct host_set *set, sluice_str host, void *value)
{
    if (host.len >= HOST_SET_LENGTHS) return true;
    bool wildcard = host_is_wildcard(host);
    sluice_str key = wildcard ? str_skip(host, 1) : host;
    void **slot = map_put(wildcard ? &set->tails : &set->plain, key);
    if (!slot) return false;
    if (!*slot) *slot = value;
    if (wildcard) set->tail_of_length[key.len] = true;
    return true;
}

void *
host_set_find(const struct host_set *set, sluice_str host)
{
    if (host_is_wildcard(host)) return map_get(&set->tails, str_skip(host, 1));
    return map_get(&set->plain, host);
}

void *
host_set_covering(const struct host_set *set, sluice_str host, const void *not_this)
{
    sluice_str text = host_is_wildcard(host) ? str_skip(host, 1) : host;
    size_t longest = text.len < HOST_SET_LENGTHS ? text.len : HOST_SET_LENGTHS - 1;
    for (size_t len = longest + 1; len-- > 0;) {
        if (!set->tail_of_length[len]) continue;
        void *value = map_get(&set->tails, str_skip(text, text.len - len));
        if (value && value != not_this) return value;
    }
    return NULL;
}
