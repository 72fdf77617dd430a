/* rules: a list of what was compiled, under one lock that no request takes. */
#include "rules.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct rules {
    struct rules *next;
    char *key; /* file names and options, each followed by a line end */
    size_t references;
    struct settings settings;
    sluice_router *router;
};

static struct rules *all_rules;
static pthread_mutex_t all_rules_lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- files ---- */

/* The bytes of a file, to be freed; NULL with errno set. */
static char *
read_stream(FILE *stream, size_t *len)
{
    size_t size = 65536;
    char *text = malloc(size);
    *len = 0;
    while (text) {
        *len += fread(text + *len, 1, size - *len, stream);
        if (*len < size) break;
        char *grown = realloc(text, size *= 2);
        if (!grown) free(text);
        text = grown;
    }
    if (text && ferror(stream)) {
        free(text);
        return NULL;
    }
    return text;
}

static bool
read_source(sluice_source *source, const char *name, FILE *messages)
{
    FILE *stream = fopen(name, "rb");
    char *text = stream ? read_stream(stream, &source->text.len) : NULL;
    int problem = errno;
    if (stream) fclose(stream);
    source->name = sluice_str_of(name);
    source->text.ptr = text;
    if (!text) fprintf(messages, "%s: error: %s\n", name, strerror(problem));
    return text;
}

/* ---- compiling ---- */

static void
print_finding(const sluice_diagnostic *finding, FILE *messages)
{
    static const char *const severities[] = {"info", "warning", "error"};
    fprintf(messages, "%.*s:", (int)finding->document.len, finding->document.ptr);
    if (finding->line) fprintf(messages, "%u:%u:", finding->line, finding->column);
    fprintf(messages, " %s: %.*s [%.*s]\n", severities[finding->severity],
            (int)finding->message.len, finding->message.ptr, (int)finding->code.len,
            finding->code.ptr);
}

static sluice_status
compile(struct rules *rules, const sluice_source *sources, size_t count, FILE *messages)
{
    sluice_report *report;
    if (sluice_report_new(&report, NULL) != SLUICE_OK) return SLUICE_ERR_NOMEM;
    sluice_status status =
        sluice_compile(&rules->router, sources, count, &rules->settings.compile, report);
    for (size_t i = 0; i < sluice_report_count(report); i++) {
        const sluice_diagnostic *finding = sluice_report_get(report, i);
        if (finding->severity != SLUICE_SEVERITY_INFO) print_finding(finding, messages);
    }
    sluice_report_free(report);
    return status;
}

static bool
read_and_compile(struct rules *rules, const char *const *files, size_t count, FILE *messages)
{
    sluice_source *sources = calloc(count + 1, sizeof *sources);
    bool read = sources;
    for (size_t i = 0; read && i < count; i++) {
        read = read_source(&sources[i], files[i], messages);
    }
    sluice_status status = SLUICE_OK;
    if (read) {
        status = compile(rules, sources, count, messages);
        if (status != SLUICE_OK) {
            fprintf(messages, "the rules were refused: %s\n", sluice_status_name(status));
        }
    }
    for (size_t i = 0; sources && i < count; i++)
        free((char *)sources[i].text.ptr);
    free(sources);
    return read && status == SLUICE_OK;
}

/* ---- one set of rules ---- */

static void
rules_free(struct rules *rules)
{
    sluice_router_release(rules->router);
    settings_free(&rules->settings);
    free(rules->key);
    free(rules);
}

static char *
key_of(const char *const *files, size_t count, const char *options)
{
    char *key = NULL;
    size_t len;
    FILE *stream = open_memstream(&key, &len);
    if (!stream) return NULL;
    for (size_t i = 0; i < count; i++)
        fprintf(stream, "%s\n", files[i]);
    fprintf(stream, "%s\n", options);
    if (fclose(stream) == 0) return key;
    free(key);
    return NULL;
}

/* Takes the key. */
static struct rules *
rules_new(char *key, const char *const *files, size_t count, const char *options, FILE *messages)
{
    const char *problem = "out of memory";
    struct rules *rules = calloc(1, sizeof *rules);
    if (!rules) {
        free(key);
        fprintf(messages, "%s\n", problem);
        return NULL;
    }
    rules->key = key;
    rules->references = 1;
    if (!settings_read(&rules->settings, options, &problem)) {
        fprintf(messages, "option \"%s\" is not known; docs/haproxy.md lists them\n", problem);
        goto failed;
    }
    /* Clients choose paths and headers, so they must not know where these fall in a hash table. */
    if (getrandom(&rules->settings.compile.hash_seed, sizeof(uint64_t), 0) < 0) {
        fprintf(messages, "no random numbers: %s\n", strerror(errno));
        goto failed;
    }
    if (read_and_compile(rules, files, count, messages)) return rules;
failed:
    rules_free(rules);
    return NULL;
}

/* ---- the list ---- */

struct rules *
rules_load(const char *const *files, size_t count, const char *options, FILE *messages)
{
    char *key = key_of(files, count, options);
    struct rules *rules;
    if (!key) return NULL;
    pthread_mutex_lock(&all_rules_lock);
    for (rules = all_rules; rules && strcmp(rules->key, key) != 0; rules = rules->next)
        continue;
    if (rules) {
        rules->references++;
        free(key);
    } else {
        rules = rules_new(key, files, count, options, messages);
        if (rules) {
            rules->next = all_rules;
            all_rules = rules;
        }
    }
    pthread_mutex_unlock(&all_rules_lock);
    return rules;
}

void
rules_release(struct rules *rules)
{
    if (!rules) return;
    pthread_mutex_lock(&all_rules_lock);
    bool last = --rules->references == 0;
    for (struct rules **at = &all_rules; last && *at; at = &(*at)->next) {
        if (*at == rules) {
            *at = rules->next;
            break;
        }
    }
    pthread_mutex_unlock(&all_rules_lock);
    if (last) rules_free(rules);
}

const struct settings *
rules_settings(const struct rules *rules)
{
    return &rules->settings;
}

bool
rules_need_headers(const struct rules *rules)
{
    return sluice_router_needed_count(rules->router, SLUICE_NEEDED_HEADER) > 0;
}

sluice_context *
rules_context(struct rules *rules)
{
    sluice_context *context;
    sluice_context_options options;
    uint64_t random[2];
    sluice_context_options_init(&options);
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random) return NULL;
    options.seed = random[0];
    options.stream = random[1];
    return sluice_context_new(&context, rules->router, &options) == SLUICE_OK ? context : NULL;
}
