/*
 * validate: the checks of Gateway API's objects that go beyond one field's table.
 *
 * Each finding is of one kind. BROKEN: the value has no meaning; always an error. REFUSED: the API
 * server refuses it although a gateway could give it a meaning; a warning when lenient. WARN: the
 * API server takes it, and it does not do what it seems to.
 */
#ifndef SLUICE_GATEWAY_API_VALIDATE_H
#define SLUICE_GATEWAY_API_VALIDATE_H

#include "base/map.h"
#include "gateway_api/resource.h"
#include "yaml/str_walk.h"

#define GATEWAY_ERROR "SL0701"
#define GATEWAY_WARNING "SL0702"
#define GATEWAY_VERSION "SL0703"
#define GATEWAY_DEPRECATED "SL0704"
#define GATEWAY_SURPRISE "SL0705"

struct validate {
    struct decode *decode;
    const struct envelope *meta;
    struct regex_store *regexes;
    bool failed; /* memory ran out */
};

#define BROKEN(v, at, ...) decode_error((v)->decode, (at), __VA_ARGS__)
#define REFUSED(v, at, ...)                                                                        \
    decode_report((v)->decode,                                                                     \
                  (v)->decode->lenient ? SLUICE_SEVERITY_WARNING : SLUICE_SEVERITY_ERROR,          \
                  (v)->decode->lenient ? GATEWAY_WARNING : GATEWAY_ERROR, (at), __VA_ARGS__)
#define WARN(v, at, ...)                                                                           \
    decode_report((v)->decode, SLUICE_SEVERITY_WARNING, GATEWAY_SURPRISE, (at), __VA_ARGS__)
#define DEPRECATED(v, at, ...)                                                                     \
    decode_report((v)->decode, SLUICE_SEVERITY_WARNING, GATEWAY_DEPRECATED, (at), __VA_ARGS__)

/* Check an object whose spec was decoded. */
void gw_check_object(struct validate *v, const struct gateway_object *object);

/* ---- the kinds ---- */

void gw_check_gateway(struct validate *v, const struct gateway_gateway *spec);
/* parentRefs, hostnames and the names of rules are those of every route. */
void gw_check_route(struct validate *v, const struct gateway_route *spec, enum gateway_kind kind);
void gw_check_http_rules(struct validate *v, const struct value_list *rules);
void gw_check_grpc_rules(struct validate *v, const struct value_list *rules);
void gw_check_l4_rules(struct validate *v, const struct value_list *rules);

/* ---- parts ---- */

void gw_check_listeners(struct validate *v, const struct value_list *listeners);
/* `from` of allowedRoutes or allowedListeners with its selector. */
void gw_check_namespaces(struct validate *v, const struct gateway_namespaces *namespaces);
void gw_check_labels(struct validate *v, const struct value_str_map *labels);

/* The matches of all rules together. */
void gw_check_match_total(struct validate *v, const struct value_list *rules, size_t total);
void gw_check_path_match(struct validate *v, const struct gateway_path_match *path);
/* gRPC metadata may hold any text. */
void gw_check_header_matches(struct validate *v, const struct value_list *matches, bool grpc);
void gw_check_query_matches(struct validate *v, const struct value_list *matches);
void gw_check_regex(struct validate *v, const struct yaml_node *at, sluice_str pattern);

/* A list of filters, of a rule or of a backend. */
void gw_check_filters(struct validate *v, const struct value_list *filters);
void gw_check_filter(struct validate *v, const struct gateway_filter *filter);
void gw_check_cors(struct validate *v, const struct gateway_cors *cors);
void gw_check_external_auth(struct validate *v, const struct gateway_external_auth *auth);
/* The value, if set, of a header in `message`. */
void gw_check_header_value(struct validate *v, const struct yaml_node *message,
                           struct value_str value);

/* A reference to a Service needs a port. */
void gw_check_backend_ref(struct validate *v, const struct gateway_backend_ref *ref);
/* The entries of backendRefs, with their filters. */
void gw_check_backend_refs(struct validate *v, const struct value_list *refs);

void gw_check_timeouts(struct validate *v, const struct gateway_timeouts *timeouts);
void gw_check_retry(struct validate *v, const struct gateway_retry *retry);
void gw_check_session(struct validate *v, const struct gateway_session *session);

/* ---- places ---- */

/* The child `name` of a decoded message, or the message itself where it has none. */
const struct yaml_node *gw_at(const struct yaml_node *message, const char *name);
/* Whether the field is given at all, be it well or badly. */
bool gw_has(const struct yaml_node *message, const char *name);

/* ---- repeats ---- */

/*
 * Note a key in `seen`, whose values are the nodes that keys were first found at. That node when
 * the key was there before, else NULL. The key's bytes must outlive `seen`.
 */
const struct yaml_node *gw_seen(struct validate *v, struct map *seen, sluice_str key,
                                const struct yaml_node *at);
/* Strings, or numbers, of a list that is a set. `what` names an entry. */
void gw_unique_strings(struct validate *v, const struct value_list *list, const char *what);
void gw_unique_numbers(struct validate *v, const struct value_list *list, const char *what);
/*
 * Names of headers: the same twice in one list is refused; names that differ in case alone are one
 * header, which is worth a warning. `list` tells lists that share `seen` apart.
 */
struct header_names {
    struct map seen; /* lower-case name to struct header_name */
};
void gw_check_header_name(struct validate *v, struct header_names *names, const void *list,
                          const struct yaml_node *at, sluice_str name);

#endif
