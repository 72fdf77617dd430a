/*
 * timeout: the rules' time for a whole exchange. nginx's own timeouts are for single reads and
 * writes.
 */
#include "module.h"

static void
give_up(ngx_http_request_t *r)
{
    ngx_http_upstream_t *upstream = r->upstream;
    if (upstream == NULL || upstream->cleanup == NULL) return; /* it has answered */
    ngx_log_error(NGX_LOG_ERR, r->connection->log, NGX_ETIMEDOUT,
                  "sluice: no complete answer within the time of the rules");
    /* nginx's own way to leave an upstream; it takes one count of the request with it. */
    r->main->count++;
    (*upstream->cleanup)(r);
    ngx_http_finalize_request(r, r->header_sent ? NGX_ERROR : NGX_HTTP_GATEWAY_TIME_OUT);
}

static bool
is_reading(const ngx_http_request_t *r)
{
    return r->reading_body || (r->request_body && r->request_body->rest > 0);
}

static void
time_is_over(ngx_event_t *event)
{
    ngx_http_request_t *r = event->data;
    ngx_connection_t *connection = r->connection;
    const ngx_http_sluice_ctx_t *ctx = ngx_http_sluice_decided(r);
    if (is_reading(r)) { /* the time runs from the end of the request */
        ngx_add_timer(event, ngx_http_sluice_milliseconds(ctx->decision.timeout_ns));
        return;
    }
    ngx_http_set_log_request(connection->log, r);
    give_up(r);
    ngx_http_run_posted_requests(connection);
}

ngx_int_t
ngx_http_sluice_start_timeout(ngx_http_request_t *r, ngx_http_sluice_ctx_t *ctx)
{
    if (ctx->decision.timeout_ns <= 0 || ctx->timeout) return NGX_OK;
    ctx->timeout = ngx_pcalloc(r->pool, sizeof(*ctx->timeout));
    if (ctx->timeout == NULL) return NGX_ERROR;
    ctx->timeout->handler = time_is_over;
    ctx->timeout->data = r;
    ctx->timeout->log = r->connection->log;
    ngx_http_sluice_restart_timeout(ctx);
    return NGX_OK;
}

void
ngx_http_sluice_restart_timeout(ngx_http_sluice_ctx_t *ctx)
{
    if (ctx->timeout == NULL) return;
    if (ctx->timeout->timer_set) ngx_del_timer(ctx->timeout);
    ngx_add_timer(ctx->timeout, ngx_http_sluice_milliseconds(ctx->decision.timeout_ns));
}
