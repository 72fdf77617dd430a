/*
 * virtual_hosts: domains and their route lists while a listener is put together.
 */
#ifndef SLUICE_ISTIO_VIRTUAL_HOSTS_H
#define SLUICE_ISTIO_VIRTUAL_HOSTS_H

#include "istio/lower.h"

/* What one domain collects from several VirtualServices. */
struct domain_routes {
    sluice_str domain;
    const struct model_route_list *shared; /* of a single VirtualService, as it is */
    struct rule_list joined;               /* of several */
    struct rule_list last;                 /* entries of the newest one */
    size_t sources;
    bool closed; /* nobody else can add to it */
};

struct virtual_hosts {
    struct lower *lower;
    struct map domains;               /* -> struct domain_routes */
    struct model_virtual_host *extra; /* alternative names: they never displace a domain */
    size_t extra_count, extra_capacity;
};

struct virtual_hosts virtual_hosts_init(struct lower *lower);
void virtual_hosts_free(struct virtual_hosts *hosts);

/* The record of a domain, made when it is new. The text must outlive the hosts. NULL: no memory. */
struct domain_routes *virtual_hosts_get(struct virtual_hosts *hosts, sluice_str domain);

/* Domains that mean the same as one already there. */
bool virtual_hosts_alias(struct virtual_hosts *hosts, const struct domain_routes *of,
                         const sluice_str *domains, size_t count);

/* The final lists. `catch_all_last`: where VirtualServices share a domain, entries that catch
 * everything move behind the others (docs/rules.md, "Gateways"). */
bool virtual_hosts_finish(struct virtual_hosts *hosts, bool catch_all_last,
                          struct model_listener *listener);

#endif
