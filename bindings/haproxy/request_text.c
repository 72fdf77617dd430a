/* request_text: slices of the caller's text, nothing copied. */
#include "request_text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void
headers_clear(struct headers *headers)
{
    headers->count = 0;
}

bool
headers_add(struct headers *headers, sluice_str name, sluice_str value)
{
    if (headers->count == headers->capacity) {
        size_t capacity = headers->capacity ? 2 * headers->capacity : 32;
        sluice_field *items = realloc(headers->items, capacity * sizeof *items);
        if (!items) return false;
        headers->items = items;
        headers->capacity = capacity;
    }
    headers->items[headers->count++] = (sluice_field){name, value};
    return true;
}

sluice_str
headers_get(const struct headers *headers, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < headers->count; i++) {
        const sluice_field *field = &headers->items[i];
        if (field->name.len == len && strncasecmp(field->name.ptr, name, len) == 0) {
            return field->value;
        }
    }
    return (sluice_str){NULL, 0};
}

void
headers_free(struct headers *headers)
{
    free(headers->items);
}

/* Cut the text at the first `end`; the part before it, all of the text where there is none. */
static sluice_str
take_until(sluice_str *text, char end)
{
    const char *at = text->len ? memchr(text->ptr, end, text->len) : NULL;
    sluice_str part = {text->ptr, at ? (size_t)(at - text->ptr) : text->len};
    size_t taken = part.len + (at ? 1 : 0);
    if (taken) {
        text->ptr += taken;
        text->len -= taken;
    }
    return part;
}

static sluice_str
take_line(sluice_str *text)
{
    sluice_str line = take_until(text, '\n');
    if (line.len && line.ptr[line.len - 1] == '\r') line.len--;
    return line;
}

static sluice_str
without_blanks(sluice_str text)
{
    while (text.len && (*text.ptr == ' ' || *text.ptr == '\t')) {
        text.ptr++;
        text.len--;
    }
    while (text.len && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t')) {
        text.len--;
    }
    return text;
}

/* The colon that ends a name; the first byte may be one that is part of it. */
static const char *
end_of_name(sluice_str line)
{
    return line.len > 1 ? memchr(line.ptr + 1, ':', line.len - 1) : NULL;
}

bool
headers_read(struct headers *headers, sluice_str text)
{
    while (text.len) {
        sluice_str line = take_line(&text);
        if (!line.len) break;
        const char *colon = end_of_name(line);
        if (!colon) continue;
        sluice_str name = {line.ptr, (size_t)(colon - line.ptr)};
        sluice_str value = {colon + 1, line.len - name.len - 1};
        if (!headers_add(headers, name, without_blanks(value))) return false;
    }
    return true;
}

static uint32_t
port_of(sluice_str text)
{
    uint32_t port = 0;
    for (size_t i = 0; i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9'; i++) {
        port = port * 10 + (uint32_t)(text.ptr[i] - '0');
        if (port > 65535) return 0;
    }
    return port;
}

bool
request_text_read(sluice_str text, sluice_request *request, struct headers *headers)
{
    sluice_str line = take_line(&text);
    request->method = take_until(&line, ' ');
    request->authority = take_until(&line, ' ');
    request->path = line;
    headers_clear(headers);
    if (!headers_read(headers, text)) return false;
    request->headers = headers->items;
    request->header_count = headers->count;
    request->scheme = headers_get(headers, ":scheme");
    request->source_ip = headers_get(headers, ":source-ip");
    sluice_str port = headers_get(headers, ":port");
    if (port.len) request->port = port_of(port);
    return true;
}
