#include "api/options.h"

void
sluice_compile_options_init(sluice_compile_options *options)
{
    *options = (sluice_compile_options){
        .size = sizeof(*options),
        .default_export_to = STR("*"),
        .cluster_domain = STR("cluster.local"),
        .root_namespace = STR("istio-system"),
        .default_namespace = STR("default"),
        .proxy_namespace = STR("default"),
    };
}

static void
default_number(uint32_t *number, uint32_t otherwise)
{
    if (*number == 0) *number = otherwise;
}

static void
default_text(sluice_str *text, sluice_str otherwise)
{
    if (text->len == 0) *text = otherwise;
}

static void
fill_limits(sluice_limits *limits)
{
    if (limits->text_bytes == 0) limits->text_bytes = (size_t)256 << 20;
    default_number(&limits->documents, 1000000);
    default_number(&limits->depth, 64);
    default_number(&limits->nodes, 50000000);
    default_number(&limits->alias_nodes, 1000000);
    default_number(&limits->rules, 4000000);
    default_number(&limits->destinations, 10000);
    default_number(&limits->regex_bytes, 1024);
}

bool
options_read(sluice_compile_options *to, const sluice_compile_options *from)
{
    sluice_compile_options_init(to);
    sluice_compile_options defaults = *to;
    if (from) {
        if (from->size < sizeof(from->size)) return false;
        /* A caller built against an older header has a shorter struct: the rest keeps its default.
         */
        memcpy(to, from, from->size < sizeof(*to) ? from->size : sizeof(*to));
    }
    fill_limits(&to->limits);
    default_text(&to->default_export_to, defaults.default_export_to);
    default_text(&to->cluster_domain, defaults.cluster_domain);
    default_text(&to->root_namespace, defaults.root_namespace);
    default_text(&to->default_namespace, defaults.default_namespace);
    default_text(&to->proxy_namespace, defaults.proxy_namespace);
    return true;
}
