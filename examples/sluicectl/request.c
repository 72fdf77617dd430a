/*
 * request: what requests from flags and from JSON lines have in common.
 */
#include "sluicectl/request.h"

#include <string.h>

static bool
request_text_is(sluice_str text, const char *want)
{
    return text.len == strlen(want) && memcmp(text.ptr, want, text.len) == 0;
}

bool
request_protocol(sluice_protocol *out, sluice_str name)
{
    static const char *const names[] = {
        [SLUICE_PROTOCOL_HTTP] = "http", [SLUICE_PROTOCOL_GRPC] = "grpc",
        [SLUICE_PROTOCOL_TLS] = "tls",   [SLUICE_PROTOCOL_TCP] = "tcp",
        [SLUICE_PROTOCOL_UDP] = "udp",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (request_text_is(name, names[i])) {
            *out = (sluice_protocol)i;
            return true;
        }
    }
    return false;
}

sluice_str
request_gateway(struct request *request, sluice_str name)
{
    if (name.len == 0 || request_text_is(name, "mesh")) return name;
    if (memchr(name.ptr, '/', name.len)) return name;
    return texts_join(&request->owned, sluice_str_of("default"), "/", name);
}

uint32_t
request_port(const sluice_request *input)
{
    if (input->port != 0) return input->port;
    bool secure = input->protocol == SLUICE_PROTOCOL_TLS || request_text_is(input->scheme, "https");
    return secure ? 443 : 80;
}

void
request_finish(struct request *request)
{
    request->input.headers = request->headers.items;
    request->input.header_count = request->headers.count;
    request->input.source_labels = request->labels.items;
    request->input.source_label_count = request->labels.count;
    request->input.claims = request->claims.items;
    request->input.claim_count = request->claims.count;
}

void
request_free(struct request *request)
{
    fields_free(&request->headers);
    fields_free(&request->labels);
    fields_free(&request->claims);
    texts_free(&request->owned);
    json_decref(request->json);
    *request = (struct request){0};
}
