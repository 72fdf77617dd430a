#include "lean_scan.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/word.h"
#include "engine/regex.h"

struct lean_rule {
    uint64_t word, mask;
    const struct bench_rule *rule;
    struct regex *regex; /* of the path, or of the header's value */
};

struct lean_scan {
    struct lean_rule *rules;
    size_t count;
};

static struct regex *
compile(sluice_str pattern)
{
    struct regex *regex;
    if (regex_compile(&regex, pattern, NULL) == REGEX_OK) return regex;
    fprintf(stderr, "lean_scan: not a pattern: %.*s\n", STR_ARG(pattern));
    exit(EXIT_FAILURE);
}

/* What a pattern of the workload begins with. */
static sluice_str
literal(const struct bench_rule *rule)
{
    if (rule->path_kind != PATH_MATCHING) return rule->path;
    sluice_str text = str_first(rule->path, str_find(rule->path, '['));
    return str_find(text, '*') == SIZE_MAX ? text : STR("");
}

struct lean_scan *
lean_scan_new(const struct workload *w)
{
    struct lean_scan *scan = malloc(sizeof(*scan));
    struct lean_rule *rules = calloc(w->count, sizeof(*rules));
    if (!scan || !rules) exit(EXIT_FAILURE);
    for (size_t i = 0; i < w->count; i++) {
        const struct bench_rule *rule = &w->rules[i];
        sluice_str text = literal(rule);
        bool whole = text.len >= 8 || rule->path_kind == PATH_EXACTLY;
        rules[i].rule = rule;
        rules[i].word = word_first(text.ptr, text.len);
        rules[i].mask = whole ? UINT64_MAX : word_mask(text.len);
        if (rule->path_kind == PATH_MATCHING) rules[i].regex = compile(rule->path);
        if (rule->value_is_regex) rules[i].regex = compile(rule->value);
    }
    *scan = (struct lean_scan){rules, w->count};
    return scan;
}

void
lean_scan_free(struct lean_scan *scan)
{
    for (size_t i = 0; i < scan->count; i++) {
        regex_free(scan->rules[i].regex);
    }
    free(scan->rules);
    free(scan);
}

static bool
header_holds(const struct lean_rule *lean, const sluice_request *request)
{
    const struct bench_rule *rule = lean->rule;
    for (size_t i = 0; i < request->header_count; i++) {
        const sluice_field *header = &request->headers[i];
        if (header->name.len != rule->header.len) continue;
        if (memcmp(header->name.ptr, rule->header.ptr, rule->header.len) != 0) continue;
        return rule->value_is_regex ? regex_full_match(lean->regex, header->value)
                                    : str_equal(header->value, rule->value);
    }
    return false;
}

static bool
query_holds(const struct bench_rule *rule, sluice_str query)
{
    size_t name = rule->query.len, value = rule->query_value.len;
    return query.len == name + 1 + value && memcmp(query.ptr, rule->query.ptr, name) == 0 &&
           query.ptr[name] == '=' &&
           memcmp(query.ptr + name + 1, rule->query_value.ptr, value) == 0;
}

static bool
path_holds(const struct lean_rule *lean, sluice_str path)
{
    const struct bench_rule *rule = lean->rule;
    if (rule->path_kind == PATH_EXACTLY) return str_equal(path, rule->path);
    if (rule->path_kind == PATH_PREFIXED) return str_starts_with(path, rule->path);
    return regex_full_match(lean->regex, path);
}

size_t
lean_scan_find(const struct lean_scan *scan, const sluice_request *request)
{
    const char *mark = memchr(request->path.ptr, '?', request->path.len);
    size_t len = mark ? (size_t)(mark - request->path.ptr) : request->path.len;
    sluice_str path = str_first(request->path, len), query = str_skip(request->path, len + 1);
    uint64_t word = word_first(path.ptr, path.len);
    for (size_t i = 0; i < scan->count; i++) {
        const struct lean_rule *lean = &scan->rules[i];
        if ((word ^ lean->word) & lean->mask) continue;
        const struct bench_rule *rule = lean->rule;
        if (rule->path_kind != PATH_MATCHING && !path_holds(lean, path)) continue;
        if (rule->method.len && !str_equal(rule->method, request->method)) continue;
        if (rule->header.len && !header_holds(lean, request)) continue;
        if (rule->query.len && !query_holds(rule, query)) continue;
        if (rule->path_kind == PATH_MATCHING && !path_holds(lean, path)) continue;
        return i;
    }
    return scan->count;
}
