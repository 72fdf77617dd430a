/*
 * module: what the files of the nginx module share.
 *
 * The module asks the library once for each client request and keeps the answer for as long as the
 * request lives; subrequests see the answer of their main request.
 */
#ifndef NGX_HTTP_SLUICE_MODULE_H
#define NGX_HTTP_SLUICE_MODULE_H

#include <ngx_config.h>

#include <ngx_core.h>
#include <ngx_http.h>

#include <stdbool.h>

#include <sluice/sluice.h>

extern ngx_module_t ngx_http_sluice_module;

/* memory.c: for the library. */
extern const sluice_allocator ngx_http_sluice_memory;

/* ---- configuration ---- */

typedef struct {
    ngx_array_t rules; /* of ngx_http_sluice_rules_t *, each directive's */
    bool seeded;       /* sluice_seed is given: */
    uint64_t seed;
    bool routes;     /* some location has sluice_route on; then: */
    void *upstreams; /* of upstream.c: nginx's upstreams, and what they do with a request */
    size_t upstream_count;
} ngx_http_sluice_main_conf_t;

typedef struct ngx_http_sluice_keys_s ngx_http_sluice_keys_t;

/* What one sluice_rules directive compiled. */
typedef struct {
    const ngx_http_sluice_main_conf_t *main;
    sluice_router *router;
    sluice_context *context; /* of this worker, made after the fork */
    sluice_request request;  /* for one request after the other: clearing it each time costs */
    bool describing;         /* a request is being described, for which variables are evaluated */
    ngx_http_sluice_keys_t *keys;
    bool mirror_refused; /* that a mirror has no location was logged by this process */
} ngx_http_sluice_rules_t;

/* A label or a claim whose value the request gives. */
typedef struct {
    sluice_str name;
    ngx_http_complex_value_t value;
} ngx_http_sluice_named_value_t;

typedef struct {
    ngx_http_sluice_rules_t *rules; /* NULL: no sluice_rules here or above */
    ngx_flag_t route;               /* sluice_route */
    ngx_str_t mirror;               /* sluice_mirror: URI of a location; empty: none */

    bool overrides; /* one of the following is given */
    ngx_http_complex_value_t *gateway;
    ngx_http_complex_value_t *port;
    ngx_http_complex_value_t *scheme;
    ngx_http_complex_value_t *source_namespace;
    ngx_http_complex_value_t *service;
    ngx_http_complex_value_t *sticky_key;
    ngx_array_t *labels; /* of ngx_http_sluice_named_value_t */
    ngx_array_t *claims;
} ngx_http_sluice_loc_conf_t;

/* directives: the table, and how levels of the configuration inherit. */
extern ngx_command_t ngx_http_sluice_directives[];
void *ngx_http_sluice_create_main_conf(ngx_conf_t *cf);
void *ngx_http_sluice_create_loc_conf(ngx_conf_t *cf);
char *ngx_http_sluice_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child);

/* rules: the sluice_rules directive. */
char *ngx_http_sluice_set_rules(ngx_conf_t *cf, ngx_command_t *command, void *conf);

/*
 * files: rule files by name. An argument is a file, a pattern, or a folder of which every .yaml,
 * .yml and .json file is meant; names are relative to nginx.conf. Both log what is wrong.
 */
ngx_int_t ngx_http_sluice_find_files(ngx_conf_t *cf, const ngx_str_t *argument, ngx_array_t *names);
ngx_int_t ngx_http_sluice_read_file(ngx_conf_t *cf, ngx_str_t *name, sluice_source *source);

/* ---- a worker ---- */

/* Make the contexts of this worker, each with a seed of its own. */
ngx_int_t ngx_http_sluice_init_process(ngx_cycle_t *cycle);

/* keys: HOST|SUBSET|PORT of a destination, from @p keys or written into @p pool; empty: no memory.
 */
ngx_http_sluice_keys_t *ngx_http_sluice_new_keys(ngx_pool_t *pool);
ngx_str_t ngx_http_sluice_key(ngx_http_sluice_keys_t *keys, ngx_pool_t *pool,
                              const sluice_destination *destination, uint32_t port);

/* ---- a request ---- */

enum ngx_http_sluice_stage {
    NGX_HTTP_SLUICE_DECIDED, /* nothing was done yet */
    NGX_HTTP_SLUICE_DELAYED, /* an injected delay is over, or there is none */
    NGX_HTTP_SLUICE_EDITED,  /* path and headers are those to send */
    NGX_HTTP_SLUICE_READING, /* the body is being read, to be sent to mirrors too */
    NGX_HTTP_SLUICE_ROUTED   /* the rest is the location's */
};

/* The one decision of a client request. What it points to lives as long as the request. */
typedef struct {
    sluice_decision decision; /* without split, hash_policy and the parts of redirect */
    sluice_matched matched;
    sluice_fault fault;
    ngx_http_sluice_rules_t *rules;
    sluice_str received_path; /* as the rules saw it */
    sluice_str received_authority;
    bool grpc;

    enum ngx_http_sluice_stage stage;
    bool routed;                         /* sluice_route acts: the response is to be edited, once */
    ngx_http_handler_pt content_handler; /* the location's, which ours stands before */
    const ngx_http_upstream_t *upstream; /* that has the rules' timeouts and retries */
    ngx_event_t *timeout;                /* of the whole exchange; NULL: none was started */
    ngx_pool_cleanup_t cleanup;
} ngx_http_sluice_ctx_t;

/* Of a mirror's subrequest: which mirror of the main request's decision it is for. */
typedef struct {
    const sluice_mirror *mirror;
} ngx_http_sluice_mirror_ctx_t;

/* request: describe a request to the library. The reader must live until the library answered. */
typedef struct {
    ngx_http_request_t *r;
    ngx_list_part_t *part; /* where the value after the last one found is looked for */
    ngx_uint_t next;
    size_t index; /* of the header that this is about, */
    size_t nth;   /* and the number of that value */
} ngx_http_sluice_reader_t;
/* In @p request, what only sluice_... directives set is empty before; they leave it set. */
ngx_int_t ngx_http_sluice_describe(ngx_http_request_t *r, const ngx_http_sluice_loc_conf_t *conf,
                                   ngx_http_sluice_reader_t *reader, sluice_request *request);

/*
 * path: the path that rules are asked about. It is the client's own text, unless that has dot
 * segments or nginx rewrote it: then it is nginx's path, escaped. *path is empty when memory is
 * short.
 */
sluice_str ngx_http_sluice_path(ngx_http_request_t *r);

/* decision: the one of r's main request, made when first asked for. NULL: no rules or no memory. */
ngx_http_sluice_ctx_t *ngx_http_sluice_decide(ngx_http_request_t *r);
/* The same if it was made already, else NULL. */
ngx_http_sluice_ctx_t *ngx_http_sluice_decided(ngx_http_request_t *r);

/* variables: $sluice_... */
ngx_int_t ngx_http_sluice_add_variables(ngx_conf_t *cf);

/* ---- sluice_route on ---- */

/* route: carry out the decision. A handler of the precontent phase, after access was checked. */
ngx_int_t ngx_http_sluice_route(ngx_http_request_t *r);
/* answer: send what the rules say to the client. Returns what a phase handler returns. */
ngx_int_t ngx_http_sluice_answer(ngx_http_request_t *r, ngx_http_sluice_ctx_t *ctx);
/* request_headers: edit the headers that go upstream. */
ngx_int_t ngx_http_sluice_edit_request_headers(ngx_http_request_t *r, const sluice_header_op *ops,
                                               size_t count);
/* response_headers: edit the answer on its way to the client; set up at configuration time. */
void ngx_http_sluice_init_header_filter(void);
ngx_int_t ngx_http_sluice_set_response_header(ngx_http_request_t *r, sluice_str name,
                                              sluice_str value);
/* mirror: send the chosen copies. NGX_DECLINED: done; else what a phase handler returns. */
ngx_int_t ngx_http_sluice_mirror(ngx_http_request_t *r, ngx_http_sluice_ctx_t *ctx);
/*
 * upstream: catch the moment at which nginx has chosen an upstream for a routed request. Set up at
 * configuration time; then for each request. The latter returns NGX_DECLINED.
 */
ngx_int_t ngx_http_sluice_init_upstreams(ngx_conf_t *cf);
ngx_int_t ngx_http_sluice_watch_upstream(ngx_http_request_t *r, ngx_http_sluice_ctx_t *ctx);
/* retry: the rules' retry policy and time for a try, in a copy of the upstream's settings. */
ngx_int_t ngx_http_sluice_set_retry(ngx_http_request_t *r, const sluice_decision *decision);
/* timeout: the time for the whole exchange runs from now on, unless it does so already; restart:
 * anew. */
ngx_int_t ngx_http_sluice_start_timeout(ngx_http_request_t *r, ngx_http_sluice_ctx_t *ctx);
void ngx_http_sluice_restart_timeout(ngx_http_sluice_ctx_t *ctx);

/* ---- text ---- */

static inline sluice_str
ngx_http_sluice_str(ngx_str_t text)
{
    return (sluice_str){(const char *)text.data, text.len};
}

static inline ngx_str_t
ngx_http_sluice_ngx_str(sluice_str text)
{
    return (ngx_str_t){text.len, (u_char *)(uintptr_t)text.ptr};
}

/* Rounded up; 0 for what is not given or switched off. */
static inline ngx_msec_t
ngx_http_sluice_milliseconds(int64_t nanoseconds)
{
    return nanoseconds <= 0 ? 0 : (ngx_msec_t)((nanoseconds + 999999) / 1000000);
}

static inline bool
ngx_http_sluice_equal(sluice_str text, sluice_str other)
{
    return text.len == other.len &&
           (text.len == 0 || ngx_memcmp(text.ptr, other.ptr, text.len) == 0);
}

#define NGX_HTTP_SLUICE_TEXT(literal) ((sluice_str){literal, sizeof(literal) - 1})

#endif
