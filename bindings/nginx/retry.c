/*
 * retry: the rules' retry policy, as far as nginx has words for it.
 *
 * nginx asks each server of an upstream once; so many tries there can be. What it cannot tell are
 * gRPC statuses, "retriable-4xx" and "envoy-ratelimited". It waits for no backoff.
 */
#include "module.h"

#define BAD_GATEWAY                                                                                \
    (NGX_HTTP_UPSTREAM_FT_HTTP_502 | NGX_HTTP_UPSTREAM_FT_HTTP_503 | NGX_HTTP_UPSTREAM_FT_HTTP_504)
#define NO_CONNECTION (NGX_HTTP_UPSTREAM_FT_ERROR | NGX_HTTP_UPSTREAM_FT_TIMEOUT)
#define BROKEN                                                                                     \
    (NO_CONNECTION | NGX_HTTP_UPSTREAM_FT_INVALID_HEADER | NGX_HTTP_UPSTREAM_FT_NON_IDEMPOTENT)

/* Envoy's names. */
static ngx_uint_t
conditions_of(sluice_str policy)
{
    static const struct {
        sluice_str name;
        ngx_uint_t conditions;
    } policies[] = {
        {{"5xx", 3},                   BROKEN | BAD_GATEWAY | NGX_HTTP_UPSTREAM_FT_HTTP_500},
        {{"gateway-error", 13},        BROKEN | BAD_GATEWAY                                },
        {{"reset", 5},                 BROKEN                                              },
        {{"reset-before-request", 20}, NO_CONNECTION                                       },
        {{"connect-failure", 15},      NO_CONNECTION                                       },
        {{"refused-stream", 14},       NO_CONNECTION                                       },
    };
    for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
        if (ngx_http_sluice_equal(policy, policies[i].name)) return policies[i].conditions;
    }
    return 0;
}

static ngx_uint_t
condition_of_status(uint32_t status)
{
    switch (status) {
    case 403:
        return NGX_HTTP_UPSTREAM_FT_HTTP_403;
    case 404:
        return NGX_HTTP_UPSTREAM_FT_HTTP_404;
    case 429:
        return NGX_HTTP_UPSTREAM_FT_HTTP_429;
    case 500:
        return NGX_HTTP_UPSTREAM_FT_HTTP_500;
    case 502:
        return NGX_HTTP_UPSTREAM_FT_HTTP_502;
    case 503:
        return NGX_HTTP_UPSTREAM_FT_HTTP_503;
    case 504:
        return NGX_HTTP_UPSTREAM_FT_HTTP_504;
    default:
        return 0;
    }
}

static ngx_uint_t
conditions(const sluice_retry_policy *policy)
{
    ngx_uint_t found = 0;
    sluice_str rest = policy->retry_on;
    while (rest.len) {
        const char *comma = memchr(rest.ptr, ',', rest.len);
        size_t len = comma ? (size_t)(comma - rest.ptr) : rest.len;
        size_t used = comma ? len + 1 : len;
        found |= conditions_of((sluice_str){rest.ptr, len});
        rest = (sluice_str){rest.ptr + used, rest.len - used};
    }
    for (size_t i = 0; i < policy->code_count; i++) {
        ngx_uint_t status = condition_of_status(policy->codes[i]);
        if (status) found |= status | NGX_HTTP_UPSTREAM_FT_NON_IDEMPOTENT;
    }
    return found;
}

static void
set_time_of_try(ngx_http_upstream_conf_t *conf, const sluice_decision *decision)
{
    ngx_msec_t time = ngx_http_sluice_milliseconds(decision->backend_timeout_ns);
    if (decision->retry && decision->retry->per_try_timeout_ns > 0) {
        time = ngx_http_sluice_milliseconds(decision->retry->per_try_timeout_ns);
    }
    if (time == 0) return;
    conf->read_timeout = time;
    if (conf->connect_timeout > time) conf->connect_timeout = time;
}

ngx_int_t
ngx_http_sluice_set_retry(ngx_http_request_t *r, const sluice_decision *decision)
{
    ngx_http_upstream_t *upstream = r->upstream;
    const sluice_retry_policy *policy = decision->retry;
    if (policy == NULL && decision->backend_timeout_ns <= 0) return NGX_OK;
    ngx_http_upstream_conf_t *conf = ngx_palloc(r->pool, sizeof(*conf));
    if (conf == NULL) return NGX_ERROR;
    *conf = *upstream->conf;
    upstream->conf = conf;
    set_time_of_try(conf, decision);
    if (policy == NULL) return NGX_OK;
    conf->next_upstream = policy->attempts ? conditions(policy) : NGX_HTTP_UPSTREAM_FT_OFF;
    conf->next_upstream_tries = (ngx_uint_t)policy->attempts + 1;
    upstream->peer.tries = ngx_min(upstream->peer.tries, conf->next_upstream_tries);
    return NGX_OK;
}
