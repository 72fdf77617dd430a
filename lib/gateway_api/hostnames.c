#include "gateway_api/hostnames.h"

static bool
is_wildcard(sluice_str hostname)
{
    return hostname.len > 0 && hostname.ptr[0] == '*';
}

/* Whether every host that fits `narrow` fits the wildcard too. */
static bool
covers(sluice_str wildcard, sluice_str narrow)
{
    sluice_str suffix = str_skip(wildcard, 1), rest = str_skip(narrow, is_wildcard(narrow));
    if (is_wildcard(narrow)) return str_ends_with(rest, suffix);
    return rest.len > suffix.len && str_ends_with(rest, suffix);
}

bool
gw_hostnames_meet(sluice_str a, sluice_str b, sluice_str *out)
{
    if (a.len == 0 || b.len == 0) {
        *out = a.len ? a : b;
        return true;
    }
    if (str_equal(a, b) || (is_wildcard(b) && covers(b, a))) {
        *out = a;
        return true;
    }
    *out = b;
    return is_wildcard(a) && covers(a, b);
}

uint32_t
gw_hostname_specificity(sluice_str hostname)
{
    if (hostname.len == 0 || is_wildcard(hostname)) return (uint32_t)hostname.len;
    return UINT32_MAX;
}

bool
gw_hostname_is_address(sluice_str hostname)
{
    size_t dot = str_find_last(hostname, '.');
    sluice_str label = dot == SIZE_MAX ? hostname : str_skip(hostname, dot + 1);
    for (size_t i = 0; i < label.len; i++) {
        if (!ascii_is_digit(label.ptr[i])) return false;
    }
    return label.len > 0;
}

sluice_str
gw_hostname_key(sluice_str hostname)
{
    return str_skip(hostname, is_wildcard(hostname));
}

bool
gw_hostname_wider(sluice_str *key)
{
    if (key->len == 0) return false;
    sluice_str rest = str_skip(*key, 1); /* of a wildcard its dot, of a name a first byte */
    size_t dot = str_find(rest, '.');
    *key = dot == SIZE_MAX ? (sluice_str){NULL, 0} : str_skip(rest, dot);
    return true;
}

/* ---- sets ---- */

enum { SELF = 1, BELOW = 2 }; /* the hostname itself is in the set; a narrower one is */

struct gw_hostname_set
gw_hostname_set_init(const struct arena *arena)
{
    return (struct gw_hostname_set){map_init(arena)};
}

void
gw_hostname_set_free(struct gw_hostname_set *set)
{
    map_free(&set->keys);
}

static uintptr_t
flags_of(const struct gw_hostname_set *set, sluice_str key)
{
    return (uintptr_t)map_get(&set->keys, key);
}

static bool
mark(struct gw_hostname_set *set, sluice_str key, uintptr_t flag)
{
    void **place = map_put(&set->keys, key);
    if (!place) return false;
    *place = (void *)((uintptr_t)*place | flag);
    return true;
}

bool
gw_hostname_set_add(struct gw_hostname_set *set, sluice_str hostname)
{
    sluice_str key = gw_hostname_key(hostname);
    if (!mark(set, key, SELF)) return false;
    while (gw_hostname_wider(&key)) {
        if (!mark(set, key, BELOW)) return false;
    }
    return true;
}

bool
gw_hostname_set_meets(const struct gw_hostname_set *set, sluice_str hostname)
{
    sluice_str key = gw_hostname_key(hostname);
    if (flags_of(set, key) != 0) return true; /* of an exact name BELOW is never set */
    while (gw_hostname_wider(&key)) {
        if (flags_of(set, key) & SELF) return true;
    }
    return false;
}
