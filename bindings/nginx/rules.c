/* rules: the sluice_rules directive, from its arguments to a router. */
#include <sys/random.h>

#include "module.h"

/* Of each compile, that many findings are logged; the last line counts the others. */
#define LOGGED_FINDINGS 100

/* ---- options among the arguments ---- */

struct arguments {
    sluice_compile_options options;
    ngx_array_t files;  /* of ngx_str_t */
    ngx_array_t labels; /* of sluice_field */
};

/* The text behind @p prefix; NULL data when @p text begins otherwise. */
static ngx_str_t
behind(ngx_str_t text, const char *prefix)
{
    size_t len = ngx_strlen(prefix);
    if (text.len < len || ngx_strncmp(text.data, prefix, len) != 0) return (ngx_str_t){0, NULL};
    return (ngx_str_t){text.len - len, text.data + len};
}

static bool
equals(ngx_str_t text, const char *word)
{
    return text.len == ngx_strlen(word) && ngx_strncmp(text.data, word, text.len) == 0;
}

static bool
is_choice(struct arguments *arguments, ngx_str_t argument)
{
    static const struct {
        const char *argument;
        enum { LENIENT, KEEP_GOING, REGISTRY, OUTBOUND } option;
        int value;
    } choices[] = {
        {"lenient",                LENIENT,    true                         },
        {"keep_going",             KEEP_GOING, true                         },
        {"registry=auto",          REGISTRY,   SLUICE_REGISTRY_AUTO         },
        {"registry=on",            REGISTRY,   SLUICE_REGISTRY_ON           },
        {"registry=off",           REGISTRY,   SLUICE_REGISTRY_OFF          },
        {"outbound=allow_any",     OUTBOUND,   SLUICE_OUTBOUND_ALLOW_ANY    },
        {"outbound=registry_only", OUTBOUND,   SLUICE_OUTBOUND_REGISTRY_ONLY},
    };
    sluice_compile_options *options = &arguments->options;
    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
        if (!equals(argument, choices[i].argument)) continue;
        switch (choices[i].option) {
        case LENIENT:
            options->lenient = choices[i].value;
            break;
        case KEEP_GOING:
            options->keep_going = choices[i].value;
            break;
        case REGISTRY:
            options->registry = (sluice_registry_mode)choices[i].value;
            break;
        case OUTBOUND:
            options->outbound_policy = (sluice_outbound_policy)choices[i].value;
            break;
        }
        return true;
    }
    return false;
}

static bool
is_text_option(struct arguments *arguments, ngx_str_t argument)
{
    sluice_compile_options *options = &arguments->options;
    const struct {
        const char *prefix;
        sluice_str *option;
    } texts[] = {
        {"namespace=",         &options->proxy_namespace  },
        {"default_namespace=", &options->default_namespace},
        {"root_namespace=",    &options->root_namespace   },
        {"cluster_domain=",    &options->cluster_domain   },
        {"export_to=",         &options->default_export_to},
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        ngx_str_t value = behind(argument, texts[i].prefix);
        if (value.data == NULL) continue;
        *texts[i].option = ngx_http_sluice_str(value);
        return true;
    }
    return false;
}

/* label:NAME=VALUE. NGX_DECLINED: the argument is no label. */
static ngx_int_t
add_label(ngx_conf_t *cf, struct arguments *arguments, ngx_str_t argument)
{
    ngx_str_t text = behind(argument, "label:");
    if (text.data == NULL) return NGX_DECLINED;
    u_char *sign = ngx_strlchr(text.data, text.data + text.len, '=');
    if (sign == NULL || sign == text.data) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" must be label:NAME=VALUE", &argument);
        return NGX_ERROR;
    }
    sluice_field *label = ngx_array_push(&arguments->labels);
    if (label == NULL) return NGX_ERROR;
    size_t name_len = (size_t)(sign - text.data);
    label->name = (sluice_str){(const char *)text.data, name_len};
    label->value = (sluice_str){(const char *)sign + 1, text.len - name_len - 1};
    return NGX_OK;
}

static ngx_int_t
read_arguments(ngx_conf_t *cf, struct arguments *arguments)
{
    ngx_str_t *words = cf->args->elts;
    sluice_compile_options_init(&arguments->options);
    if (ngx_array_init(&arguments->files, cf->temp_pool, 8, sizeof(ngx_str_t)) != NGX_OK ||
        ngx_array_init(&arguments->labels, cf->temp_pool, 4, sizeof(sluice_field)) != NGX_OK) {
        return NGX_ERROR;
    }
    for (ngx_uint_t i = 1; i < cf->args->nelts; i++) {
        if (is_choice(arguments, words[i]) || is_text_option(arguments, words[i])) continue;
        ngx_int_t rc = add_label(cf, arguments, words[i]);
        if (rc == NGX_DECLINED) rc = ngx_http_sluice_find_files(cf, &words[i], &arguments->files);
        if (rc != NGX_OK) return NGX_ERROR;
    }
    if (arguments->files.nelts == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"sluice_rules\" names no file");
        return NGX_ERROR;
    }
    arguments->options.proxy_labels = arguments->labels.elts;
    arguments->options.proxy_label_count = arguments->labels.nelts;
    return NGX_OK;
}

/* ---- findings, as nginx writes its own: what is wrong, then "in FILE:LINE" ---- */

static void
log_finding(ngx_log_t *log, ngx_uint_t level, const sluice_diagnostic *found)
{
    u_char resource[512], *end = resource;
    if (found->kind.len) {
        end = ngx_snprintf(resource, sizeof(resource), " %*s %*s/%*s", found->kind.len,
                           found->kind.ptr, found->space.len, found->space.ptr, found->name.len,
                           found->name.ptr);
    }
    if (found->path.len) {
        end = ngx_slprintf(end, resource + sizeof(resource), " %*s", found->path.len,
                           found->path.ptr);
    }
    ngx_log_error(level, log, 0, "%*s%*s: %*s in %*s:%uD:%uD", found->code.len, found->code.ptr,
                  (size_t)(end - resource), resource, found->message.len, found->message.ptr,
                  found->document.len, found->document.ptr, found->line, found->column);
}

static void
log_report(ngx_conf_t *cf, const sluice_report *report, bool refused)
{
    const ngx_uint_t levels[] = {
        [SLUICE_SEVERITY_INFO] = NGX_LOG_INFO,
        [SLUICE_SEVERITY_WARNING] = NGX_LOG_WARN,
        [SLUICE_SEVERITY_ERROR] = refused ? NGX_LOG_EMERG : NGX_LOG_ERR,
    };
    size_t logged[3] = {0};
    for (size_t i = 0; i < sluice_report_count(report); i++) {
        const sluice_diagnostic *found = sluice_report_get(report, i);
        if (logged[found->severity]++ < LOGGED_FINDINGS) {
            log_finding(cf->log, levels[found->severity], found);
        }
    }
    for (size_t i = 0; i < 3; i++) {
        if (logged[i] <= LOGGED_FINDINGS) continue;
        ngx_conf_log_error(levels[i], cf, 0, "%uz more findings like these are not logged",
                           logged[i] - LOGGED_FINDINGS);
    }
}

/* ---- compile ---- */

static void
release(void *data)
{
    ngx_http_sluice_rules_t *rules = data;
    sluice_context_free(rules->context);
    sluice_router_release(rules->router);
}

/* Rules that nothing was compiled into yet, known to the worker and freed with the configuration.
 */
static ngx_http_sluice_rules_t *
add_rules(ngx_conf_t *cf)
{
    ngx_http_sluice_main_conf_t *conf =
        ngx_http_conf_get_module_main_conf(cf, ngx_http_sluice_module);
    ngx_http_sluice_rules_t *rules = ngx_pcalloc(cf->pool, sizeof(*rules));
    ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(cf->pool, 0);
    if (rules == NULL || cleanup == NULL) return NULL;
    rules->keys = ngx_http_sluice_new_keys(cf->pool);
    if (rules->keys == NULL) return NULL;
    cleanup->handler = release;
    cleanup->data = rules;
    ngx_http_sluice_rules_t **known = ngx_array_push(&conf->rules);
    if (known == NULL) return NULL;
    *known = rules;
    rules->main = conf;
    return rules;
}

static sluice_source *
read_sources(ngx_conf_t *cf, const ngx_array_t *files)
{
    ngx_str_t *names = files->elts;
    sluice_source *sources = ngx_palloc(cf->temp_pool, files->nelts * sizeof(*sources));
    if (sources == NULL) return NULL;
    for (ngx_uint_t i = 0; i < files->nelts; i++) {
        if (ngx_http_sluice_read_file(cf, &names[i], &sources[i]) != NGX_OK) return NULL;
    }
    return sources;
}

static ngx_int_t
compile(ngx_conf_t *cf, ngx_http_sluice_rules_t *rules, struct arguments *arguments,
        const sluice_source *sources)
{
    sluice_report *report;
    uint64_t *hash_seed = &arguments->options.hash_seed;
    if (getrandom(hash_seed, sizeof(*hash_seed), 0) != (ssize_t)sizeof(*hash_seed)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno, "getrandom() failed");
        return NGX_ERROR;
    }
    if (sluice_report_new(&report, &ngx_http_sluice_memory) != SLUICE_OK) return NGX_ERROR;
    arguments->options.allocator = &ngx_http_sluice_memory;
    sluice_status status = sluice_compile(&rules->router, sources, arguments->files.nelts,
                                          &arguments->options, report);
    log_report(cf, report, status != SLUICE_OK);
    if (status != SLUICE_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "rules are refused: %s, %uz errors",
                           sluice_status_name(status),
                           sluice_report_count_of(report, SLUICE_SEVERITY_ERROR));
    }
    sluice_report_free(report);
    return status == SLUICE_OK ? NGX_OK : NGX_ERROR;
}

char *
ngx_http_sluice_set_rules(ngx_conf_t *cf, ngx_command_t *command, void *conf)
{
    (void)command;
    ngx_http_sluice_loc_conf_t *own = conf;
    struct arguments arguments;
    if (own->rules != NGX_CONF_UNSET_PTR) return "is duplicate";
    if (read_arguments(cf, &arguments) != NGX_OK) return NGX_CONF_ERROR;
    const sluice_source *sources = read_sources(cf, &arguments.files);
    own->rules = add_rules(cf);
    if (sources == NULL || own->rules == NULL) return NGX_CONF_ERROR;
    return compile(cf, own->rules, &arguments, sources) == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}
