/* module: what nginx calls, and when. */
#include "module.h"

static ngx_int_t
init(ngx_conf_t *cf)
{
    const ngx_http_sluice_main_conf_t *conf =
        ngx_http_conf_get_module_main_conf(cf, ngx_http_sluice_module);
    if (!conf->routes) return NGX_OK; /* only variables: they cost what they are used for */
    ngx_http_core_main_conf_t *core = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    ngx_http_handler_pt *handler =
        ngx_array_push(&core->phases[NGX_HTTP_PRECONTENT_PHASE].handlers);
    if (handler == NULL) return NGX_ERROR;
    *handler = ngx_http_sluice_route;
    ngx_http_sluice_init_header_filter();
    return ngx_http_sluice_init_upstreams(cf);
}

static ngx_http_module_t context = {
    .preconfiguration = ngx_http_sluice_add_variables,
    .postconfiguration = init,
    .create_main_conf = ngx_http_sluice_create_main_conf,
    .create_loc_conf = ngx_http_sluice_create_loc_conf,
    .merge_loc_conf = ngx_http_sluice_merge_loc_conf,
};

ngx_module_t ngx_http_sluice_module = {
    NGX_MODULE_V1,
    &context,
    ngx_http_sluice_directives,
    NGX_HTTP_MODULE,
    NULL, /* init_master */
    NULL, /* init_module */
    ngx_http_sluice_init_process,
    NULL, /* init_thread */
    NULL, /* exit_thread */
    NULL, /* exit_process: the cycle's pool frees the contexts */
    NULL, /* exit_master */
    NGX_MODULE_V1_PADDING,
};
