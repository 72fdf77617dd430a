/* Threads that load, use and release the same rules of the HAProxy binding at once. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rules.h"

#define THREADS 8
#define ROUNDS 200

static char file_name[] = "/tmp/sluice-rules-XXXXXX";
static const char text[] =
    "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: "
    "{name: a}, spec: {hosts: [a], http: [{route: [{destination: {host: b}}]}]}}\n";

static void *
use(void *unused)
{
    const char *name = file_name;
    (void)unused;
    for (int i = 0; i < ROUNDS; i++) {
        struct rules *rules = rules_load(&name, 1, i % 2 ? "" : "lenient", stderr);
        sluice_context *context = rules ? rules_context(rules) : NULL;
        sluice_request request = {.authority = sluice_str_of("a")};
        sluice_decision decision;
        if (!context || sluice_route(context, &request, &decision) != SLUICE_FORWARD)
            return file_name;
        sluice_context_free(context);
        rules_release(rules);
    }
    return NULL;
}

int
main(void)
{
    pthread_t threads[THREADS];
    int failed = 0;
    int file = mkstemp(file_name);
    if (file < 0 || write(file, text, strlen(text)) < 0 || close(file) != 0) return 2;
    for (int i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, use, NULL) != 0) return 2;
    }
    for (int i = 0; i < THREADS; i++) {
        void *problem;
        pthread_join(threads[i], &problem);
        failed |= problem != NULL;
    }
    unlink(file_name);
    if (failed) puts("a thread could not use the rules");
    return failed;
}
