#include "router/hosts.h"

struct host_key
hosts_key(sluice_str text, bool wildcard, const struct hash_keys *keys)
{
    return (struct host_key){text, wildcard, text_hash(keys, wildcard ? '*' : 0, text, false)};
}

static bool
holds_key(const struct host_slot *slot, struct host_key key)
{
    bool wildcard = slot->len > 0 && slot->domain[0] == '*';
    return slot->tag == (uint32_t)(key.hash >> 32) && wildcard == key.wildcard &&
           str_equal(str_make(slot->domain + wildcard, slot->len - wildcard), key.text);
}

uint32_t
hosts_slot(const struct host_slot *slots, uint32_t mask, struct host_key key)
{
    uint32_t at = (uint32_t)key.hash & mask;
    while (slots[at].domain && !holds_key(&slots[at], key)) {
        at = (at + 1) & mask;
    }
    return at;
}

static const struct host_slot *
probe(const struct host_table *table, sluice_str text, bool wildcard, const struct hash_keys *keys)
{
    const struct host_slot *slot =
        &table->slots[hosts_slot(table->slots, table->mask, hosts_key(text, wildcard, keys))];
    return slot->domain ? slot : NULL;
}

/* Of a host that is no domain itself: the longest suffix, or any. */
static uint32_t __attribute__((noinline))
find_wildcard(const struct host_table *table, sluice_str host, const struct hash_keys *keys,
              sluice_str *domain)
{
    for (uint32_t i = 0; i < table->suffix_length_count; i++) {
        size_t len = table->suffix_lengths[i]; /* longest first */
        if (len >= host.len) continue;
        const struct host_slot *slot = probe(table, str_skip(host, host.len - len), true, keys);
        if (!slot) continue;
        *domain = str_make(slot->domain, slot->len);
        return slot->routes;
    }
    *domain = table->any == NO_ROUTES ? (sluice_str){NULL, 0} : STR("*");
    return table->any;
}

/* Of the twenty rules that a host often has, all four lines: together with the domain's text and
 * the route list, instead of after them. */
static inline void
prefetch_filters(const uint64_t *filters)
{
    enum { WORDS_IN_LINE = 8, LINES = 4 };
    for (size_t i = 0; i < LINES; i++) {
        __builtin_prefetch(filters + i * WORDS_IN_LINE);
    }
}

uint32_t
hosts_find(const struct host_table *table, sluice_str host, const struct hash_keys *keys,
           sluice_str *domain)
{
    const struct host_slot *slots = table->slots;
    if (!slots) return find_wildcard(table, host, keys, domain);
    uint64_t hash = text_hash(keys, 0, host, false);
    for (uint32_t at = (uint32_t)hash & table->mask; slots[at].domain;
         at = (at + 1) & table->mask) {
        if (slots[at].tag != (uint32_t)(hash >> 32) || slots[at].len != host.len) continue;
        if (slots[at].ahead) prefetch_filters(slots[at].ahead);
        if (host.len == 0 || memcmp(slots[at].domain, host.ptr, host.len) != 0) continue;
        *domain = str_make(slots[at].domain, host.len);
        return slots[at].routes;
    }
    return find_wildcard(table, host, keys, domain);
}
