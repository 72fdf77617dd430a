#include "router/hosts.h"

struct host_key
hosts_key(sluice_str text, bool wildcard, const struct hash_keys *keys)
{
    return (struct host_key){text, wildcard, text_hash(keys, wildcard ? '*' : 0, text, false)};
}

static bool
holds_key(const struct sluice_router *router, struct host_slot slot, struct host_key key)
{
    if (slot.tag != (uint32_t)(key.hash >> 32)) return false;
    const struct domain *domain = domain_at(router, slot.domain - 1);
    bool wildcard = domain->text[0] == '*';
    return wildcard == key.wildcard &&
           str_equal(str_make(domain->text + wildcard, domain->len - wildcard), key.text);
}

uint32_t
hosts_slot(const struct sluice_router *router, const struct host_slot *slots, uint32_t mask,
           struct host_key key)
{
    uint32_t at = (uint32_t)key.hash & mask;
    while (slots[at].domain && !holds_key(router, slots[at], key)) {
        at = (at + 1) & mask;
    }
    return at;
}

static const struct domain *
probe(const struct sluice_router *router, const struct host_table *table, sluice_str text,
      bool wildcard)
{
    struct host_key key = hosts_key(text, wildcard, &router->hash_keys);
    uint32_t place = table->slots[hosts_slot(router, table->slots, table->mask, key)].domain;
    return place ? domain_at(router, place - 1) : NULL;
}

uint32_t
hosts_find_wildcard(const struct sluice_router *router, const struct host_table *table,
                    sluice_str host, sluice_str *domain)
{
    for (uint32_t i = 0; i < table->suffix_length_count; i++) {
        size_t len = table->suffix_lengths[i]; /* longest first */
        if (len >= host.len) continue;
        const struct domain *found = probe(router, table, str_skip(host, host.len - len), true);
        if (!found) continue;
        *domain = str_make(found->text, found->len);
        return found->value;
    }
    *domain = table->any == NO_ROUTES ? (sluice_str){NULL, 0} : STR("*");
    return table->any;
}
