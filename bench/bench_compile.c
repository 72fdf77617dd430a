/*
 * bench_compile: what a compile takes once its text is read, as a ratio to reading it.
 *
 *     bench_compile [RULES...]
 *     bench_compile --run FORMAT RULES ROUNDS    yaml or json, the stages and no clock: for
 * valgrind
 *                                                --tool=callgrind and for perf
 *
 * The mixed rules of bench_index, 10,000 and 100,000 unless numbers are given, as YAML and the same
 * tree as JSON. Every round reads the text, compiles it as a whole, and goes through the stages one
 * by one; CPU time, the best of the rounds, and the bytes that were asked of the allocator.
 * "after_read" is the whole compile without the reading.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "api/options.h"
#include "base/alloc.h"
#include "counting.h"
#include "index_workload.h"
#include "istio/istio.h"
#include "router/build.h"

enum { ROUNDS = 7, SEED = 12345 };
#define TARGET_AFTER_READ 0.20

static void
fail(const char *what)
{
    fprintf(stderr, "bench_compile: %s\n", what);
    exit(EXIT_FAILURE);
}

static double
now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* ---- YAML's tree as JSON ---- */

struct text {
    char *bytes;
    size_t len, capacity;
};

static void
put(struct text *text, sluice_str bytes)
{
    if (text->len + bytes.len > text->capacity) {
        text->capacity = 2 * (text->capacity + bytes.len);
        text->bytes = realloc(text->bytes, text->capacity);
        if (!text->bytes) fail("out of memory");
    }
    if (bytes.len) memcpy(text->bytes + text->len, bytes.ptr, bytes.len);
    text->len += bytes.len;
}

static void
put_quoted(struct text *text, sluice_str string)
{
    put(text, STR("\""));
    for (size_t i = 0; i < string.len; i++) {
        if (string.ptr[i] == '"' || string.ptr[i] == '\\') put(text, STR("\\"));
        put(text, str_make(string.ptr + i, 1));
    }
    put(text, STR("\""));
}

static void
put_node(struct text *text, const struct yaml_node *node)
{
    bool map = node->kind == YAML_MAP;
    if (!map && node->kind != YAML_SEQ) {
        if (node->kind == YAML_STRING) {
            put_quoted(text, node->text);
        } else {
            put(text, node->text);
        }
        return;
    }
    put(text, map ? STR("{") : STR("["));
    YAML_EACH(child, node)
    {
        if (child->index > 0) put(text, STR(","));
        if (map) put_quoted(text, child->key);
        if (map) put(text, STR(":"));
        put_node(text, child);
    }
    put(text, map ? STR("}") : STR("]"));
}

static sluice_str
json_of(const struct yaml_document *documents)
{
    struct text text = {NULL, 0, 0};
    put(&text, STR("{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":["));
    for (const struct yaml_document *at = documents; at; at = at->next) {
        if (at != documents) put(&text, STR(","));
        put_node(&text, at->root);
    }
    put(&text, STR("]}\n"));
    return str_make(text.bytes, text.len);
}

/* ---- the stages ---- */

/* So that callgrind can tell the stages apart. */
#define NOINLINE __attribute__((noinline))

struct stage {
    double ms;
    size_t bytes; /* asked of the allocator */
};

struct stages {
    struct stage read, resources, router;
};

struct staged {
    sluice_compile_options options;
    struct arena arena;
    struct diags diags;
    struct regex_store regexes;
    struct yaml_document *documents;
};

static void
begin(struct staged *staged)
{
    *staged = (struct staged){.arena = arena_init(&counting)};
    options_read(&staged->options, NULL);
    staged->arena.hash_seed = SEED;
    staged->regexes = regex_store_init(&staged->arena, staged->options.limits.regex_bytes);
}

static void
end(struct staged *staged)
{
    regex_store_free(&staged->regexes);
    arena_free(&staged->arena);
}

static NOINLINE void
read_text(struct staged *staged, sluice_str text)
{
    struct yaml_load load = {
        .arena = &staged->arena, .diags = &staged->diags, .limits = &staged->options.limits};
    struct yaml_document **tail = &staged->documents;
    sluice_source source = {STR("rules"), text};
    if (yaml_load(&load, &source, &tail) != SLUICE_OK) fail("the rules cannot be read");
}

static NOINLINE void
make_model(struct staged *staged, struct model *model)
{
    struct envelope_options envelope = {
        .arena = &staged->arena,
        .diags = &staged->diags,
        .default_namespace = staged->options.default_namespace,
    };
    struct envelope_list envelopes = {0};
    struct istio_settings settings = {&staged->options, &envelope, &staged->regexes};
    if (envelope_read_all(&envelopes, &envelope, staged->documents) != SLUICE_OK ||
        istio_compile(model, &envelopes, &settings) != SLUICE_OK ||
        staged->diags.count_of[SLUICE_SEVERITY_ERROR]) {
        fail("the rules are no good");
    }
}

static NOINLINE void
make_router(struct staged *staged, const struct model *model)
{
    struct router_settings settings = {
        .alloc = &counting,
        .hash_seed = SEED,
        .max_rules = staged->options.limits.rules,
        .proxy_namespace = staged->options.proxy_namespace,
        .regexes = &staged->regexes,
    };
    sluice_router *router;
    if (router_build(&router, model, &settings, &staged->diags, &staged->arena) != SLUICE_OK) {
        fail("the router cannot be built");
    }
    sluice_router_release(router);
}

static double
whole_ms(sluice_str text)
{
    sluice_source source = {STR("rules"), text};
    sluice_compile_options options;
    sluice_router *router;
    sluice_compile_options_init(&options);
    options.hash_seed = SEED;
    double start = now_ms();
    if (sluice_compile(&router, &source, 1, &options, NULL) != SLUICE_OK) {
        fail("the rules do not compile");
    }
    double took = now_ms() - start;
    sluice_router_release(router);
    return took;
}

static struct stage
since(struct stage begin)
{
    return (struct stage){now_ms() - begin.ms, counted_bytes - begin.bytes};
}

static struct stages
one_round(sluice_str text)
{
    struct staged staged;
    struct model model = {0};
    struct stages stages;
    const struct stage nothing = {0, 0};
    begin(&staged);
    struct stage at = since(nothing);
    read_text(&staged, text);
    stages.read = since(at);
    at = since(nothing);
    make_model(&staged, &model);
    stages.resources = since(at);
    at = since(nothing);
    make_router(&staged, &model);
    stages.router = since(at);
    end(&staged);
    return stages;
}

static void
keep_best(struct stage *best, struct stage stage)
{
    if (best->ms == 0 || stage.ms < best->ms) *best = stage;
}

static void
print_stage(const char *name, const struct stage *stage, const struct stage *read, size_t rules)
{
    printf("  %s_ms=%.1f ratio=%.2f bytes_per_rule=%zu", name, stage->ms, stage->ms / read->ms,
           stage->bytes / rules);
}

static void
measure(const char *format, size_t rules, sluice_str text, bool has_target)
{
    struct stages best = {
        {0, 0},
        {0, 0},
        {0, 0}
    };
    struct stage whole = {0, 0};
    for (int i = 0; i < ROUNDS; i++) {
        struct stages stages = one_round(text);
        keep_best(&best.read, stages.read);
        keep_best(&best.resources, stages.resources);
        keep_best(&best.router, stages.router);
        keep_best(&whole, (struct stage){whole_ms(text), 0});
    }
    double after = whole.ms - best.read.ms;
    printf("compile/%s/%zu  read_ms=%.1f  after_read_ms=%.1f ratio=%.2f", format, rules,
           best.read.ms, after, after / best.read.ms);
    if (has_target) printf(" target_at_most=%.2f", TARGET_AFTER_READ);
    print_stage("resources_and_lowering", &best.resources, &best.read, rules);
    print_stage("router_build", &best.router, &best.read, rules);
    printf("\n");
}

/* The text of the rules is the workload's; the other, the same as JSON, is freed by the caller. */
static sluice_str
make_texts(struct workload *workload, size_t rules, sluice_str *json)
{
    struct staged staged;
    workload_mixed(workload, rules, 0);
    sluice_str yaml = workload_yaml(workload);
    begin(&staged);
    read_text(&staged, yaml);
    *json = json_of(staged.documents);
    end(&staged);
    return yaml;
}

static void
measure_rules(size_t rules)
{
    struct workload workload;
    sluice_str json, yaml = make_texts(&workload, rules, &json);
    measure("yaml", rules, yaml, true);
    measure("json", rules, json, false);
    free((void *)(uintptr_t)json.ptr);
    workload_free(&workload);
}

static void
run(const char *format, size_t rules, size_t rounds)
{
    struct workload workload;
    sluice_str json, yaml = make_texts(&workload, rules, &json);
    for (size_t i = 0; i < rounds; i++) {
        one_round(strcmp(format, "json") == 0 ? json : yaml);
    }
    free((void *)(uintptr_t)json.ptr);
    workload_free(&workload);
}

int
main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "--run") == 0) {
        run(argv[2], strtoul(argv[3], NULL, 10), strtoul(argv[4], NULL, 10));
        return 0;
    }
    for (int i = 1; i < argc; i++) {
        measure_rules(strtoul(argv[i], NULL, 10));
    }
    if (argc > 1) return 0;
    measure_rules(10000);
    measure_rules(100000);
    return 0;
}
