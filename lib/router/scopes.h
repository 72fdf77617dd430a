/*
 * scopes: from who asks (mesh, a gateway, a Service addressed) to the listeners that answer.
 */
#ifndef SLUICE_ROUTER_SCOPES_H
#define SLUICE_ROUTER_SCOPES_H

#include "router/view.h"

uint64_t scopes_hash(enum scope_kind kind, enum family family, sluice_str space, sluice_str name,
                     uint64_t seed);

/* The scope that a request belongs to, or NULL. */
const struct scope *scopes_of_request(const struct view *view);

#endif
