/*
 * mirror: copies of a request, sent by background subrequests to the location that sluice_mirror
 * names; their answers are thrown away. As in nginx's own mirror module, a request with a body is
 * read whole first.
 */
#include "module.h"

static size_t
chosen_mirrors(const sluice_decision *decision)
{
    size_t count = 0;
    for (size_t i = 0; i < decision->mirror_count; i++) {
        count += decision->mirrors[i].chosen;
    }
    return count;
}

static ngx_int_t
send_copy(ngx_http_request_t *r, const ngx_str_t *location, const sluice_mirror *mirror)
{
    ngx_http_request_t *copy;
    ngx_str_t uri = *location;
    ngx_http_sluice_mirror_ctx_t *ctx = ngx_palloc(r->pool, sizeof(*ctx));
    if (ctx == NULL) return NGX_ERROR;
    ngx_int_t rc =
        ngx_http_subrequest(r, &uri, &r->args, &copy, NULL, NGX_HTTP_SUBREQUEST_BACKGROUND);
    if (rc != NGX_OK) return NGX_ERROR;
    ctx->mirror = mirror;
    ngx_http_set_ctx(copy, ctx, ngx_http_sluice_module);
    copy->header_only = 1;
    copy->method = r->method;
    copy->method_name = r->method_name;
    return NGX_OK;
}

/* A copy that cannot be made is logged and takes nothing from the request itself. */
static void
send_copies(ngx_http_request_t *r, const ngx_http_sluice_ctx_t *ctx, const ngx_str_t *location)
{
    const sluice_decision *decision = &ctx->decision;
    for (size_t i = 0; i < decision->mirror_count; i++) {
        if (!decision->mirrors[i].chosen) continue;
        if (send_copy(r, location, &decision->mirrors[i]) == NGX_OK) continue;
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "sluice: a mirror was not sent");
    }
}

static void
body_is_read(ngx_http_request_t *r)
{
    r->preserve_body = 1; /* the copies and the request itself send the same body */
    r->write_event_handler = ngx_http_core_run_phases;
    ngx_http_core_run_phases(r);
}

/* NGX_DECLINED: there is no body; NGX_DONE: the phases are run again when it is there. */
static ngx_int_t
read_body(ngx_http_request_t *r, ngx_http_sluice_ctx_t *ctx)
{
    if (r->headers_in.content_length_n <= 0 && !r->headers_in.chunked) return NGX_DECLINED;
    ctx->stage = NGX_HTTP_SLUICE_READING;
    ngx_int_t rc = ngx_http_read_client_request_body(r, body_is_read);
    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) return rc;
    ngx_http_finalize_request(r, NGX_DONE);
    return NGX_DONE;
}

static void
complain_once(ngx_http_request_t *r, ngx_http_sluice_rules_t *rules)
{
    if (rules->mirror_refused) return;
    rules->mirror_refused = true;
    ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                  "sluice: the rules mirror requests, but \"sluice_mirror\" names no location "
                  "(logged once in each worker)");
}

ngx_int_t
ngx_http_sluice_mirror(ngx_http_request_t *r, ngx_http_sluice_ctx_t *ctx)
{
    const ngx_http_sluice_loc_conf_t *conf =
        ngx_http_get_module_loc_conf(r, ngx_http_sluice_module);
    if (chosen_mirrors(&ctx->decision) == 0) return NGX_DECLINED;
    if (conf->mirror.len == 0) {
        complain_once(r, conf->rules);
        return NGX_DECLINED;
    }
    if (ctx->stage == NGX_HTTP_SLUICE_EDITED) {
        ngx_int_t rc = read_body(r, ctx);
        if (rc != NGX_DECLINED) return rc;
    }
    send_copies(r, ctx, &conf->mirror);
    return NGX_DECLINED;
}
