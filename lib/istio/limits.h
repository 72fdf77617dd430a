/*
 * limits: bounds of the compile options that concern a decoded resource as a whole.
 */
#ifndef SLUICE_ISTIO_LIMITS_H
#define SLUICE_ISTIO_LIMITS_H

#include "istio/resource.h"

/* Report every route with more destinations than `destinations`; its resource is bad. True when
 * there is none. */
bool limits_check(struct istio_set *set, const struct envelope_options *options,
                  uint32_t destinations);

#endif
