/* path: the request's path as rules see it. */
#include "module.h"

/* A dot as clients write it: bytes used, 0 when there is none. */
static size_t
dot(const u_char *text, const u_char *end)
{
    if (text < end && text[0] == '.') return 1;
    bool escaped = end - text >= 3 && text[0] == '%' && text[1] == '2' && (text[2] | 0x20) == 'e';
    return escaped ? 3 : 0;
}

/* A slash that servers may see: '%2F' too, so that "/..%2F" is a dot segment. */
static bool
ends_segment(const u_char *text, const u_char *end)
{
    if (text == end || *text == '/' || *text == '?' || *text == '#') return true;
    return end - text >= 3 && text[0] == '%' && text[1] == '2' && (text[2] | 0x20) == 'f';
}

static bool
is_dot_segment(const u_char *text, const u_char *end)
{
    size_t first = dot(text, end);
    if (first == 0) return false;
    text += first;
    return ends_segment(text, end) || ends_segment(text + dot(text, end), end);
}

/* Whether the path has "." or ".." between slashes. */
static bool
has_dot_segment(ngx_str_t path)
{
    const u_char *end = path.data + path.len;
    for (const u_char *at = path.data; at < end && *at != '?' && *at != '#'; at++) {
        bool encoded = *at == '%' && ends_segment(at, end);
        if (*at != '/' && !encoded) continue;
        if (is_dot_segment(at + (encoded ? 3 : 1), end)) return true;
    }
    return false;
}

/* r->uri as it would stand in a request line, with the query. */
static sluice_str
escaped_uri(ngx_http_request_t *r)
{
    uintptr_t escapes = ngx_escape_uri(NULL, r->uri.data, r->uri.len, NGX_ESCAPE_URI);
    size_t len = r->uri.len + 2 * escapes;
    u_char *text = ngx_pnalloc(r->pool, len + 1 + r->args.len);
    if (text == NULL) return (sluice_str){NULL, 0};
    if (escapes) {
        ngx_escape_uri(text, r->uri.data, r->uri.len, NGX_ESCAPE_URI);
    } else {
        ngx_memcpy(text, r->uri.data, len);
    }
    if (r->args.len) {
        text[len++] = '?';
        ngx_memcpy(text + len, r->args.data, r->args.len);
        len += r->args.len;
    }
    return (sluice_str){(const char *)text, len};
}

sluice_str
ngx_http_sluice_path(ngx_http_request_t *r)
{
    if (!r->valid_unparsed_uri) return escaped_uri(r);
    bool plain = !r->complex_uri && !r->quoted_uri;
    if (plain || !has_dot_segment(r->unparsed_uri)) return ngx_http_sluice_str(r->unparsed_uri);
    return escaped_uri(r);
}
