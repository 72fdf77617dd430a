/* directives: what may stand in nginx.conf, and how inner levels inherit from outer ones. */
#include "module.h"

static char *
set_seed(ngx_conf_t *cf, ngx_command_t *command, void *conf)
{
    (void)command;
    ngx_http_sluice_main_conf_t *own = conf;
    ngx_str_t *words = cf->args->elts;
    if (own->seeded) return "is duplicate";
    ngx_int_t number = ngx_atoi(words[1].data, words[1].len);
    if (number == NGX_ERROR) return "must be a number";
    own->seed = (uint64_t)number;
    own->seeded = true;
    return NGX_CONF_OK;
}

/* NAME VALUE, any number of times; @p command tells labels from claims. */
static char *
add_named_value(ngx_conf_t *cf, ngx_command_t *command, void *conf)
{
    ngx_array_t **values = (ngx_array_t **)((u_char *)conf + command->offset);
    ngx_str_t *words = cf->args->elts;
    if (*values == NGX_CONF_UNSET_PTR) {
        *values = ngx_array_create(cf->pool, 4, sizeof(ngx_http_sluice_named_value_t));
        if (*values == NULL) return NGX_CONF_ERROR;
    }
    ngx_http_sluice_named_value_t *added = ngx_array_push(*values);
    if (added == NULL) return NGX_CONF_ERROR;
    added->name = ngx_http_sluice_str(words[1]);
    ngx_http_compile_complex_value_t compile = {
        .cf = cf, .value = &words[2], .complex_value = &added->value};
    return ngx_http_compile_complex_value(&compile) == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}

static char *
set_mirror(ngx_conf_t *cf, ngx_command_t *command, void *conf)
{
    ngx_http_sluice_loc_conf_t *own = conf;
    ngx_str_t *words = cf->args->elts;
    if (ngx_strcmp(words[1].data, "off") == 0) {
        if (own->mirror.data != NULL) return "is duplicate";
        ngx_str_set(&own->mirror, "");
        return NGX_CONF_OK;
    }
    if (words[1].data[0] != '/') return "must be \"off\" or the URI of a location";
    return ngx_conf_set_str_slot(cf, command, conf);
}

#define ANYWHERE (NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF)
#define PER_LOCATION(field) NGX_HTTP_LOC_CONF_OFFSET, offsetof(ngx_http_sluice_loc_conf_t, field)

#define VALUE_DIRECTIVE(name, field)                                                               \
    {                                                                                              \
        ngx_string(name), ANYWHERE | NGX_CONF_TAKE1, ngx_http_set_complex_value_slot,              \
            PER_LOCATION(field), NULL                                                              \
    }

ngx_command_t ngx_http_sluice_directives[] = {
    {ngx_string("sluice_rules"), NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_CONF_1MORE,
     ngx_http_sluice_set_rules,                                                                 NGX_HTTP_LOC_CONF_OFFSET,                                         0,                                                                                        NULL},
    {ngx_string("sluice_seed"),                          NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1,                                                         set_seed,
     NGX_HTTP_MAIN_CONF_OFFSET, 0,                                                                                                                                                                                                                             NULL},
    {ngx_string("sluice_route"),                      ANYWHERE | NGX_CONF_FLAG,                                                                             ngx_conf_set_flag_slot,
     PER_LOCATION(route),                                                                           NULL},
    {ngx_string("sluice_mirror"),                      ANYWHERE | NGX_CONF_TAKE1,                                                                             set_mirror,                                                       PER_LOCATION(mirror),
     NULL                                                                                                                                                            },
    VALUE_DIRECTIVE("sluice_gateway", gateway),
    VALUE_DIRECTIVE("sluice_listener_port", port),
    VALUE_DIRECTIVE("sluice_scheme", scheme),
    VALUE_DIRECTIVE("sluice_source_namespace", source_namespace),
    VALUE_DIRECTIVE("sluice_service", service),
    VALUE_DIRECTIVE("sluice_sticky_key", sticky_key),
    {ngx_string("sluice_source_label"),                       ANYWHERE | NGX_CONF_TAKE2,                                                                              add_named_value,
     PER_LOCATION(labels),                                                                   NULL},
    {ngx_string("sluice_claim"),                      ANYWHERE | NGX_CONF_TAKE2,                                                                             add_named_value,                                                        PER_LOCATION(claims),
     NULL                                                                                                  },
    ngx_null_command,
};

void *
ngx_http_sluice_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_sluice_main_conf_t *conf = ngx_pcalloc(cf->pool, sizeof(*conf));
    if (conf == NULL) return NULL;
    ngx_int_t rc = ngx_array_init(&conf->rules, cf->pool, 4, sizeof(ngx_http_sluice_rules_t *));
    return rc == NGX_OK ? conf : NULL;
}

void *
ngx_http_sluice_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_sluice_loc_conf_t *conf = ngx_pcalloc(cf->pool, sizeof(*conf));
    if (conf == NULL) return NULL;
    conf->rules = NGX_CONF_UNSET_PTR;
    conf->route = NGX_CONF_UNSET;
    conf->gateway = NGX_CONF_UNSET_PTR;
    conf->port = NGX_CONF_UNSET_PTR;
    conf->scheme = NGX_CONF_UNSET_PTR;
    conf->source_namespace = NGX_CONF_UNSET_PTR;
    conf->service = NGX_CONF_UNSET_PTR;
    conf->sticky_key = NGX_CONF_UNSET_PTR;
    conf->labels = NGX_CONF_UNSET_PTR;
    conf->claims = NGX_CONF_UNSET_PTR;
    return conf;
}

static void
merge_overrides(ngx_http_sluice_loc_conf_t *outer, ngx_http_sluice_loc_conf_t *own)
{
    ngx_conf_merge_ptr_value(own->gateway, outer->gateway, NULL);
    ngx_conf_merge_ptr_value(own->port, outer->port, NULL);
    ngx_conf_merge_ptr_value(own->scheme, outer->scheme, NULL);
    ngx_conf_merge_ptr_value(own->source_namespace, outer->source_namespace, NULL);
    ngx_conf_merge_ptr_value(own->service, outer->service, NULL);
    ngx_conf_merge_ptr_value(own->sticky_key, outer->sticky_key, NULL);
    ngx_conf_merge_ptr_value(own->labels, outer->labels, NULL);
    ngx_conf_merge_ptr_value(own->claims, outer->claims, NULL);
    own->overrides = own->gateway || own->port || own->scheme || own->source_namespace ||
                     own->service || own->sticky_key || own->labels || own->claims;
}

char *
ngx_http_sluice_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_sluice_loc_conf_t *outer = parent, *own = child;
    ngx_conf_merge_ptr_value(own->rules, outer->rules, NULL);
    ngx_conf_merge_value(own->route, outer->route, 0);
    ngx_conf_merge_str_value(own->mirror, outer->mirror, "");
    merge_overrides(outer, own);
    if (own->route) {
        ngx_http_sluice_main_conf_t *main =
            ngx_http_conf_get_module_main_conf(cf, ngx_http_sluice_module);
        main->routes = true;
    }
    if (own->route && own->rules == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"sluice_route on\" needs \"sluice_rules\"");
        return NGX_CONF_ERROR;
    }
    return NGX_CONF_OK;
}
