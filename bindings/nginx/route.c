/*
 * route: sluice_route on. Carries out the decision, then leaves the request to the location.
 *
 * It stands in the precontent phase, behind access control, in Istio's own order: who may ask, then
 * faults, then the way. The handler is called again after each wait and goes on where it was.
 */
#include "module.h"

/* ---- injected delay ---- */

static void
resume(ngx_http_request_t *r)
{
    ngx_event_t *event = r->connection->write;
    if (event->delayed) {
        if (ngx_handle_write_event(event, 0) != NGX_OK) {
            ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        }
        return;
    }
    if (ngx_handle_read_event(r->connection->read, 0) != NGX_OK) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }
    r->read_event_handler = ngx_http_block_reading;
    r->write_event_handler = ngx_http_core_run_phases;
    ngx_http_core_run_phases(r);
}

/* Wait on a timer, as limit_req does; a client that goes away ends it. */
static ngx_int_t
delay(ngx_http_request_t *r, int64_t nanoseconds)
{
    ngx_event_t *event = r->connection->write;
    if (ngx_handle_read_event(r->connection->read, 0) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = resume;
    event->delayed = 1;
    ngx_add_timer(event, (ngx_msec_t)((nanoseconds + 999999) / 1000000));
    return NGX_AGAIN;
}

/* ---- path and authority ---- */

/* For what serves the request without an upstream; a path with dot segments is not for files. */
static void
set_uri(ngx_http_request_t *r, ngx_str_t path)
{
    ngx_str_t args = ngx_null_string;
    ngx_uint_t flags = 0;
    if (ngx_http_parse_unsafe_uri(r, &path, &args, &flags) != NGX_OK) return;
    r->uri = path;
    r->args = args;
    ngx_http_set_exten(r);
}

/* What proxy_pass without a URI sends, to the byte. */
static void
set_path(ngx_http_request_t *r, sluice_str path)
{
    r->unparsed_uri = ngx_http_sluice_ngx_str(path);
    r->valid_unparsed_uri = 1;
    set_uri(r, r->unparsed_uri);
}

/* Whether nginx by itself would send the path of the decision. */
static bool
sends_as_it_is(const ngx_http_request_t *r, const ngx_http_sluice_ctx_t *ctx)
{
    if (!ngx_http_sluice_equal(ctx->decision.path, ctx->received_path)) return false;
    return !r->valid_unparsed_uri || ctx->received_path.ptr == (const char *)r->unparsed_uri.data;
}

static ngx_int_t
set_authority(ngx_http_request_t *r, sluice_str authority)
{
    sluice_header_op op = {SLUICE_HEADER_SET, NGX_HTTP_SLUICE_TEXT("host"), authority};
    return ngx_http_sluice_edit_request_headers(r, &op, 1);
}

static ngx_int_t
edit(ngx_http_request_t *r, const ngx_http_sluice_ctx_t *ctx)
{
    const sluice_decision *decision = &ctx->decision;
    ngx_int_t rc = ngx_http_sluice_edit_request_headers(r, decision->request_headers,
                                                        decision->request_header_count);
    if (rc != NGX_OK) return rc;
    if (!sends_as_it_is(r, ctx)) set_path(r, decision->path);
    bool same = ngx_http_sluice_equal(decision->authority, ctx->received_authority);
    return same ? NGX_OK : set_authority(r, decision->authority);
}

/* ---- one step after the other ---- */

static bool
goes_on(const sluice_decision *decision)
{
    return decision->outcome == SLUICE_FORWARD || decision->outcome == SLUICE_PASSTHROUGH;
}

static ngx_int_t
start(ngx_http_request_t *r, ngx_http_sluice_ctx_t *ctx)
{
    const sluice_fault *fault = ctx->decision.fault;
    ctx->routed = true;
    ctx->stage = NGX_HTTP_SLUICE_DELAYED;
    return fault && fault->delay_chosen ? delay(r, fault->delay_ns) : NGX_OK;
}

static ngx_int_t
forward(ngx_http_request_t *r, ngx_http_sluice_ctx_t *ctx)
{
    if (ctx->stage == NGX_HTTP_SLUICE_DELAYED) {
        if (edit(r, ctx) != NGX_OK) return NGX_HTTP_INTERNAL_SERVER_ERROR;
        ctx->stage = NGX_HTTP_SLUICE_EDITED;
    }
    if (ctx->stage != NGX_HTTP_SLUICE_ROUTED) {
        ngx_int_t rc = ngx_http_sluice_mirror(r, ctx);
        if (rc != NGX_DECLINED) return rc;
        ctx->stage = NGX_HTTP_SLUICE_ROUTED;
    }
    return ngx_http_sluice_watch_upstream(r, ctx);
}

ngx_int_t
ngx_http_sluice_route(ngx_http_request_t *r)
{
    const ngx_http_sluice_loc_conf_t *conf =
        ngx_http_get_module_loc_conf(r, ngx_http_sluice_module);
    if (!conf->route || r != r->main) return NGX_DECLINED;
    ngx_http_sluice_ctx_t *ctx = ngx_http_sluice_decide(r);
    if (ctx == NULL) return NGX_HTTP_INTERNAL_SERVER_ERROR;
    if (ctx->stage == NGX_HTTP_SLUICE_DECIDED) {
        ngx_int_t rc = start(r, ctx);
        if (rc != NGX_OK) return rc;
    }
    if (goes_on(&ctx->decision)) return forward(r, ctx);
    /* An error_page of ours that nginx looks for: it was answered already. */
    if (ctx->stage == NGX_HTTP_SLUICE_ROUTED) return NGX_DECLINED;
    ctx->stage = NGX_HTTP_SLUICE_ROUTED;
    return ngx_http_sluice_answer(r, ctx);
}
