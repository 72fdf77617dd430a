/*
 * sluice: traffic splitting by Istio and Gateway API rules, inside your own process.
 *
 * Compile rule text once into an immutable router; ask it once per request where the request goes
 * and what to do on the way. The library opens no file or socket, reads no clock, draws no entropy,
 * starts no thread and prints nothing: what it needs comes in as an argument.
 *
 *     sluice_router *router;
 *     sluice_context *context;
 *     if (sluice_compile(&router, sources, source_count, NULL, report) != SLUICE_OK) { ... }
 *     if (sluice_context_new(&context, router, NULL) != SLUICE_OK) { ... }   // one for each thread
 *     sluice_route(context, &request, &decision);                            // once per request
 *
 * Read from top to bottom: conventions, memory, text, diagnostics, compile, router, live swap,
 * context, request, decision, route, explain, and last the weighted pick on its own.
 *
 * Conventions, true of every declaration unless its comment says otherwise:
 *  - Text is a slice (pointer and length), never NUL-terminated. Text in is borrowed for the call.
 *  - Durations are int64_t nanoseconds. A fraction is numerator / denominator, both integers.
 *  - `_new` and `_compile` give an object that you release with the matching `_free` or `_release`;
 *    those accept NULL. `_get` borrows. The out-parameter comes first and is always written.
 *  - Option structs begin with their own size; set them up with the `_init` function. They only
 *    ever grow at the end, so a program compiled against an older header keeps working.
 *  - No function aborts, prints, sets errno, or keeps hidden state. Any bytes are safe in a
 * request.
 *
 * The rules themselves are described in docs/rules.md and docs/gateway-api.md, sticky picks in
 * docs/sticky.md, diagnostics in docs/diagnostics.md, threads and memory in docs/embedding.md.
 */
#ifndef SLUICE_SLUICE_H
#define SLUICE_SLUICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(SLUICE_STATIC)
#define SLUICE_API
#elif defined(__GNUC__)
#define SLUICE_API __attribute__((visibility("default")))
#else
#define SLUICE_API
#endif

#if defined(__GNUC__)
#define SLUICE_NODISCARD __attribute__((warn_unused_result))
#else
#define SLUICE_NODISCARD
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------------
 * Version and status
 * --------------------------------------------------------------------------------------------- */

#define SLUICE_VERSION_MAJOR 0
#define SLUICE_VERSION_MINOR 1
#define SLUICE_VERSION_PATCH 0
#define SLUICE_VERSION_STRING "0.1.0"

/** The version of the library that is linked, as static NUL-terminated text, e.g. "0.1.0". */
SLUICE_API const char *sluice_version(void);

/** What a call that can fail answers. Anything but SLUICE_OK means that nothing was made or kept.
 */
typedef enum sluice_status {
    SLUICE_OK = 0,
    SLUICE_ERR_ARGUMENT = 1, /**< The caller broke a rule of this header (NULL, bad size, range). */
    SLUICE_ERR_SYNTAX = 2,   /**< Some text is neither YAML nor JSON; the report says where. */
    SLUICE_ERR_INVALID = 3,  /**< Well-formed, but a rule is wrong; the report names every one. */
    SLUICE_ERR_LIMIT = 4,    /**< A limit of the options was exceeded; the report says which. */
    SLUICE_ERR_NOMEM = 5     /**< An allocation failed; nothing was leaked and nothing was kept. */
} sluice_status;

/** A short static NUL-terminated name of @p status, e.g. "out of memory". */
SLUICE_API const char *sluice_status_name(sluice_status status);

/* ------------------------------------------------------------------------------------------------
 * Memory
 * --------------------------------------------------------------------------------------------- */

/**
 * Where the library takes its memory. All three functions are required; each gets @c user.
 * @c realloc and @c free behave as in C, NULL included; @c malloc is never called with 0.
 * Must be callable from every thread that uses an object made with it.
 * Not covered: libfyaml and RE2, which use malloc and operator new.
 */
typedef struct sluice_allocator {
    void *(*malloc)(void *user, size_t size);
    void *(*realloc)(void *user, void *ptr, size_t size);
    void (*free)(void *user, void *ptr);
    void *user;
} sluice_allocator;

/* ------------------------------------------------------------------------------------------------
 * Text
 * --------------------------------------------------------------------------------------------- */

/** A borrowed run of bytes. {NULL, 0} is the empty text, and in a request "not given". */
typedef struct sluice_str {
    const char *ptr;
    size_t len;
} sluice_str;

/** A name and a value: a header line, a label, a claim. */
typedef struct sluice_field {
    sluice_str name;
    sluice_str value;
} sluice_field;

/** The slice of a NUL-terminated string, which it borrows; NULL gives {NULL, 0}. */
SLUICE_API sluice_str sluice_str_of(const char *text);

/* ------------------------------------------------------------------------------------------------
 * Diagnostics
 * --------------------------------------------------------------------------------------------- */

typedef enum sluice_severity {
    SLUICE_SEVERITY_INFO = 0,
    SLUICE_SEVERITY_WARNING = 1,
    SLUICE_SEVERITY_ERROR = 2
} sluice_severity;

/**
 * One finding about the rules. Codes are stable (docs/diagnostics.md): Istio's own where its
 * analyser has one for the same finding ("IST0101"), else ours ("SL0001"). Borrowed from its
 * report.
 */
typedef struct sluice_diagnostic {
    sluice_severity severity;
    sluice_str code;
    sluice_str message;  /**< What is wrong and what is expected, one line. */
    sluice_str document; /**< Name of the source, as given to sluice_compile(). */
    uint32_t line;       /**< 1-based; 0 when the finding has no place in the text. */
    uint32_t column;     /**< 1-based, in bytes; 0 with line 0. */
    sluice_str kind;     /**< The resource, e.g. "VirtualService"; empty when there is none. */
    sluice_str space;    /**< Its namespace, defaults applied. */
    sluice_str name;     /**< Its metadata.name. */
    sluice_str path;     /**< Field path, e.g. "spec.http[0].route[1].weight". */
} sluice_diagnostic;

/** Diagnostics of one or more compiles, in the order found. Use from one thread at a time. */
typedef struct sluice_report sluice_report;

/** @param allocator NULL for malloc. @retval SLUICE_ERR_NOMEM, then *out is NULL. Since 0.1. */
SLUICE_API SLUICE_NODISCARD sluice_status sluice_report_new(sluice_report **out,
                                                            const sluice_allocator *allocator);
SLUICE_API void sluice_report_free(sluice_report *report);
/** Forget every diagnostic; the report may be filled again. */
SLUICE_API void sluice_report_clear(sluice_report *report);
SLUICE_API size_t sluice_report_count(const sluice_report *report);
/** How many diagnostics have @p severity. */
SLUICE_API size_t sluice_report_count_of(const sluice_report *report, sluice_severity severity);
/** Borrowed until the report is cleared or freed; NULL when @p index is out of range. */
SLUICE_API const sluice_diagnostic *sluice_report_get(const sluice_report *report, size_t index);

/* ------------------------------------------------------------------------------------------------
 * Compile: rule text in, router out
 * --------------------------------------------------------------------------------------------- */

/** A named piece of rule text: YAML (any number of documents), JSON, or a Kubernetes List. */
typedef struct sluice_source {
    sluice_str name; /**< Used in diagnostics only, e.g. a file name. */
    sluice_str text;
} sluice_source;

/** Whether hosts must be registered (docs/rules.md, "Registry"). */
typedef enum sluice_registry_mode {
    SLUICE_REGISTRY_AUTO = 0, /**< On when any Service or ServiceEntry is among the documents. */
    SLUICE_REGISTRY_ON = 1,
    SLUICE_REGISTRY_OFF = 2
} sluice_registry_mode;

/** What a mesh client's request to an unknown host gets (docs/rules.md, "Registry"). */
typedef enum sluice_outbound_policy {
    SLUICE_OUTBOUND_ALLOW_ANY = 0,    /**< It passes through. */
    SLUICE_OUTBOUND_REGISTRY_ONLY = 1 /**< It is answered with 502. */
} sluice_outbound_policy;

/** Upper bounds on what a compile reads. 0 means the default in brackets. */
typedef struct sluice_limits {
    size_t text_bytes;     /**< All sources together [256 MiB]. */
    uint32_t documents;    /**< [1,000,000]; the items of a List count. */
    uint32_t depth;        /**< Nesting of maps and lists [64]. */
    uint32_t nodes;        /**< Scalars, maps and lists, aliases expanded [50,000,000]. */
    uint32_t alias_nodes;  /**< Nodes made by expanding aliases [1,000,000]. */
    uint32_t rules;        /**< Match blocks in the compiled router [4,000,000]. */
    uint32_t destinations; /**< In one split [10,000]. */
    uint32_t regex_bytes;  /**< Length of one regular expression [1024, as Istio]. */
} sluice_limits;

typedef struct sluice_compile_options {
    size_t size; /**< Set by sluice_compile_options_init(). */
    const sluice_allocator
        *allocator; /**< NULL: malloc. Copied; @c user must outlive the router. */
    sluice_limits limits;
    bool lenient;    /**< What Istio's admission or Gateway API's schemas refuse although it has a
                          meaning at run time, and unknown fields, are warnings [false: errors]. */
    bool keep_going; /**< A resource with an error is set aside and the rest compiles [false]. */
    sluice_registry_mode registry;          /**< [AUTO] */
    sluice_outbound_policy outbound_policy; /**< [ALLOW_ANY] */
    sluice_str default_export_to; /**< "*" or ".": of resources that name no exportTo ["*"]. */
    sluice_str cluster_domain;    /**< ["cluster.local"] */
    sluice_str root_namespace;    /**< ["istio-system"] */
    sluice_str default_namespace; /**< Of documents that name none ["default"]. */
    sluice_str proxy_namespace;   /**< Namespace that the calling workload lives in ["default"]. */
    const sluice_field *proxy_labels; /**< Its labels; a request may carry others [none]. */
    size_t proxy_label_count;
    uint64_t hash_seed; /**< Keys every hash table, of the compile too, against chosen collisions;
                           take it from a random source where requests are hostile [0]. Never
                           changes a decision. */
} sluice_compile_options;

/** Fill @p options with the defaults above. */
SLUICE_API void sluice_compile_options_init(sluice_compile_options *options);

/** Compiled rules: immutable, reference counted, shared by any number of threads. */
typedef struct sluice_router sluice_router;

/**
 * Compile rule text into a router.
 *
 * @param[out] out     Yours, with one reference; NULL on any failure.
 * @param      sources Borrowed for this call; nothing in the router points into them.
 * @param      options NULL for the defaults, or set up with sluice_compile_options_init().
 * @param[out] report  NULL, or a report to add to. Filled on success too: it carries warnings.
 * @retval SLUICE_ERR_SYNTAX, SLUICE_ERR_INVALID, SLUICE_ERR_LIMIT  The report names every finding,
 *         not only the first. With @c keep_going, resources with errors are set aside (each is in
 * the report) and the call succeeds unless no text could be read.
 * @retval SLUICE_ERR_NOMEM  Nothing was leaked and nothing was kept.
 * Reentrant; allocates; time and memory grow in step with the text. Since 0.1.
 */
SLUICE_API SLUICE_NODISCARD sluice_status sluice_compile(sluice_router **out,
                                                         const sluice_source *sources, size_t count,
                                                         const sluice_compile_options *options,
                                                         sluice_report *report);

/** Take one more reference. Any thread. Returns @p router. */
SLUICE_API sluice_router *sluice_router_retain(sluice_router *router);
/** Give one reference back; the last one frees the router. Any thread. */
SLUICE_API void sluice_router_release(sluice_router *router);
/** Match blocks in the router, and the bytes that it occupies (regular expressions not counted). */
SLUICE_API size_t sluice_router_rule_count(const sluice_router *router);
SLUICE_API size_t sluice_router_memory(const sluice_router *router);

/** What part of a request a router reads, so that a host extracts only that. */
typedef enum sluice_needed {
    SLUICE_NEEDED_HEADER = 0, /**< Lower-case header names; cookies are read from "cookie". */
    SLUICE_NEEDED_QUERY = 1,
    SLUICE_NEEDED_COOKIE = 2,
    SLUICE_NEEDED_CLAIM = 3,
    SLUICE_NEEDED_SOURCE_LABEL = 4
} sluice_needed;

/** How many names of that kind the rules look at. */
SLUICE_API size_t sluice_router_needed_count(const sluice_router *router, sluice_needed what);
/** The name; {NULL, 0} when out of range. Lives as long as the router. For headers, the index is
 * the one that sluice_header_fn receives. */
SLUICE_API sluice_str sluice_router_needed_get(const sluice_router *router, sluice_needed what,
                                               size_t index);

/* ------------------------------------------------------------------------------------------------
 * Live: the rules change while requests are routed
 * --------------------------------------------------------------------------------------------- */

/**
 * Holds the router that is current, and lets any thread swap it while others route. Reference
 * counted: each context made for it holds a reference too, so the order in which a live and its
 * contexts are given back does not matter.
 *
 *     sluice_live_new(&live, router, NULL);
 *     sluice_router_release(router);                     // the live has its own reference
 *     sluice_context_new_live(&context, live, NULL);     // one for each thread
 *     sluice_route(context, &request, &decision);        // always by the router published last
 *     sluice_live_publish(live, newer);                  // any thread, any time
 *
 * What a decision pays is one acquire load. When that shows a new router, the context takes it
 * (in that call, before it decides) and gives the old one back; the last context to do so frees
 * the old router. So every decision comes from exactly one router, and one that begins after a
 * sluice_live_publish() returned comes from that router or a later one.
 */
typedef struct sluice_live sluice_live;

/**
 * @param[out] out       Yours, with one reference; NULL on any failure.
 * @param      router    The first current router; the live takes a reference of its own.
 * @param      allocator For the live itself; NULL: the router's.
 * @retval SLUICE_ERR_ARGUMENT @p router is NULL. @retval SLUICE_ERR_NOMEM. Since 0.1.
 */
SLUICE_API SLUICE_NODISCARD sluice_status sluice_live_new(sluice_live **out, sluice_router *router,
                                                          const sluice_allocator *allocator);
/** Take one more reference. Any thread. Returns @p live. */
SLUICE_API sluice_live *sluice_live_retain(sluice_live *live);
/** Give one reference back; NULL is accepted. The last one (contexts count) gives the current
 * router back and frees the live. Contexts go on routing by the last router published. Any thread.
 */
SLUICE_API void sluice_live_release(sluice_live *live);

/**
 * Make @p router the current one. The live takes a reference of its own and gives the old router's
 * back. Publishing the current router again changes nothing. Any thread, also several at once (then
 * one of them is last). Allocates nothing, so that it cannot fail half-way: whatever can fail
 * happened in sluice_compile(), and until this call the old router serves.
 * @retval SLUICE_ERR_ARGUMENT @p router is NULL; the old router stays. Since 0.1.
 */
SLUICE_API SLUICE_NODISCARD sluice_status sluice_live_publish(sluice_live *live,
                                                              sluice_router *router);
/** The current router, with a reference that you release. Never NULL. Any thread. Since 0.1. */
SLUICE_API SLUICE_NODISCARD sluice_router *sluice_live_router_retain(sluice_live *live);

/* ------------------------------------------------------------------------------------------------
 * Context: what one thread needs to route
 * --------------------------------------------------------------------------------------------- */

/**
 * One thread's random state, even-pick counters, scratch text, and its own copies of the regular
 * expressions (so that threads share no lock). Use from one thread at a time.
 */
typedef struct sluice_context sluice_context;

typedef struct sluice_context_options {
    size_t size;                       /**< Set by sluice_context_options_init(). */
    const sluice_allocator *allocator; /**< NULL: the router's, or the live's. */
    uint64_t seed;   /**< Seed and stream of the PCG generator; equal seeds and calls give equal */
    uint64_t stream; /**< decisions. Seed each context differently [0, 0]. */
    size_t
        scratch_bytes;   /**< Room for text that a decision must build, for one request [64 KiB]. A
                              request that needs more is answered SLUICE_UNAVAILABLE, status 500. */
    bool manual_refresh; /**< Of a live: only sluice_context_refresh() moves this context to a new
                              router, so that all calls between two of them see one [false]. */
} sluice_context_options;

SLUICE_API void sluice_context_options_init(sluice_context_options *options);

/** Make a context that holds a reference to @p router. @retval SLUICE_ERR_NOMEM, *out is NULL. */
SLUICE_API SLUICE_NODISCARD sluice_status sluice_context_new(sluice_context **out,
                                                             sluice_router *router,
                                                             const sluice_context_options *options);

/**
 * Make a context that routes by the current router of @p live, to which it holds a reference.
 *
 * sluice_route() and sluice_explain() move it to a newly published router first, unless
 * @c manual_refresh is set. Moving keeps the random state and the scratch, carries over the
 * counters of even splits that did not change (same salt, entries and weights), and takes memory
 * for the rest from the context's allocator. Where an allocation fails, the context goes on serving
 * the router that it has; it tries again after 1, 2, 4 ... at most 1,024 further calls, and on each
 * sluice_context_refresh(). Giving an old router back may free it, on this thread.
 * @retval SLUICE_ERR_ARGUMENT, SLUICE_ERR_NOMEM  *out is NULL. Since 0.1.
 */
SLUICE_API SLUICE_NODISCARD sluice_status sluice_context_new_live(
    sluice_context **out, sluice_live *live, const sluice_context_options *options);

/**
 * Move to the current router of the live now. For threads that may idle, since a context keeps its
 * router alive until it moves, and for hosts that set @c manual_refresh. Costs one acquire load
 * when there is nothing new. Decisions made before end here. Does nothing to a context of a router.
 * @retval SLUICE_ERR_NOMEM  The context goes on serving the router that it has.
 * The context must not be in use by another thread. Since 0.1.
 */
SLUICE_API sluice_status sluice_context_refresh(sluice_context *context);

/**
 * The router that the last call with @p context used: borrowed, until the next call with it. A host
 * that extracts headers by their index among the needed names sets @c manual_refresh, calls
 * sluice_context_refresh() before it extracts, and prepares anew when this pointer changed. Retain
 * it to keep a decision's part that lives in the router. Since 0.1.
 */
SLUICE_API sluice_router *sluice_context_router_get(const sluice_context *context);

/** Free @p context and give its router (and its live) back. Decisions made with it end here. */
SLUICE_API void sluice_context_free(sluice_context *context);

/* ------------------------------------------------------------------------------------------------
 * Request
 * --------------------------------------------------------------------------------------------- */

typedef enum sluice_protocol {
    SLUICE_PROTOCOL_HTTP = 0,
    SLUICE_PROTOCOL_GRPC = 1,
    SLUICE_PROTOCOL_TLS = 2, /**< A TLS connection that is not terminated: routed by SNI. */
    SLUICE_PROTOCOL_TCP = 3,
    SLUICE_PROTOCOL_UDP = 4
} sluice_protocol;

/**
 * Look up one header line for the router: write the @p nth (0-based) value of the header into
 * @p value and return true, or return false when there are not so many. @p index is the header's
 * index among the router's needed headers, @p name its lower-case name. Values live until
 * sluice_route() returns. Called only inside sluice_route() and sluice_explain(); must not call
 * back into the library.
 */
typedef bool (*sluice_header_fn)(void *user, size_t index, sluice_str name, size_t nth,
                                 sluice_str *value);

/**
 * A request as the proxy received it, or a connection. Zero-initialise, then fill in what you know;
 * everything is borrowed for the call. Empty text means "not given" and takes the default in
 * brackets.
 */
typedef struct sluice_request {
    sluice_protocol protocol; /**< [HTTP] */
    uint32_t port;            /**< Port that the client connected to: of the gateway's listener, or
                                   of the service for mesh [80; 443 for https and TLS]. */
    sluice_str gateway;       /**< "namespace/name" of the gateway, or "mesh" ["mesh"]. */
    sluice_str method;        /**< ["GET"; "POST" for gRPC] */
    sluice_str scheme;        /**< "http" or "https" ["http"]. */
    sluice_str authority;     /**< Host header or :authority, as received. */
    sluice_str path;          /**< With query, as received, undecoded ["/"]. Dot segments are not
                                   resolved: normalise first if the proxy does (docs/rules.md). */
    const sluice_field *headers; /**< All header lines, or NULL when header_fn is set. */
    size_t header_count;
    sluice_header_fn header_fn; /**< Used instead of @c headers when not NULL. */
    void *header_user;
    sluice_str sni;               /**< TLS server name; empty: the client sent none. */
    sluice_str sticky_key;        /**< Wins over the rule's own key and makes any split sticky. */
    sluice_str service_namespace; /**< Of the Service that a mesh client addressed, where */
    sluice_str service_name;      /**< known: mesh routes of Gateway API go by it. */
    sluice_str source_ip;         /**< Client address as text, no port. */
    sluice_str destination_ip;    /**< Address that the client connected to, as text. */
    sluice_str source_namespace;  /**< Of the calling workload [proxy_namespace]. */
    const sluice_field *source_labels; /**< Of the calling workload; NULL: proxy_labels. */
    size_t source_label_count;
    const sluice_field *claims; /**< Verified JWT claims: nested names joined by ".", a
                                        name with a dot in brackets ([a.b].c); a list as one */
    size_t claim_count;         /**< entry for each member. */
} sluice_request;

/* ------------------------------------------------------------------------------------------------
 * Policies that a decision carries as data: the host acts on them
 * --------------------------------------------------------------------------------------------- */

/** An absent duration. Zero is a value of its own wherever a field says so. */
#define SLUICE_NO_DURATION ((int64_t)-1)

typedef struct sluice_fraction {
    uint32_t numerator;
    uint32_t denominator; /**< Never 0. */
} sluice_fraction;

/** docs/rules.md, "Retries". NULL in a decision: the rules say nothing. */
typedef struct sluice_retry_policy {
    uint32_t attempts;          /**< Re-tries after the first try; 0 switches retries off. */
    int64_t per_try_timeout_ns; /**< SLUICE_NO_DURATION when absent. */
    int64_t backoff_ns;         /**< Base interval, or SLUICE_NO_DURATION. */
    sluice_str retry_on;        /**< Envoy's policy names, comma-separated. */
    const uint32_t *codes;      /**< Statuses to retry on. */
    size_t code_count;
    bool ignore_previous_hosts; /**< Avoid endpoints already tried. */
    bool retry_remote_localities;
} sluice_retry_policy;

typedef enum sluice_hash_key {
    SLUICE_HASH_HEADER = 0,
    SLUICE_HASH_COOKIE = 1,
    SLUICE_HASH_SOURCE_IP = 2,
    SLUICE_HASH_QUERY_PARAMETER = 3
} sluice_hash_key;

/** One key of a consistent-hash load balancer: how to choose an endpoint inside the destination. */
typedef struct sluice_hash_policy {
    sluice_hash_key key;
    sluice_str name;                /**< Header, cookie or parameter. */
    sluice_str path;                /**< Of a cookie. */
    int64_t ttl_ns;                 /**< Of a cookie; SLUICE_NO_DURATION: never generate one. */
    const sluice_field *attributes; /**< Of a generated cookie. */
    size_t attribute_count;
} sluice_hash_policy;

typedef enum sluice_lb_simple {
    SLUICE_LB_UNSPECIFIED = 0,
    SLUICE_LB_LEAST_REQUEST = 1,
    SLUICE_LB_RANDOM = 2,
    SLUICE_LB_ROUND_ROBIN = 3,
    SLUICE_LB_PASSTHROUGH = 4
} sluice_lb_simple;

typedef enum sluice_lb_hash {
    SLUICE_LB_HASH_NONE = 0, /**< Not a consistent-hash balancer. */
    SLUICE_LB_HASH_RING = 1,
    SLUICE_LB_HASH_MAGLEV = 2
} sluice_lb_hash;

/** loadBalancer.localityLbSetting: one `distribute` or `failover` entry. */
typedef struct sluice_locality_share {
    sluice_str from;
    sluice_str to;
    uint32_t weight; /**< Percent for distribute; 0 for failover. */
} sluice_locality_share;

typedef struct sluice_load_balancer {
    bool present;
    sluice_lb_simple simple;
    sluice_lb_hash hash;
    uint64_t hash_table_size;       /**< Minimum ring size or Maglev table size; 0: not given. */
    sluice_hash_policy hash_policy; /**< Its key, where @c hash_policy_present. */
    bool hash_policy_present;
    int64_t warmup_duration_ns; /**< SLUICE_NO_DURATION when absent. */
    double warmup_minimum_percent;
    double warmup_aggression;
    bool locality_present;
    bool locality_enabled; /**< localityLbSetting.enabled, true when not given. */
    const sluice_locality_share *distribute;
    size_t distribute_count;
    const sluice_locality_share *failover;
    size_t failover_count;
    const sluice_str *failover_priority;
    size_t failover_priority_count;
} sluice_load_balancer;

typedef enum sluice_h2_upgrade {
    SLUICE_H2_UPGRADE_DEFAULT = 0,
    SLUICE_H2_UPGRADE_DO_NOT = 1,
    SLUICE_H2_UPGRADE_UPGRADE = 2
} sluice_h2_upgrade;

/** connectionPool. 0 in a count means "not limited here"; durations as SLUICE_NO_DURATION says. */
typedef struct sluice_connection_pool {
    bool present;
    uint32_t tcp_max_connections;
    int64_t tcp_connect_timeout_ns;
    int64_t tcp_max_connection_duration_ns;
    int64_t tcp_idle_timeout_ns;
    bool tcp_keepalive_present;
    uint32_t tcp_keepalive_probes;
    int64_t tcp_keepalive_time_ns;
    int64_t tcp_keepalive_interval_ns;
    uint32_t http1_max_pending_requests;
    uint32_t http2_max_requests;
    uint32_t http_max_requests_per_connection;
    uint32_t http_max_retries;
    int64_t http_idle_timeout_ns;
    sluice_h2_upgrade http_h2_upgrade;
    bool http_use_client_protocol;
    uint32_t http_max_concurrent_streams;
    int64_t http2_keepalive_interval_ns;
    int64_t http2_keepalive_timeout_ns;
} sluice_connection_pool;

/** outlierDetection, with Istio's defaults applied (docs/rules.md, "Outlier detection"). */
typedef struct sluice_outlier_detection {
    bool present;
    uint32_t consecutive_5xx_errors;     /**< 0: off. */
    uint32_t consecutive_gateway_errors; /**< 0: off. */
    bool split_external_local_origin_errors;
    uint32_t consecutive_local_origin_failures;
    int64_t interval_ns;
    int64_t base_ejection_time_ns;
    uint32_t max_ejection_percent;
    uint32_t min_health_percent;
    const uint32_t *http_error_codes;
    size_t http_error_code_count;
} sluice_outlier_detection;

typedef enum sluice_upstream_tls {
    SLUICE_UPSTREAM_TLS_UNSET = -1, /**< The rules do not say. */
    SLUICE_UPSTREAM_TLS_DISABLE = 0,
    SLUICE_UPSTREAM_TLS_SIMPLE = 1,
    SLUICE_UPSTREAM_TLS_MUTUAL = 2,
    SLUICE_UPSTREAM_TLS_ISTIO_MUTUAL = 3
} sluice_upstream_tls;

typedef struct sluice_tls_settings {
    sluice_upstream_tls mode;
    sluice_str client_certificate;
    sluice_str private_key;
    sluice_str ca_certificates;
    sluice_str credential_name;
    sluice_str sni;
    const sluice_str *subject_alt_names;
    size_t subject_alt_name_count;
    bool insecure_skip_verify;
} sluice_tls_settings;

/** What a DestinationRule says about connections to a destination (docs/rules.md). */
typedef struct sluice_traffic_policy {
    sluice_load_balancer load_balancer;
    sluice_connection_pool connection_pool;
    sluice_outlier_detection outlier_detection;
    sluice_tls_settings tls;
    bool retry_budget_present;
    double retry_budget_percent;
    uint32_t retry_budget_min_concurrency;
    int64_t retry_budget_interval_ns;
    sluice_str proxy_protocol;  /**< "V1", "V2", or empty. */
    sluice_str tunnel_protocol; /**< "CONNECT" or "POST"; empty: no tunnel. */
    sluice_str tunnel_target_host;
    uint32_t tunnel_target_port;
} sluice_traffic_policy;

/* ------------------------------------------------------------------------------------------------
 * Decision
 * --------------------------------------------------------------------------------------------- */

typedef enum sluice_outcome {
    SLUICE_FORWARD = 0,     /**< Send it to @c destination, as @c path and @c authority say. */
    SLUICE_PASSTHROUGH = 1, /**< Mesh only: no rule applies; send it where it was going. */
    SLUICE_REDIRECT = 2,    /**< Answer with @c status and @c redirect.location. */
    SLUICE_RESPOND = 3,     /**< Answer with @c status, @c body, @c response_fields. */
    SLUICE_NOT_FOUND = 4,   /**< No host or no rule matches: 404, or refuse the connection. */
    SLUICE_UNAVAILABLE = 5, /**< A rule matches but has nowhere to send it: 500 or 503. */
    SLUICE_MISDIRECTED =
        6 /**< Gateway API: SNI and authority belong to different listeners: 421. */
} sluice_outcome;

/** The name used in sluicectl's JSON, e.g. "forward"; static and NUL-terminated. */
SLUICE_API const char *sluice_outcome_name(sluice_outcome outcome);

/** How the endpoints of a destination are reached: resolution of a ServiceEntry. */
typedef enum sluice_resolution {
    SLUICE_RESOLUTION_NONE = 0, /**< Connect to the address that the client asked for. */
    SLUICE_RESOLUTION_STATIC = 1,
    SLUICE_RESOLUTION_DNS = 2,             /**< The addresses are names: use all that they have. */
    SLUICE_RESOLUTION_DNS_ROUND_ROBIN = 3, /**< The same, one at a time as each lookup gives it. */
    SLUICE_RESOLUTION_DYNAMIC_DNS = 4      /**< Look up the host of the request. */
} sluice_resolution;

/** One place where a destination is reached. */
typedef struct sluice_endpoint {
    sluice_str
        address;     /**< IP address, host name, or unix socket ("unix:///path", "unix://@name"). */
    uint32_t port;   /**< 0 for a unix socket. */
    uint32_t weight; /**< Never 0. */
    const sluice_field *labels; /**< With those that follow from the locality, by name. */
    size_t label_count;
    sluice_str region; /**< Its locality; empty: not given. */
    sluice_str zone;
    sluice_str subzone;
} sluice_endpoint;

/** The endpoints of a destination, subset applied (docs/rules.md, "Endpoints"). In no order of
 * preference. */
typedef struct sluice_endpoints {
    sluice_resolution resolution;
    bool complete; /**< There are no others. False: pods, which no document names, may belong too,
                        or the address is found when a request comes. */
    const sluice_endpoint *items;
    size_t count;
} sluice_endpoints;

/** Where a request can be sent. Lives in the router. */
typedef struct sluice_destination {
    sluice_str host;            /**< Full host, e.g. "reviews.default.svc.cluster.local". */
    sluice_str name;            /**< Service name and namespace where the host is a cluster */
    sluice_str space;           /**< service; else empty. */
    sluice_str subset;          /**< Empty: none. */
    uint32_t port;              /**< Service port. 0 in a split: the port of the request. */
    const sluice_field *labels; /**< That the subset asks of endpoints. */
    size_t label_count;
    sluice_str app_protocol;             /**< Of the Service's port, as written; empty: none. */
    const sluice_traffic_policy *policy; /**< NULL: no DestinationRule says anything. */
    const sluice_endpoints *endpoints;   /**< NULL: not known, e.g. those of a core Service. */
} sluice_destination;

/** One entry of a weighted split, in the order of the rules. */
typedef struct sluice_split_share {
    const sluice_destination *destination;
    uint32_t weight;
    bool invalid; /**< Does not resolve; its share is answered SLUICE_UNAVAILABLE. */
} sluice_split_share;

typedef enum sluice_header_action {
    SLUICE_HEADER_SET = 0,   /**< Replace every occurrence with this one. */
    SLUICE_HEADER_ADD = 1,   /**< Append one occurrence. */
    SLUICE_HEADER_REMOVE = 2 /**< Delete every occurrence; no value. */
} sluice_header_action;

/** One step; apply a list of them first to last. Names are lower-case. */
typedef struct sluice_header_op {
    sluice_header_action action;
    sluice_str name;
    sluice_str value;
} sluice_header_op;

/** A copy of the request to send elsewhere, its answer ignored. */
typedef struct sluice_mirror {
    const sluice_destination *destination;
    uint32_t port; /**< As in the decision: never 0. */
    sluice_fraction fraction;
    bool chosen; /**< Whether this request is copied. */
} sluice_mirror;

typedef struct sluice_fault {
    bool delay_present;
    bool delay_chosen;
    int64_t delay_ns;
    sluice_fraction delay_fraction;
    bool abort_present;
    bool abort_chosen;     /**< Then the outcome is SLUICE_RESPOND; delay first if chosen too. */
    uint32_t abort_status; /**< HTTP status; 0 when the abort is a gRPC status. */
    int32_t abort_grpc_status; /**< -1 when the abort is an HTTP status. */
    sluice_fraction abort_fraction;
} sluice_fault;

typedef enum sluice_pick {
    SLUICE_PICK_ONLY = 0, /**< One destination: nothing was drawn. */
    SLUICE_PICK_RANDOM = 1,
    SLUICE_PICK_STICKY = 2,
    SLUICE_PICK_EVEN = 3
} sluice_pick;

typedef enum sluice_sticky_by {
    SLUICE_STICKY_NONE = 0, /**< The rule is not sticky and the caller gave no key. */
    SLUICE_STICKY_KEY = 1,  /**< sluice_request.sticky_key */
    SLUICE_STICKY_COOKIE = 2,
    SLUICE_STICKY_HEADER = 3,
    SLUICE_STICKY_QUERY = 4,
    SLUICE_STICKY_SOURCE_IP = 5
} sluice_sticky_by;

/** How the destination was picked (docs/sticky.md). */
typedef struct sluice_sticky {
    sluice_sticky_by by;   /**< The key used; with @c hit false, the first key the rule names. */
    sluice_str name;       /**< Of the cookie, header or parameter. */
    bool hit;              /**< The request carried the key. */
    sluice_str set_cookie; /**< Value of a Set-Cookie header to add to the response; empty: none. */
} sluice_sticky;

/** Which rule decided. Its text lives in the router. Indices are 0-based. */
typedef struct sluice_matched {
    sluice_str kind; /**< Empty: no rule of a resource (a default route, or nothing matched). */
    sluice_str space;
    sluice_str name;
    uint32_t rule;
    int32_t match; /**< -1: the rule has no match block. */
    sluice_str route_name;
    sluice_str rule_name;
    uint32_t line; /**< Of the match block or rule, 1-based. */
} sluice_matched;

typedef struct sluice_redirect {
    sluice_str location;
    sluice_str scheme;
    sluice_str host; /**< No port. */
    uint32_t port;   /**< The effective one, also when @c location leaves it out. */
    sluice_str path; /**< With query; as the rule gives it, perhaps without the leading "/" that
                          @c location puts in front. */
} sluice_redirect;

typedef enum sluice_listener_tls {
    SLUICE_LISTENER_TLS_NONE = 0,
    SLUICE_LISTENER_TLS_TERMINATE = 1,
    SLUICE_LISTENER_TLS_PASSTHROUGH = 2
} sluice_listener_tls;

/**
 * The answer. Its slices live in the router, in the context (until the next call with that context,
 * or until it is freed) or in the request's own text. A publish ends no decision: the context holds
 * on to the router it came from until its own next call. To keep the router's part longer, retain
 * the router (sluice_context_router_get()).
 */
typedef struct sluice_decision {
    sluice_outcome outcome;
    uint32_t status;               /**< Of a local answer; 0 for forward and passthrough. */
    int32_t grpc_status;           /**< Of a local answer to gRPC; -1 when there is none. */
    const sluice_matched *matched; /**< NULL: no rule. */
    const sluice_router *router;   /**< That decided: the owner of what is said to live in it. */

    const sluice_destination *destination; /**< NULL unless forward (or a known passthrough). */
    uint32_t port;                         /**< Of the destination; never 0 with one. */
    size_t split_index;                    /**< Which entry of @c split was picked. */
    const sluice_split_share *split;       /**< Every entry of the rule, weight 0 included. */
    size_t split_count;
    uint64_t split_total; /**< Sum of weights; one entry alone counts as all. */
    sluice_pick pick;
    sluice_sticky sticky;

    sluice_str path;                  /**< To send upstream, query included. */
    sluice_str authority;             /**< To send upstream. */
    const sluice_retry_policy *retry; /**< Lives in the router. NULL: the rules say nothing. */
    const sluice_header_op *request_headers;
    size_t request_header_count;
    const sluice_header_op *response_headers;
    size_t response_header_count;

    int64_t timeout_ns; /**< Whole exchange; SLUICE_NO_DURATION: none given; 0: switched off. */
    int64_t backend_timeout_ns; /**< Each try; same. */
    const sluice_mirror *mirrors;
    size_t mirror_count;
    const sluice_fault *fault;        /**< NULL: none. */
    const sluice_field *cors_headers; /**< To add to the response: of a forwarded request, of a
                                           redirect. */
    size_t cors_header_count;
    const sluice_hash_policy *hash_policy; /**< Keys of the endpoint hash, in order. */
    size_t hash_policy_count;
    bool hash_present; /**< Some key was in the request; @c hash combines them (docs/rules.md). */
    uint64_t hash;
    sluice_listener_tls listener_tls;

    sluice_redirect redirect;
    sluice_str body;                     /**< Of a local answer. */
    const sluice_field *response_fields; /**< Header lines of a local answer; of a forwarded
                                              request: to add to its response (Set-Cookie). */
    size_t response_field_count;
} sluice_decision;

/**
 * Decide one request. @p decision is overwritten whole. Never fails, whatever bytes the request
 * holds: allocates nothing, takes no lock, does not recurse. (The first call after a publish moves
 * a context of a live: see sluice_context_new_live().)
 * @return decision->outcome.
 * The context must not be in use by another thread. Since 0.1.
 */
SLUICE_API sluice_outcome sluice_route(sluice_context *context, const sluice_request *request,
                                       sluice_decision *decision);

/**
 * The shape of a request in one string, for languages in which filling a struct costs more than
 * joining strings. The string consists of pieces, each ended by one newline, in this order:
 * gateway, method, scheme, authority, path, sni, source_ip, destination_ip, source_namespace,
 * service_namespace, service_name, sticky_key (all of sluice_request; empty means "not given"),
 * then name and value of each source label, of each claim, of each header line.
 */
typedef struct sluice_packed {
    sluice_protocol protocol;
    uint32_t port;
    uint32_t source_label_count; /**< 0: the router's proxy_labels. */
    uint32_t claim_count;
    uint32_t header_count;
} sluice_packed;

/** What a decision says beyond the rule, the destination, its port, the split and the retries. */
typedef enum sluice_says {
    SLUICE_SAYS_PATH = 1,      /**< A path other than the request's own. */
    SLUICE_SAYS_AUTHORITY = 2, /**< Likewise. */
    SLUICE_SAYS_MORE = 4       /**< Another outcome than forward, or any of the other fields. */
} sluice_says;

/** A decision, and what spares its reader most of it. */
typedef struct sluice_packed_decision {
    sluice_decision decision;
    uint32_t rule; /**< By which decision.router tells its rules apart: where it is equal, what
                      decision.matched holds is equal. 0: no rule decided. */
    uint32_t says; /**< Of sluice_says, added up. */
} sluice_packed_decision;

/**
 * sluice_route() for a packed request. The decision's slices may point into @p text.
 * @param text  Ended by a NUL byte.
 * @retval SLUICE_ERR_ARGUMENT  The text does not consist of exactly the pieces that @p packed
 *         announces: one of them holds a newline or a NUL byte, say. Use sluice_route() for such a
 *         request.
 * @retval SLUICE_ERR_LIMIT     More than 256 labels, claims and header lines; likewise.
 * On any other status than SLUICE_OK @p out is not written. Allocates nothing. Since 0.1.
 */
SLUICE_API SLUICE_NODISCARD sluice_status sluice_route_packed(sluice_context *context,
                                                              const sluice_packed *packed,
                                                              const char *text,
                                                              sluice_packed_decision *out);

/* ------------------------------------------------------------------------------------------------
 * Explain: the same decision, with the way to it
 * --------------------------------------------------------------------------------------------- */

/** One rule that was looked at. Text is owned by the explanation. */
typedef struct sluice_explain_step {
    const sluice_matched *rule; /**< Owned by the explanation. */
    bool holds;                 /**< Every predicate held: the last step of a match. */
    sluice_str predicate; /**< First predicate that failed, e.g. `header end-user exact "jason"`. */
    sluice_str actual;    /**< What the request had there, e.g. `"tom"` or `absent`. */
} sluice_explain_step;

typedef struct sluice_explanation sluice_explanation;

/**
 * Decide as sluice_route() does (drawing the same random numbers) and say which virtual host was
 * chosen and which rules were tried in order. Allocates from the context's allocator.
 * @param[out] out Yours, release with sluice_explanation_free(); NULL on failure.
 * @retval SLUICE_ERR_NOMEM  @p decision is not written.
 */
SLUICE_API SLUICE_NODISCARD sluice_status sluice_explain(sluice_explanation **out,
                                                         sluice_context *context,
                                                         const sluice_request *request,
                                                         sluice_decision *decision);
SLUICE_API void sluice_explanation_free(sluice_explanation *explanation);
/** The domain of the virtual host that was chosen, e.g. "*.example.com"; empty: none fits. */
SLUICE_API sluice_str sluice_explanation_virtual_host(const sluice_explanation *explanation);
SLUICE_API size_t sluice_explanation_count(const sluice_explanation *explanation);
SLUICE_API const sluice_explain_step *sluice_explanation_get(const sluice_explanation *explanation,
                                                             size_t index);

/* ------------------------------------------------------------------------------------------------
 * The weighted pick on its own, for callers who do their own matching
 * --------------------------------------------------------------------------------------------- */

/** A pcg64 generator (XSL-RR 128/64, O'Neill 2014). Yours to store; not for secrets. */
typedef struct sluice_rng {
    uint64_t state[2]; /**< Low word first. */
    uint64_t increment[2];
} sluice_rng;

/** Equal (seed, stream) give equal sequences, on every platform. */
SLUICE_API void sluice_rng_init(sluice_rng *rng, uint64_t seed, uint64_t stream);
SLUICE_API uint64_t sluice_rng_next(sluice_rng *rng);

/** One destination of a split. */
typedef struct sluice_split_entry {
    sluice_str
        identity; /**< Its stable name, for sticky picks. Entries with one identity race as one. */
    uint32_t weight; /**< 0: never picked. The sum must be 1 to 2^32-1. */
} sluice_split_entry;

/** Immutable; any number of readers. */
typedef struct sluice_split sluice_split;

/**
 * @param salt Distinguishes splits: equal keys under different salts land independently.
 * @retval SLUICE_ERR_ARGUMENT  No entries, or the weights' sum is 0 or above 2^32-1.
 * @retval SLUICE_ERR_NOMEM     *out is NULL.
 */
SLUICE_API SLUICE_NODISCARD sluice_status sluice_split_new(sluice_split **out,
                                                           const sluice_split_entry *entries,
                                                           size_t count, sluice_str salt,
                                                           const sluice_allocator *allocator);
SLUICE_API void sluice_split_free(sluice_split *split);
SLUICE_API size_t sluice_split_count(const sluice_split *split);
/** Index of an entry, drawn with probability weight / sum. One draw; time independent of the count.
 */
SLUICE_API size_t sluice_split_pick(const sluice_split *split, sluice_rng *rng);
/** Index of the entry that @p key belongs to: sticky version 1 of docs/sticky.md. No state. */
SLUICE_API size_t sluice_split_pick_sticky(const sluice_split *split, sluice_str key);
/**
 * Index of the next entry in smooth weighted round robin. @p counters holds sluice_split_count()
 * numbers, all 0 before the first pick; the caller keeps them between picks.
 */
SLUICE_API size_t sluice_split_pick_even(const sluice_split *split, int64_t *counters);

#ifdef __cplusplus
}
#endif

#endif
