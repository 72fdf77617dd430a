#include "router/view.h"

#include "base/word.h"

static bool
has_capital(sluice_str text)
{
    uint64_t found = 0;
    size_t at = 0;
    for (; at + 8 <= text.len; at += 8) {
        found |= word_capitals(word_load(text.ptr + at));
    }
    return (found | word_capitals(word_load_some(text.ptr + at, text.len - at))) != 0;
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

/* Bytes that need a closer look: a colon, or bit 6 set and bit 5 clear, as capitals have it. */
static inline uint64_t
suspects(uint64_t word)
{
    return (word << 1 & ~(word << 2) & WORD_TOPS) | word_has(word, ':');
}

/* Nearly every host is as it should be: eight bytes at a time, the last eight perhaps twice. */
static inline bool
needs_change(sluice_str text)
{
    if (text.len < 8) return suspects(word_load_some(text.ptr, text.len)) != 0;
    uint64_t found = suspects(word_load(text.ptr + text.len - 8));
    for (size_t i = 0; i + 8 < text.len; i += 8) {
        found |= suspects(word_load(text.ptr + i));
    }
    return found != 0;
}

static inline sluice_str
host_of(struct scratch *scratch, sluice_str authority)
{
    return needs_change(authority) ? lower(scratch, without_port(authority)) : authority;
}

static enum family
family_of(sluice_protocol protocol)
{
    if (protocol == SLUICE_PROTOCOL_HTTP) return FAMILY_HTTP;
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

static uint32_t
default_port(const struct view *view)
{
    bool secure = view->family == FAMILY_TLS || str_equal(view_scheme(view), STR("https"));
    return secure ? 443 : 80;
}

static inline void
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
    view->raw_path = request->path.len ? request->path : STR("/");
    split_path(view);
    view->port = request->port ? request->port : default_port(view);
    view->sni = request->sni.len ? lower(&context->scratch, request->sni) : request->sni;
    view->host =
        view->family == FAMILY_TLS ? view->sni : host_of(&context->scratch, request->authority);
}
