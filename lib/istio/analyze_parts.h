/*
 * analyze_parts: what the parts of the analysis share: the indexes they look things up in, keys of
 * these, and the parts themselves.
 */
#ifndef SLUICE_ISTIO_ANALYZE_PARTS_H
#define SLUICE_ISTIO_ANALYZE_PARTS_H

#include "istio/analyze.h"
#include "istio/host_index.h"
#include "istio/label_index.h"

/* Comparisons of pairs in one compile, and in one VirtualService. */
#define ANALYZE_PAIRS 20000000
/* Hosts times ports times scopes of one resource. */
#define ANALYZE_PRODUCT 100000
/* Longest host that a wildcard is looked up for. */
#define ANALYZE_HOST_BYTES 255

/* Documents of one kind that is not decoded. */
struct analyze_others {
    const struct envelope **items;
    size_t count;
};

struct analysis {
    struct lower *lower;
    const struct envelope_list *envelopes;
    char *key; /* the key being made */
    size_t key_capacity;
    struct map services; /* (scope, host) -> struct istio_resource that has the service */
    bool service_tail[ANALYZE_HOST_BYTES + 2]; /* lengths of wildcard services without "*" */
    struct map subsets;                        /* (host, subset) -> struct analyze_subset */
    struct map gateways;                       /* namespace/name -> struct istio_resource */
    struct host_index named; /* without a registry: hosts that are destinations of some route */
    size_t pairs;            /* left of ANALYZE_PAIRS */
    struct analyze_others pods;
    struct label_index pod_labels; /* of the pods, by position */
};

struct analyze_subset {
    struct istio_resource *rule;
    const struct istio_subset *subset;
    bool used;
};

#define FINDING(analysis, resource, severity, code, at, ...)                                       \
    istio_report((resource), (analysis)->lower->envelope, SLUICE_SEVERITY_##severity, (code),      \
                 (at), __VA_ARGS__)

/* ---- analyze_keys.c ---- */

/* The parts, one a line. Valid until the next call. {NULL, 0} when memory ran out. */
sluice_str analyze_key(struct analysis *analysis, const sluice_str *parts, size_t count);
#define KEY(analysis, ...)                                                                         \
    analyze_key((analysis), (const sluice_str[]){__VA_ARGS__},                                     \
                sizeof((const sluice_str[]){__VA_ARGS__}) / sizeof(sluice_str))

/* The place of a key made with analyze_key(), which is copied when it is new. NULL when memory ran
 * out. */
void **analyze_put(struct analysis *analysis, struct map *map, sluice_str key);

/* The scopes of an exportTo: "*" alone, or namespaces. */
struct analyze_scopes {
    sluice_str *items;
    size_t count;
};

/* False when memory ran out. */
bool analyze_scopes_of(struct analysis *analysis, struct analyze_scopes *out,
                       const struct value_list *export_to, sluice_str space);

/* A rule for people: its name in quotes, else its number. */
sluice_str analyze_label(struct analysis *analysis, sluice_str name, size_t index);

/* The host in full and in lower case. {NULL, 0} when memory ran out. */
sluice_str analyze_host(struct analysis *analysis, sluice_str host, sluice_str space);

/* Take from the comparisons that are left. False: none are. */
bool analyze_may_compare(struct analysis *analysis, size_t count);

/* The value under `key` of a map node, or NULL; `node` itself when there is none. */
const struct yaml_node *analyze_place(const struct yaml_node *node, sluice_str key);

/* ---- analyze_others.c ---- */

/* The documents of a kind that is not decoded. False when memory ran out. */
bool analyze_others_read(struct analysis *analysis, struct analyze_others *out, sluice_str group,
                         sluice_str kind);
sluice_str analyze_other_space(const struct analysis *analysis, const struct envelope *envelope);
/* Whether the map node (or NULL) has the label. */
bool analyze_has_label(const struct yaml_node *labels, sluice_str name, sluice_str value);

bool analyze_pods_read(struct analysis *analysis);
/* The pods with all of these labels (at least one). False when memory ran out. */
bool analyze_pods_find(struct analysis *analysis, const sluice_field *wanted, size_t count,
                       struct analyze_others *out);

/* ---- the destinations of a VirtualService ---- */

struct analyze_use {
    const struct istio_destination *destination; /* NULL: missing */
    const struct yaml_node *at;
    bool mirror;
    bool http;
};

typedef bool analyze_use_fn(struct analysis *analysis, struct istio_resource *resource,
                            const struct analyze_use *use);

/* Calls `check` for each, in order. False as soon as it gives false. */
bool analyze_each_use(struct analysis *analysis, struct istio_resource *resource,
                      analyze_use_fn *check);

/* ---- the parts: false when memory ran out ---- */

bool analyze_services_read(struct analysis *analysis);
/* The resource that has the service as `space` sees it when it exports to `export_to`, or NULL. */
bool analyze_service_find(struct analysis *analysis, struct istio_resource **out, sluice_str host,
                          const struct value_list *export_to, sluice_str space);

bool analyze_subsets_read(struct analysis *analysis);
/* As Istio's analysis compares them: cluster services by name and namespace, other hosts by their
 * text and the namespace of the object that names them. {NULL, 0} when memory ran out. */
sluice_str analyze_subset_key(struct analysis *analysis, sluice_str host, sluice_str space,
                              sluice_str subset);
bool analyze_destination_rules(struct analysis *analysis);
bool analyze_destinations(struct analysis *analysis);
bool analyze_subset_effect(struct analysis *analysis);
bool analyze_subset_pods(struct analysis *analysis);
bool analyze_gateways_read(struct analysis *analysis);
bool analyze_gateway_names(struct analysis *analysis);
bool analyze_gateway_conflicts(struct analysis *analysis);
bool analyze_mesh_hosts(struct analysis *analysis);
bool analyze_service_entries(struct analysis *analysis);
bool analyze_matches(struct analysis *analysis);
bool analyze_claims(struct analysis *analysis);
bool analyze_sidecars(struct analysis *analysis);
bool analyze_routes(struct analysis *analysis);
bool analyze_reach(struct analysis *analysis);

#endif
