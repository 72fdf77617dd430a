#include <sluice/sluice.h>
#include <stdio.h>

static const char rules[] = "{apiVersion: networking.istio.io/v1, kind: VirtualService,"
                            " metadata: {name: reviews}, spec: {hosts: [reviews], http: [{route: ["
                            "   {destination: {host: reviews-v2}, weight: 90},"
                            "   {destination: {host: reviews-v3}, weight: 10}]}]}}";

int
main(void)
{
    sluice_source source = {sluice_str_of("rules.yaml"), sluice_str_of(rules)};
    sluice_request request = {.authority = sluice_str_of("reviews")};
    sluice_router *router;
    sluice_context *context;
    sluice_decision decision;
    unsigned count[2] = {0};
    if (sluice_compile(&router, &source, 1, NULL, NULL) != SLUICE_OK) return 1;
    if (sluice_context_new(&context, router, NULL) != SLUICE_OK) return 1;
    for (int i = 0; i < 1000; i++) {
        sluice_route(context, &request, &decision);
        count[decision.split_index]++;
    }
    for (size_t i = 0; i < decision.split_count; i++) {
        sluice_str host = decision.split[i].destination->host;
        printf("%u requests to %.*s\n", count[i], (int)host.len, host.ptr);
    }
    sluice_context_free(context);
    sluice_router_release(router);
}
