/*
 * worker: one context for each sluice_rules directive in each worker process. They are made after
 * the fork, so that no two workers draw the same random numbers.
 */
#include <sys/random.h>

#include "module.h"

static ngx_int_t
seed(const ngx_http_sluice_main_conf_t *conf, sluice_context_options *options, ngx_log_t *log)
{
    if (conf->seeded) {
        options->seed = conf->seed;
        options->stream = ngx_worker;
        return NGX_OK;
    }
    uint64_t numbers[2];
    if (getrandom(numbers, sizeof(numbers), 0) != (ssize_t)sizeof(numbers)) {
        ngx_log_error(NGX_LOG_EMERG, log, ngx_errno, "sluice: getrandom() failed");
        return NGX_ERROR;
    }
    options->seed = numbers[0];
    options->stream = numbers[1];
    return NGX_OK;
}

static ngx_int_t
make_context(ngx_http_sluice_rules_t *rules, ngx_log_t *log)
{
    sluice_context_options options;
    sluice_context_options_init(&options);
    if (seed(rules->main, &options, log) != NGX_OK) return NGX_ERROR;
    if (sluice_context_new(&rules->context, rules->router, &options) == SLUICE_OK) return NGX_OK;
    ngx_log_error(NGX_LOG_EMERG, log, 0, "sluice: out of memory for a context");
    return NGX_ERROR;
}

ngx_int_t
ngx_http_sluice_init_process(ngx_cycle_t *cycle)
{
    ngx_http_sluice_main_conf_t *conf =
        ngx_http_cycle_get_module_main_conf(cycle, ngx_http_sluice_module);
    if (conf == NULL) return NGX_OK; /* no http block */
    ngx_http_sluice_rules_t **rules = conf->rules.elts;
    for (ngx_uint_t i = 0; i < conf->rules.nelts; i++) {
        if (make_context(rules[i], cycle->log) != NGX_OK) return NGX_ERROR;
    }
    return NGX_OK;
}
