/*
 * hostnames: what listeners and routes have in common (docs/gateway-api.md, "Attachment").
 *
 * A hostname is exact, "*." and a suffix, or empty for any. Lower-case.
 */
#ifndef SLUICE_GATEWAY_API_HOSTNAMES_H
#define SLUICE_GATEWAY_API_HOSTNAMES_H

#include "base/map.h"

/* The narrower of the two, or false when no host fits both. */
bool gw_hostnames_meet(sluice_str a, sluice_str b, sluice_str *out);

/* Of hostnames that fit one host, the greater is the more specific. */
uint32_t gw_hostname_specificity(sluice_str hostname);

/* Whether the last label is a number, as of an IP address: no host fits such a hostname (4.1). */
bool gw_hostname_is_address(sluice_str hostname);

/*
 * A key that tells hostnames apart and makes parents easy: an exact one whole, a wildcard without
 * its "*", any as nothing.
 */
sluice_str gw_hostname_key(sluice_str hostname);

/* The key of the next wider hostname, in turn; false behind the widest, which is any. */
bool gw_hostname_wider(sluice_str *key);

/* Hostnames, asked whether some host fits one of them and another. */
struct gw_hostname_set {
    struct map keys; /* -> flags */
};

struct gw_hostname_set gw_hostname_set_init(const struct arena *arena);
void gw_hostname_set_free(struct gw_hostname_set *set);
/* The text must outlive the set. False when memory ran out. */
bool gw_hostname_set_add(struct gw_hostname_set *set, sluice_str hostname);
bool gw_hostname_set_meets(const struct gw_hostname_set *set, sluice_str hostname);

#endif
