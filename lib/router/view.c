#include "router/view.h"

#include "base/word.h"

/* Bytes that may be capitals: bit 6 set and bit 5 clear. A quick look, which a few marks pass too. */
static uint64_t
may_be_capitals(uint64_t word)
{
    return word << 1 & ~(word << 2) & WORD_TOPS;
}

static bool
has_capital(sluice_str text)
{
    uint64_t found = 0;
    const char *at = text.ptr;
    size_t left = text.len;
    for (; left >= 8; at += 8, left -= 8) {
        found |= may_be_capitals(word_load(at));
    }
    found |= may_be_capitals(word_load_some(at, left));
    for (size_t i = 0; found && i < text.len; i++) {
        if (text.ptr[i] != ascii_lower(text.ptr[i])) return true;
    }
    return false;
}

/* Lower-case, copying only what needs it. A text too long for the scratch is cut off to nothing,
 * which matches no domain, and the overflow is remembered. */
static sluice_str
lower(struct scratch *scratch, sluice_str text)
{
    if (text.len == 0 || !has_capital(text)) return text;
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
    size_t end = authority.len;
    while (end > 0 && ascii_is_digit(authority.ptr[end - 1])) {
        end--;
    }
    if (end > 0 && authority.ptr[end - 1] == ':') return str_first(authority, end - 1);
    if (str_find(authority, ':') == SIZE_MAX) return authority; /* most hosts */
    for (size_t i = end; i-- > 0;) {
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
    context->scratch.used = 0;
    context->scratch.overflow = false;
    view->context = context;
    view->router = context->router;
    view->request = request;
    view->family = family_of(request->protocol);
    view->listener = NULL;
    view_forget_headers(view);
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
