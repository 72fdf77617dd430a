#include "router/view.h"

/* Whether an ASCII capital is in the text, eight bytes at a time. */
static bool
has_capital(sluice_str text)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones * 0x80;
    size_t i = 0;
    for (; i + 8 <= text.len; i += 8) {
        uint64_t word;
        memcpy(&word, text.ptr + i, 8);
        uint64_t low = word & ~tops; /* sums of seven bits never carry into the next byte */
        uint64_t from_a = low + ones * (0x80 - 'A'), past_z = low + ones * (0x7f - 'Z');
        if (from_a & ~past_z & ~word & tops) return true;
    }
    for (; i < text.len; i++) {
        if (text.ptr[i] != ascii_lower(text.ptr[i])) return true;
    }
    return false;
}

/* Lower-case, copying only what needs it. A text too long for the scratch is cut off to nothing,
 * which matches no domain, and the overflow is remembered. */
static sluice_str
lower(struct scratch *scratch, sluice_str text)
{
    if (!has_capital(text)) return text;
    char *copy = scratch_take(scratch, text.len);
    if (!copy) return (sluice_str){NULL, 0};
    for (size_t i = 0; i < text.len; i++) {
        copy[i] = ascii_lower(text.ptr[i]);
    }
    return (sluice_str){copy, text.len};
}

/* Cut at the last colon, unless it stands inside the brackets of an IPv6 address. */
static sluice_str
without_port(sluice_str authority)
{
    for (size_t i = authority.len; i-- > 0;) {
        if (authority.ptr[i] == ']') return authority;
        if (authority.ptr[i] == ':') return str_first(authority, i);
    }
    return authority;
}

static sluice_str
or_default(sluice_str given, sluice_str otherwise)
{
    return given.len ? given : otherwise;
}

static enum family
family_of(sluice_protocol protocol)
{
    switch (protocol) {
    case SLUICE_PROTOCOL_TLS:
        return FAMILY_TLS;
    case SLUICE_PROTOCOL_TCP:
        return FAMILY_TCP;
    case SLUICE_PROTOCOL_UDP:
        return FAMILY_UDP;
    case SLUICE_PROTOCOL_HTTP:
    case SLUICE_PROTOCOL_GRPC:
        break;
    }
    return FAMILY_HTTP;
}

static void
split_path(struct view *view)
{
    sluice_str raw = view->raw_path;
    const char *mark = memchr(raw.ptr, '?', raw.len);
    size_t end = mark ? (size_t)(mark - raw.ptr) : raw.len;
    view->query = str_skip(raw, end);
    const char *fragment = memchr(raw.ptr, '#', end);
    view->path = str_first(raw, fragment ? (size_t)(fragment - raw.ptr) : end);
}

void
view_init(struct view *view, sluice_context *context, const sluice_request *request)
{
    context->generation++;
    context->scratch.used = 0;
    context->scratch.overflow = false;
    view->context = context;
    view->router = context->router;
    view->request = request;
    view->family = family_of(request->protocol);
    view->listener = NULL;
    view->scheme = or_default(request->scheme, STR("http"));
    view->method = or_default(request->method,
                              request->protocol == SLUICE_PROTOCOL_GRPC ? STR("POST") : STR("GET"));
    view->authority = request->authority;
    view->raw_path = or_default(request->path, STR("/"));
    split_path(view);
    bool secure = view->family == FAMILY_TLS || str_equal(view->scheme, STR("https"));
    view->port = request->port ? request->port : secure ? 443 : 80;
    view->sni = lower(&context->scratch, request->sni);
    view->host = view->family == FAMILY_TLS
                     ? view->sni
                     : lower(&context->scratch, without_port(request->authority));
}

/* ---- headers ---- */

/* The next value of a header. *cursor is 0 at first; it makes reading all of them one pass. */
static bool
next_header(const struct view *view, uint32_t index, size_t *cursor, sluice_str *value)
{
    const sluice_request *request = view->request;
    sluice_str name = view->router->needed[SLUICE_NEEDED_HEADER][index];
    if (request->header_fn) {
        return request->header_fn(request->header_user, index, name, (*cursor)++, value);
    }
    while (*cursor < request->header_count) {
        const sluice_field *header = &request->headers[(*cursor)++];
        if (header->name.len != name.len) continue; /* saves nearly every call */
        if (!str_equal_ignore_case(header->name, name)) continue;
        *value = header->value;
        return true;
    }
    return false;
}

static bool
join_header(struct view *view, uint32_t index, sluice_str *value)
{
    struct scratch *scratch = &view->context->scratch;
    size_t cursor = 0;
    sluice_str next;
    if (!next_header(view, index, &cursor, value)) return false;
    for (bool joined = false; next_header(view, index, &cursor, &next); joined = true) {
        /* What was joined last ends the scratch, so that more is only appended. */
        sluice_str parts[] = {*value, STR(","), next};
        sluice_str added = scratch_concat(scratch, parts + joined, 3 - (size_t)joined);
        if (!added.ptr) return true; /* the overflow decides the outcome, not this value */
        *value = joined ? str_make(value->ptr, value->len + added.len) : added;
    }
    return true;
}

static bool
pseudo_header(const struct view *view, sluice_str name, sluice_str *value)
{
    if (name.len != 4 && !str_starts_with(name, STR(":"))) return false;
    if (str_equal(name, STR(":path"))) {
        *value = view->raw_path;
    } else if (str_equal(name, STR(":method"))) {
        *value = view->method;
    } else if (str_equal(name, STR(":scheme"))) {
        *value = view->scheme;
    } else if (str_equal(name, STR(":authority")) || str_equal(name, STR("host"))) {
        *value = view->authority;
    } else {
        return false;
    }
    return true;
}

bool
view_header(struct view *view, uint32_t index, sluice_str *value)
{
    struct header_slot *slot = &view->context->headers[index];
    if (slot->generation != view->context->generation) {
        sluice_str name = view->router->needed[SLUICE_NEEDED_HEADER][index];
        slot->generation = view->context->generation;
        slot->present =
            pseudo_header(view, name, &slot->value) || join_header(view, index, &slot->value);
        if (!slot->present) slot->value = (sluice_str){NULL, 0}; /* not an earlier request's */
    }
    if (!slot->present) {
        *value = (sluice_str){NULL, 0}; /* not read back from the slot: that would stall */
        return false;
    }
    *value = slot->value;
    return true;
}

bool
view_first_header(struct view *view, uint32_t index, sluice_str *value)
{
    size_t cursor = 0;
    sluice_str name = view->router->needed[SLUICE_NEEDED_HEADER][index];
    *value = (sluice_str){NULL, 0};
    return pseudo_header(view, name, value) || next_header(view, index, &cursor, value);
}

/* ---- cookies (RFC 6265, section 5.4: name=value pairs joined by "; ") ---- */

static bool
find_cookie(sluice_str line, sluice_str name, sluice_str *value)
{
    while (line.len) {
        size_t end = str_find(line, ';');
        sluice_str pair = str_trim(str_first(line, end));
        line = end == SIZE_MAX ? str_skip(line, line.len) : str_skip(line, end + 1);
        size_t equals = str_find(pair, '=');
        if (equals == SIZE_MAX || !str_equal(str_first(pair, equals), name)) continue;
        *value = str_skip(pair, equals + 1);
        if (value->len >= 2 && value->ptr[0] == '"' && value->ptr[value->len - 1] == '"') {
            *value = str_make(value->ptr + 1, value->len - 2);
        }
        return true;
    }
    return false;
}

bool
view_cookie(struct view *view, uint32_t header, sluice_str name, sluice_str *value)
{
    sluice_str line;
    size_t cursor = 0;
    while (next_header(view, header, &cursor, &line)) {
        if (find_cookie(line, name, value)) return value->len > 0;
    }
    return false;
}

/* ---- query parameters ---- */

/* Take the first name=value piece off a query. False at the end. */
static bool
next_parameter(sluice_str *query, sluice_str *name, sluice_str *value)
{
    if (query->len == 0) return false;
    size_t end = str_find(*query, '&');
    sluice_str piece = str_first(*query, end);
    *query = end == SIZE_MAX ? str_skip(*query, query->len) : str_skip(*query, end + 1);
    size_t equals = str_find(piece, '=');
    *name = str_first(piece, equals);
    *value = equals == SIZE_MAX ? str_skip(piece, piece.len) : str_skip(piece, equals + 1);
    return true;
}

bool
view_query(const struct view *view, sluice_str name, sluice_str *value)
{
    sluice_str query = str_skip(view->query, 1), key;
    while (next_parameter(&query, &key, value)) {
        if (str_equal(key, name)) return true;
    }
    return false;
}

static int
hex_digit(char c)
{
    if (ascii_is_digit(c)) return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* %XX and + decoded; a % that begins no escape stays as it is. */
static sluice_str
decode(struct scratch *scratch, sluice_str text)
{
    if (str_find(text, '%') == SIZE_MAX && str_find(text, '+') == SIZE_MAX) return text;
    char *out = scratch_take(scratch, text.len);
    if (!out) return (sluice_str){NULL, 0};
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '%' && i + 2 < text.len && hex_digit(text.ptr[i + 1]) >= 0 &&
            hex_digit(text.ptr[i + 2]) >= 0) {
            c = (char)(hex_digit(text.ptr[i + 1]) * 16 + hex_digit(text.ptr[i + 2]));
            i += 2;
        } else if (c == '+') {
            c = ' ';
        }
        out[len++] = c;
    }
    return (sluice_str){out, len};
}

bool
view_query_decoded(struct view *view, sluice_str name, sluice_str *value)
{
    struct scratch *scratch = &view->context->scratch;
    sluice_str query = str_skip(view->query, 1), key, raw;
    while (next_parameter(&query, &key, &raw)) {
        size_t mark = scratch->used;
        bool same = str_equal(decode(scratch, key), name);
        scratch->used = mark;
        if (!same) continue;
        *value = decode(scratch, raw);
        return true;
    }
    return false;
}
