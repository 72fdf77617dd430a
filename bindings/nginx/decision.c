/*
 * decision: asked for once for each client request, then kept in its pool.
 *
 * The text of a decision may live in the worker's context, which the next request of the worker
 * uses again: what is needed later is copied. A request handed on inside nginx (error_page,
 * try_files) loses its module contexts, so that the decision is found by its cleanup instead.
 */
#include "module.h"

static void
clean_up(void *data)
{
    ngx_http_sluice_ctx_t *ctx = data;
    if (ctx->timeout && ctx->timeout->timer_set) ngx_del_timer(ctx->timeout);
}

ngx_http_sluice_ctx_t *
ngx_http_sluice_decided(ngx_http_request_t *r)
{
    ngx_http_request_t *main = r->main;
    ngx_http_sluice_ctx_t *ctx = ngx_http_get_module_ctx(main, ngx_http_sluice_module);
    if (ctx || !(main->internal || main->filter_finalize)) return ctx;
    for (ngx_pool_cleanup_t *cleanup = main->pool->cleanup; cleanup; cleanup = cleanup->next) {
        if (cleanup->handler != clean_up) continue;
        ngx_http_set_ctx(main, cleanup->data, ngx_http_sluice_module);
        return cleanup->data;
    }
    return NULL;
}

/* ---- keeping ---- */

static ngx_int_t
keep_text(ngx_pool_t *pool, sluice_str *text)
{
    if (text->len == 0) return NGX_OK;
    char *copy = ngx_pnalloc(pool, text->len);
    if (copy == NULL) return NGX_ERROR;
    ngx_memcpy(copy, text->ptr, text->len);
    text->ptr = copy;
    return NGX_OK;
}

/* What is still the request's own text lives long enough. */
static ngx_int_t
keep_unless_own(ngx_pool_t *pool, sluice_str *text, sluice_str own)
{
    return text->ptr == own.ptr && text->len <= own.len ? NGX_OK : keep_text(pool, text);
}

static ngx_int_t
keep_fields(ngx_pool_t *pool, const sluice_field **fields, size_t count)
{
    if (count == 0) return NGX_OK;
    sluice_field *copy = ngx_palloc(pool, count * sizeof(*copy));
    if (copy == NULL) return NGX_ERROR;
    for (size_t i = 0; i < count; i++) {
        copy[i] = (*fields)[i];
        if (keep_text(pool, &copy[i].name) != NGX_OK) return NGX_ERROR;
        if (keep_text(pool, &copy[i].value) != NGX_OK) return NGX_ERROR;
    }
    *fields = copy;
    return NGX_OK;
}

static ngx_int_t
keep_ops(ngx_pool_t *pool, const sluice_header_op **ops, size_t count)
{
    if (count == 0) return NGX_OK;
    sluice_header_op *copy = ngx_palloc(pool, count * sizeof(*copy));
    if (copy == NULL) return NGX_ERROR;
    for (size_t i = 0; i < count; i++) {
        copy[i] = (*ops)[i];
        if (keep_text(pool, &copy[i].name) != NGX_OK) return NGX_ERROR;
        if (keep_text(pool, &copy[i].value) != NGX_OK) return NGX_ERROR;
    }
    *ops = copy;
    return NGX_OK;
}

static ngx_int_t
keep_mirrors(ngx_pool_t *pool, sluice_decision *decision)
{
    size_t size = decision->mirror_count * sizeof(sluice_mirror);
    if (size == 0) return NGX_OK;
    sluice_mirror *copy = ngx_palloc(pool, size);
    if (copy == NULL) return NGX_ERROR;
    ngx_memcpy(copy, decision->mirrors, size);
    decision->mirrors = copy;
    return NGX_OK;
}

/* What only local answers have. */
static ngx_int_t
keep_answer(ngx_pool_t *pool, sluice_decision *decision)
{
    sluice_str location = decision->redirect.location;
    if (keep_text(pool, &location) != NGX_OK) return NGX_ERROR;
    decision->redirect = (sluice_redirect){.location = location};
    return keep_text(pool, &decision->body);
}

/* What only some rules give. */
static ngx_int_t
keep_lists(ngx_pool_t *pool, sluice_decision *decision)
{
    if (keep_ops(pool, &decision->request_headers, decision->request_header_count) != NGX_OK ||
        keep_ops(pool, &decision->response_headers, decision->response_header_count) != NGX_OK ||
        keep_fields(pool, &decision->cors_headers, decision->cors_header_count) != NGX_OK ||
        keep_fields(pool, &decision->response_fields, decision->response_field_count) != NGX_OK) {
        return NGX_ERROR;
    }
    return keep_mirrors(pool, decision);
}

static ngx_int_t
keep_sticky(ngx_pool_t *pool, sluice_sticky *sticky)
{
    if (sticky->by == SLUICE_STICKY_NONE) return NGX_OK;
    if (keep_text(pool, &sticky->name) != NGX_OK) return NGX_ERROR;
    return keep_text(pool, &sticky->set_cookie);
}

static ngx_int_t
keep(ngx_pool_t *pool, ngx_http_sluice_ctx_t *ctx)
{
    sluice_decision *decision = &ctx->decision;
    if (decision->matched) {
        ctx->matched = *decision->matched; /* its text lives in the router */
        decision->matched = &ctx->matched;
    }
    if (decision->fault) {
        ctx->fault = *decision->fault;
        decision->fault = &ctx->fault;
    }
    decision->split = NULL;
    decision->hash_policy = NULL;
    if (keep_unless_own(pool, &decision->path, ctx->received_path) != NGX_OK ||
        keep_unless_own(pool, &decision->authority, ctx->received_authority) != NGX_OK ||
        keep_sticky(pool, &decision->sticky) != NGX_OK) {
        return NGX_ERROR;
    }
    bool local = decision->outcome != SLUICE_FORWARD && decision->outcome != SLUICE_PASSTHROUGH;
    if (local && keep_answer(pool, decision) != NGX_OK) return NGX_ERROR;
    bool lists = decision->request_header_count || decision->response_header_count ||
                 decision->cors_header_count || decision->response_field_count ||
                 decision->mirror_count;
    return lists ? keep_lists(pool, decision) : NGX_OK;
}

/* ---- deciding ---- */

/* From now on the decision is found. This is ngx_pool_cleanup_add() without memory of its own. */
static void
enter(ngx_http_request_t *r, ngx_http_sluice_ctx_t *ctx)
{
    ctx->timeout = NULL;
    ctx->cleanup = (ngx_pool_cleanup_t){clean_up, ctx, r->pool->cleanup};
    r->pool->cleanup = &ctx->cleanup;
    ngx_http_set_ctx(r, ctx, ngx_http_sluice_module);
}

/* The decision may point into the context yet. */
static ngx_int_t
ask(ngx_http_request_t *r, const ngx_http_sluice_loc_conf_t *conf, ngx_http_sluice_ctx_t *ctx)
{
    ngx_http_sluice_reader_t reader;
    sluice_request *request = &conf->rules->request;
    conf->rules->describing = true;
    ngx_int_t rc = ngx_http_sluice_describe(r, conf, &reader, request);
    conf->rules->describing = false;
    if (rc == NGX_OK) sluice_route(conf->rules->context, request, &ctx->decision);
    ctx->rules = conf->rules;
    ctx->received_path = request->path;
    ctx->received_authority = request->authority;
    ctx->grpc = request->protocol == SLUICE_PROTOCOL_GRPC;
    ctx->stage = NGX_HTTP_SLUICE_DECIDED;
    ctx->routed = false;
    ctx->content_handler = NULL;
    ctx->upstream = NULL;
    if (conf->overrides) ngx_memzero(request, sizeof(*request));
    return rc;
}

ngx_http_sluice_ctx_t *
ngx_http_sluice_decide(ngx_http_request_t *r)
{
    ngx_http_sluice_ctx_t *ctx = ngx_http_sluice_decided(r);
    if (ctx) return ctx;
    r = r->main;
    ngx_http_sluice_loc_conf_t *conf = ngx_http_get_module_loc_conf(r, ngx_http_sluice_module);
    /* A request that nginx could not read has no path; it is logged, perhaps with our variables. */
    if (conf->rules == NULL || r->uri.len == 0) return NULL;
    if (conf->rules->describing) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "sluice: what a directive gives to the rules depends on their decision");
        return NULL;
    }
    ctx = ngx_palloc(r->pool, sizeof(*ctx));
    if (ctx == NULL || ask(r, conf, ctx) != NGX_OK || keep(r->pool, ctx) != NGX_OK) return NULL;
    enter(r, ctx);
    return ctx;
}
