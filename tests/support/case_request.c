/*
 * case_request: see case_request.h.
 */
#include "support/case_request.h"

static sluice_str
given(sluice_str token)
{
    return str_equal(token, STR("-")) ? (sluice_str){NULL, 0} : token;
}

/* METHOD AUTHORITY PATH, or a connection. Returns the number of tokens used, 0 when it is neither.
 */
static size_t
read_head(sluice_request *request, const struct case_tokens *tokens)
{
    if (tokens->count < 2) return 0;
    sluice_str first = tokens->items[0], second = given(tokens->items[1]);
    if (str_equal(first, STR("TLS"))) {
        request->protocol = SLUICE_PROTOCOL_TLS;
        request->sni = second;
        return 2;
    }
    if (str_equal(first, STR("TCP")) || str_equal(first, STR("UDP"))) {
        bool tcp = str_equal(first, STR("TCP"));
        request->protocol = tcp ? SLUICE_PROTOCOL_TCP : SLUICE_PROTOCOL_UDP;
        request->destination_ip = second;
        return 2;
    }
    if (tokens->count < 3) return 0;
    if (str_equal(first, STR("GRPC"))) {
        request->protocol = SLUICE_PROTOCOL_GRPC;
    } else {
        request->method = first;
    }
    request->authority = second;
    request->path = tokens->items[2];
    return 3;
}

static bool
read_text(sluice_request *request, sluice_str token)
{
    sluice_str service;
    if (case_value(token, "service=", &service)) {
        request->service_namespace = case_cut(service, '/', &request->service_name);
        return request->service_name.len > 0;
    }
    return case_value(token, "gateway=", &request->gateway) ||
           case_value(token, "scheme=", &request->scheme) ||
           case_value(token, "from=", &request->source_namespace) ||
           case_value(token, "ip=", &request->source_ip) ||
           case_value(token, "to=", &request->destination_ip) ||
           case_value(token, "sni=", &request->sni) ||
           case_value(token, "sticky=", &request->sticky_key);
}

static bool
read_attribute(struct case_request *out, sluice_str token)
{
    sluice_request *request = &out->request;
    sluice_str port;
    if (case_value(token, "port=", &port)) {
        request->port = case_number(port);
        return request->port != UINT32_MAX;
    }
    if (case_field(token, "header:", &out->headers[request->header_count])) {
        request->header_count++;
        return true;
    }
    if (case_field(token, "label:", &out->labels[request->source_label_count])) {
        request->source_label_count++;
        return true;
    }
    if (case_field(token, "claim:", &out->claims[request->claim_count])) {
        request->claim_count++;
        return true;
    }
    return read_text(request, token);
}

const sluice_str *
case_request_read(struct case_request *out, const struct case_tokens *tokens)
{
    static const sluice_str nothing = STR_INIT("the request's first tokens");
    memset(out, 0, sizeof(*out));
    size_t used = read_head(&out->request, tokens);
    if (used == 0) return &nothing;
    for (size_t i = used; i < tokens->count; i++) {
        if (!read_attribute(out, tokens->items[i])) return &tokens->items[i];
    }
    out->request.headers = out->headers;
    out->request.claims = out->claims;
    if (out->request.source_label_count) out->request.source_labels = out->labels;
    return NULL;
}
