/*
 * policy_json: what a DestinationRule says about a destination, as JSON.
 *
 * Every function accepts NULL, and answers null for a block that the rules do not give.
 */
#ifndef SLUICECTL_POLICY_JSON_H
#define SLUICECTL_POLICY_JSON_H

#include <jansson.h>
#include <sluice/sluice.h>

json_t *policy_json_hash_list(const sluice_hash_policy *policies, size_t count);
json_t *policy_json_load_balancer(const sluice_traffic_policy *policy);
json_t *policy_json_tls(const sluice_traffic_policy *policy);
/* Connection pool, outlier detection, retry budget, proxy protocol, tunnel. */
json_t *policy_json_rest(const sluice_traffic_policy *policy);

#endif
