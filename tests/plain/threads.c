/* threads: one router, many threads, each with its own context. For ThreadSanitizer, and for equal
 * answers. */
#include <pthread.h>
#include <stdio.h>

#include "sluice/sluice.h"

enum { THREADS = 4, REQUESTS = 2000 };

static const char rules[] =
    "apiVersion: networking.istio.io/v1\n"
    "kind: VirtualService\n"
    "metadata: {name: reviews}\n"
    "spec:\n"
    "  hosts: [reviews]\n"
    "  http:\n"
    "  - match: [{uri: {regex: '/v[0-9]+/.*'}, headers: {end-user: {regex: 'j.*n'}}}]\n"
    "    route: [{destination: {host: reviews, subset: v1}}]\n"
    "  - rewrite: {uri: /new}\n"
    "    route:\n"
    "    - {destination: {host: reviews, subset: v2}, weight: 90}\n"
    "    - {destination: {host: reviews, subset: v3}, weight: 10}\n";

struct worker {
    pthread_t thread;
    sluice_router *router; /* a reference of its own */
    size_t count[3];       /* decisions for v1, v2, v3 */
    bool failed;
};

static void
count_decision(struct worker *worker, const sluice_decision *decision)
{
    const sluice_destination *to = decision->destination;
    if (decision->outcome != SLUICE_FORWARD || !to || to->subset.len != 2) {
        worker->failed = true;
        return;
    }
    size_t version = (size_t)(to->subset.ptr[1] - '1');
    if (version < 3) worker->count[version]++;
}

static void *
work(void *argument)
{
    struct worker *worker = argument;
    sluice_context *context = NULL;
    sluice_context_options options;
    sluice_context_options_init(&options);
    options.seed = 7;
    worker->failed = sluice_context_new(&context, worker->router, &options) != SLUICE_OK;
    const sluice_field headers[] = {
        {sluice_str_of("end-user"), sluice_str_of("jason")}
    };
    for (size_t i = 0; i < REQUESTS && !worker->failed; i++) {
        sluice_request request = {
            .authority = sluice_str_of("reviews"),
            .path = sluice_str_of(i % 2 ? "/v1/x" : "/v1/"),
            .headers = headers,
            .header_count = i % 3 ? 0 : 1,
        };
        sluice_decision decision;
        sluice_route(context, &request, &decision);
        count_decision(worker, &decision);
    }
    sluice_context_free(context);
    sluice_router_release(worker->router);
    return NULL;
}

static bool
run_workers(struct worker *workers, sluice_router *router)
{
    size_t started = 0;
    for (; started < THREADS; started++) {
        workers[started].router = sluice_router_retain(router);
        if (pthread_create(&workers[started].thread, NULL, work, &workers[started]) != 0) break;
    }
    if (started < THREADS) sluice_router_release(workers[started].router);
    sluice_router_release(router); /* the last worker frees it */
    for (size_t i = 0; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    return started == THREADS;
}

int
main(void)
{
    sluice_source source = {sluice_str_of("rules"), sluice_str_of(rules)};
    sluice_router *router;
    if (sluice_compile(&router, &source, 1, NULL, NULL) != SLUICE_OK) return 1;
    struct worker workers[THREADS] = {0};
    if (!run_workers(workers, router)) return 1;
    for (size_t i = 0; i < THREADS; i++) {
        printf("%zu: v1 %zu, v2 %zu, v3 %zu\n", i, workers[i].count[0], workers[i].count[1],
               workers[i].count[2]);
        if (workers[i].failed) return 1;
        for (size_t k = 0; k < 3; k++) {
            if (workers[i].count[k] == 0 || workers[i].count[k] != workers[0].count[k]) return 1;
        }
    }
    return 0;
}
