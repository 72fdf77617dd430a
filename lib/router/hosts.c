#include "router/hosts.h"

#include "engine/hash.h"

uint64_t
hosts_hash(sluice_str text, bool wildcard, uint64_t seed)
{
    return hash_xxh3(text, seed ^ (wildcard ? UINT64_C(0x2a2a2a2a2a2a2a2a) : 0));
}

static const struct host_slot *
probe(const struct host_table *table, sluice_str text, bool wildcard, uint64_t seed)
{
    uint64_t hash = hosts_hash(text, wildcard, seed);
    for (uint32_t at = (uint32_t)hash & table->mask;; at = (at + 1) & table->mask) {
        const struct host_slot *slot = &table->slots[at];
        if (!slot->domain.ptr) return NULL;
        if (slot->hash == hash && slot->wildcard == wildcard &&
            str_equal(wildcard ? str_skip(slot->domain, 1) : slot->domain, text)) {
            return slot;
        }
    }
}

uint32_t
hosts_find(const struct host_table *table, sluice_str host, uint64_t seed, sluice_str *domain)
{
    const struct host_slot *slot = table->slots ? probe(table, host, false, seed) : NULL;
    for (uint32_t i = 0; !slot && i < table->suffix_length_count; i++) {
        size_t len = table->suffix_lengths[i]; /* longest first */
        if (len < host.len) slot = probe(table, str_skip(host, host.len - len), true, seed);
    }
    if (slot) {
        *domain = slot->domain;
        return slot->routes;
    }
    *domain = table->any == NO_ROUTES ? (sluice_str){NULL, 0} : STR("*");
    return table->any;
}

size_t
hosts_fit(sluice_str pattern, sluice_str host)
{
    if (pattern.len == 0 || str_equal(pattern, STR("*"))) return 1;
    if (pattern.ptr[0] != '*') return str_equal(pattern, host) ? SIZE_MAX : 0;
    sluice_str suffix = str_skip(pattern, 1);
    return host.len > suffix.len && str_ends_with(host, suffix) ? 1 + suffix.len : 0;
}
