/*
 * bench_scale: whether the time of a compile grows in step with the rules, for many shapes of them.
 *
 *     bench_scale [PART...]        the shapes of scale_shapes.txt whose name holds a PART, or all
 *     bench_scale --run SHAPE N    compile one shape of N once: for valgrind --tool=callgrind
 *
 * Each shape is compiled with SMALL and with LARGE repetitions, rounds of both in turn; the least
 * CPU time of each counts. The ratio would be LARGE / SMALL if caches had no size; up to TARGET is
 * in step. Exits 1 when a shape is above that. The findings of a compile are counted, not judged:
 * some shapes are there for what the analysis says of them. Some ask for a decision too, to see
 * that the number of rules does not show there.
 */
#define _POSIX_C_SOURCE 200809L

#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "sluice/sluice.h"

#define MEMORY_LIMIT ((rlim_t)3 << 30) /* a step that is not linear may take any amount */

enum {
    SMALL = 1000,
    LARGE = 10000,
    SMALL_ROUNDS = 7,
    LARGE_ROUNDS = 3,
    TARGET = 13,
    DECISIONS = 20000
};

static void
fail(const char *what, const char *name)
{
    fprintf(stderr, "bench_scale: %s: %s\n", name, what);
    exit(1);
}

/* ---- text that grows ---- */

struct text {
    char *bytes;
    size_t len, room;
};

static void
append(struct text *text, const char *bytes, size_t len)
{
    if (text->room - text->len < len + 1) {
        text->room = (text->room + len + 1) * 2;
        text->bytes = realloc(text->bytes, text->room);
        if (!text->bytes) fail("out of memory", "text");
    }
    memcpy(text->bytes + text->len, bytes, len);
    text->len += len;
    text->bytes[text->len] = '\0';
}

static void
append_text(struct text *text, const char *more)
{
    append(text, more, strlen(more));
}

/* A template for one repetition: "$" is its number, "^" the same as the end of an IPv4 address. */
static void
append_numbered(struct text *text, const char *from, size_t len, int number)
{
    char digits[32];
    for (size_t i = 0; i < len; i++) {
        if (from[i] == '$') {
            snprintf(digits, sizeof(digits), "%d", number);
            append_text(text, digits);
        } else if (from[i] == '^') {
            snprintf(digits, sizeof(digits), "%d.%d", number / 250, number % 250 + 1);
            append_text(text, digits);
        } else {
            append(text, from + i, 1);
        }
    }
}

/* ---- shapes ---- */

struct shape {
    char name[64];
    const char *begin, *end; /* lines of scale_shapes.txt */
};

static const char *
next_line(const char *at)
{
    const char *end = strchr(at, '\n');
    return end ? end + 1 : at + strlen(at);
}

static bool
line_is(const char *line, const char *text)
{
    return strncmp(line, text, strlen(text)) == 0 && line[strlen(text)] == '\n';
}

static const char *
api_version(const char *kind)
{
    static const struct {
        const char *kind, *version;
    } rows[] = {
        {"Service",             "v1"                          },
        {"HTTPRoute",           "gateway.networking.k8s.io/v1"},
        {"ListenerSet",         "gateway.networking.k8s.io/v1"},
        {"ReferenceGrant",      "gateway.networking.k8s.io/v1"},
        {"gateway-api/Gateway", "gateway.networking.k8s.io/v1"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].kind, kind) == 0) return rows[i].version;
    }
    return "networking.istio.io/v1";
}

/* A kind without the format before its slash. */
static const char *
kind_alone(const char *kind)
{
    const char *slash = strchr(kind, '/');
    return slash ? slash + 1 : kind;
}

/* "? gateway authority path [service]": a request to decide, no text of the rules. */
static bool
is_question(const char *line)
{
    return strncmp(line, "? ", 2) == 0;
}

/* "--- Kind name [namespace]" opens a document; other lines are YAML as it is. */
static void
append_line(struct text *text, const char *line, size_t len, int number)
{
    char kind[32], name[64], space[64] = "default", head[256];
    if (strncmp(line, "--- ", 4) != 0) {
        append_numbered(text, line, len, number);
        return;
    }
    char copy[160];
    snprintf(copy, sizeof(copy), "%.*s", (int)len, line);
    if (sscanf(copy, "--- %31s %63s %63s", kind, name, space) < 2) fail("a bad line", copy);
    snprintf(head, sizeof(head),
             "---\napiVersion: %s\nkind: %s\nmetadata: {name: %s, namespace: %s}\n",
             api_version(kind), kind_alone(kind), name, space);
    append_numbered(text, head, strlen(head), number);
}

static void
append_lines(struct text *text, const char *begin, const char *end, int number)
{
    for (const char *line = begin; line < end; line = next_line(line)) {
        append_line(text, line, (size_t)(next_line(line) - line), number);
    }
}

/* Lines between "<repeat" and ">" are written `count` times, the others once. */
static struct text
make_text(const struct shape *shape, int count)
{
    struct text text = {0};
    append_text(&text, "");
    for (const char *line = shape->begin; line < shape->end; line = next_line(line)) {
        const char *begin = next_line(line), *end = begin;
        if (is_question(line)) continue;
        if (!line_is(line, "<repeat")) {
            append_lines(&text, line, next_line(line), 0);
            continue;
        }
        while (end < shape->end && !line_is(end, ">")) {
            end = next_line(end);
        }
        for (int i = 0; i < count; i++) {
            append_lines(&text, begin, end, i);
        }
        line = end;
    }
    return text;
}

static char *
read_shapes(void)
{
    struct text text = {0};
    char chunk[4096];
    size_t len;
    FILE *file = fopen(SLUICE_SOURCE_DIR "/bench/scale_shapes.txt", "r");
    if (!file) fail("cannot be read", "bench/scale_shapes.txt");
    while ((len = fread(chunk, 1, sizeof(chunk), file)) > 0) {
        append(&text, chunk, len);
    }
    fclose(file);
    return text.bytes;
}

/* The shape that begins at or behind *at, which moves on; false at the end. */
static bool
next_shape(const char **at, struct shape *shape)
{
    const char *line = *at;
    while (*line && strncmp(line, "== ", 3) != 0) {
        line = next_line(line);
    }
    if (!*line) return false;
    if (sscanf(line, "== %63s", shape->name) != 1) fail("a shape has no name", "scale_shapes.txt");
    shape->begin = shape->end = next_line(line);
    while (*shape->end && strncmp(shape->end, "== ", 3) != 0) {
        shape->end = next_line(shape->end);
    }
    *at = shape->end;
    return true;
}

/* ---- measuring ---- */

struct result {
    double seconds;  /* the least so far */
    double decision; /* seconds of one, the least so far; 0: the shape asks for none */
    size_t text_bytes, rules;
    size_t findings[3];
};

static double
cpu_seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void
decide_often(sluice_router *router, const sluice_request *request, const struct shape *shape,
             struct result *result)
{
    sluice_context *context;
    sluice_decision decision;
    if (sluice_context_new(&context, router, NULL) != SLUICE_OK) fail("out of memory", shape->name);
    double start = cpu_seconds();
    for (int i = 0; i < DECISIONS; i++) {
        sluice_route(context, request, &decision);
    }
    double seconds = (cpu_seconds() - start) / DECISIONS;
    if (decision.outcome != SLUICE_FORWARD) fail("its request is not routed", shape->name);
    if (result->decision == 0 || seconds < result->decision) result->decision = seconds;
    sluice_context_free(context);
}

/* Decides what the shape asks, if it does. */
static void
decide(sluice_router *router, const struct shape *shape, int count, struct result *result)
{
    struct text line = {0};
    char words[4][64] = {"", "", "", ""};
    if (!router || !is_question(shape->begin)) return;
    append_numbered(&line, shape->begin, (size_t)(next_line(shape->begin) - shape->begin),
                    count - 1);
    if (sscanf(line.bytes, "? %63s %63s %63s %63s", words[0], words[1], words[2], words[3]) < 3) {
        fail("a bad request", shape->name);
    }
    sluice_request request = {
        .gateway = sluice_str_of(words[0]),
        .authority = sluice_str_of(words[1]),
        .path = sluice_str_of(words[2]),
        .service_name = sluice_str_of(words[3]),
    };
    decide_often(router, &request, shape, result);
    free(line.bytes);
}

/* False when memory ran out. */
static bool
compile(const struct shape *shape, const struct text *text, int count, struct result *result)
{
    sluice_compile_options options;
    sluice_router *router;
    sluice_report *report;
    sluice_compile_options_init(&options);
    options.keep_going = true; /* what a shape is about may be an error */
    sluice_source source = {
        {"shape",     5        },
        {text->bytes, text->len}
    };
    if (sluice_report_new(&report, NULL) != SLUICE_OK) fail("out of memory", shape->name);
    double start = cpu_seconds();
    sluice_status status = sluice_compile(&router, &source, 1, &options, report);
    double seconds = cpu_seconds() - start;
    if (status != SLUICE_OK && status != SLUICE_ERR_NOMEM) {
        fail(sluice_status_name(status), shape->name);
    }
    if (result->seconds == 0 || seconds < result->seconds) result->seconds = seconds;
    result->text_bytes = text->len;
    result->rules = router ? sluice_router_rule_count(router) : 0;
    for (size_t i = 0; i < 3; i++) {
        result->findings[i] = sluice_report_count_of(report, (sluice_severity)i);
    }
    decide(router, shape, count, result);
    sluice_router_release(router);
    sluice_report_free(report);
    return status == SLUICE_OK;
}

static bool
measure(const struct shape *shape)
{
    struct text small_text = make_text(shape, SMALL), large_text = make_text(shape, LARGE);
    struct result small = {0}, large = {0};
    bool ok = true;
    for (int i = 0; ok && i < LARGE_ROUNDS; i++) {
        for (int k = 0; ok && k < SMALL_ROUNDS; k++) {
            ok = compile(shape, &small_text, SMALL, &small);
        }
        ok = ok && compile(shape, &large_text, LARGE, &large);
    }
    double ratio = large.seconds / small.seconds;
    ok = ok && ratio <= TARGET;
    printf("scale/%-34s ms_1k=%-8.2f ms_10k=%-8.1f ratio=%-5.1f target_at_most=%d rules=%zu "
           "errors=%zu warnings=%zu infos=%zu",
           shape->name, small.seconds * 1e3, large.seconds * 1e3, ratio, TARGET, large.rules,
           large.findings[SLUICE_SEVERITY_ERROR], large.findings[SLUICE_SEVERITY_WARNING],
           large.findings[SLUICE_SEVERITY_INFO]);
    if (large.decision > 0) {
        printf(" decide_ns_1k=%.0f decide_ns_10k=%.0f", small.decision * 1e9, large.decision * 1e9);
    }
    puts(ok ? "" : " MISSED");
    fflush(stdout);
    free(small_text.bytes);
    free(large_text.bytes);
    return ok;
}

static void
run_once(const char *shapes, const char *name, int count)
{
    struct shape shape;
    while (next_shape(&shapes, &shape)) {
        if (strcmp(shape.name, name) != 0) continue;
        struct text text = make_text(&shape, count);
        struct result result = {0};
        compile(&shape, &text, count, &result);
        free(text.bytes);
        return;
    }
    fail("no such shape", name);
}

static bool
is_wanted(const struct shape *shape, char **parts, int count)
{
    for (int i = 0; i < count; i++) {
        if (strstr(shape->name, parts[i])) return true;
    }
    return count == 0;
}

int
main(int argc, char **argv)
{
    char *shapes = read_shapes();
    const char *at = shapes;
    struct shape shape;
    struct rlimit limit = {MEMORY_LIMIT, MEMORY_LIMIT};
    bool ok = true;
    setrlimit(RLIMIT_AS, &limit);
    /* Keep what was freed, so that no size of rule set pays for fresh pages in every round. */
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, INT_MAX);
    if (argc == 4 && strcmp(argv[1], "--run") == 0) {
        run_once(shapes, argv[2], atoi(argv[3]));
    } else {
        while (next_shape(&at, &shape)) {
            if (is_wanted(&shape, argv + 1, argc - 1)) ok &= measure(&shape);
        }
    }
    free(shapes);
    return ok ? 0 : 1;
}
