/*
 * hosts: from a host name to what is filed under the most specific pattern that fits it.
 *
 * Exact before wildcard, longer suffix before shorter, "*" last (docs/rules.md, "Virtual hosts"). A
 * look-up costs one probe for the name and one for each suffix length in use, and allocates
 * nothing.
 */
#ifndef SLUICE_ROUTER_HOSTS_H
#define SLUICE_ROUTER_HOSTS_H

#include "router/layout.h"

/* A name to file, or look for: of a wildcard the suffix after the "*". */
struct host_key {
    sluice_str text;
    bool wildcard;
    uint64_t hash;
};

struct host_key hosts_key(sluice_str text, bool wildcard, const struct hash_keys *keys);

/* Where in the table the key is, or the free slot where it belongs. */
uint32_t hosts_slot(const struct sluice_router *router, const host_slot *slots, uint32_t mask,
                    const struct host_key *key);

/* Of a host that is no domain itself: the longest suffix, or any. */
uint32_t hosts_find_wildcard(const struct sluice_router *router, const struct host_table *table,
                             sluice_str host, sluice_str *domain);

/* Of a host of twenty rules, as many have, its domain and all that is read of its list before a
 * rule is: together, instead of one after the other. */
static inline void
hosts_prefetch(const struct domain *domain)
{
    enum { LINES = 3 };
    for (size_t i = 0; i < LINES; i++) {
        __builtin_prefetch((const char *)domain + i * CACHE_LINE);
    }
}

/* What is filed for a lower-case host, or NO_ROUTES. *domain gets the pattern that fitted. Inline:
 * every decision passes here. */
static inline uint32_t
hosts_find(const struct sluice_router *router, const struct host_table *table, sluice_str host,
           sluice_str *domain)
{
    const host_slot *slots = table->slots;
    if (!(table->lengths >> (host.len & 63) & 1)) {
        return hosts_find_wildcard(router, table, host, domain);
    }
    uint64_t hash = text_hash(&router->hash_keys, 0, host, false);
    for (uint32_t at = (uint32_t)hash & table->mask; slots[at]; at = (at + 1) & table->mask) {
        if (!host_slot_may_be(router, slots[at], hash)) continue;
        const struct domain *found = domain_at(router, host_slot_place(router, slots[at]));
        hosts_prefetch(found);
        if (found->len != host.len || !word_same_text(found->text, host.ptr, host.len)) continue;
        *domain = str_make(found->text, host.len);
        return found->value;
    }
    return hosts_find_wildcard(router, table, host, domain);
}

#endif
