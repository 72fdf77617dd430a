/* packed: a request in one run of text, taken apart again. */
#include "router/act.h"

enum { PACKED_FIELDS = 12, PACKED_PAIRS = 256 };

/* The piece up to the next NUL byte. False when there is none. */
static bool
next_piece(sluice_str *rest, sluice_str *piece)
{
    const char *end = rest->len ? memchr(rest->ptr, 0, rest->len) : NULL;
    if (!end) return false;
    size_t len = (size_t)(end - rest->ptr);
    *piece = str_make(rest->ptr, len);
    *rest = str_skip(*rest, len + 1);
    return true;
}

static bool
next_pairs(sluice_str *rest, sluice_field *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!next_piece(rest, &pairs[i].name) || !next_piece(rest, &pairs[i].value)) return false;
    }
    return true;
}

/* The texts in the order of the header's table. */
static bool
next_fields(sluice_str *rest, sluice_request *request)
{
    sluice_str *const places[PACKED_FIELDS] = {
        &request->gateway,           &request->method,         &request->scheme,
        &request->authority,         &request->path,           &request->sni,
        &request->source_ip,         &request->destination_ip, &request->source_namespace,
        &request->service_namespace, &request->service_name,   &request->sticky_key,
    };
    for (size_t i = 0; i < PACKED_FIELDS; i++) {
        if (!next_piece(rest, places[i])) return false;
    }
    return true;
}

sluice_status
sluice_route_packed(sluice_context *context, const sluice_packed *packed, const char *text,
                    size_t text_len, sluice_decision *decision)
{
    sluice_field pairs[PACKED_PAIRS]; /* not cleared: only what is filled in is read */
    size_t labels = packed->source_label_count, claims = packed->claim_count;
    size_t headers = packed->header_count;
    if (labels > PACKED_PAIRS || claims > PACKED_PAIRS || headers > PACKED_PAIRS) {
        return SLUICE_ERR_LIMIT;
    }
    if (labels + claims + headers > PACKED_PAIRS) return SLUICE_ERR_LIMIT;
    sluice_request request = {.protocol = packed->protocol, .port = packed->port};
    sluice_str rest = {text, text_len};
    if (!next_fields(&rest, &request)) return SLUICE_ERR_ARGUMENT;
    if (!next_pairs(&rest, pairs, labels + claims + headers)) return SLUICE_ERR_ARGUMENT;
    if (rest.len) return SLUICE_ERR_ARGUMENT;
    request.source_labels = labels ? pairs : NULL;
    request.source_label_count = labels;
    request.claims = pairs + labels;
    request.claim_count = claims;
    request.headers = pairs + labels + claims;
    request.header_count = headers;
    sluice_route(context, &request, decision);
    return SLUICE_OK;
}
