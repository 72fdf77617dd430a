/*
 * live: writers publish as fast as they can while readers route. For ThreadSanitizer, and to see
 * that each decision comes from exactly one router, in order, and that no router is left over.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sluice/sluice.h"

enum { READERS = 4, WRITERS = 2, POOL = 8, CHANGES = 50 };

/* Everything that version N says has N in it. */
static const char rules[] = "apiVersion: networking.istio.io/v1\n"
                            "kind: VirtualService\n"
                            "metadata: {name: rules-%u}\n"
                            "spec:\n"
                            "  hosts: [x]\n"
                            "  http:\n"
                            "  - name: route-%u\n"
                            "    match: [{uri: {regex: '/[0-9]+'}}]\n"
                            "    rewrite: {uri: /path-%u, authority: authority-%u}\n"
                            "    headers: {request: {set: {x-version: header-%u}}}\n"
                            "    route:\n"
                            "    - {destination: {host: host-%u, subset: subset-%u}, weight: 1}\n"
                            "    - {destination: {host: host-%u, subset: subset-%u}, weight: 1}\n";

static atomic_long blocks; /* of routers and lives in use */

static void *
counting_malloc(void *user, size_t size)
{
    (void)user;
    void *block = malloc(size);
    if (block) atomic_fetch_add(&blocks, 1);
    return block;
}

static void *
counting_realloc(void *user, void *block, size_t size)
{
    (void)user;
    void *grown = realloc(block, size);
    if (grown && !block) atomic_fetch_add(&blocks, 1);
    return grown;
}

static void
counting_free(void *user, void *block)
{
    (void)user;
    if (block) atomic_fetch_sub(&blocks, 1);
    free(block);
}

static const sluice_allocator counting = {counting_malloc, counting_realloc, counting_free, NULL};

static sluice_router *
compile_version(unsigned version)
{
    char text[1024];
    unsigned v = version;
    int len = snprintf(text, sizeof(text), rules, v, v, v, v, v, v, v, v, v);
    sluice_source source = {
        sluice_str_of("rules"), {text, (size_t)len}
    };
    sluice_compile_options options;
    sluice_compile_options_init(&options);
    options.allocator = &counting;
    sluice_router *router;
    if (sluice_compile(&router, &source, 1, &options, NULL) == SLUICE_OK) return router;
    fprintf(stderr, "version %u does not compile\n", version);
    exit(1);
}

struct stage {
    sluice_live *live;
    atomic_uint published; /* the version whose publish has returned; 0: they come in any order */
    atomic_uint readers;   /* that have not yet seen CHANGES changes; writers go on until then */
    sluice_router *pool[POOL];
};

struct thread {
    pthread_t id;
    struct stage *stage;
    unsigned number;
    unsigned long decisions, changes, publishes;
    const char *failure;
};

/* ---- readers ---- */

static bool
has_version(sluice_str text, const char *what, unsigned version)
{
    char expected[32];
    int len = snprintf(expected, sizeof(expected), "%s-%u", what, version);
    return text.len == (size_t)len && memcmp(text.ptr, expected, text.len) == 0;
}

/* The version that all of the decision comes from; 0 when its parts differ. */
static unsigned
version_of(const sluice_decision *decision)
{
    if (decision->outcome != SLUICE_FORWARD || decision->request_header_count != 1) return 0;
    unsigned version = 0;
    char name[32];
    snprintf(name, sizeof(name), "%.*s", (int)decision->matched->name.len,
             decision->matched->name.ptr);
    if (sscanf(name, "rules-%u", &version) != 1) return 0;
    bool consistent = has_version(decision->matched->route_name, "route", version) &&
                      has_version(decision->path, "/path", version) &&
                      has_version(decision->authority, "authority", version) &&
                      has_version(decision->request_headers[0].value, "header", version) &&
                      has_version(decision->destination->subset, "subset", version) &&
                      strncmp(decision->destination->host.ptr, "host-", 5) == 0 &&
                      decision->split[decision->split_index].destination == decision->destination;
    return consistent ? version : 0;
}

static unsigned
route(struct thread *self, sluice_context *context)
{
    const sluice_request request = {.authority = sluice_str_of("x"), .path = sluice_str_of("/1")};
    sluice_decision decision;
    sluice_route(context, &request, &decision);
    unsigned version = version_of(&decision);
    if (version == 0) self->failure = "a decision mixes routers";
    if (decision.router != sluice_context_router_get(context)) self->failure = "a foreign router";
    self->decisions++;
    return version;
}

/* The same by sluice_explain(), whose trace must be of the router that decided. */
static unsigned
explain(struct thread *self, sluice_context *context)
{
    const sluice_request request = {.authority = sluice_str_of("x"), .path = sluice_str_of("/1")};
    sluice_decision decision;
    sluice_explanation *explanation;
    if (sluice_explain(&explanation, context, &request, &decision) != SLUICE_OK) exit(1);
    unsigned version = version_of(&decision);
    const sluice_explain_step *step = sluice_explanation_get(explanation, 0);
    if (!step || !has_version(step->rule->name, "rules", version)) {
        self->failure = "a trace and its decision are of two routers";
    }
    sluice_explanation_free(explanation);
    self->decisions++;
    return version;
}

static sluice_context *
new_context(struct thread *self, bool manual)
{
    sluice_context_options options;
    sluice_context_options_init(&options);
    options.seed = self->number;
    options.manual_refresh = manual;
    sluice_context *context;
    if (sluice_context_new_live(&context, self->stage->live, &options) != SLUICE_OK) exit(1);
    return context;
}

/* Decides all the time, and expects to be moved to what was published before it asked. */
static void *
read_always(void *argument)
{
    struct thread *self = argument;
    sluice_context *context = new_context(self, false);
    unsigned last = 0;
    while (self->changes < CHANGES && !self->failure) {
        unsigned published = atomic_load(&self->stage->published);
        unsigned version = self->decisions % 16 ? route(self, context) : explain(self, context);
        if (version < published) self->failure = "a decision is older than a finished publish";
        if (published && version < last) self->failure = "a later decision is of an older router";
        self->changes += version != last;
        last = version;
    }
    sluice_context_free(context);
    atomic_fetch_sub(&self->stage->readers, 1);
    return NULL;
}

/* Refreshes by hand, and expects one router between two refreshes. */
static void *
read_refreshed(void *argument)
{
    struct thread *self = argument;
    sluice_context *context = new_context(self, true);
    unsigned last = 0;
    while (self->changes < CHANGES && !self->failure) {
        if (sluice_context_refresh(context) != SLUICE_OK) self->failure = "no memory";
        unsigned version = route(self, context);
        for (int i = 0; i < 10; i++) {
            if (route(self, context) != version) self->failure = "moved without a refresh";
        }
        self->changes += version != last;
        last = version;
    }
    sluice_context_free(context);
    atomic_fetch_sub(&self->stage->readers, 1);
    return NULL;
}

/* Makes and frees contexts while others route. */
static void *
read_briefly(void *argument)
{
    struct thread *self = argument;
    unsigned last = 0;
    while (self->changes < CHANGES && !self->failure) {
        sluice_context *context = new_context(self, false);
        unsigned version = route(self, context);
        self->changes += version != last;
        last = version;
        sluice_context_free(context);
    }
    atomic_fetch_sub(&self->stage->readers, 1);
    return NULL;
}

/* ---- writers ---- */

static void *
write_new(void *argument)
{
    struct thread *self = argument;
    for (unsigned version = 2; atomic_load(&self->stage->readers) > 0; version++) {
        sluice_router *router = compile_version(version);
        if (sluice_live_publish(self->stage->live, router) != SLUICE_OK) exit(1);
        atomic_store(&self->stage->published, version);
        sluice_router_release(router);
        self->publishes++;
    }
    return NULL;
}

static void *
write_pool(void *argument)
{
    struct thread *self = argument;
    for (unsigned i = 0; atomic_load(&self->stage->readers) > 0; i++) {
        sluice_router *next = self->stage->pool[(i * 3 + self->number) % POOL];
        if (sluice_live_publish(self->stage->live, next) != SLUICE_OK) exit(1);
        if (i % 16 == 0) sluice_router_release(sluice_live_router_retain(self->stage->live));
        self->publishes++;
    }
    return NULL;
}

/* ---- stages ---- */

static void
start(struct thread *thread, void *(*run)(void *))
{
    if (pthread_create(&thread->id, NULL, run, thread) == 0) return;
    fprintf(stderr, "no thread\n");
    exit(1);
}

static bool
run_stage(struct stage *stage, const char *name, void *(*write)(void *), unsigned writers)
{
    static void *(*const readers[READERS])(void *) = {read_always, read_always, read_refreshed,
                                                      read_briefly};
    struct thread read[READERS] = {0}, written[WRITERS] = {0};
    atomic_store(&stage->readers, READERS);
    for (unsigned i = 0; i < READERS; i++) {
        read[i].stage = stage;
        read[i].number = i;
        start(&read[i], readers[i]);
    }
    for (unsigned i = 0; i < writers; i++) {
        written[i].stage = stage;
        written[i].number = i;
        start(&written[i], write);
    }
    for (unsigned i = 0; i < writers; i++) {
        pthread_join(written[i].id, NULL);
        printf("%s, writer %u: %lu publishes\n", name, i, written[i].publishes);
    }
    bool good = true;
    for (unsigned i = 0; i < READERS; i++) {
        pthread_join(read[i].id, NULL);
        printf("%s, reader %u: %lu decisions, %lu changes of router%s%s\n", name, i,
               read[i].decisions, read[i].changes, read[i].failure ? ": " : "",
               read[i].failure ? read[i].failure : "");
        good &= !read[i].failure;
    }
    return good;
}

static struct stage
stage_of(sluice_router *first, unsigned published)
{
    struct stage stage = {.published = published};
    if (sluice_live_new(&stage.live, first, NULL) != SLUICE_OK) exit(1);
    sluice_router_release(first);
    return stage;
}

int
main(void)
{
    struct stage new_ones = stage_of(compile_version(1), 1);
    bool good = run_stage(&new_ones, "new routers", write_new, 1);
    sluice_live_release(new_ones.live);

    struct stage old_ones = stage_of(compile_version(1), 0);
    for (unsigned i = 0; i < POOL; i++)
        old_ones.pool[i] = compile_version(i + 2);
    good &= run_stage(&old_ones, "the same routers", write_pool, WRITERS);
    sluice_live_release(old_ones.live);
    for (unsigned i = 0; i < POOL; i++)
        sluice_router_release(old_ones.pool[i]);

    printf("blocks left: %ld\n", atomic_load(&blocks));
    return good && atomic_load(&blocks) == 0 ? 0 : 1;
}
