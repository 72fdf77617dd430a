/*
 * analyze_overlap: Istio's heuristic for blocks with uri prefixes, of which an earlier one seems to
 * cover a later one (IST0131).
 */
#ifndef SLUICE_ISTIO_ANALYZE_OVERLAP_H
#define SLUICE_ISTIO_ANALYZE_OVERLAP_H

#include "istio/analyze_parts.h"

/* False when memory ran out. Says nothing about a VirtualService with very many blocks. */
bool analyze_overlap(struct analysis *analysis, struct istio_resource *resource);

#endif
