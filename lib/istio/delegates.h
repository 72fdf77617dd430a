/*
 * delegates: rules that name another VirtualService are replaced by that one's rules, merged.
 */
#ifndef SLUICE_ISTIO_DELEGATES_H
#define SLUICE_ISTIO_DELEGATES_H

#include "istio/lower.h"

/* Replace the specs of roots in the set. False when memory ran out. */
bool delegates_resolve(struct lower *lower);

#endif
