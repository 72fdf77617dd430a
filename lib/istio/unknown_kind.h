/*
 * unknown_kind: objects that look like one of Istio's routing kinds and are none, by a slip in
 * their kind, group or version. Skipping these in silence would lose rules.
 */
#ifndef SLUICE_ISTIO_UNKNOWN_KIND_H
#define SLUICE_ISTIO_UNKNOWN_KIND_H

#include "yaml/envelope.h"

/* Report an object that nobody reads, if it looks so. `kinds`: the routing kinds' names. */
void unknown_kind_report(const struct envelope *envelope, const struct envelope_options *options,
                         const struct decode_dialect *dialect, const sluice_str *kinds,
                         size_t count);

#endif
