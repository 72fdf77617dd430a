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

uint32_t
hosts_find_wildcard(const struct host_table *table, sluice_str host, const struct hash_keys *keys,
                    sluice_str *domain)
{
    for (uint32_t i = 0; i < table->suffix_length_count; i++) {
        size_t len = table->suffix_lengths[i]; /* longest first */
        if (len >= host.len) continue;
        const struct host_slot *slot = probe(table, str_skip(host, host.len - len), true, keys);
        if (!slot) continue;
        *domain = str_make(slot->domain, slot->len);
        return slot->value;
    }
    *domain = table->any == NO_ROUTES ? (sluice_str){NULL, 0} : STR("*");
    return table->any;
}
