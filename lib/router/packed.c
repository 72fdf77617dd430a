/* packed: a request in one string, taken apart again, and what its decision holds. */
#include <stddef.h>

#include "router/act.h"

enum { PACKED_FIELDS = 12, PACKED_PAIRS = 256 };

/* The piece up to the next newline. False when there is none. */
static bool
next_piece(const char **rest, sluice_str *piece)
{
    const char *end = strchr(*rest, '\n');
    if (!end) return false;
    *piece = str_make(*rest, (size_t)(end - *rest));
    *rest = end + 1;
    return true;
}

static bool
next_pairs(const char **rest, sluice_field *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!next_piece(rest, &pairs[i].name) || !next_piece(rest, &pairs[i].value)) return false;
    }
    return true;
}

/* The texts in the order of the header's table. */
static bool
next_fields(const char **rest, sluice_request *request)
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

static bool
is_the_same(sluice_str a, sluice_str b)
{
    return a.ptr == b.ptr && a.len == b.len;
}

/* Everything that stands behind the retries, compared in one go: a field to come is not forgotten,
 * and a difference that is none (of padding) would only be looked at in vain. */
static bool
says_more(const sluice_decision *decision)
{
    static const sluice_decision plain = {
        .timeout_ns = SLUICE_NO_DURATION,
        .backend_timeout_ns = SLUICE_NO_DURATION,
    };
    enum { REST = offsetof(sluice_decision, request_headers) };
    return decision->outcome != SLUICE_FORWARD || decision->sticky.by != SLUICE_STICKY_NONE ||
           memcmp((const char *)decision + REST, (const char *)&plain + REST,
                  sizeof(plain) - REST) != 0;
}

static uint32_t
says(const sluice_request *request, const sluice_decision *decision)
{
    return (is_the_same(decision->path, request->path) ? 0U : SLUICE_SAYS_PATH) |
           (is_the_same(decision->authority, request->authority) ? 0U : SLUICE_SAYS_AUTHORITY) |
           (says_more(decision) ? SLUICE_SAYS_MORE : 0U);
}

/* Its place: no list begins with a rule, so it is never 0. */
static uint32_t
rule_number(const sluice_context *context, const sluice_decision *decision)
{
    if (!decision->matched) return 0;
    const void *rule = context->shown[decision->matched - context->matched];
    return (uint32_t)((const uint64_t *)rule - decision->router->lists);
}

sluice_status
sluice_route_packed(sluice_context *context, const sluice_packed *packed, const char *text,
                    sluice_packed_decision *out)
{
    sluice_field pairs[PACKED_PAIRS]; /* not cleared: only what is filled in is read */
    size_t labels = packed->source_label_count, claims = packed->claim_count;
    size_t headers = packed->header_count;
    if (labels > PACKED_PAIRS || claims > PACKED_PAIRS || headers > PACKED_PAIRS) {
        return SLUICE_ERR_LIMIT;
    }
    if (labels + claims + headers > PACKED_PAIRS) return SLUICE_ERR_LIMIT;
    sluice_request request = {.protocol = packed->protocol, .port = packed->port};
    if (!next_fields(&text, &request)) return SLUICE_ERR_ARGUMENT;
    if (!next_pairs(&text, pairs, labels + claims + headers)) return SLUICE_ERR_ARGUMENT;
    if (*text) return SLUICE_ERR_ARGUMENT;
    request.source_labels = labels ? pairs : NULL;
    request.source_label_count = labels;
    request.claims = pairs + labels;
    request.claim_count = claims;
    request.headers = pairs + labels + claims;
    request.header_count = headers;
    sluice_route(context, &request, &out->decision);
    out->rule = rule_number(context, &out->decision);
    out->says = says(&request, &out->decision);
    return SLUICE_OK;
}
