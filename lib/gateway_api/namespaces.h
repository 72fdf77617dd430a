/*
 * namespaces: which namespaces a listener or Gateway lets in (docs/gateway-api.md, "Documents" and
 * "Listeners").
 */
#ifndef SLUICE_GATEWAY_API_NAMESPACES_H
#define SLUICE_GATEWAY_API_NAMESPACES_H

#include "gateway_api/lower.h"

/* False when memory ran out. */
bool gw_namespaces_read(struct gw_lower *lower);

/* Whether `from` (one of enum gateway_from) lets in `space`. `own`: namespace of who asks. */
bool gw_namespaces_admit(const struct gw_lower *lower, enum gateway_from from,
                         const struct gateway_label_selector *selector, sluice_str own,
                         sluice_str space);

#endif
