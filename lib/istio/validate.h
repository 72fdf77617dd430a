/*
 * validate: what the checks of Istio's resources share.
 *
 * Each finding is of one kind. BROKEN: the value has no meaning even at run time; always an error.
 * REFUSED: Istio's admission refuses it although its proxies would give it a meaning; a warning
 * when lenient. WARN: Istio itself only warns.
 */
#ifndef SLUICE_ISTIO_VALIDATE_H
#define SLUICE_ISTIO_VALIDATE_H

#include "base/map.h"
#include "engine/regex_store.h"
#include "istio/resources.h"
#include "istio/traits.h"
#include "yaml/envelope.h"
#include "yaml/str_walk.h"

struct validate {
    struct decode *decode;
    const struct envelope *meta;
    struct regex_store *regexes;
    bool gateway_semantics; /* the resource was converted from Gateway API */
    bool failed;            /* memory ran out */
    struct istio_traits traits;
};

#define ISTIO_ERROR "IST0106"
#define ISTIO_WARNING "IST0133"

#define BROKEN(v, at, ...) decode_error((v)->decode, (at), __VA_ARGS__)
#define WARN(v, at, ...)                                                                           \
    decode_report((v)->decode, SLUICE_SEVERITY_WARNING, ISTIO_WARNING, (at), __VA_ARGS__)
#define REFUSED(v, at, ...)                                                                        \
    decode_report((v)->decode,                                                                     \
                  (v)->decode->lenient ? SLUICE_SEVERITY_WARNING : SLUICE_SEVERITY_ERROR,          \
                  (v)->decode->lenient ? ISTIO_WARNING : ISTIO_ERROR, (at), __VA_ARGS__)

/* ---- the kinds ---- */

void validate_virtual_service(struct validate *v, const struct istio_virtual_service *spec);
void validate_destination_rule(struct validate *v, const struct istio_destination_rule *spec);
void validate_service_entry(struct validate *v, const struct istio_service_entry *spec);
void validate_workload_entry(struct validate *v, const struct istio_workload_entry *spec);
void validate_gateway(struct validate *v, const struct istio_gateway *spec);

/* ---- places ---- */

/* The child `name` of a decoded message, or the message itself where it has none. */
const struct yaml_node *validate_at(const struct yaml_node *message, const char *name);

/* ---- checks of common values; `name` is the field's, for the message ---- */

bool validate_is_port(int64_t number);
void validate_port(struct validate *v, const struct yaml_node *at, int64_t number);
/* At least 1ms and whole milliseconds, where it is set. */
void validate_duration(struct validate *v, const struct yaml_node *message, const char *name,
                       struct value_duration duration);
/* Kubernetes syntax of keys and values. */
void validate_labels(struct validate *v, const struct value_str_map *labels);
/* Labels that select workloads: no empty key, no "*". `what` names the selector. */
void validate_selector(struct validate *v, const struct yaml_node *selector,
                       const struct value_str_map *labels, const char *what);
void validate_gateway_names(struct validate *v, const struct value_list *names);
void validate_subnets(struct validate *v, const struct value_list *subnets);

struct export_rules {
    bool nobody_allowed; /* "~" alone */
    bool own_only;       /* a DestinationRule with a workloadSelector */
};
void validate_export_to(struct validate *v, const struct value_list *export_to,
                        struct export_rules rules);

void validate_regex(struct validate *v, const struct yaml_node *at, sluice_str pattern);
/* The same, and the compiled expression, which stays the store's; NULL when it is reported as wrong
 * (or v->failed). */
const struct regex *validate_regex_get(struct validate *v, const struct yaml_node *at,
                                       sluice_str pattern);

/* ---- parts of a VirtualService ---- */

enum string_match_rules {
    MATCH_EMPTY_PREFIX = 1, /* prefix: "" is allowed */
    MATCH_STAR_PRESENT = 2, /* regex: "*" is allowed and tests for presence */
    MATCH_STAR_REFUSED = 4, /* ... means that at run time, but is refused */
};
void validate_string_match(struct validate *v, const struct istio_string_match *match,
                           unsigned rules);
void validate_http_matches(struct validate *v, const struct value_list *matches);
void validate_l4_source(struct validate *v, const struct istio_l4_match *match);

void validate_http_route(struct validate *v, const struct istio_http_route *route,
                         bool in_delegate);
/* `vs` is the resource that holds the route: SNI hosts are compared with its hosts. */
void validate_tls_routes(struct validate *v, const struct istio_virtual_service *vs);
void validate_tcp_routes(struct validate *v, const struct istio_virtual_service *vs);

void validate_headers(struct validate *v, const struct istio_headers *headers);
bool validate_is_authority_header(sluice_str name);

/* These two note traits. */
void validate_destination(struct validate *v, const struct istio_destination *destination);
void validate_destination_count(struct validate *v, size_t count);
/* One entry of a weighted list; adds to *total. */
void validate_weight(struct validate *v, const struct yaml_node *entry, struct value_int weight,
                     uint64_t *total);
void validate_total_weight(struct validate *v, const struct value_list *route, uint64_t total);

void validate_fault(struct validate *v, const struct istio_fault *fault);
void validate_retry(struct validate *v, const struct istio_retry *retry);
void validate_cors(struct validate *v, const struct istio_cors *cors);
void validate_redirect(struct validate *v, const struct istio_http_route *route);
void validate_rewrite(struct validate *v, const struct istio_rewrite *rewrite);
void validate_direct_response(struct validate *v, const struct istio_direct_response *response);

/* Whether the gateways of a VirtualService leave out the mesh. */
bool validate_is_gateway_only(const struct istio_virtual_service *spec);

/* ---- parts of a DestinationRule ---- */

void validate_traffic_policy(struct validate *v, const struct istio_traffic_policy *policy);
void validate_load_balancer(struct validate *v, const struct istio_load_balancer *balancer,
                            const struct istio_outlier_detection *outlier);
void validate_locality_lb(struct validate *v, const struct istio_load_balancer *balancer,
                          const struct istio_outlier_detection *outlier);
void validate_connection_pool(struct validate *v, const struct istio_connection_pool *pool);
void validate_client_tls(struct validate *v, const struct istio_client_tls *tls);

/* ---- parts of registry kinds and gateways ---- */

void validate_server_tls(struct validate *v, const struct istio_server_tls *tls);

#define UNIX_PREFIX "unix://"
/* What follows unix://: an absolute path to a file, or @ and an abstract name. */
void validate_unix_address(struct validate *v, const struct yaml_node *at, sluice_str address);

/* An endpoint. `port_names`: of its ServiceEntry, or NULL for a WorkloadEntry. */
void validate_endpoint(struct validate *v, const struct istio_workload_entry *endpoint,
                       const struct map *port_names, bool names_allowed);
void validate_endpoint_ports(struct validate *v, const struct istio_workload_entry *endpoint,
                             const struct map *port_names);

#endif
