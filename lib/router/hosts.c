#include "router/hosts.h"

struct host_key
hosts_key(sluice_str text, bool wildcard, const struct hash_keys *keys)
{
    return (struct host_key){text, wildcard, text_hash(keys, wildcard ? '*' : 0, text, false)};
}

static bool
holds_key(const struct sluice_router *router, host_slot slot, const struct host_key *key)
{
    if (!host_slot_may_be(router, slot, key->hash)) return false;
    const struct domain *domain = domain_at(router, host_slot_place(router, slot));
    bool wildcard = domain->text[0] == '*';
    return wildcard == key->wildcard &&
           str_equal(str_make(domain->text + wildcard, domain->len - wildcard), key->text);
}

uint32_t
hosts_slot(const struct sluice_router *router, const host_slot *slots, uint32_t mask,
           const struct host_key *key)
{
    uint32_t at = (uint32_t)key->hash & mask;
    while (slots[at] && !holds_key(router, slots[at], key)) {
        at = (at + 1) & mask;
    }
    return at;
}

/* Not inline: beside the loop around it, the hash would not stay in registers. */
static const struct domain *__attribute__((noinline))
probe(const struct sluice_router *router, const struct host_table *table, sluice_str text,
      bool wildcard)
{
    struct host_key key = hosts_key(text, wildcard, &router->hash_keys);
    host_slot slot = table->slots[hosts_slot(router, table->slots, table->mask, &key)];
    return slot ? domain_at(router, host_slot_place(router, slot)) : NULL;
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
