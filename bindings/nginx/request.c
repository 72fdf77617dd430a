/* request: a client request as the library wants it described. */
#include "module.h"

/* ---- headers ---- */

static void
start_reading(ngx_http_sluice_reader_t *reader, size_t index)
{
    reader->part = &reader->r->headers_in.headers.part;
    reader->next = 0;
    reader->index = index;
    reader->nth = 0;
}

/* The next line of that name in what is left of the list. */
static const ngx_table_elt_t *
next_line(ngx_http_sluice_reader_t *reader, sluice_str name)
{
    for (; reader->part; reader->part = reader->part->next, reader->next = 0) {
        const ngx_table_elt_t *lines = reader->part->elts;
        const ngx_table_elt_t *line = lines + reader->next, *end = lines + reader->part->nelts;
        for (; line < end; line++) {
            if (line->key.len != name.len) continue; /* saves nearly every comparison */
            if (ngx_memcmp(line->lowcase_key, name.ptr, name.len) != 0) continue;
            reader->next = (ngx_uint_t)(line - lines) + 1;
            return line;
        }
    }
    return NULL;
}

/* The nth value of that name, from where the one before it was found. */
static bool __attribute__((noinline))
read_value(ngx_http_sluice_reader_t *reader, sluice_str name, size_t nth, sluice_str *value)
{
    for (;;) {
        const ngx_table_elt_t *line = next_line(reader, name);
        if (line == NULL) return false;
        if (reader->nth++ < nth) continue;
        *value = ngx_http_sluice_str(line->value);
        return true;
    }
}

/* Whether some line has a name of that length: most headers that rules ask for are not there. */
static inline bool
may_have(const ngx_http_request_t *r, size_t len)
{
    for (const ngx_list_part_t *part = &r->headers_in.headers.part; part; part = part->next) {
        const ngx_table_elt_t *line = part->elts, *end = line + part->nelts;
        for (; line < end; line++) {
            if (line->key.len == len) return true;
        }
    }
    return false;
}

/* A sluice_header_fn. The library asks for values in order, so that all of them take one pass. */
static bool
read_header(void *user, size_t index, sluice_str name, size_t nth, sluice_str *value)
{
    ngx_http_sluice_reader_t *reader = user;
    if (nth == 0 && !may_have(reader->r, name.len)) return false;
    if (nth == 0 || index != reader->index || nth < reader->nth) start_reading(reader, index);
    return read_value(reader, name, nth, value);
}

/* ---- what nginx knows by itself ---- */

/* The host of an absolute request target wins over the Host header (RFC 9112, 3.2.2). */
static sluice_str
authority_of(const ngx_http_request_t *r)
{
    if (r->host_start && r->host_end) {
        const u_char *end = r->port_end > r->host_end ? r->port_end : r->host_end;
        return (sluice_str){(const char *)r->host_start, (size_t)(end - r->host_start)};
    }
    if (r->headers_in.host) return ngx_http_sluice_str(r->headers_in.host->value);
    return ngx_http_sluice_str(r->headers_in.server);
}

static bool
is_grpc(const ngx_http_request_t *r)
{
    static const char type[] = "application/grpc";
    const size_t len = sizeof(type) - 1;
    if (r->headers_in.content_type == NULL) return false;
    ngx_str_t value = r->headers_in.content_type->value;
    if (value.len < len || ngx_strncasecmp(value.data, (u_char *)(uintptr_t)type, len) != 0) {
        return false;
    }
    return value.len == len || value.data[len] == '+' || value.data[len] == ';';
}

static void
describe_tls(const ngx_connection_t *connection, sluice_request *request)
{
    const sluice_str none = {NULL, 0};
    request->scheme = none;
    request->sni = none;
#if (NGX_HTTP_SSL)
    if (connection->ssl == NULL) return;
    request->scheme = NGX_HTTP_SLUICE_TEXT("https");
    request->sni =
        sluice_str_of(SSL_get_servername(connection->ssl->connection, TLSEXT_NAMETYPE_host_name));
#endif
}

static sluice_str
address_of(const ngx_connection_t *connection)
{
    if (connection->sockaddr->sa_family == AF_UNIX) return (sluice_str){NULL, 0};
    return ngx_http_sluice_str(connection->addr_text);
}

/* ---- what the configuration says instead ---- */

/* Into *text, unless the value is empty. */
static ngx_int_t
evaluate(ngx_http_request_t *r, ngx_http_complex_value_t *value, sluice_str *text)
{
    ngx_str_t result;
    if (value == NULL) return NGX_OK;
    if (ngx_http_complex_value(r, value, &result) != NGX_OK) return NGX_ERROR;
    if (result.len) *text = ngx_http_sluice_str(result);
    return NGX_OK;
}

static ngx_int_t
evaluate_port(ngx_http_request_t *r, ngx_http_complex_value_t *value, uint32_t *port)
{
    sluice_str text = {NULL, 0};
    if (evaluate(r, value, &text) != NGX_OK) return NGX_ERROR;
    ngx_int_t number = ngx_atoi((u_char *)(uintptr_t)text.ptr, text.len);
    if (number > 0 && number <= 65535) *port = (uint32_t)number;
    return NGX_OK;
}

/* NAMESPACE/NAME */
static ngx_int_t
evaluate_service(ngx_http_request_t *r, ngx_http_complex_value_t *value, sluice_request *request)
{
    sluice_str text = {NULL, 0};
    if (evaluate(r, value, &text) != NGX_OK) return NGX_ERROR;
    const char *slash = text.len ? memchr(text.ptr, '/', text.len) : NULL;
    if (slash == NULL) return NGX_OK;
    size_t space = (size_t)(slash - text.ptr);
    request->service_namespace = (sluice_str){text.ptr, space};
    request->service_name = (sluice_str){slash + 1, text.len - space - 1};
    return NGX_OK;
}

/* The fields whose values are not empty. */
static ngx_int_t
evaluate_fields(ngx_http_request_t *r, const ngx_array_t *values, const sluice_field **fields,
                size_t *count)
{
    if (values == NULL) return NGX_OK;
    ngx_http_sluice_named_value_t *value = values->elts;
    sluice_field *list = ngx_palloc(r->pool, values->nelts * sizeof(*list));
    if (list == NULL) return NGX_ERROR;
    *fields = list;
    for (ngx_uint_t i = 0; i < values->nelts; i++) {
        sluice_field field = {
            value[i].name, {NULL, 0}
        };
        if (evaluate(r, &value[i].value, &field.value) != NGX_OK) return NGX_ERROR;
        if (field.value.len) list[(*count)++] = field;
    }
    return NGX_OK;
}

static ngx_int_t
apply_overrides(ngx_http_request_t *r, const ngx_http_sluice_loc_conf_t *conf,
                sluice_request *request)
{
    if (evaluate(r, conf->gateway, &request->gateway) != NGX_OK ||
        evaluate_port(r, conf->port, &request->port) != NGX_OK ||
        evaluate(r, conf->scheme, &request->scheme) != NGX_OK ||
        evaluate(r, conf->source_namespace, &request->source_namespace) != NGX_OK ||
        evaluate(r, conf->sticky_key, &request->sticky_key) != NGX_OK ||
        evaluate_service(r, conf->service, request) != NGX_OK) {
        return NGX_ERROR;
    }
    if (evaluate_fields(r, conf->labels, &request->source_labels, &request->source_label_count) !=
        NGX_OK) {
        return NGX_ERROR;
    }
    return evaluate_fields(r, conf->claims, &request->claims, &request->claim_count);
}

ngx_int_t
ngx_http_sluice_describe(ngx_http_request_t *r, const ngx_http_sluice_loc_conf_t *conf,
                         ngx_http_sluice_reader_t *reader, sluice_request *request)
{
    ngx_connection_t *connection = r->connection;
    reader->r = r;
    start_reading(reader, 0);
    request->protocol = is_grpc(r) ? SLUICE_PROTOCOL_GRPC : SLUICE_PROTOCOL_HTTP;
    request->port = ngx_inet_get_port(connection->local_sockaddr);
    request->method = ngx_http_sluice_str(r->method_name);
    request->authority = authority_of(r);
    request->path = ngx_http_sluice_path(r);
    request->header_fn = read_header;
    request->header_user = reader;
    request->source_ip = address_of(connection);
    describe_tls(connection, request);
    if (request->path.len == 0) return NGX_ERROR;
    return conf->overrides ? apply_overrides(r, conf, request) : NGX_OK;
}
