/* A program outside this tree: compiles a rule with a regular expression and routes one request by
 * it. */
#include <stdio.h>

#include <sluice/sluice.h>

/* As a host may: a name that the library uses inside as well. */
int arena_alloc(int n);

int
arena_alloc(int n)
{
    return n;
}

static const char rules[] = "apiVersion: networking.istio.io/v1\n"
                            "kind: VirtualService\n"
                            "metadata: {name: reviews}\n"
                            "spec:\n"
                            "  hosts: [reviews]\n"
                            "  http:\n"
                            "  - match: [{uri: {regex: '/v[0-9]+/.*'}}]\n"
                            "    route: [{destination: {host: reviews, subset: v2}}]\n";

static int
route_one(sluice_router *router)
{
    sluice_context *context;
    if (sluice_context_new(&context, router, NULL) != SLUICE_OK) return 1;
    sluice_request request = {
        .authority = sluice_str_of("reviews"),
        .path = sluice_str_of("/v1/x"),
    };
    sluice_decision decision;
    sluice_outcome outcome = sluice_route(context, &request, &decision);
    printf("%s", sluice_outcome_name(outcome));
    if (decision.destination) {
        printf(" %.*s", (int)decision.destination->subset.len, decision.destination->subset.ptr);
    }
    printf("\n");
    sluice_context_free(context);
    return outcome == SLUICE_FORWARD ? 0 : 1;
}

int
main(void)
{
    sluice_source source = {sluice_str_of("rules"), sluice_str_of(rules)};
    sluice_router *router;
    sluice_status status = sluice_compile(&router, &source, 1, NULL, NULL);
    if (status != SLUICE_OK) {
        fprintf(stderr, "compile: %s\n", sluice_status_name(status));
        return arena_alloc(1);
    }
    int result = route_one(router);
    sluice_router_release(router);
    return result;
}
