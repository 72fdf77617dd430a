/*
 * request_json: a line of JSON read into a request.
 *
 * A table says which field goes where. A field that is null counts as absent; one of the wrong type
 * makes the line malformed; one that nobody knows is ignored, with a word on standard error.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sluicectl/request.h"

#define COUNT_MAX 1000000000
#define CLAIM_DEPTH 16

/* What a line is being read into; `failure` gets the first thing that is wrong. */
struct reader {
    struct request *request;
    struct failure *failure;
};

static const char *
request_json_type(const json_t *value)
{
    static const char *const names[] = {
        [JSON_OBJECT] = "an object",
        [JSON_ARRAY] = "a list",
        [JSON_STRING] = "a string",
        [JSON_INTEGER] = "an integer",
        [JSON_REAL] = "a number with a fraction",
        [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",
        [JSON_NULL] = "null",
    };
    return names[json_typeof(value)];
}

static bool
request_json_wrong(struct reader *reader, const char *name, const char *want, const json_t *found)
{
    return failure_set(reader->failure, "\"%s\": expected %s, found %s", name, want,
                       request_json_type(found));
}

static sluice_str
request_json_slice(const json_t *value)
{
    return (sluice_str){json_string_value(value), json_string_length(value)};
}

/* One reader for each shape of field; `at` is the offset of a text in sluice_request. */
typedef bool request_json_fn(struct reader *reader, const char *name, size_t at, json_t *value);

static bool
request_json_text(struct reader *reader, const char *name, size_t at, json_t *value)
{
    if (!json_is_string(value)) return request_json_wrong(reader, name, "a string", value);
    sluice_str text = request_json_slice(value);
    memcpy((char *)&reader->request->input + at, &text, sizeof text);
    return true;
}

static bool
request_json_integer(struct reader *reader, const char *name, json_t *value, json_int_t least,
                     json_int_t most, uint64_t *out)
{
    json_int_t number = json_integer_value(value);
    if (!json_is_integer(value)) return request_json_wrong(reader, name, "an integer", value);
    if (number < least || number > most) {
        return failure_set(reader->failure, "\"%s\": expected %lld to %lld, found %lld", name,
                           (long long)least, (long long)most, (long long)number);
    }
    *out = (uint64_t)number;
    return true;
}

static bool
request_json_port(struct reader *reader, const char *name, size_t at, json_t *value)
{
    uint64_t port = 0;
    (void)at;
    if (!request_json_integer(reader, name, value, 0, 65535, &port)) return false;
    reader->request->input.port = (uint32_t)port;
    return true;
}

static bool
request_json_count(struct reader *reader, const char *name, size_t at, json_t *value)
{
    (void)at;
    return request_json_integer(reader, name, value, 1, COUNT_MAX, &reader->request->count);
}

static bool
request_json_protocol(struct reader *reader, const char *name, size_t at, json_t *value)
{
    (void)at;
    if (!json_is_string(value)) return request_json_wrong(reader, name, "a string", value);
    if (request_protocol(&reader->request->input.protocol, request_json_slice(value))) return true;
    return failure_set(reader->failure,
                       "\"protocol\": expected http, grpc, tls, tcp or udp, found \"%.40s\"",
                       json_string_value(value));
}

static bool
request_json_gateway(struct reader *reader, const char *name, size_t at, json_t *value)
{
    if (!request_json_text(reader, name, at, value)) return false;
    sluice_request *input = &reader->request->input;
    input->gateway = request_gateway(reader->request, input->gateway);
    return true;
}

static bool
request_json_headers(struct reader *reader, const char *name, size_t at, json_t *value)
{
    size_t index;
    json_t *pair;
    (void)at;
    reader->request->headers.count = 0;
    if (!json_is_array(value)) {
        return request_json_wrong(reader, name, "a list of [name, value] pairs", value);
    }
    json_array_foreach(value, index, pair)
    {
        json_t *key = json_array_get(pair, 0);
        json_t *text = json_array_get(pair, 1);
        if (json_array_size(pair) != 2 || !json_is_string(key) || !json_is_string(text)) {
            return failure_set(reader->failure,
                               "\"headers\"[%zu]: expected [name, value], both strings", index);
        }
        fields_add(&reader->request->headers, request_json_slice(key), request_json_slice(text));
    }
    return true;
}

static bool
request_json_labels(struct reader *reader, const char *name, size_t at, json_t *value)
{
    const char *key;
    json_t *text;
    (void)at;
    reader->request->labels.count = 0;
    if (!json_is_object(value)) return request_json_wrong(reader, name, "an object", value);
    json_object_foreach(value, key, text)
    {
        if (!json_is_string(text)) return request_json_wrong(reader, key, "a string", text);
        fields_add(&reader->request->labels, sluice_str_of(key), request_json_slice(text));
    }
    return true;
}

/* The text of a claim that is no list or object: as JSON writes it, a string without its quotes. */
static sluice_str
request_json_scalar(struct reader *reader, const json_t *value)
{
    if (json_is_string(value)) return request_json_slice(value);
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    if (!text) return sluice_str_of("");
    texts_take(&reader->request->owned, text);
    return sluice_str_of(text);
}

/* Names of nested objects are joined by ".", those with a dot in brackets; a list gives one entry
 * for each member. */
static bool
request_json_claim(struct reader *reader, sluice_str prefix, json_t *value, int depth)
{
    const char *key;
    size_t index;
    json_t *member;
    if (depth > CLAIM_DEPTH) {
        return failure_set(reader->failure, "\"claims\": nested deeper than %d", CLAIM_DEPTH);
    }
    if (json_is_object(value)) {
        json_object_foreach(value, key, member)
        {
            sluice_str name = sluice_str_of(key);
            if (strchr(key, '.')) {
                /* A dot of its own must not look like nesting. */
                sluice_str opened =
                    texts_join(&reader->request->owned, sluice_str_of("["), "", name);
                name = texts_join(&reader->request->owned, opened, "]", sluice_str_of(""));
            }
            if (prefix.len) name = texts_join(&reader->request->owned, prefix, ".", name);
            if (!request_json_claim(reader, name, member, depth + 1)) return false;
        }
    } else if (json_is_array(value)) {
        json_array_foreach(value, index, member)
        {
            if (!request_json_claim(reader, prefix, member, depth + 1)) return false;
        }
    } else if (!json_is_null(value)) {
        fields_add(&reader->request->claims, prefix, request_json_scalar(reader, value));
    }
    return true;
}

static bool
request_json_claims(struct reader *reader, const char *name, size_t at, json_t *value)
{
    (void)at;
    reader->request->claims.count = 0;
    if (!json_is_object(value)) return request_json_wrong(reader, name, "an object", value);
    return request_json_claim(reader, (sluice_str){0}, value, 0);
}

struct request_json_row {
    const char *name;
    request_json_fn *read;
    size_t at;
};

#define TEXT(NAME, FIELD)                                                                          \
    {                                                                                              \
        NAME, request_json_text, offsetof(sluice_request, FIELD)                                   \
    }

static const struct request_json_row source_rows[] = {
    TEXT("namespace", source_namespace),
    {"labels", request_json_labels, 0},
    TEXT("ip", source_ip),
    {NULL,     NULL,                0},
};

/* The Service's port is the port of the request, unless the request names one itself. */
static bool
request_json_service_port(struct reader *reader, const char *name, size_t at, json_t *value)
{
    bool own = json_is_integer(json_object_get(reader->request->json, "port"));
    uint32_t port = reader->request->input.port;
    if (!request_json_port(reader, name, at, value)) return false;
    if (own) reader->request->input.port = port;
    return true;
}

static const struct request_json_row service_rows[] = {
    TEXT("namespace", service_namespace),
    TEXT("name", service_name),
    {"port", request_json_service_port, 0},
    {NULL,   NULL,                      0},
};

static bool request_json_source(struct reader *reader, const char *name, size_t at, json_t *value);
static bool request_json_service(struct reader *reader, const char *name, size_t at, json_t *value);

static const struct request_json_row request_rows[] = {
    {"protocol", request_json_protocol, 0                      },
    {"gateway",  request_json_gateway,  offsetof(sluice_request, gateway)},
    {"port",          request_json_port,                          0                      },
    TEXT("method", method),
    TEXT("scheme", scheme),
    TEXT("authority", authority),
    TEXT("path", path),
    {"headers",          request_json_headers,                       0},
    {"source",          request_json_source,                        0                        },
    TEXT("sni", sni),
    TEXT("destination_ip", destination_ip),
    {"service",          request_json_service,                       0},
    {"claims",          request_json_claims,                        0                          },
    TEXT("sticky_key", sticky_key),
    {"count",          request_json_count,                         0},
    {NULL,          NULL,                            0                                           },
};

static const struct request_json_row *
request_json_find(const struct request_json_row *rows, const char *name)
{
    while (rows->name && strcmp(rows->name, name) != 0) {
        rows++;
    }
    return rows->name ? rows : NULL;
}

/* Read every field of `object` that `rows` knows. */
static bool
request_json_object(struct reader *reader, const char *name, const struct request_json_row *rows,
                    json_t *object)
{
    const char *key;
    json_t *value;
    if (!json_is_object(object)) return request_json_wrong(reader, name, "an object", object);
    json_object_foreach(object, key, value)
    {
        const struct request_json_row *row = request_json_find(rows, key);
        if (!row || json_is_null(value)) continue;
        if (!row->read(reader, key, row->at, value)) return false;
    }
    return true;
}

static bool
request_json_source(struct reader *reader, const char *name, size_t at, json_t *value)
{
    (void)at;
    return request_json_object(reader, name, source_rows, value);
}

static bool
request_json_service(struct reader *reader, const char *name, size_t at, json_t *value)
{
    (void)at;
    return request_json_object(reader, name, service_rows, value);
}

/* A misspelt field would be ignored in silence, and the decision wrong for no visible reason. */
static void
request_json_warn(struct unknown_names *unknown, const struct request_json_row *rows,
                  json_t *object, const char *where)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        if (request_json_find(rows, key)) continue;
        if (!unknown->seen) unknown->seen = json_object();
        if (json_object_get(unknown->seen, key)) continue;
        json_object_set_new(unknown->seen, key, json_true());
        fprintf(stderr, "sluicectl: warning: request field \"%s%s\" is not known and ignored\n",
                where, key);
    }
}

static void
request_json_reset(struct request *request, const struct request *defaults)
{
    json_decref(request->json);
    request->json = NULL;
    texts_clear(&request->owned);
    request->input = defaults->input;
    request->count = defaults->count;
    request->headers.count = request->labels.count = request->claims.count = 0;
    for (size_t i = 0; i < defaults->headers.count; i++) {
        fields_add(&request->headers, defaults->headers.items[i].name,
                   defaults->headers.items[i].value);
    }
    for (size_t i = 0; i < defaults->labels.count; i++) {
        fields_add(&request->labels, defaults->labels.items[i].name,
                   defaults->labels.items[i].value);
    }
}

bool
request_read(struct request *request, const struct request *defaults, const char *line, size_t len,
             struct unknown_names *unknown, struct failure *failure)
{
    json_error_t error;
    struct reader reader = {request, failure};
    request_json_reset(request, defaults);
    request->json = json_loadb(line, len, JSON_ALLOW_NUL, &error);
    if (!request->json) {
        return failure_set(failure, "not JSON: %s at column %d", error.text, error.column);
    }
    if (!json_is_object(request->json)) {
        return failure_set(failure, "a request is a JSON object, not %s",
                           request_json_type(request->json));
    }
    if (!request_json_object(&reader, "request", request_rows, request->json)) return false;
    request_json_warn(unknown, request_rows, request->json, "");
    request_json_warn(unknown, source_rows, json_object_get(request->json, "source"), "source.");
    request_json_warn(unknown, service_rows, json_object_get(request->json, "service"), "service.");
    request_finish(request);
    return true;
}
