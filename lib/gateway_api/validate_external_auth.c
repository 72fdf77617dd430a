/*
 * validate_external_auth: the ExternalAuth filter, which is checked and left to the host.
 */
#include "gateway_api/validate.h"

void
gw_check_external_auth(struct validate *v, const struct gateway_external_auth *auth)
{
    if (!auth) return;
    if (auth->backend_ref) gw_check_backend_ref(v, auth->backend_ref);
    if (auth->http) {
        gw_unique_strings(v, &auth->http->allowed_headers, "header");
        gw_unique_strings(v, &auth->http->allowed_response_headers, "header");
    }
    if (auth->grpc) gw_unique_strings(v, &auth->grpc->allowed_headers, "header");
    if (!auth->protocol.set) return;
    bool grpc = auth->protocol.v == GATEWAY_AUTH_GRPC;
    const char *own = grpc ? "grpc" : "http", *other = grpc ? "http" : "grpc";
    const char *protocol = grpc ? "GRPC" : "HTTP";
    if (!gw_has(auth->node, own))
        REFUSED(v, auth->node, "%s is required with protocol %s", own, protocol);
    if (gw_has(auth->node, other)) {
        REFUSED(v, gw_at(auth->node, other), "%s must not be given with protocol %s", other,
                protocol);
    }
}
