#include "index_stages.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "istio/istio.h"
#include "rounds.h"
#include "router/build.h"
#include "yaml/tree.h"

static void
must(sluice_status status)
{
    if (status == SLUICE_OK) return;
    fprintf(stderr, "bench: a stage of the compile failed: %d\n", (int)status);
    exit(EXIT_FAILURE);
}

/* Milliseconds since *from, which moves on to now. */
static double
lap(double *from)
{
    double now = rounds_now_ns(), passed = now - *from;
    *from = now;
    return passed / 1e6;
}

static void
lower(struct model *model, struct yaml_document *documents, struct arena *arena,
      struct diags *diags, const sluice_compile_options *options)
{
    struct envelope_options envelope = {
        .arena = arena,
        .diags = diags,
        .default_namespace = STR("default"),
        .documents = options->limits.documents,
    };
    struct envelope_list envelopes = {0};
    struct istio_settings settings = {options, &envelope};
    size_t bad = 0;
    must(envelope_read_all(&envelopes, &envelope, documents));
    must(istio_compile(model, &bad, &envelopes, &settings));
    if (bad) must(SLUICE_ERR_INVALID);
}

struct stages
stages_measure(sluice_str text, uint64_t hash_seed)
{
    sluice_limits limits = {(size_t)1 << 28, 1000000, 64, 50000000, 1000000, 100000, 100000, 1000};
    struct arena arena = arena_init(alloc_or_default(NULL));
    struct diags diags = {.report = NULL};
    struct yaml_load load = {.arena = &arena, .diags = &diags, .limits = &limits};
    struct yaml_document *documents = NULL, **tail = &documents;
    sluice_source source = {STR("rules"), text};
    sluice_compile_options options;
    struct router_settings settings = {
        .alloc = alloc_or_default(NULL), .hash_seed = hash_seed, .max_rules = 1000000};
    struct model model = {0};
    struct stages stages;
    sluice_router *router;
    double at = rounds_now_ns();
    sluice_compile_options_init(&options);
    options.limits = limits;
    must(yaml_load(&load, &source, &tail));
    stages.parse_ms = lap(&at);
    lower(&model, documents, &arena, &diags, &options);
    stages.lower_ms = lap(&at);
    must(router_build(&router, &model, &settings, &diags, &arena));
    stages.build_ms = lap(&at);
    stages.regex_count = router->regex_count;
    sluice_router_release(router);
    arena_free(&arena);
    return stages;
}
