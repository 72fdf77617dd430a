/*
 * request_headers: edit the header lines that go upstream.
 *
 * nginx points into the list of lines from many places, so that no line moves: a new list is made,
 * and the pointers for the names in question are set anew. Framing and the pseudo headers are left
 * alone.
 */
#include "module.h"

/* ---- which names are left alone ---- */

static bool
is_untouchable(sluice_str name)
{
    static const sluice_str names[] = {
        {"connection",        10},
        {"content-length",    14},
        {"transfer-encoding", 17},
        {"upgrade",           7 }
    };
    if (name.len == 0 || name.ptr[0] == ':') return true;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (ngx_http_sluice_equal(name, names[i])) return true;
    }
    return false;
}

static bool
has_name(const ngx_table_elt_t *line, sluice_str name)
{
    return line->key.len == name.len && ngx_memcmp(line->lowcase_key, name.ptr, name.len) == 0;
}

/* Whether some step deletes or replaces the lines of that name. */
static bool
is_dropped(const ngx_table_elt_t *line, const sluice_header_op *ops, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (ops[i].action == SLUICE_HEADER_ADD || !has_name(line, ops[i].name)) continue;
        if (!is_untouchable(ops[i].name)) return true;
    }
    return false;
}

/* ---- the new list ---- */

static ngx_int_t
copy_kept(ngx_list_t *from, ngx_list_t *to, const sluice_header_op *ops, size_t count)
{
    for (ngx_list_part_t *part = &from->part; part; part = part->next) {
        ngx_table_elt_t *lines = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (is_dropped(&lines[i], ops, count)) continue;
            ngx_table_elt_t *kept = ngx_list_push(to);
            if (kept == NULL) return NGX_ERROR;
            *kept = lines[i];
        }
    }
    return NGX_OK;
}

static ngx_int_t
push(ngx_list_t *list, const sluice_header_op *op)
{
    ngx_table_elt_t *line = ngx_list_push(list);
    if (line == NULL) return NGX_ERROR;
    ngx_str_t name = ngx_http_sluice_ngx_str(op->name);
    *line = (ngx_table_elt_t){
        .hash = ngx_hash_key(name.data, name.len),
        .key = name,
        .value = ngx_http_sluice_ngx_str(op->value),
        .lowcase_key = name.data,
    };
    return NGX_OK;
}

/* A name that is set again later, or removed, gets nothing from an earlier step. */
static bool
is_overruled(const sluice_header_op *ops, size_t at, size_t count)
{
    for (size_t i = at + 1; i < count; i++) {
        if (ops[i].action == SLUICE_HEADER_ADD) continue;
        if (ngx_http_sluice_equal(ops[i].name, ops[at].name)) return true;
    }
    return false;
}

static ngx_int_t
push_new(ngx_list_t *list, const sluice_header_op *ops, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (ops[i].action == SLUICE_HEADER_REMOVE || is_untouchable(ops[i].name)) continue;
        if (is_overruled(ops, i, count)) continue;
        if (push(list, &ops[i]) != NGX_OK) return NGX_ERROR;
    }
    return NGX_OK;
}

/* ---- nginx's own pointers ---- */

static bool
keeps_all_lines(size_t offset)
{
    if (offset == offsetof(ngx_http_headers_in_t, cookies)) return true;
#if (NGX_HTTP_X_FORWARDED_FOR)
    if (offset == offsetof(ngx_http_headers_in_t, x_forwarded_for)) return true;
#endif
    return false;
}

static ngx_int_t
point_at_all(ngx_http_request_t *r, ngx_array_t *pointers, sluice_str name)
{
    if (ngx_array_init(pointers, r->pool, 2, sizeof(ngx_table_elt_t *)) != NGX_OK) {
        return NGX_ERROR;
    }
    for (ngx_list_part_t *part = &r->headers_in.headers.part; part; part = part->next) {
        ngx_table_elt_t *lines = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (!has_name(&lines[i], name)) continue;
            ngx_table_elt_t **pointer = ngx_array_push(pointers);
            if (pointer == NULL) return NGX_ERROR;
            *pointer = &lines[i];
        }
    }
    return NGX_OK;
}

static ngx_table_elt_t *
first_line(ngx_http_request_t *r, sluice_str name)
{
    for (ngx_list_part_t *part = &r->headers_in.headers.part; part; part = part->next) {
        ngx_table_elt_t *lines = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (has_name(&lines[i], name)) return &lines[i];
        }
    }
    return NULL;
}

static ngx_int_t
point_at(ngx_http_request_t *r, sluice_str name)
{
    ngx_http_core_main_conf_t *core = ngx_http_get_module_main_conf(r, ngx_http_core_module);
    ngx_str_t text = ngx_http_sluice_ngx_str(name);
    const ngx_http_header_t *known = ngx_hash_find(
        &core->headers_in_hash, ngx_hash_key(text.data, text.len), text.data, text.len);
    if (known == NULL || known->offset == 0) return NGX_OK;
    u_char *field = (u_char *)&r->headers_in + known->offset;
    if (keeps_all_lines(known->offset)) return point_at_all(r, (ngx_array_t *)(void *)field, name);
    *(ngx_table_elt_t **)(void *)field = first_line(r, name);
    return NGX_OK;
}

ngx_int_t
ngx_http_sluice_edit_request_headers(ngx_http_request_t *r, const sluice_header_op *ops,
                                     size_t count)
{
    ngx_list_t edited;
    if (count == 0) return NGX_OK;
    if (ngx_list_init(&edited, r->pool, 20, sizeof(ngx_table_elt_t)) != NGX_OK ||
        copy_kept(&r->headers_in.headers, &edited, ops, count) != NGX_OK ||
        push_new(&edited, ops, count) != NGX_OK) {
        return NGX_ERROR;
    }
    /* A list points to its last part, which may be the one inside the list itself. */
    bool single = edited.last == &edited.part;
    r->headers_in.headers = edited;
    if (single) r->headers_in.headers.last = &r->headers_in.headers.part;
    for (size_t i = 0; i < count; i++) {
        if (!is_untouchable(ops[i].name) && point_at(r, ops[i].name) != NGX_OK) return NGX_ERROR;
    }
    return NGX_OK;
}
