/*
 * lower_l4: connections that are not HTTP: tls and tcp rules (docs/rules.md, "TLS and TCP").
 *
 * A proxy picks one filter chain for a connection: by destination address (longest prefix), then by
 * server name, and never goes back. Chains are collected here and put into the one total order of a
 * route list.
 */
#ifndef SLUICE_ISTIO_LOWER_L4_H
#define SLUICE_ISTIO_LOWER_L4_H

#include "istio/lower.h"
#include "istio/registry.h"

struct l4_chain {
    bool has_cidr;
    struct model_cidr cidr;
    sluice_str sni;               /* exact or wildcard; empty: any, also none */
    struct predicate_list source; /* labels and namespace of the caller, asked per connection */
    const struct model_action *action;
    struct model_rule origin; /* resource, indices and line */
};

struct l4_chains {
    struct l4_chain *items;
    size_t count, capacity;
};

bool l4_chain_add(struct lower *lower, struct l4_chains *chains, struct l4_chain chain);

/* What one rule's weighted destinations do. NULL: no memory. */
const struct model_action *l4_action(struct lower *lower, const struct lower_source *source,
                                     const struct istio_l4_route *route,
                                     const struct lower_scope *scope);
const struct model_action *l4_service_action(struct lower *lower, const struct service *service,
                                             const struct lower_scope *scope);

/* Whether a match applies to a scope as far as is known at compile time; the rest goes to `source`.
 */
bool l4_match_applies(struct lower *lower, const struct lower_source *from,
                      const struct istio_l4_match *match, const struct lower_scope *scope);
bool l4_match_source(struct lower *lower, const struct istio_l4_match *match,
                     const struct lower_scope *scope, struct predicate_list *list);
struct model_rule l4_origin(const struct lower_source *from, size_t rule, int32_t match,
                            const struct yaml_node *node);

/* A subnet as a condition; false for one that says nothing (0.0.0.0/0) or is none. */
bool l4_cidr(sluice_str subnet, struct model_cidr *out);

/* The chains in order, each address group closed; what fits none gets `otherwise` (NULL: refused).
 */
const struct model_route_list *l4_order(struct lower *lower, struct l4_chains *chains,
                                        const struct model_action *otherwise);

/* lower_l4_mesh.c, lower_l4_gateway.c */
bool lower_l4_mesh(struct lower *lower, struct listener_list *listeners);
/* The listener of servers of one port and kind. */
struct gateway_server;
bool lower_l4_gateway(struct lower *lower, sluice_str name, const struct gateway_server *servers,
                      size_t count, struct listener_list *listeners);

#endif
