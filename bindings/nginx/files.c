/* files: the rule files that a directive names, and their text. */
#include "module.h"

static ngx_int_t
add_name(ngx_conf_t *cf, ngx_array_t *names, ngx_str_t name)
{
    ngx_str_t *added = ngx_array_push(names);
    if (added == NULL) return NGX_ERROR;
    added->len = name.len;
    added->data = ngx_pnalloc(cf->temp_pool, name.len + 1);
    if (added->data == NULL) return NGX_ERROR;
    ngx_memcpy(added->data, name.data, name.len);
    added->data[name.len] = '\0';
    return NGX_OK;
}

static ngx_int_t
find_by_pattern(ngx_conf_t *cf, ngx_str_t *pattern, ngx_array_t *names)
{
    ngx_glob_t glob = {.pattern = pattern->data, .log = cf->log, .test = 1};
    ngx_str_t name;
    ngx_int_t rc;
    ngx_uint_t before = names->nelts;
    if (ngx_open_glob(&glob) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno, ngx_open_glob_n " \"%V\" failed", pattern);
        return NGX_ERROR;
    }
    while ((rc = ngx_read_glob(&glob, &name)) == NGX_OK) {
        rc = add_name(cf, names, name);
        if (rc != NGX_OK) break;
    }
    ngx_close_glob(&glob);
    if (rc == NGX_ERROR) return NGX_ERROR;
    if (names->nelts > before) return NGX_OK;
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "no rule file matches \"%V\"", pattern);
    return NGX_ERROR;
}

static bool
is_rule_file(const u_char *name, size_t len)
{
    static const ngx_str_t endings[] = {ngx_string(".yaml"), ngx_string(".yml"),
                                        ngx_string(".json")};
    if (name[0] == '.') return false;
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        size_t end = endings[i].len;
        if (len > end && ngx_memcmp(name + len - end, endings[i].data, end) == 0) return true;
    }
    return false;
}

static int ngx_libc_cdecl
compare_names(const void *one, const void *two)
{
    const ngx_str_t *a = one, *b = two;
    return strcmp((const char *)a->data, (const char *)b->data);
}

static ngx_int_t
read_folder(ngx_conf_t *cf, const ngx_str_t *folder, ngx_dir_t *dir, ngx_array_t *names)
{
    while (ngx_read_dir(dir) == NGX_OK) {
        size_t len = ngx_de_namelen(dir);
        if (!is_rule_file(ngx_de_name(dir), len)) continue;
        ngx_str_t name = {folder->len + 1 + len, NULL};
        name.data = ngx_pnalloc(cf->temp_pool, name.len);
        if (name.data == NULL) return NGX_ERROR;
        ngx_sprintf(name.data, "%V/%*s", folder, len, ngx_de_name(dir));
        if (add_name(cf, names, name) != NGX_OK) return NGX_ERROR;
    }
    return NGX_OK;
}

static ngx_int_t
find_in_folder(ngx_conf_t *cf, ngx_str_t *folder, ngx_array_t *names)
{
    ngx_dir_t dir;
    ngx_uint_t before = names->nelts;
    if (ngx_open_dir(folder, &dir) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno, ngx_open_dir_n " \"%V\" failed", folder);
        return NGX_ERROR;
    }
    ngx_int_t rc = read_folder(cf, folder, &dir, names);
    ngx_close_dir(&dir);
    if (rc != NGX_OK) return rc;
    if (names->nelts == before) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "no rule file in folder \"%V\"", folder);
        return NGX_ERROR;
    }
    ngx_str_t *first = (ngx_str_t *)names->elts + before;
    ngx_qsort(first, names->nelts - before, sizeof(*first), compare_names);
    return NGX_OK;
}

ngx_int_t
ngx_http_sluice_find_files(ngx_conf_t *cf, const ngx_str_t *argument, ngx_array_t *names)
{
    ngx_file_info_t info;
    ngx_str_t name = *argument;
    if (ngx_conf_full_name(cf->cycle, &name, 1) != NGX_OK) return NGX_ERROR;
    if (strpbrk((const char *)name.data, "*?[") != NULL) return find_by_pattern(cf, &name, names);
    if (ngx_file_info(name.data, &info) != NGX_FILE_ERROR && ngx_is_dir(&info)) {
        return find_in_folder(cf, &name, names);
    }
    return add_name(cf, names, name);
}

static ngx_int_t
read_open_file(ngx_conf_t *cf, ngx_file_t *file, sluice_source *source)
{
    if (ngx_fd_info(file->fd, &file->info) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno, ngx_fd_info_n " \"%V\" failed",
                           &file->name);
        return NGX_ERROR;
    }
    if (!ngx_is_file(&file->info)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" is not a regular file", &file->name);
        return NGX_ERROR;
    }
    size_t size = (size_t)ngx_file_size(&file->info);
    u_char *text = ngx_pnalloc(cf->temp_pool, size + 1);
    if (text == NULL) return NGX_ERROR;
    ssize_t got = ngx_read_file(file, text, size, 0);
    if (got != (ssize_t)size) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, got < 0 ? ngx_errno : 0,
                           ngx_read_file_n " \"%V\" gave %z of %uz bytes", &file->name, got, size);
        return NGX_ERROR;
    }
    source->name = ngx_http_sluice_str(file->name);
    source->text = (sluice_str){(const char *)text, size};
    return NGX_OK;
}

ngx_int_t
ngx_http_sluice_read_file(ngx_conf_t *cf, ngx_str_t *name, sluice_source *source)
{
    ngx_file_t file = {.name = *name, .log = cf->log};
    /* Not blocking, or a FIFO of that name would hold up the server. */
    file.fd = ngx_open_file(name->data, NGX_FILE_RDONLY | NGX_FILE_NONBLOCK, NGX_FILE_OPEN, 0);
    if (file.fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno, ngx_open_file_n " \"%V\" failed", name);
        return NGX_ERROR;
    }
    ngx_int_t rc = read_open_file(cf, &file, source);
    if (ngx_close_file(file.fd) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_ALERT, cf->log, ngx_errno, ngx_close_file_n " \"%V\" failed", name);
    }
    return rc;
}
