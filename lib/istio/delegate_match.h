/*
 * delegate_match: one match block of a root with one of its delegate.
 */
#ifndef SLUICE_ISTIO_DELEGATE_MATCH_H
#define SLUICE_ISTIO_DELEGATE_MATCH_H

#include "istio/lower.h"

/* Whether the delegate asks for what the root's block excludes (docs/rules.md, "Delegates"). */
bool delegate_blocks_conflict(const struct istio_http_match *root,
                              const struct istio_http_match *delegate);

/* Both tests in one block; the delegate's value wins. False when memory ran out. */
bool delegate_merge_block(struct lower *lower, const struct istio_http_match *root,
                          const struct istio_http_match *delegate, struct istio_http_match *out);

/* root-delegate, or the one that is set. */
sluice_str delegate_join_names(struct lower *lower, sluice_str root, sluice_str delegate);

#endif
