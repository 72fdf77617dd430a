/*
 * traffic_policy: what a DestinationRule says about one (subset, port), as the public struct.
 *
 * Blocks are inherited whole (never field by field): subset's port entry, subset, rule's port
 * entry, rule. The key of the endpoint hash is looked up by other rules than the load balancer's
 * algorithm.
 */
#ifndef SLUICE_ISTIO_TRAFFIC_POLICY_H
#define SLUICE_ISTIO_TRAFFIC_POLICY_H

#include "istio/resources.h"

/* Put the port entries of a policy in the order of their ports, of equal ones the first first, so
 * that those below find one fast. To be called once; NULL is fine. */
void traffic_policy_sort_ports(struct istio_traffic_policy *policy);

/*
 * The policy in force. `rule` and `subset` may be NULL; `port` is the service port, 0 for none.
 * NULL in *out when no block says anything. False when memory ran out.
 */
bool traffic_policy_lower(const sluice_traffic_policy **out, struct arena *arena,
                          const struct istio_traffic_policy *rule,
                          const struct istio_traffic_policy *subset, uint32_t port);

/*
 * The consistentHash whose key a route to this destination carries: the first present of the
 * subset's port entry, the subset, the rule's port entry, the rule. Port entries count only for the
 * destination's explicit port (0: none given). NULL: none.
 */
const struct istio_consistent_hash *
traffic_policy_hash_source(const struct istio_traffic_policy *rule,
                           const struct istio_traffic_policy *subset, uint32_t explicit_port);

/* The key that it names. False when it names none (useSourceIp: false included) or memory ran out.
 */
bool traffic_policy_hash_key(sluice_hash_policy *out, struct arena *arena,
                             const struct istio_consistent_hash *hash);

#endif
