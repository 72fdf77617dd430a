/*
 * precedence: one total order of the matches of several routes (docs/gateway-api.md, "Which match
 * wins" and "GRPCRoute").
 */
#ifndef SLUICE_GATEWAY_API_PRECEDENCE_H
#define SLUICE_GATEWAY_API_PRECEDENCE_H

#include "gateway_api/lower.h"

/* A route that takes part, by the most specific of its hostnames that fit. */
struct gw_contender {
    struct gw_route *route;
    uint32_t specificity;
};

/*
 * The rules of all contenders, the one to be asked first standing first. `space`, if not empty:
 * only of callers from that namespace. Rules are appended to *out, which has room for them: see
 * gw_precedence_count(). False when memory ran out.
 */
bool gw_precedence_order(struct gw_lower *lower, const struct gw_contender *contenders,
                         size_t count, bool mesh, sluice_str space, struct model_rule *out);

/* How many rules the contenders have together. False when memory ran out. */
bool gw_precedence_count(struct gw_lower *lower, const struct gw_contender *contenders,
                         size_t count, bool mesh, size_t *out);

#endif
