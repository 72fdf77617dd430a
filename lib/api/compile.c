/* compile: the stages of sluice_compile(), from texts to a router. */
#include "api/options.h"
#include "base/alloc.h"
#include "gateway_api/gateway_api.h"
#include "istio/istio.h"
#include "router/build.h"

struct compile {
    sluice_compile_options options;
    struct arena scratch; /* dies with the call */
    struct diags diags;
    struct regex_store regexes;
    struct yaml_document *documents;
    sluice_status text_status; /* first trouble with a text; the others are read all the same */
};

static sluice_status
load_all(struct compile *compile, const sluice_source *sources, size_t count)
{
    struct yaml_load load = {
        .arena = &compile->scratch,
        .diags = &compile->diags,
        .limits = &compile->options.limits,
    };
    struct yaml_document **tail = &compile->documents;
    for (size_t i = 0; i < count; i++) {
        sluice_status status = yaml_load(&load, &sources[i], &tail);
        if (status == SLUICE_ERR_NOMEM) return status;
        if (compile->text_status == SLUICE_OK) compile->text_status = status;
    }
    return SLUICE_OK;
}

static sluice_status
build(struct compile *compile, sluice_router **out, const struct model *model)
{
    struct router_settings settings = {
        .alloc = alloc_or_default(compile->options.allocator),
        .hash_seed = compile->options.hash_seed,
        .max_rules = compile->options.limits.rules,
        .proxy_namespace = compile->options.proxy_namespace,
        .proxy_labels = compile->options.proxy_labels,
        .proxy_label_count = compile->options.proxy_label_count,
        .regexes = &compile->regexes,
    };
    return router_build(out, model, &settings, &compile->diags, &compile->scratch);
}

/* Whether what was found so far forbids a router, and as what it is reported. */
static sluice_status
verdict(const struct compile *compile)
{
    if (compile->diags.failed) return SLUICE_ERR_NOMEM;
    if (compile->options.keep_going) {
        bool nothing_read = compile->text_status != SLUICE_OK && !compile->documents;
        return nothing_read ? compile->text_status : SLUICE_OK;
    }
    if (compile->text_status != SLUICE_OK) return compile->text_status;
    return compile->diags.count_of[SLUICE_SEVERITY_ERROR] ? SLUICE_ERR_INVALID : SLUICE_OK;
}

static sluice_status
run(struct compile *compile, sluice_router **out, const sluice_source *sources, size_t count)
{
    sluice_status status = load_all(compile, sources, count);
    if (status != SLUICE_OK) return status;
    struct envelope_options envelope = {
        .arena = &compile->scratch,
        .diags = &compile->diags,
        .default_namespace = compile->options.default_namespace,
        .lenient = compile->options.lenient,
        .documents = compile->options.limits.documents,
    };
    struct envelope_list envelopes = {0};
    status = envelope_read_all(&envelopes, &envelope, compile->documents);
    if (status != SLUICE_OK) return status;
    struct istio_settings settings = {&compile->options, &envelope, &compile->regexes};
    struct model model = {0};
    status = istio_compile(&model, &envelopes, &settings);
    if (status != SLUICE_OK) return status;
    struct gateway_api_settings gateway_settings = {&compile->options, &envelope,
                                                    &compile->regexes};
    status = gateway_api_compile(&model, &envelopes, &gateway_settings);
    if (status != SLUICE_OK) return status;
    envelope_report_unclaimed(&envelopes, &envelope);
    status = verdict(compile);
    if (status != SLUICE_OK) return status;
    return build(compile, out, &model);
}

sluice_status
sluice_compile(sluice_router **out, const sluice_source *sources, size_t count,
               const sluice_compile_options *options, sluice_report *report)
{
    struct compile compile = {.diags = {.report = report}};
    if (!out) return SLUICE_ERR_ARGUMENT;
    *out = NULL;
    if ((!sources && count) || !options_read(&compile.options, options)) return SLUICE_ERR_ARGUMENT;
    compile.scratch = arena_init(alloc_or_default(compile.options.allocator));
    compile.scratch.hash_seed = compile.options.hash_seed;
    compile.regexes = regex_store_init(&compile.scratch, compile.options.limits.regex_bytes);
    sluice_status status = run(&compile, out, sources, count);
    regex_store_free(&compile.regexes);
    bool out_of_memory = compile.diags.failed || compile.scratch.failed;
    arena_free(&compile.scratch);
    if (out_of_memory && *out) {
        sluice_router_release(*out);
        *out = NULL;
    }
    return out_of_memory ? SLUICE_ERR_NOMEM : status;
}
