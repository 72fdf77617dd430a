/*
 * scopes: from who asks (mesh, a gateway, a Service addressed) to the listeners that answer.
 */
#ifndef SLUICE_ROUTER_SCOPES_H
#define SLUICE_ROUTER_SCOPES_H

#include "router/view.h"

uint64_t scopes_hash(enum scope_kind kind, enum family family, sluice_str space, sluice_str name,
                     uint64_t seed);

/* The listeners that may answer a request: those of its port, or else those of port 0. NULL: none.
 */
const struct port *scopes_port(const struct view *view);

#endif
