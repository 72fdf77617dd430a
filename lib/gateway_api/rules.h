/*
 * rules: the rules of one route: predicates, rank and action of each match (docs/gateway-api.md,
 * "Which match wins" to "Sessions").
 */
#ifndef SLUICE_GATEWAY_API_RULES_H
#define SLUICE_GATEWAY_API_RULES_H

#include "gateway_api/lower.h"

/* A rule of any kind of route. */
struct gw_rule {
    const struct yaml_node *node;
    sluice_str name;
    const struct value_list *filters;      /* gateway_filter; NULL: the kind has none */
    const struct value_list *backend_refs; /* gateway_backend_ref */
    const struct gateway_timeouts *timeouts;
    const struct gateway_retry *retry;
    const struct gateway_session *session;
};

/* Where an action is made for. */
struct gw_place {
    struct gw_lower *lower;
    struct gw_route *route;
    bool mesh; /* no ReferenceGrants needed */
};

/* rules.c: the entries of a route, made once. NULL when memory ran out. */
const struct gw_entries *gw_rules_of(struct gw_lower *lower, struct gw_route *route, bool mesh);

/* matches.c: predicates and rank. False when memory ran out. */
bool gw_match_http(struct gw_lower *lower, const struct gateway_http_match *match,
                   struct gw_entry *out);
bool gw_match_grpc(struct gw_lower *lower, const struct gateway_grpc_match *match,
                   struct gw_entry *out);

/* action.c: NULL when memory ran out. */
const struct model_action *gw_action(const struct gw_place *place, const struct gw_rule *rule);

/* filters.c: what a list of filters asks for; of each type that may stand once, the first. */
struct gw_filters {
    const struct gateway_header_filter *request, *response;
    const struct gateway_redirect *redirect;
    const struct gateway_url_rewrite *rewrite;
    const struct gateway_cors *cors;
    const struct gateway_filter *unsupported;
    size_t mirror_count;
};
struct gw_filters gw_filters_read(const struct value_list *filters);
const struct model_redirect *gw_redirect(const struct gw_place *place,
                                         const struct gateway_redirect *redirect);
struct model_path_edit gw_path_edit(const struct gateway_path_modifier *modifier);
/* Header operations of a rule, then of a backend; either may be NULL. */
struct model_header_ops gw_header_ops(const struct gw_place *place,
                                      const struct gateway_header_filter *first,
                                      const struct gateway_header_filter *second);
/* What a request filter makes of the Host header; empty: nothing. */
sluice_str gw_header_authority(const struct gateway_header_filter *filter);
/* The mirrors of a list, put behind those that *mirrors has. */
bool gw_mirrors(const struct gw_place *place, const struct value_list *filters,
                const struct model_mirror **mirrors, size_t *count);

/* cors.c */
const struct model_cors *gw_cors(const struct gw_place *place, const struct gateway_cors *cors);

/* backends.c: where a reference leads. */
struct gw_backend {
    const struct model_destination *destination; /* NULL only when memory ran out */
    const char *problem;                         /* why it does not resolve; NULL: it does */
};
struct gw_backend gw_backend_resolve(const struct gw_place *place,
                                     const struct gateway_backend_ref *ref);

/* split.c: entries of the split, and its sticky keys. */
bool gw_split(const struct gw_place *place, const struct gw_rule *rule,
              const struct gw_filters *filters, struct model_action *action);

#endif
