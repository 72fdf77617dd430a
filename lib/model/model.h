/*
 * model: the one form between every input format and the router. Plain data, no behaviour.
 *
 * A model is a set of listeners (who is asked, on which port), each with virtual hosts (which
 * authority), each with rules in one total order (a conjunction of predicates, and an action).
 * Formats lower into this and end here; the router is built from this and knows no format.
 * Everything lives in the arena of the compile call; text may point into the sources.
 *
 * Order is decided before this point: the first rule of a virtual host whose predicates all hold
 * acts, and a virtual host without such a rule answers 404. Nothing falls through to another host
 * by itself. What a format falls through to is in the list, or in the list that it names as its
 * `next`; what it cuts off is a rule with MODEL_NOT_FOUND.
 */
#ifndef SLUICE_MODEL_MODEL_H
#define SLUICE_MODEL_MODEL_H

#include "base/str.h"

/* ---- predicates ---- */

/* What a predicate looks at. "Raw" is as received. */
enum model_subject {
    MODEL_PATH,     /* path before the first ? or # */
    MODEL_RAW_PATH, /* path with query: the pseudo header :path */
    MODEL_METHOD,
    MODEL_SCHEME,
    MODEL_AUTHORITY,     /* raw, with port */
    MODEL_HEADER,        /* occurrences joined by "," in order; name lower-case */
    MODEL_QUERY,         /* first value of the parameter, undecoded; no "=" means "" */
    MODEL_QUERY_DECODED, /* the same after %XX and + decoding of name and value */
    MODEL_PORT,          /* op EXACT, number */
    MODEL_SOURCE_NAMESPACE,
    MODEL_SOURCE_LABEL,   /* name: label key */
    MODEL_SOURCE_IP,      /* op CIDR */
    MODEL_DESTINATION_IP, /* op CIDR */
    MODEL_SNI,            /* lower-cased before comparing */
    MODEL_CLAIM,          /* any member of a list may match; name: path joined by "." */
    MODEL_PROTOCOL,       /* op EXACT, number: enum sluice_protocol */
    MODEL_GRPC_SERVICE,   /* first segment of the path /service/method */
    MODEL_GRPC_METHOD,    /* second segment */
};

/* How it is compared. A subject that the request lacks fails every op, unless absent_is_empty. */
enum model_op {
    MODEL_PRESENT, /* the subject is there, even if empty */
    MODEL_EXACT,
    MODEL_PREFIX,         /* byte prefix; the empty prefix is allowed */
    MODEL_SEGMENT_PREFIX, /* value without one trailing "/"; then equal, or followed by "/" */
    MODEL_SUFFIX,         /* at least one byte must stand before it */
    MODEL_AFFIX,          /* prefix `value` and suffix `suffix`, at least one byte between */
    MODEL_REGEX,          /* RE2, the whole text */
    MODEL_CIDR,
};

struct model_cidr {
    uint8_t address[16]; /* IPv4 as ::ffff:a.b.c.d */
    uint32_t bits;       /* of the 128 */
};

struct model_matcher {
    enum model_op op;
    bool ignore_case; /* ASCII; EXACT, PREFIX, SEGMENT_PREFIX only */
    sluice_str value; /* text, prefix or pattern */
    union {
        sluice_str suffix;             /* of AFFIX */
        uint32_t number;               /* of MODEL_PORT and MODEL_PROTOCOL; else 0 */
        const struct model_cidr *cidr; /* of CIDR */
    };
};

struct model_predicate {
    enum model_subject subject;
    bool negate;          /* holds when the comparison does not */
    bool absent_is_empty; /* compare "" when the request lacks the subject; not for PRESENT */
    sluice_str name;      /* of HEADER, QUERY*, SOURCE_LABEL, CLAIM */
    struct model_matcher matcher;
};
_Static_assert(sizeof(struct model_predicate) == 64, "one cache line");

/* ---- what to do with the path and headers ---- */

enum model_path_mode {
    MODEL_PATH_KEEP,
    MODEL_PATH_FULL,    /* the whole path becomes `value` */
    MODEL_PATH_PREFIX,  /* the matched bytes become `value`: of a PREFIX predicate its value, of
                           EXACT and  REGEX the whole path, with no path predicate the leading "/" */
    MODEL_PATH_SEGMENT, /* as PREFIX, by segments: value and prefix without a trailing "/", empty
                           gives "/"; with no path predicate nothing was matched */
    MODEL_PATH_REGEX,   /* every match of `pattern` in the path becomes `value`, groups \0 to \9 */
};

struct model_path_edit {
    enum model_path_mode mode;
    sluice_str value;
    sluice_str pattern;
    bool drop_query; /* of the request; `value` may hold one of its own */
};

struct model_header_ops {
    const sluice_header_op *items; /* final order of execution; names lower-case; no empty values */
    size_t count;
};

/* ---- destinations ---- */

struct model_destination {
    sluice_str host;
    sluice_str service_name, service_namespace; /* empty where the host is no cluster service */
    sluice_str subset;
    uint32_t port; /* 0: the port of the request */
    const sluice_field *labels;
    size_t label_count;
    sluice_str app_protocol;
    const sluice_traffic_policy *policy; /* or NULL */
    const sluice_endpoints *endpoints;   /* or NULL: not known */
};

struct model_action;

struct model_split_entry {
    const struct model_destination *destination;
    uint32_t weight;     /* as written; ignored when the entry is alone, but see weigh_alone */
    sluice_str identity; /* for sticky picks */
    bool invalid;        /* its share is answered with invalid_status */
    uint32_t invalid_status;
    struct model_header_ops request_ops, response_ops; /* all of them, the action's own included */
    sluice_str authority; /* to send upstream; empty: the action's, else the request's */
    const struct model_action *instead; /* NULL, or what happens when this entry is picked: a
                                           REDIRECT or RESPOND answers; of a FORWARD its CORS, path
                                           edit and mirrors apply to this entry */
};

enum model_sticky_key_kind { /* the order of enum sluice_sticky_by */
                             MODEL_STICKY_CALLER_KEY = SLUICE_STICKY_KEY,
                             MODEL_STICKY_COOKIE = SLUICE_STICKY_COOKIE,
                             MODEL_STICKY_HEADER = SLUICE_STICKY_HEADER,
                             MODEL_STICKY_QUERY = SLUICE_STICKY_QUERY,
                             MODEL_STICKY_SOURCE_IP = SLUICE_STICKY_SOURCE_IP,
};

struct model_sticky_key {
    enum model_sticky_key_kind kind;
    sluice_str name;
    sluice_str path; /* of a cookie to set; empty: no Path attribute */
    int64_t ttl_ns;  /* of a cookie: SLUICE_NO_DURATION never makes one, 0 makes a session cookie */
};

enum model_pick { MODEL_PICK_RANDOM, MODEL_PICK_STICKY, MODEL_PICK_EVEN };

struct model_split {
    const struct model_split_entry *entries; /* in the order written; may be empty */
    size_t count;
    enum model_pick pick;
    sluice_str salt;                     /* always set: a caller's key makes any split sticky */
    const struct model_sticky_key *keys; /* the first that is present counts */
    size_t key_count;
    uint32_t
        empty_status; /* answer (UNAVAILABLE) when there is no entry or no weight: 500 or 503 */
    bool weigh_alone; /* an entry that is alone needs a weight too; else it gets everything */
};

struct model_mirror {
    const struct model_destination *destination;
    sluice_fraction fraction;
};

/* ---- the rest of an action ---- */

enum model_redirect_port {
    MODEL_REDIRECT_PORT_NONE,     /* no port of its own */
    MODEL_REDIRECT_PORT_FIXED,    /* `port` */
    MODEL_REDIRECT_PORT_LISTENER, /* the port of the request */
};

/* Location = scheme://host[:port]path. A port that is the scheme's default (of `scheme`, else of
 * the listener: https where TLS ended, else http) is left out. */
struct model_redirect {
    uint32_t status;
    sluice_str scheme;    /* empty: the request's */
    sluice_str host;      /* verbatim, may hold a port; empty: the request's authority */
    bool host_keeps_port; /* the request authority keeps a port of its own, unless a port is given
                             here or the scheme changes and it was the old scheme's default */
    enum model_redirect_port port_mode;
    uint32_t port;
    struct model_path_edit path;
};

struct model_response {
    uint32_t status;
    sluice_str body;
    int32_t grpc_status; /* -1: mapped from status */
    const sluice_field *fields;
    size_t field_count;
};

struct model_cors {
    const struct model_matcher *origins; /* EXACT, PREFIX, REGEX, AFFIX; what an AFFIX leaves in the
                                            middle is a host, without a port or a slash */
    size_t origin_count;
    bool any_origin;          /* every origin is allowed */
    sluice_str allow_methods; /* joined by ","; empty: no header */
    bool any_method;          /* echo the requested method */
    sluice_str allow_headers;
    bool any_header; /* echo the requested headers; none asked, none given */
    sluice_str expose_headers;
    bool expose_on_preflight;
    sluice_str max_age; /* seconds as text; empty: no header */
    bool allow_credentials;
    bool answer_foreign_preflight; /* a preflight of an origin that is not allowed: true answers it
                                      here with `foreign_headers` deciding, false lets it through */
    bool foreign_headers;      /* that answer carries everything but allow-origin; else nothing */
    uint32_t preflight_status; /* 200 or 204 */
};

enum model_action_kind {
    MODEL_FORWARD,
    MODEL_REDIRECT,
    MODEL_RESPOND,
    MODEL_PASSTHROUGH, /* split: at most one entry, the destination if it is known */
    MODEL_NOT_FOUND,   /* 404, or the connection is refused */
};

struct model_action {
    enum model_action_kind kind;
    struct model_split split;              /* of FORWARD and PASSTHROUGH */
    const struct model_redirect *redirect; /* of REDIRECT */
    const struct model_response *response; /* of RESPOND */
    struct model_header_ops request_ops,
        response_ops;                       /* response_ops: of REDIRECT and RESPOND too */
    struct model_path_edit path;            /* rewrite */
    sluice_str authority;                   /* rewrite; empty: none */
    int64_t timeout_ns, backend_timeout_ns; /* SLUICE_NO_DURATION: none given */
    const sluice_retry_policy *retry;       /* or NULL */
    const sluice_fault *fault;              /* or NULL; the chosen flags are not read */
    const struct model_cors *cors;          /* or NULL; of REDIRECT and RESPOND too */
    const struct model_mirror *mirrors;
    size_t mirror_count;
    const sluice_hash_policy *hash_policy;
    size_t hash_policy_count;
};

/* ---- rules, virtual hosts, listeners ---- */

struct model_resource {
    sluice_str kind, space, name;
};

struct model_rule_names {
    sluice_str route, rule;
};

struct model_rule {
    const struct model_predicate *predicates; /* at most one on MODEL_PATH; it comes first */
    const struct model_action *action;        /* shared by the match blocks of one rule */
    const struct model_resource *resource;    /* NULL: no resource (a default route) */
    const struct model_rule_names *names;     /* NULL: both empty */
    uint32_t predicate_count;
    uint32_t rule;
    int32_t match; /* -1: no match block */
    uint32_t line;
};
_Static_assert(sizeof(struct model_rule) <= 48, "there are as many as there are match blocks");

/* A list that several virtual hosts may share by pointer; the router keeps it once. */
struct model_route_list {
    const struct model_rule *rules;
    size_t count;
    const struct model_route_list *next; /* asked when no rule holds; NULL: none. No cycles */
};

/* Domain: exact, "*" + suffix (at least one byte before it), or "*". Lower-case. An IPv6 address is
 * in brackets. In one listener the first virtual host that names a domain has it. */
struct model_virtual_host {
    const sluice_str *domains;
    size_t domain_count;
    const struct model_route_list *routes;
};

enum model_scope {
    MODEL_SCOPE_MESH,
    MODEL_SCOPE_GATEWAY, /* name: "namespace/name" */
    MODEL_SCOPE_SERVICE, /* name: "namespace/name" of the Service addressed; asked before MESH */
};

enum model_family { MODEL_FAMILY_HTTP, MODEL_FAMILY_TLS, MODEL_FAMILY_TCP, MODEL_FAMILY_UDP };

/*
 * Who asks, on which port. Of the listeners of one (scope, name, family) those of the request's
 * port are candidates, or, if there are none, those with port 0. Among candidates of the request's
 * scheme (tls or not; if none has it, all) the one whose hostname fits the host most specifically
 * is asked; none fits: 404. The host is the authority without port, or for TLS the SNI. `isolated`
 * HTTP listeners answer nothing that is not of their scheme, and with TLS, an SNI that selects
 * another listener than the authority does answers 421; no SNI selects the listener without
 * hostname. Of listeners alike the first counts.
 */
struct model_listener {
    enum model_scope scope;
    sluice_str name;
    enum model_family family;
    uint32_t port;                    /* 0: every port that no other listener has */
    bool tls;                         /* the client speaks TLS and it ends here */
    sluice_listener_tls listener_tls; /* reported in the decision */
    sluice_str hostname;              /* pattern like a domain; empty: any host */
    bool isolated;
    const struct model_virtual_host *hosts;
    size_t host_count;
};

/* Another name of a gateway: it has the listeners of scope GATEWAY that are named `of`. */
struct model_gateway_name {
    sluice_str name, of;
};

struct model {
    const struct model_listener *listeners;
    size_t listener_count;
    const struct model_gateway_name *gateway_names;
    size_t gateway_name_count;
};

#endif
