/*
 * analyze: findings about resources that are well formed, in the manner of `istioctl analyze`
 * (docs/diagnostics.md), and our own where they are certain.
 *
 * No finding makes a resource bad or keeps a router from being made: the worst is a warning. Work
 * that grows with the product of two numbers stops at a limit; beyond it nothing is said.
 */
#ifndef SLUICE_ISTIO_ANALYZE_H
#define SLUICE_ISTIO_ANALYZE_H

#include "istio/lower.h"

/* Report about everything in the set, bad resources included. `envelopes` are all objects of the
 * compile: some findings ask for kinds that decide nothing else. False when memory ran out. */
bool analyze_set(struct lower *lower, const struct envelope_list *envelopes);

#endif
