/*
 * upstream: the moment at which nginx has chosen an upstream, whichever of its modules passes the
 * request on.
 *
 * Each upstream known to the configuration gets a function before its own that is called once for a
 * request, before the first server is asked. One that is looked up while serving (a name or an
 * address in a variable) has none: there the policy is set after the location's handler, when nginx
 * may have begun to connect.
 */
#include "module.h"

/* The upstreams of the configuration, sorted by address, and the functions before which ours
 * stands. */
struct hooked {
    ngx_http_upstream_srv_conf_t *upstream;
    ngx_http_upstream_init_peer_pt init;
};

static ngx_int_t
set_policy(ngx_http_request_t *r, ngx_http_sluice_ctx_t *ctx)
{
    if (r->upstream == NULL || r->upstream->conf == NULL || r->upstream == ctx->upstream) {
        return NGX_OK;
    }
    ctx->upstream = r->upstream;
    if (ngx_http_sluice_set_retry(r, &ctx->decision) != NGX_OK) return NGX_ERROR;
    return ngx_http_sluice_start_timeout(r, ctx);
}

/* ---- upstreams of the configuration ---- */

static int ngx_libc_cdecl
compare_hooked(const void *one, const void *two)
{
    const struct hooked *a = one, *b = two;
    return a->upstream < b->upstream ? -1 : a->upstream > b->upstream;
}

static ngx_int_t
init_peer(ngx_http_request_t *r, ngx_http_upstream_srv_conf_t *upstream)
{
    const ngx_http_sluice_main_conf_t *conf =
        ngx_http_get_module_main_conf(r, ngx_http_sluice_module);
    const struct hooked wanted = {upstream, NULL};
    const struct hooked *own =
        bsearch(&wanted, conf->upstreams, conf->upstream_count, sizeof(wanted), compare_hooked);
    ngx_int_t rc = own->init(r, upstream);
    if (rc != NGX_OK || r != r->main) return rc;
    ngx_http_sluice_ctx_t *ctx = ngx_http_sluice_decided(r);
    if (ctx == NULL || ctx->stage != NGX_HTTP_SLUICE_ROUTED) return NGX_OK;
    if (r->upstream == ctx->upstream) {
        ngx_http_sluice_restart_timeout(ctx); /* the request's body has been waited for */
        return NGX_OK;
    }
    return set_policy(r, ctx);
}

ngx_int_t
ngx_http_sluice_init_upstreams(ngx_conf_t *cf)
{
    ngx_http_sluice_main_conf_t *conf =
        ngx_http_conf_get_module_main_conf(cf, ngx_http_sluice_module);
    const ngx_http_upstream_main_conf_t *known =
        ngx_http_conf_get_module_main_conf(cf, ngx_http_upstream_module);
    ngx_http_upstream_srv_conf_t **upstreams = known->upstreams.elts;
    struct hooked *hooked = ngx_palloc(cf->pool, (known->upstreams.nelts + 1) * sizeof(*hooked));
    if (hooked == NULL) return NGX_ERROR;
    for (ngx_uint_t i = 0; i < known->upstreams.nelts; i++) {
        hooked[i] = (struct hooked){upstreams[i], upstreams[i]->peer.init};
        upstreams[i]->peer.init = init_peer;
    }
    ngx_qsort(hooked, known->upstreams.nelts, sizeof(*hooked), compare_hooked);
    conf->upstreams = hooked;
    conf->upstream_count = known->upstreams.nelts;
    return NGX_OK;
}

/* ---- others ---- */

static ngx_int_t
handle_content(ngx_http_request_t *r)
{
    ngx_http_sluice_ctx_t *ctx = ngx_http_sluice_decided(r);
    ngx_int_t rc = ctx->content_handler(r);
    if (rc == NGX_DONE && set_policy(r, ctx) != NGX_OK) {
        ngx_log_error(NGX_LOG_ALERT, r->connection->log, 0,
                      "sluice: out of memory for timeout and retries");
    }
    return rc;
}

ngx_int_t
ngx_http_sluice_watch_upstream(ngx_http_request_t *r, ngx_http_sluice_ctx_t *ctx)
{
    if (r->content_handler == NULL || r->content_handler == handle_content) return NGX_DECLINED;
    ctx->content_handler = r->content_handler;
    r->content_handler = handle_content;
    return NGX_DECLINED;
}
