#include "proxy/http1.h"

#include <string.h>
#include <strings.h>

/* ---- bytes on their way ---- */

size_t
buffer_room(struct buffer *buffer)
{
    if (buffer->begin == buffer->end) buffer->begin = buffer->end = 0;
    if (buffer->begin > 0) {
        memmove(buffer->bytes, buffer->bytes + buffer->begin, buffer->end - buffer->begin);
        buffer->end -= buffer->begin;
        buffer->begin = 0;
    }
    return BUFFER_SIZE - buffer->end;
}

bool
buffer_put(struct buffer *buffer, sluice_str text)
{
    if (buffer_room(buffer) < text.len) return false;
    if (text.len) memcpy(buffer->bytes + buffer->end, text.ptr, text.len);
    buffer->end += text.len;
    return true;
}

/* ---- heads: a start line and fields ---- */

bool
text_same(sluice_str a, sluice_str b)
{
    return a.len == b.len && (a.len == 0 || strncasecmp(a.ptr, b.ptr, a.len) == 0);
}

static sluice_str
trim(sluice_str text)
{
    while (text.len && strchr(" \t", text.ptr[0]))
        text = (sluice_str){text.ptr + 1, text.len - 1};
    while (text.len && strchr(" \t", text.ptr[text.len - 1]))
        text.len--;
    return text;
}

bool
text_cut(sluice_str text, char at, sluice_str *left, sluice_str *right)
{
    const char *found = memchr(text.ptr, at, text.len);
    if (!found) return false;
    *left = (sluice_str){text.ptr, (size_t)(found - text.ptr)};
    *right = (sluice_str){found + 1, text.len - left->len - 1};
    return true;
}

static bool
is_clean(sluice_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if ((c < ' ' && c != '\t') || c == 127) return false;
    }
    return true;
}

static bool
parse_field(struct head *head, sluice_str line)
{
    if (head->count == HEAD_FIELDS) return false;
    sluice_field *field = &head->fields[head->count++];
    if (!text_cut(line, ':', &field->name, &field->value) || field->name.len == 0) return false;
    field->value = trim(field->value);
    for (size_t i = 0; i < field->name.len; i++) {
        unsigned char c = (unsigned char)field->name.ptr[i];
        if (c <= ' ' || c >= 127) return false;
    }
    return is_clean(field->value);
}

static bool
parse_start(struct head *head, sluice_str line)
{
    sluice_str *words = head->words, rest;
    if (!is_clean(line) || !text_cut(line, ' ', &words[0], &rest)) return false;
    if (!text_cut(rest, ' ', &words[1], &words[2])) { /* a status without a reason */
        words[1] = rest;
        words[2] = STR("");
    }
    return true;
}

enum parsed
head_parse(struct head *head, const struct buffer *buffer)
{
    const char *at = buffer->bytes + buffer->begin;
    const char *end = memmem(at, buffer->end - buffer->begin, "\r\n\r\n", 4);
    if (!end) return INCOMPLETE;
    head->count = 0;
    head->size = (size_t)(end + 4 - at);
    for (bool first = true; at < end + 2; first = false) {
        const char *stop = memmem(at, (size_t)(end + 2 - at), "\r\n", 2);
        sluice_str line = {at, (size_t)(stop - at)};
        at = stop + 2;
        if (!(first ? parse_start(head, line) : parse_field(head, line))) return MALFORMED;
    }
    return PARSED;
}

size_t
head_find(const struct head *head, sluice_str name, sluice_str *value)
{
    size_t found = 0;
    for (size_t i = 0; i < head->count; i++) {
        if (!text_same(head->fields[i].name, name)) continue;
        *value = head->fields[i].value;
        found++;
    }
    return found;
}

bool
head_edit(struct head *head, sluice_header_op op)
{
    size_t kept = 0;
    for (size_t i = 0; op.action != SLUICE_HEADER_ADD && i < head->count; i++) {
        if (!text_same(head->fields[i].name, op.name)) head->fields[kept++] = head->fields[i];
    }
    if (op.action != SLUICE_HEADER_ADD) head->count = kept;
    if (op.action == SLUICE_HEADER_REMOVE) return true;
    if (head->count == HEAD_FIELDS) return false;
    head->fields[head->count++] = (sluice_field){op.name, op.value};
    return true;
}

void
head_strip(struct head *head)
{
    static const char *const names[] = {"connection", "keep-alive", "proxy-connection", "te",
                                        "upgrade"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        head_edit(head, (sluice_header_op){SLUICE_HEADER_REMOVE, sluice_str_of(names[i]), STR("")});
}

bool
head_write(struct buffer *to, const struct head *head)
{
    const sluice_str *words = head->words;
    bool fits = buffer_put(to, words[0]) && buffer_put(to, STR(" ")) && buffer_put(to, words[1]) &&
                buffer_put(to, STR(" ")) && buffer_put(to, words[2]) && buffer_put(to, STR("\r\n"));
    for (size_t i = 0; i < head->count && fits; i++) {
        fits = buffer_put(to, head->fields[i].name) && buffer_put(to, STR(": ")) &&
               buffer_put(to, head->fields[i].value) && buffer_put(to, STR("\r\n"));
    }
    return fits && buffer_put(to, STR("\r\n"));
}

/* ---- bodies: passed on as they are, followed to know where they end ---- */

bool
body_begin(struct body *body, const struct head *head, bool request)
{
    sluice_str length = STR(""), coding = STR("");
    size_t lengths = head_find(head, STR("content-length"), &length);
    size_t codings = head_find(head, STR("transfer-encoding"), &coding);
    *body = (struct body){.at = BODY_LENGTH};
    if (codings) {
        body->at = BODY_SIZE;
        return codings == 1 && lengths == 0 && text_same(coding, STR("chunked"));
    }
    if (lengths == 0 && !request) body->at = BODY_TO_END;
    if (lengths > 1 || (lengths == 1 && (length.len == 0 || length.len > 18))) return false;
    for (size_t i = 0; lengths && i < length.len; i++) {
        if (length.ptr[i] < '0' || length.ptr[i] > '9') return false;
        body->left = body->left * 10 + (uint64_t)(length.ptr[i] - '0');
    }
    body->done = body->at == BODY_LENGTH && body->left == 0;
    return true;
}

/* Follow one byte of chunked coding outside of a chunk's data. False when it is malformed. */
static bool
body_byte(struct body *body, char c)
{
    const char *digit = c ? strchr("0123456789abcdef", c | 0x20) : NULL;
    switch (body->at) {
    case BODY_SIZE:
        if (digit && c >= '0') {
            body->digits = true;
            body->left = body->left * 16 + (uint64_t)(digit - "0123456789abcdef");
            return body->left < UINT64_MAX / 32;
        }
        body->at = BODY_EXTENSION;
        return body->digits && c && strchr("; \t\r", c);
    case BODY_EXTENSION:
        if (c != '\n') return true;
        body->at = body->left ? BODY_CHUNK : BODY_TRAILER;
        body->left += body->left ? 2 : 0; /* the line end behind the data */
        return true;
    case BODY_TRAILER:
        body->done = c == '\n' && body->left == 0; /* an empty line */
        body->left = c == '\n' ? 0 : body->left + (c != '\r');
        return true;
    default: /* BODY_CHUNK */
        if (c != (body->left-- == 2 ? '\r' : '\n')) return false;
        if (body->left == 0) *body = (struct body){.at = BODY_SIZE};
        return true;
    }
}

bool
body_move(struct body *body, struct buffer *from, struct buffer *to)
{
    size_t room = buffer_room(to);
    while (!body->done && room > 0 && from->begin < from->end) {
        size_t len = from->end - from->begin < room ? from->end - from->begin : room;
        uint64_t bulk = body->at == BODY_TO_END                    ? len
                        : body->at == BODY_LENGTH                  ? body->left
                        : body->at == BODY_CHUNK && body->left > 2 ? body->left - 2
                                                                   : 0;
        if (len > bulk) len = bulk ? (size_t)bulk : 1;
        if (bulk == 0 && !body_byte(body, from->bytes[from->begin])) return false;
        if (bulk && body->at != BODY_TO_END) body->left -= len;
        body->done |= body->at == BODY_LENGTH && body->left == 0;
        buffer_put(to, (sluice_str){from->bytes + from->begin, len});
        from->begin += len;
        room -= len;
    }
    return true;
}
