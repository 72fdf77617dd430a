/* answer: redirects, direct responses, aborts, preflights, and requests that go nowhere. */
#include "module.h"

static bool
has_content_type(const sluice_decision *decision)
{
    static u_char wanted[] = "content-type";
    for (size_t i = 0; i < decision->response_field_count; i++) {
        ngx_str_t name = ngx_http_sluice_ngx_str(decision->response_fields[i].name);
        if (name.len != sizeof(wanted) - 1) continue;
        if (ngx_strncasecmp(name.data, wanted, name.len) == 0) return true;
    }
    return false;
}

/* ---- gRPC: a response that is only a header, with the status in it ---- */

/* Bytes that a message may not hold are percent-encoded. */
static sluice_str
grpc_message(ngx_pool_t *pool, sluice_str text)
{
    static const char digits[] = "0123456789ABCDEF";
    char *message = ngx_pnalloc(pool, 3 * text.len + 1), *end = message;
    if (message == NULL) return (sluice_str){NULL, 0};
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c >= ' ' && c <= '~' && c != '%') {
            *end++ = (char)c;
            continue;
        }
        *end++ = '%';
        *end++ = digits[c >> 4];
        *end++ = digits[c & 15];
    }
    return (sluice_str){message, (size_t)(end - message)};
}

static ngx_int_t
set_grpc_status(ngx_http_request_t *r, const sluice_decision *decision)
{
    u_char *number = ngx_pnalloc(r->pool, NGX_INT32_LEN);
    if (number == NULL) return NGX_ERROR;
    size_t len = (size_t)(ngx_sprintf(number, "%D", decision->grpc_status) - number);
    if (ngx_http_sluice_set_response_header(r, NGX_HTTP_SLUICE_TEXT("grpc-status"),
                                            (sluice_str){(const char *)number, len}) != NGX_OK) {
        return NGX_ERROR;
    }
    if (decision->body.len == 0) return NGX_OK;
    return ngx_http_sluice_set_response_header(r, NGX_HTTP_SLUICE_TEXT("grpc-message"),
                                               grpc_message(r->pool, decision->body));
}

static ngx_int_t
answer_grpc(ngx_http_request_t *r, const sluice_decision *decision)
{
    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = 0;
    r->header_only = 1;
    if (ngx_http_sluice_set_response_header(r, NGX_HTTP_SLUICE_TEXT("content-type"),
                                            NGX_HTTP_SLUICE_TEXT("application/grpc")) != NGX_OK ||
        set_grpc_status(r, decision) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    return ngx_http_send_header(r);
}

/* ---- HTTP ---- */

static ngx_int_t
send_body(ngx_http_request_t *r, sluice_str body)
{
    ngx_buf_t *buffer = ngx_calloc_buf(r->pool);
    if (buffer == NULL) return NGX_ERROR;
    if (body.len) {
        buffer->pos = (u_char *)(uintptr_t)body.ptr;
        buffer->last = buffer->pos + body.len;
        buffer->memory = 1;
    }
    buffer->last_buf = 1;
    buffer->last_in_chain = 1;
    ngx_chain_t chain = {buffer, NULL};
    return ngx_http_output_filter(r, &chain);
}

static ngx_int_t
answer_http(ngx_http_request_t *r, const sluice_decision *decision)
{
    r->headers_out.status = decision->status;
    r->headers_out.content_length_n = (off_t)decision->body.len;
    if (decision->body.len && !has_content_type(decision) &&
        ngx_http_sluice_set_response_header(r, NGX_HTTP_SLUICE_TEXT("content-type"),
                                            NGX_HTTP_SLUICE_TEXT("text/plain")) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    if (decision->grpc_status >= 0 && set_grpc_status(r, decision) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    if (decision->redirect.location.len &&
        ngx_http_sluice_set_response_header(r, NGX_HTTP_SLUICE_TEXT("location"),
                                            decision->redirect.location) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    ngx_int_t rc = ngx_http_send_header(r);
    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) return rc;
    return send_body(r, decision->body);
}

ngx_int_t
ngx_http_sluice_answer(ngx_http_request_t *r, ngx_http_sluice_ctx_t *ctx)
{
    const sluice_decision *decision = &ctx->decision;
    if (!ctx->grpc && decision->body.len == 0 && decision->status >= NGX_HTTP_BAD_REQUEST) {
        return (ngx_int_t)decision->status; /* nginx's own page, or the error_page */
    }
    ngx_int_t rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) return rc;
    rc = ctx->grpc && decision->grpc_status >= 0 ? answer_grpc(r, decision)
                                                 : answer_http(r, decision);
    ngx_http_finalize_request(r, rc);
    return NGX_DONE;
}
