/*
 * routers: one compiled router and one context for each caller that requests come from.
 */
#include "sluicectl/routers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sluicectl/diagnostics.h"

static sluice_str
routers_space(const struct routers *routers, const sluice_request *request)
{
    sluice_str space = request->source_namespace;
    return space.len > 0 ? space : routers->options->compile.proxy_namespace;
}

/* ---- the caller, as a text ---- */

static void
key_add(struct routers *routers, char before, sluice_str text)
{
    size_t room = routers->key_len + 1 + text.len;
    if (room > routers->key_capacity) {
        routers->key_capacity = 2 * room;
        routers->key = memory_resize(routers->key, routers->key_capacity);
    }
    routers->key[routers->key_len++] = before;
    if (text.len) memcpy(routers->key + routers->key_len, text.ptr, text.len);
    routers->key_len += text.len;
}

/* The namespace, and the labels where a rule may ask for them. */
static void
key_make(struct routers *routers, const sluice_request *request)
{
    routers->key_len = 0;
    key_add(routers, '/', routers_space(routers, request));
    for (size_t i = 0; routers->by_labels && i < request->source_label_count; i++) {
        key_add(routers, '\n', request->source_labels[i].name);
        key_add(routers, '=', request->source_labels[i].value);
    }
}

static bool
key_is(const struct routers *routers, const struct routers_entry *entry)
{
    return entry->key_len == routers->key_len &&
           memcmp(entry->key, routers->key, entry->key_len) == 0;
}

static bool
contains(sluice_str text, const char *part)
{
    sluice_str wanted = sluice_str_of(part);
    for (size_t at = 0; at + wanted.len <= text.len; at++) {
        if (memcmp(text.ptr + at, wanted.ptr, wanted.len) == 0) return true;
    }
    return false;
}

/* Whether some text may hold a DestinationRule for callers with certain labels alone. */
static bool
asks_labels(const struct files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        sluice_str text = files->sources[i].text;
        if (contains(text, "workloadSelector") && contains(text, "matchLabels")) return true;
    }
    return false;
}

/* ---- routers ---- */

static sluice_status
routers_compile(struct routers *routers, struct routers_entry *entry, const sluice_request *request,
                sluice_report *report)
{
    sluice_compile_options compile = routers->options->compile;
    sluice_context_options context;
    compile.proxy_namespace = routers_space(routers, request);
    if (routers->by_labels) {
        compile.proxy_labels = request->source_labels;
        compile.proxy_label_count = request->source_label_count;
    }
    sluice_context_options_init(&context);
    context.seed = routers->options->seed;
    sluice_status status = sluice_compile(&entry->router, routers->files.sources,
                                          routers->files.count, &compile, report);
    if (status != SLUICE_OK) return status;
    return sluice_context_new(&entry->context, entry->router, &context);
}

/* Compile for the caller of the key and remember it, unless that failed. */
static sluice_status
routers_add(struct routers *routers, const sluice_request *request, sluice_report *report)
{
    struct routers_entry entry = {0};
    sluice_status status = routers_compile(routers, &entry, request, report);
    if (status != SLUICE_OK) {
        sluice_router_release(entry.router);
        return status;
    }
    if (routers->count == routers->capacity) {
        routers->capacity = routers->capacity ? 2 * routers->capacity : 4;
        routers->entries =
            memory_resize(routers->entries, routers->capacity * sizeof *routers->entries);
    }
    entry.key = memory_resize(NULL, routers->key_len);
    entry.key_len = routers->key_len;
    memcpy(entry.key, routers->key, routers->key_len);
    routers->entries[routers->count++] = entry;
    return SLUICE_OK;
}

sluice_context *
routers_context(struct routers *routers, const sluice_request *request, struct failure *failure)
{
    key_make(routers, request);
    if (routers->count > 0 && key_is(routers, &routers->entries[routers->last])) {
        return routers->entries[routers->last].context;
    }
    for (size_t i = 0; i < routers->count; i++) {
        if (!key_is(routers, &routers->entries[i])) continue;
        routers->last = i;
        return routers->entries[i].context;
    }
    sluice_status status = routers_add(routers, request, NULL);
    if (status != SLUICE_OK) {
        sluice_str space = routers_space(routers, request);
        failure_set(failure, "cannot compile for namespace \"%.*s\": %s",
                    (int)(space.len < 100 ? space.len : 100), space.ptr,
                    sluice_status_name(status));
        return NULL;
    }
    routers->last = routers->count - 1;
    return routers->entries[routers->last].context;
}

enum exit_status
routers_open(struct routers *routers, const struct options *options)
{
    struct failure failure;
    sluice_report *report;
    *routers = (struct routers){.options = options};
    if (!files_read(&routers->files, options->files, options->file_count, &failure)) {
        fprintf(stderr, "sluicectl: %s\n", failure.text);
        return EXIT_TROUBLE;
    }
    sluice_status status = sluice_report_new(&report, NULL);
    if (status == SLUICE_OK) {
        routers->by_labels = asks_labels(&routers->files);
        key_make(routers, &options->request.input);
        status = routers_add(routers, &options->request.input, report);
    }
    diagnostics_print_errors(stderr, report);
    sluice_report_free(report);
    if (status == SLUICE_OK) return EXIT_DECIDED;
    fprintf(stderr, "sluicectl: the rules do not compile: %s\n", sluice_status_name(status));
    return EXIT_RULES;
}

void
routers_free(struct routers *routers)
{
    for (size_t i = 0; i < routers->count; i++) {
        sluice_context_free(routers->entries[i].context);
        sluice_router_release(routers->entries[i].router);
        free(routers->entries[i].key);
    }
    free(routers->entries);
    free(routers->key);
    files_free(&routers->files);
}
