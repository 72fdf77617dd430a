/*
 * response_headers: a header filter that edits the response of a routed request: the rules' header
 * operations, then CORS, then lines to add, then the cookie of a sticky pick. nginx writes some
 * lines from fields of its own instead of its list; those are set too. Framing and the pseudo
 * headers are left alone.
 */
#include "module.h"

static ngx_http_output_header_filter_pt next_filter;

static bool
is_untouchable(sluice_str name)
{
    static const sluice_str names[] = {
        {"connection",        10},
        {"content-length",    14},
        {"keep-alive",        10},
        {"transfer-encoding", 17}
    };
    if (name.len == 0 || name.ptr[0] == ':') return true;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (ngx_http_sluice_equal(name, names[i])) return true;
    }
    return false;
}

/* Without case: nginx and upstreams write names as they like. */
static bool
same_name(ngx_str_t name, sluice_str other)
{
    return name.len == other.len &&
           ngx_strncasecmp(name.data, (u_char *)(uintptr_t)other.ptr, other.len) == 0;
}

/* nginx's own pointer to the line of that name; NULL: it keeps none. */
static ngx_table_elt_t **
own_pointer(ngx_http_request_t *r, sluice_str name)
{
    for (const ngx_http_header_out_t *known = ngx_http_headers_out; known->name.len; known++) {
        if (!same_name(known->name, name)) continue;
        return (ngx_table_elt_t **)(void *)((u_char *)&r->headers_out + known->offset);
    }
    return NULL;
}

static void
drop_lines(ngx_http_request_t *r, sluice_str name)
{
    for (ngx_list_part_t *part = &r->headers_out.headers.part; part; part = part->next) {
        ngx_table_elt_t *lines = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (same_name(lines[i].key, name)) lines[i].hash = 0; /* nginx skips such lines */
        }
    }
}

static ngx_table_elt_t *
push(ngx_http_request_t *r, sluice_str name, sluice_str value)
{
    ngx_table_elt_t *line = ngx_list_push(&r->headers_out.headers);
    if (line == NULL) return NULL;
    *line = (ngx_table_elt_t){
        .hash = 1,
        .key = ngx_http_sluice_ngx_str(name),
        .value = ngx_http_sluice_ngx_str(value),
    };
    return line;
}

/* ---- the content type stands in fields of its own ---- */

static bool
is_content_type(sluice_str name)
{
    static const ngx_str_t content_type = ngx_string("content-type");
    return same_name(content_type, name);
}

static void
set_content_type(ngx_http_request_t *r, sluice_str value)
{
    r->headers_out.content_type = ngx_http_sluice_ngx_str(value);
    r->headers_out.content_type_len = value.len;
    r->headers_out.content_type_lowcase = NULL;
    ngx_str_null(&r->headers_out.charset);
}

/* ---- the three actions ---- */

static ngx_int_t
remove_header(ngx_http_request_t *r, sluice_str name)
{
    if (is_content_type(name)) {
        set_content_type(r, (sluice_str){NULL, 0});
        return NGX_OK;
    }
    drop_lines(r, name);
    ngx_table_elt_t **own = own_pointer(r, name);
    if (own == NULL) return NGX_OK;
    if (own == &r->headers_out.last_modified) r->headers_out.last_modified_time = -1;
    if (own != &r->headers_out.server && own != &r->headers_out.date) {
        *own = NULL;
        return NGX_OK;
    }
    /* nginx would write lines of its own: one that is skipped stands for them. */
    *own = push(r, name, (sluice_str){NULL, 0});
    if (*own == NULL) return NGX_ERROR;
    (*own)->hash = 0;
    return NGX_OK;
}

static ngx_int_t
add_header(ngx_http_request_t *r, sluice_str name, sluice_str value)
{
    if (is_content_type(name)) {
        set_content_type(r, value); /* there is only one */
        return NGX_OK;
    }
    ngx_table_elt_t *line = push(r, name, value);
    if (line == NULL) return NGX_ERROR;
    ngx_table_elt_t **own = own_pointer(r, name);
    /* nginx completes a Location that it knows about; the rules' is sent as it is. */
    if (own && own != &r->headers_out.location) *own = line;
    return NGX_OK;
}

ngx_int_t
ngx_http_sluice_set_response_header(ngx_http_request_t *r, sluice_str name, sluice_str value)
{
    if (remove_header(r, name) != NGX_OK) return NGX_ERROR;
    return add_header(r, name, value);
}

static ngx_int_t
apply(ngx_http_request_t *r, const sluice_header_op *op)
{
    if (is_untouchable(op->name)) return NGX_OK;
    switch (op->action) {
    case SLUICE_HEADER_SET:
        return ngx_http_sluice_set_response_header(r, op->name, op->value);
    case SLUICE_HEADER_ADD:
        return add_header(r, op->name, op->value);
    case SLUICE_HEADER_REMOVE:
        return remove_header(r, op->name);
    }
    return NGX_OK;
}

/* ---- the filter ---- */

static ngx_int_t
edit(ngx_http_request_t *r, const sluice_decision *decision)
{
    for (size_t i = 0; i < decision->response_header_count; i++) {
        if (apply(r, &decision->response_headers[i]) != NGX_OK) return NGX_ERROR;
    }
    for (size_t i = 0; i < decision->cors_header_count; i++) {
        const sluice_field *field = &decision->cors_headers[i];
        if (ngx_http_sluice_set_response_header(r, field->name, field->value) != NGX_OK) {
            return NGX_ERROR;
        }
    }
    for (size_t i = 0; i < decision->response_field_count; i++) {
        const sluice_field *field = &decision->response_fields[i];
        if (is_untouchable(field->name)) continue;
        if (add_header(r, field->name, field->value) != NGX_OK) return NGX_ERROR;
    }
    if (decision->sticky.set_cookie.len == 0) return NGX_OK;
    return add_header(r, NGX_HTTP_SLUICE_TEXT("Set-Cookie"), decision->sticky.set_cookie);
}

static ngx_int_t
filter(ngx_http_request_t *r)
{
    if (r != r->main) return next_filter(r);
    ngx_http_sluice_ctx_t *ctx = ngx_http_sluice_decided(r);
    if (ctx == NULL || !ctx->routed) return next_filter(r);
    ctx->routed = false;
    return edit(r, &ctx->decision) == NGX_OK ? next_filter(r) : NGX_ERROR;
}

void
ngx_http_sluice_init_header_filter(void)
{
    next_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = filter;
}
