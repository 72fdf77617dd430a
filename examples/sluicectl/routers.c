/*
 * routers: one compiled router and one context for each namespace that requests come from.
 */
#include "sluicectl/routers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sluicectl/diagnostics.h"

static sluice_str
routers_space(const struct routers *routers, sluice_str space)
{
    return space.len > 0 ? space : routers->options->compile.proxy_namespace;
}

static sluice_status
routers_compile(struct routers *routers, struct routers_entry *entry, sluice_str space,
                sluice_report *report)
{
    sluice_compile_options compile = routers->options->compile;
    sluice_context_options context;
    compile.proxy_namespace = space;
    sluice_context_options_init(&context);
    context.seed = routers->options->seed;
    sluice_status status = sluice_compile(&entry->router, routers->files.sources,
                                          routers->files.count, &compile, report);
    if (status != SLUICE_OK) return status;
    return sluice_context_new(&entry->context, entry->router, &context);
}

/* Compile for `space` and remember it, unless that failed. */
static sluice_status
routers_add(struct routers *routers, sluice_str space, sluice_report *report)
{
    struct routers_entry entry = {0};
    sluice_status status = routers_compile(routers, &entry, space, report);
    if (status != SLUICE_OK) {
        sluice_router_release(entry.router);
        return status;
    }
    if (routers->count == routers->capacity) {
        routers->capacity = routers->capacity ? 2 * routers->capacity : 4;
        routers->entries =
            memory_resize(routers->entries, routers->capacity * sizeof *routers->entries);
    }
    entry.space = memory_resize(NULL, space.len);
    entry.space_len = space.len;
    if (space.len) memcpy(entry.space, space.ptr, space.len);
    routers->entries[routers->count++] = entry;
    return SLUICE_OK;
}

static bool
routers_is(const struct routers_entry *entry, sluice_str space)
{
    return entry->space_len == space.len && memcmp(entry->space, space.ptr, space.len) == 0;
}

sluice_context *
routers_context(struct routers *routers, sluice_str space, struct failure *failure)
{
    space = routers_space(routers, space);
    if (routers->count > 0 && routers_is(&routers->entries[routers->last], space)) {
        return routers->entries[routers->last].context;
    }
    for (size_t i = 0; i < routers->count; i++) {
        if (!routers_is(&routers->entries[i], space)) continue;
        routers->last = i;
        return routers->entries[i].context;
    }
    sluice_status status = routers_add(routers, space, NULL);
    if (status != SLUICE_OK) {
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
        sluice_str space = routers_space(routers, options->request.input.source_namespace);
        status = routers_add(routers, space, report);
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
        free(routers->entries[i].space);
    }
    free(routers->entries);
    files_free(&routers->files);
}
