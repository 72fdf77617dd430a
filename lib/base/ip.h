/*
 * ip: textual IP addresses and prefixes, read strictly.
 */
#ifndef SLUICE_BASE_IP_H
#define SLUICE_BASE_IP_H

#include "base/str.h"

/* An address as 16 bytes: IPv4 as ::ffff:a.b.c.d. */
struct ip {
    uint8_t bytes[16];
    bool v4;
};

/*
 * Dotted decimal without leading zeros, or RFC 4291 text (one "::", trailing dotted decimal
 * allowed). No zone, no brackets, no port.
 */
bool ip_parse(struct ip *out, sluice_str text);

/* address/bits, or a bare address as all its bits; *bits counts within the 16 bytes (IPv4: 96
 * more). */
bool ip_parse_prefix(struct ip *out, uint32_t *bits, sluice_str text);

#endif
