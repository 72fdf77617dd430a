/*
 * lower: Istio's resources into the model. Shared state and the parts of it.
 *
 * One caller identity (namespace, labels) is fixed for a compile; ports, gateways and, for the
 * mesh, source labels are of the request. Everything made here lives in the arena, and nothing of
 * it points into a decoded message: those end before the model does (texts and lists of them do
 * not).
 */
#ifndef SLUICE_ISTIO_LOWER_H
#define SLUICE_ISTIO_LOWER_H

#include "base/map.h"
#include "istio/resource.h"
#include "model/model.h"

struct destination_rules;
struct endpoints;
struct registry;

struct lower {
    struct arena *arena;
    struct diags *diags;
    const struct envelope_options *envelope;
    const sluice_compile_options *options; /* every text set */
    struct istio_set *set;
    struct destination_rules *rules;
    struct map actions;       /* (route, scope) -> model_action */
    struct map plain_actions; /* lower_plain_key() -> model_action */
    struct endpoints *endpoints;
    struct registry *registry; /* NULL: hosts are taken as they are */
    struct map bindings;       /* "mesh" or gateway -> struct binding */
    struct map destinations;   /* text form -> model_destination */
    bool failed;               /* memory ran out */
};

/* What the converters that come with Istio write on resources they make: prefixes count by path
 * segments; with gateway semantics hosts are whole as well, and rewrites and errors differ. */
enum route_semantics { SEMANTICS_ISTIO, SEMANTICS_INGRESS, SEMANTICS_GATEWAY };

/* One (VirtualService, scope) on its way to routes. */
struct lower_source {
    struct istio_resource *resource;
    const struct model_resource *origin;
    enum route_semantics semantics;
    sluice_str space; /* that short names are of; empty: names are whole */
};

/* Where routes are made for: the mesh, or one gateway ("namespace/name"). Port 0: known per
 * request. */
struct lower_scope {
    bool mesh;
    sluice_str gateway;
    uint32_t port;
};

/* Growing array of rules in the arena. */
struct rule_list {
    struct model_rule *items;
    size_t count, capacity;
};

bool rule_list_add(struct lower *lower, struct rule_list *list, struct model_rule rule);
const struct model_route_list *rule_list_finish(struct lower *lower, const struct rule_list *list);

/* lower_routes.c: the entries of a VirtualService in order. False when memory ran out. */
bool lower_routes(struct lower *lower, const struct lower_source *source,
                  const struct lower_scope *scope, struct rule_list *list);
/* Whether the entry catches everything, whatever its static tests (docs/rules.md, "Order of
 * rules"). */
bool lower_is_catch_all(const struct model_rule *rule);
/* Whether some entry has no test on port or source, so that the list always applies. */
bool lower_always_applies(const struct model_rule *rules, size_t count);
/* Entries that answer 404 exactly where one of the list's entries passes its static tests. */
bool lower_guards(struct lower *lower, const struct model_rule *rules, size_t count,
                  struct rule_list *guards);

/* lower_match.c: the predicates of a match block (NULL: none). False when memory ran out. */
struct predicate_list {
    struct model_predicate *items;
    size_t count, capacity;
};
bool lower_match(struct lower *lower, const struct istio_http_match *match,
                 const struct lower_scope *scope, struct predicate_list *list);
/* Make the path's prefix count by segments. */
void lower_match_segments(struct predicate_list *list);
bool lower_is_static(const struct model_predicate *predicate);

/* lower_action.c */
const struct model_action *lower_action(struct lower *lower, const struct lower_source *source,
                                        const struct istio_http_route *route,
                                        const struct lower_scope *scope);

/* lower_headers.c: the final order of header operations of a route and one of its destinations. */
struct header_stages {
    const struct istio_header_operations *route, *destination; /* or NULL */
    bool merged; /* one destination: both are a single stage */
};
struct model_header_ops lower_header_ops(struct lower *lower, const struct header_stages *stages);
/* What the operations set or add as authority; empty: nothing. */
sluice_str lower_authority(const struct istio_header_operations *operations);

/* lower_destination.c */
struct lowered_destination {
    const struct model_destination *model;    /* NULL only when memory ran out */
    uint32_t invalid_status;                  /* 0: it resolves */
    const struct istio_consistent_hash *hash; /* key that the route carries, or NULL */
};
struct lowered_destination lower_destination(struct lower *lower, sluice_str space,
                                             const struct istio_destination *destination,
                                             const struct lower_scope *scope);

/* Listeners while they are collected. */
struct listener_list {
    struct model_listener *items;
    size_t count, capacity;
};
bool listener_list_add(struct lower *lower, struct listener_list *list,
                       struct model_listener listener);

/* VirtualServices that may speak to one caller, in the order of precedence (docs/rules.md, "Which
 * VirtualService"). */
struct candidates {
    struct lower_source *items;
    size_t count;
};

/* lower_candidates.c: those bound to `bound` ("mesh" or a gateway) and visible to a namespace. */
bool candidates_read(struct lower *lower);
bool candidates_of(struct lower *lower, sluice_str bound, sluice_str caller,
                   struct candidates *out);

/* lower_mesh.c, lower_gateway.c: the listeners of each role. */
bool lower_mesh(struct lower *lower, struct listener_list *listeners);
bool lower_gateways(struct lower *lower, struct listener_list *listeners, struct model *out);

/* The same with the host in full, as a registry has it. */
struct lowered_destination lower_known_host(struct lower *lower, sluice_str host, sluice_str space,
                                            const struct istio_destination *destination,
                                            const struct lower_scope *scope);

/* destination_rules.c: which rule speaks for a host (docs/rules.md, "DestinationRules"). */
struct merged_subset {
    const struct istio_subset *subset;
    size_t order; /* as written */
};
struct merged_rule {
    const struct istio_traffic_policy *policy;
    const struct merged_subset *subsets; /* by name, each once */
    size_t subset_count;
};
bool destination_rules_read(struct lower *lower);
void destination_rules_free(struct lower *lower);
const struct merged_rule *destination_rules_find(struct lower *lower, sluice_str host,
                                                 sluice_str service_namespace, bool mesh);
const struct istio_subset *merged_rule_subset(const struct merged_rule *rule, sluice_str name);

/* expand.c: names (docs/rules.md, "Names"). */
sluice_str expand_host(struct lower *lower, sluice_str host, sluice_str space);
/* A host as a domain: lower-case, IPv6 in brackets. */
sluice_str expand_domain(struct lower *lower, sluice_str host);
/* "mesh" or "namespace/name". */
sluice_str expand_gateway(struct lower *lower, sluice_str name, sluice_str space);
sluice_str expand_lower_case(struct lower *lower, sluice_str text);
/* name.ns.svc.<domain> cut up; false for other hosts. */
bool expand_is_service(const struct lower *lower, sluice_str host, sluice_str *name,
                       sluice_str *space);
/* The shorter names that the caller may use for a cluster service; how many. */
enum { EXPAND_NAMES = 3 };
size_t expand_short_names(struct lower *lower, sluice_str host, sluice_str names[EXPAND_NAMES]);

/* visibility.c: exportTo (docs/rules.md, "Which VirtualService"). 0: exported to its own
 * namespace, 1: to the caller's by name, 2: to all, -1: the caller does not see it. */
int visibility_class(const struct lower *lower, const struct value_list *export_to, sluice_str own,
                     sluice_str caller);
/* The exportTo of a core Service, which stands in an annotation. False when memory ran out. */
bool visibility_annotated(struct lower *lower, const struct envelope *meta, struct value_list *out);

#endif
