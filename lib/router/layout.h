/*
 * layout: what a sealed router consists of. Built once by build*.c, then only read.
 *
 * What each decision reads stands together, by virtual host (see struct route_list); rare things
 * hang off pointers and are NULL when a rule has none. Everything lives in the router's arena,
 * except the regular expressions.
 */
#ifndef SLUICE_ROUTER_LAYOUT_H
#define SLUICE_ROUTER_LAYOUT_H

#include <stdatomic.h>

#include "base/arena.h"
#include "engine/regex.h"
#include "router/header_names.h"
#include "router/index.h"
#include "split/alias.h"
#include "split/sticky.h"

enum { CACHE_LINE = 64 };

enum subject {
    SUBJECT_PATH,
    SUBJECT_RAW_PATH,
    SUBJECT_METHOD,
    SUBJECT_SCHEME,
    SUBJECT_AUTHORITY,
    SUBJECT_HEADER,
    SUBJECT_QUERY,
    SUBJECT_QUERY_DECODED,
    SUBJECT_PORT,
    SUBJECT_SOURCE_NAMESPACE,
    SUBJECT_SOURCE_LABEL,
    SUBJECT_SOURCE_IP,
    SUBJECT_DESTINATION_IP,
    SUBJECT_SNI,
    SUBJECT_CLAIM,
    SUBJECT_PROTOCOL,
    SUBJECT_GRPC_SERVICE,
    SUBJECT_GRPC_METHOD,
};

enum match_op {
    OP_PRESENT,
    OP_EXACT,
    OP_PREFIX,
    OP_SEGMENT_PREFIX, /* text holds the value without its trailing slash */
    OP_SUFFIX,
    OP_AFFIX,
    OP_REGEX,
    OP_CIDR,
};

enum predicate_flags {
    PREDICATE_IGNORE_CASE = 1,
    PREDICATE_NEGATE = 2,
    PREDICATE_ABSENT_IS_EMPTY = 4,
};

/* What nearly all rules want, and is compared as it is: see match_plain.h. */
enum plain {
    PLAIN_NOT,
    PLAIN_PATH_PREFIX,
    PLAIN_PATH,
    PLAIN_HEADER,
    PLAIN_METHOD,
};

struct affix {
    sluice_str prefix, suffix;
};

struct cidr {
    uint8_t address[16];
    uint32_t bits;
};

/* A text must begin with the prefix, and what follows must match the regular expression. The two
 * are what was written, cut in two. */
struct pattern {
    const char *prefix;
    uint32_t len;
    uint32_t regex; /* index into the context's regexes */
};

/* Predicates of one rule stand in order of cost, regular expressions last. */
struct predicate {
    uint8_t subject; /* enum subject */
    uint8_t op;      /* enum match_op */
    uint8_t flags;
    uint8_t plain; /* enum plain, as the other three have it */
    uint32_t name; /* index among the router's needed names of that kind */
    union {
        sluice_str text;
        uint64_t number;
        struct pattern pattern;
        const struct affix *affix;
        const struct cidr *cidr;
    };
};
_Static_assert(sizeof(struct predicate) == 24, "three to a cache line, nearly");

/* Where a rule was written. Each decision shows one, so it stands before the list of its rules. */
struct resource {
    const char *text; /* its kind, its namespace and its name, one after the other */
    uint32_t kind_len : 8, space_len : 24;
    uint32_t name_len;
};

enum { KIND_MAX = UINT8_MAX, SPACE_MAX = (1 << 24) - 1 };

struct rule_names {
    sluice_str route, rule;
};

#define NO_RESOURCE UINT32_MAX

/* What a decision says of its rule. */
struct origin {
    uint32_t resource; /* its place, or NO_RESOURCE */
    uint32_t rule;
    int32_t match;
    uint32_t line;
    uint32_t names; /* among the router's rule names; 0: both empty */
};

/* Half a cache line, and all that a decision reads of a rule but its predicates. */
struct rule {
    uint32_t predicate; /* place of its predicates: see rule_predicates() */
    uint32_t predicate_count;
    uint32_t action;
    struct origin origin;
};
_Static_assert(sizeof(struct rule) == 32, "two to a cache line");

/* ---- actions ---- */

enum path_mode { PATH_KEEP, PATH_FULL, PATH_PREFIX, PATH_SEGMENT, PATH_REGEX };

struct path_edit {
    enum path_mode mode;
    bool drop_query;
    uint32_t regex;
    sluice_str value; /* for PATH_SEGMENT without its trailing slash */
};

struct header_ops {
    const sluice_header_op *items;
    size_t count;
};

enum redirect_port { REDIRECT_PORT_NONE, REDIRECT_PORT_FIXED, REDIRECT_PORT_LISTENER };

struct redirect { /* fields as in model_redirect */
    uint32_t status;
    uint32_t port;
    enum redirect_port port_mode;
    bool host_keeps_port;
    sluice_str scheme, host;
    struct path_edit path;
};

struct response {
    uint32_t status;
    int32_t grpc_status;
    sluice_str body;
    const sluice_field *fields;
    size_t field_count;
};

struct origin_matcher {
    enum match_op op; /* EXACT, PREFIX, REGEX, AFFIX */
    uint32_t regex;
    struct affix affix; /* of EXACT and PREFIX: .prefix is the value */
};

struct cors { /* fields as in model_cors */
    const struct origin_matcher *origins;
    size_t origin_count;
    bool any_origin, any_method, any_header, expose_on_preflight, allow_credentials;
    bool answer_foreign_preflight, foreign_headers;
    uint32_t preflight_status;
    sluice_str allow_methods, allow_headers, expose_headers, max_age;
};

struct mirror {
    const sluice_destination *destination;
    sluice_fraction fraction;
};

struct sticky_key {
    sluice_sticky_by by;
    uint32_t index; /* among the needed names of its kind: headers, cookies, query parameters */
    sluice_str name;
    sluice_str path;
    int64_t ttl_ns;
};

/* Shared by all rules that split alike. */
struct split {
    const sluice_split_share *shares;
    uint32_t count;
    uint32_t usable; /* entries with weight; 0: nothing can be picked */
    uint32_t only;   /* the entry, when `usable` is 1 */
    uint32_t key_count;
    uint64_t total;       /* sum of the weights, at least 1 */
    struct alias alias;   /* when usable > 1 */
    struct sticky sticky; /* when usable > 1 */
    const struct sticky_key *keys;
    const uint32_t *weights; /* for EVEN only */
    uint32_t even_counters;  /* first of `count` counters in the context; for EVEN only */
    sluice_pick pick;        /* RANDOM, STICKY or EVEN */
};

/* Where the counters of an EVEN split are, and the hash of its salt, entries and weights, by which
 * a context finds them again in the next router of a live. */
struct even_split {
    uint64_t identity;
    uint32_t first, count;
};

/* What is particular to one entry of a split. */
struct entry {
    uint32_t invalid_status; /* 0: valid */
    struct header_ops request_ops, response_ops;
    sluice_str authority;
    const struct action *instead;
};

struct action_extra {
    struct header_ops request_ops, response_ops;
    struct path_edit path;
    sluice_str authority;
    int64_t timeout_ns, backend_timeout_ns;
    const sluice_fault *fault;
    const struct cors *cors;
    const struct mirror *mirrors;
    size_t mirror_count;
    const sluice_hash_policy *hash_policy;
    const uint32_t *hash_headers; /* for each policy, index of its header or of "cookie" */
    size_t hash_policy_count;
    const struct redirect *redirect;
    const struct response *response;
};

enum action_kind {
    ACTION_FORWARD,
    ACTION_REDIRECT,
    ACTION_RESPOND,
    ACTION_PASSTHROUGH,
    ACTION_NOT_FOUND,
};

/* How much there is to an action. */
enum action_extent {
    ACTION_WHOLE,
    ACTION_PLAIN, /* FORWARD of a split that can be picked from, and nothing else */
    ACTION_ALONE, /* the same of a split that has one entry, which no client need remember */
};

struct action {
    uint8_t kind;   /* enum action_kind */
    uint8_t extent; /* enum action_extent */
    uint16_t empty_status;
    uint32_t port; /* this and the next three are of ACTION_ALONE: its only entry */
    const sluice_destination *destination;
    const sluice_split_share *share;
    uint64_t total;                   /* as in the split */
    const sluice_retry_policy *retry; /* or NULL */
    const struct split *split;        /* of FORWARD and PASSTHROUGH; NULL: no entry */
    const struct entry *entries;      /* one for each share; NULL: none has anything particular */
    const struct action_extra *extra; /* NULL: nothing but the split */
};
_Static_assert(sizeof(struct action) == CACHE_LINE, "one cache line");

/* ---- virtual hosts and listeners ---- */

/* A domain of a virtual host, or the hostname of a listener. */
struct domain {
    uint32_t value; /* the place of its list; of a hostname, the index of its listener */
    uint32_t len;
    char text[]; /* as written */
};

/*
 * Rules in order of precedence. All that belongs to a list stands in one piece, in words of eight
 * bytes, from the beginning of a cache line on: the resources that its rules come from, as far as
 * no list before it has them; the domains of the first virtual host that has the list; then this. A
 * long list has behind this its rules, then their predicates. A short one has its filters (see
 * below), then the rules, each with its predicates behind it, so that a rule that is looked at is
 * two lines.
 */
struct route_list {
    uint32_t count;
    uint32_t next;       /* place of the list asked when none of the rules holds, or NO_ROUTES */
    uint32_t index;      /* of a long list: its index + 1; 0: the list is short */
    uint16_t rules;      /* where they begin, in words from the list's own beginning on */
    uint8_t group_count; /* of a short list's filters; 0: it has few rules, or is long */
    uint8_t window;      /* the filters' eight bytes of the path begin with this one */
};

enum {
    FEW_RULES = 8, /* as many are passed over faster one by one */
    SHORT_LIST = 32,
    HALVED_LIST = 2 * SHORT_LIST, /* up to so many are two short lists (build_lists.c) */
    FILTER_GROUPS = 4,
    FILTER_FOLD = 9,
    FILTER_SURE = 2 * FILTER_FOLD,
    HEADER_SETS = 256,
};

/*
 * A filter is what a rule of a short list needs at least, to be seen without looking at the rule:
 * eight bytes of the path under a mask, and headers. It may let too much pass, never too little.
 * Of few rules, the eight bytes of each come first, then the filters, then the rules.
 */
struct filter {
    union {
        uint8_t mask;  /* of few rules: among filter_masks (match_first.h), and from FILTER_SURE on
                          the rule holds */
        uint8_t shape; /* of more: enum filter_shape */
    };
    uint8_t headers; /* among the router's header sets; 0: none */
    uint16_t place;  /* of the rule, in words from the list's beginning on */
};

/*
 * Of more rules, groups come first, each of the rules of one mask; then the filters; and for each
 * rule a tag of the eight bytes under its mask. So twenty rules are passed over within three cache
 * lines, and all at once.
 */
struct filter_table {
    uint32_t rules[FILTER_GROUPS]; /* of each of the list's group_count; bit i: its rule i */
    uint8_t masks[FILTER_GROUPS];  /* among filter_masks */
    struct filter filters[];       /* and tags */
};

/* What most rules want: one plain path of middling length (word.h), and perhaps one thing more. */
enum filter_shape { SHAPE_OTHER, SHAPE_PATH, SHAPE_PATH_AND_ONE };

static inline uint32_t
filter_tag(uint64_t masked)
{
    return (uint32_t)(masked * UINT64_C(0x9e3779b97f4a7c15) >> 56);
}

/* Domains of one listener, or hostnames of listeners: open addressing, at most three quarters full.
 * Exact ones are filed whole, wildcards by their suffix after the "*". */
typedef uint32_t host_slot; /* bits of the hash, under host_tags; the domain's place + 1 */

struct host_table {
    const host_slot *slots; /* 0: empty */
    uint64_t lengths;       /* bit n: some domain that is no wildcard is n bytes long (mod 64) */
    uint32_t mask;
    uint32_t any; /* route list of the domain "*", or NO_ROUTES */
    uint32_t suffix_length_count;
    const uint32_t *suffix_lengths; /* of the wildcards, each once, longest first */
};

#define NO_ROUTES UINT32_MAX

struct listener {
    struct host_table hosts;
    bool tls;
    uint8_t listener_tls; /* sluice_listener_tls */
};

/* Hostnames of the listeners of one port: of HTTP those that end TLS apart from the others. */
struct port_names {
    struct host_table plain, tls;
    bool isolated;
};

/* The listeners of one (scope, name, family) on one port. */
struct port {
    uint32_t number;                /* 0: any other */
    uint32_t listener;              /* where `names` is NULL: the only one, of any host */
    const struct port_names *names; /* or NULL */
    bool http_only;                 /* of an isolated listener that does not end TLS */
};

/* Who asks. Its ports are in ascending order, 0 last. */
struct scope {
    uint64_t hash; /* of kind, family and name; 0 marks an empty slot */
    sluice_str name;
    uint8_t kind, family;
    uint32_t port, port_count;
};

enum scope_kind { SCOPE_MESH, SCOPE_GATEWAY, SCOPE_SERVICE };
enum family { FAMILY_HTTP, FAMILY_TLS, FAMILY_TCP, FAMILY_UDP };

struct sluice_router {
    sluice_allocator alloc;
    struct arena keep; /* owns everything below */
    atomic_size_t references;
    uint64_t hash_seed;
    struct hash_keys hash_keys; /* from hash_seed */

    const struct scope *scopes; /* open addressing */
    uint32_t scope_mask;
    const struct scope *mesh[4]; /* by family; NULL: none. The scope asked most, without a probe */
    const struct port *ports;
    const struct listener *mesh_listener[4]; /* by family: the mesh's only one, of every port and
                                                host; NULL: it has several, or none */
    const struct listener *listeners;
    uint32_t host_tags; /* the bits of a host slot that no place needs */
    uint64_t *lists;    /* all route lists, domains and resources, each at its place */
    uint32_t rule_count;
    const uint64_t *header_sets; /* bit i: needed header i */
    const struct index *indexes;
    const struct rule_names *rule_names;
    const struct action *actions;

    const sluice_str *needed[5]; /* by enum sluice_needed */
    uint32_t needed_count[5];
    struct header_names header_names;
    uint64_t pseudo_present; /* bit i: needed header i < 64 is a pseudo header */
    uint32_t pseudo[5];      /* every needed header that is one */
    uint32_t pseudo_count;
    uint32_t cookie_header; /* indices of headers that actions read, or NO_HEADER */
    uint32_t origin_header, request_method_header, request_headers_header; /* of CORS */
    struct regex **regexes; /* compiled once here to be checked and cloned from; owned */
    const sluice_str *patterns;
    uint32_t regex_count;
    uint32_t even_counter_count;
    uint32_t even_split_count;
    const struct even_split *even_splits; /* sorted by identity, then first */
    uint32_t mirror_max;                  /* most of any action; an entry's own may come on top */

    sluice_str proxy_namespace; /* defaults of a request */
    const sluice_field *proxy_labels;
    size_t proxy_label_count;
};

static inline host_slot
host_slot_of(const struct sluice_router *router, uint64_t hash, uint32_t place)
{
    return ((uint32_t)(hash >> 32) & router->host_tags) | (place + 1);
}

static inline bool
host_slot_may_be(const struct sluice_router *router, host_slot slot, uint64_t hash)
{
    return ((slot ^ (uint32_t)(hash >> 32)) & router->host_tags) == 0;
}

static inline uint32_t
host_slot_place(const struct sluice_router *router, host_slot slot)
{
    return (slot & ~router->host_tags) - 1;
}

static inline struct domain *
domain_at(const struct sluice_router *router, uint32_t place)
{
    return (void *)&router->lists[place];
}

static inline struct route_list *
list_at(const struct sluice_router *router, uint32_t place)
{
    return (void *)&router->lists[place];
}

static inline struct resource *
resource_at(const struct sluice_router *router, uint32_t place)
{
    return (void *)&router->lists[place];
}

/* Of a list of few rules. */
static inline uint64_t *
list_words(const struct route_list *list)
{
    return (uint64_t *)(uintptr_t)(list + 1);
}

/* Of a short list of more. */
static inline struct filter_table *
list_table(const struct route_list *list)
{
    return (void *)(uintptr_t)(list + 1);
}

static inline char *
list_tags(const struct route_list *list)
{
    return (char *)(list_table(list)->filters + list->count);
}

/* The first; behind it those of a long list. */
static inline struct rule *
list_rules(const struct route_list *list)
{
    return (void *)((uint64_t *)(uintptr_t)list + list->rules);
}

/* Of a short list. */
static inline struct filter *
list_filters(const struct route_list *list)
{
    return list->count <= FEW_RULES ? (struct filter *)(list_words(list) + list->count)
                                    : list_table(list)->filters;
}

/* Of a short list. */
static inline struct rule *
list_rule_at(const struct route_list *list, const struct filter *filter)
{
    return (void *)((uint64_t *)(uintptr_t)list + filter->place);
}

static inline const struct rule *
list_rule(const struct route_list *list, size_t i)
{
    return list->index ? &list_rules(list)[i] : list_rule_at(list, &list_filters(list)[i]);
}

/* Behind them are their short texts. */
static inline const struct predicate *
rule_predicates(const struct sluice_router *router, const struct rule *rule)
{
    return (const void *)&router->lists[rule->predicate];
}

#endif
