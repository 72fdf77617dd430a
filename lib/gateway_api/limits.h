/*
 * limits: what the compile options allow, where the API's own limits are waived.
 */
#ifndef SLUICE_GATEWAY_API_LIMITS_H
#define SLUICE_GATEWAY_API_LIMITS_H

#include "gateway_api/resource.h"

/* Report every rule with more backends than `destinations`; its route is bad then. False: some. */
bool gw_limits_check(struct gateway_set *set, const struct envelope_options *options,
                     uint32_t destinations);

#endif
