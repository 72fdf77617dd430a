/*
 * bench_load: what it costs to read 10,000 rules, as YAML and as JSON.
 *
 *     bench_load
 *
 * 500 VirtualServices of 20 rules with two weighted destinations each, made here. The loader is
 * held against libfyaml's bare event stream in the same run, rounds of both in turn, the best of
 * each; and against the same stream with the text of every scalar asked for, as any reader must.
 * Then the same rules are compiled, and the memory that the library takes through its hooks is
 * counted.
 */
#define _POSIX_C_SOURCE 200809L

#include <libfyaml.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sluice/sluice.h"
#include "yaml/load.h"

enum { DOCUMENTS = 500, RULES = 20, ROUNDS = 31 };

struct text {
    char *bytes;
    size_t len, room;
};

static void
fail(const char *what)
{
    fprintf(stderr, "bench_load: %s\n", what);
    exit(1);
}

static void append(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
append(struct text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text->bytes + text->len, text->room - text->len, format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= text->room - text->len) fail("the text is longer than foreseen");
    text->len += (size_t)len;
}

static void
append_yaml(struct text *text, int document)
{
    append(text,
           "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n"
           "  name: service-%d\n  namespace: shop\nspec:\n  hosts:\n  - service-%d.example.com\n"
           "  http:\n",
           document, document);
    for (int i = 0; i < RULES; i++) {
        append(text,
               "  - name: rule-%d\n    match:\n    - uri:\n        prefix: /api/v%d/items\n"
               "      headers:\n        x-team:\n          exact: team-%d\n    route:\n"
               "    - destination:\n        host: service-%d.shop.svc.cluster.local\n"
               "        subset: v1\n      weight: 90\n"
               "    - destination:\n        host: service-%d.shop.svc.cluster.local\n"
               "        subset: v2\n      weight: 10\n    timeout: 5s\n",
               i, i, i, document, document);
    }
}

static void
append_json(struct text *text, int document)
{
    append(text,
           "%s{\"apiVersion\":\"networking.istio.io/v1\",\"kind\":\"VirtualService\",\"metadata\":"
           "{\"name\":\"service-%d\",\"namespace\":\"shop\"},\"spec\":{\"hosts\":"
           "[\"service-%d.example.com\"],\"http\":[",
           document ? "," : "", document, document);
    for (int i = 0; i < RULES; i++) {
        append(
            text,
            "%s{\"name\":\"rule-%d\",\"match\":[{\"uri\":{\"prefix\":\"/api/v%d/items\"},"
            "\"headers\":{\"x-team\":{\"exact\":\"team-%d\"}}}],\"route\":["
            "{\"destination\":{\"host\":\"service-%d.shop.svc.cluster.local\",\"subset\":\"v1\"},"
            "\"weight\":90},{\"destination\":{\"host\":\"service-%d.shop.svc.cluster.local\","
            "\"subset\":\"v2\"},\"weight\":10}],\"timeout\":\"5s\"}",
            i ? "," : "", i, i, i, document, document);
    }
    append(text, "]}}");
}

/* A path and two weighted destinations: nothing else. */
static void
append_plain(struct text *text, int document)
{
    append(text,
           "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n"
           "  name: service-%d\nspec:\n  hosts:\n  - service-%d.example.com\n  http:\n",
           document, document);
    for (int i = 0; i < RULES; i++) {
        append(text,
               "  - match:\n    - uri:\n        prefix: /api/v%d/items\n    route:\n"
               "    - destination:\n        host: service-%d.shop.svc.cluster.local\n"
               "        subset: v1\n      weight: %d\n"
               "    - destination:\n        host: service-%d.shop.svc.cluster.local\n"
               "        subset: v2\n      weight: %d\n",
               i, document, 90 - i % 3, document, 10 + i % 3);
    }
}

static struct text
make_plain_text(void)
{
    struct text text = {.room = (size_t)DOCUMENTS * RULES * 600};
    text.bytes = malloc(text.room);
    if (!text.bytes) fail("out of memory");
    for (int i = 0; i < DOCUMENTS; i++) {
        append_plain(&text, i);
    }
    return text;
}

static struct text
make_text(bool json)
{
    struct text text = {.room = (size_t)DOCUMENTS * RULES * 600};
    text.bytes = malloc(text.room);
    if (!text.bytes) fail("out of memory");
    if (json) append(&text, "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[");
    for (int i = 0; i < DOCUMENTS; i++) {
        if (json) {
            append_json(&text, i);
        } else {
            append_yaml(&text, i);
        }
    }
    if (json) append(&text, "]}\n");
    return text;
}

static double
now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* ---- what is measured: seconds ---- */

static void *
take(void *user, size_t size)
{
    (void)user;
    return malloc(size);
}

static void *
retake(void *user, void *ptr, size_t size)
{
    (void)user;
    return realloc(ptr, size);
}

static void
give(void *user, void *ptr)
{
    (void)user;
    free(ptr);
}

static double
time_load(const struct text *text, size_t *arena_bytes, size_t *nodes)
{
    static const sluice_allocator allocator = {take, retake, give, NULL};
    sluice_limits limits = {(size_t)1 << 28, 1000000, 64, 50000000, 1000000, 1, 1, 1};
    struct arena arena = {.alloc = &allocator};
    struct diags diags = {.report = NULL};
    struct yaml_load load = {.arena = &arena, .diags = &diags, .limits = &limits};
    struct yaml_document *documents = NULL, **tail = &documents;
    sluice_source source = {
        {"bench",     5        },
        {text->bytes, text->len}
    };
    double start = now();
    if (yaml_load(&load, &source, &tail) != SLUICE_OK) fail("the text is refused");
    double end = now();
    *arena_bytes = arena.taken;
    *nodes = load.nodes;
    arena_free(&arena);
    return end - start;
}

static double
time_libfyaml(const struct text *text, bool with_text, size_t *events)
{
    struct fy_parse_cfg config = {.search_path = "", .flags = FYPCF_JSON_NONE | FYPCF_QUIET};
    double start = now();
    struct fy_parser *parser = fy_parser_create(&config);
    if (!parser || fy_parser_set_string(parser, text->bytes, text->len) != 0) fail("libfyaml");
    struct fy_event *event = NULL;
    size_t len;
    for (*events = 0; (event = fy_parser_parse(parser)); ++*events) {
        if (with_text && event->type == FYET_SCALAR) fy_token_get_text(event->scalar.value, &len);
        fy_parser_event_free(parser, event);
    }
    fy_parser_destroy(parser);
    return now() - start;
}

/* ---- results ---- */

static void
keep_best(double *best, double seconds)
{
    if (seconds < *best) *best = seconds;
}

static double
megabytes_per_second(const struct text *text, double seconds)
{
    return (double)text->len / seconds / 1e6;
}

/* ---- memory ---- */

/* Each block is preceded by its size. */
union header {
    size_t size;
    max_align_t align;
};

struct meter {
    size_t now, peak;
};

static void *
meter_realloc(void *user, void *ptr, size_t size)
{
    struct meter *meter = user;
    union header *old = ptr ? (union header *)ptr - 1 : NULL;
    size_t before = old ? old->size : 0;
    union header *block = realloc(old, sizeof(*block) + size);
    if (!block) return NULL;
    block->size = size;
    meter->now += size - before;
    if (meter->now > meter->peak) meter->peak = meter->now;
    return block + 1;
}

static void *
meter_malloc(void *user, size_t size)
{
    return meter_realloc(user, NULL, size);
}

static void
meter_free(void *user, void *ptr)
{
    struct meter *meter = user;
    if (!ptr) return;
    meter->now -= ((union header *)ptr - 1)->size;
    free((union header *)ptr - 1);
}

static void
measure_compile(const char *name, const struct text *text)
{
    struct meter meter = {0, 0};
    sluice_allocator allocator = {meter_malloc, meter_realloc, meter_free, &meter};
    sluice_compile_options options;
    sluice_compile_options_init(&options);
    options.allocator = &allocator;
    sluice_source source = {
        sluice_str_of("rules"), {text->bytes, text->len}
    };
    sluice_router *router;
    if (sluice_compile(&router, &source, 1, &options, NULL) != SLUICE_OK) fail("does not compile");
    printf("compile/10k-%-12s peak_bytes_per_text_byte=%.2f target_at_most=12\n", name,
           (double)meter.peak / (double)text->len);
    printf("router/10k-%-13s bytes_per_rule=%.0f%s\n", name,
           (double)sluice_router_memory(router) / (double)sluice_router_rule_count(router),
           strcmp(name, "plain") == 0 ? " target_at_most=300" : "");
    sluice_router_release(router);
}

int
main(void)
{
    struct text yaml = make_text(false), json = make_text(true);
    double ours = 1e9, bare = 1e9, with_text = 1e9, strict = 1e9;
    size_t arena = 0, json_arena = 0, nodes = 0, json_nodes = 0, count = 0;
    for (int i = 0; i < ROUNDS; i++) {
        keep_best(&bare, time_libfyaml(&yaml, false, &count));
        keep_best(&ours, time_load(&yaml, &arena, &nodes));
        keep_best(&with_text, time_libfyaml(&yaml, true, &count));
        keep_best(&strict, time_load(&json, &json_arena, &json_nodes));
    }
    printf("load/yaml/10k-rules      text_bytes=%zu nodes=%zu ms=%.1f mb_s=%.1f "
           "arena_bytes_per_text_byte=%.2f\n",
           yaml.len, nodes, ours * 1e3, megabytes_per_second(&yaml, ours),
           (double)arena / (double)yaml.len);
    printf("load/libfyaml/10k-rules  text_bytes=%zu events=%zu ms=%.1f mb_s=%.1f\n", yaml.len,
           count, bare * 1e3, megabytes_per_second(&yaml, bare));
    printf("load/json/10k-rules      text_bytes=%zu nodes=%zu ms=%.1f mb_s=%.1f "
           "arena_bytes_per_text_byte=%.2f\n",
           json.len, json_nodes, strict * 1e3, megabytes_per_second(&json, strict),
           (double)json_arena / (double)json.len);
    printf("load/speed-of-libfyaml   ratio=%.2f target_at_least=0.70\n", bare / ours);
    printf("load/libfyaml-with-text  ms=%.1f ratio=%.2f\n", with_text * 1e3, with_text / ours);
    printf("load/json-speed          mb_s=%.1f target_at_least=100\n",
           megabytes_per_second(&json, strict));
    struct text plain = make_plain_text();
    measure_compile("rules", &yaml);
    measure_compile("plain", &plain);
    free(plain.bytes);
    free(yaml.bytes);
    free(json.bytes);
    return 0;
}
