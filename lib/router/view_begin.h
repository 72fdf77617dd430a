/*
 * view_begin: view_init(), inline for the one place where every decision passes.
 *
 * The usual request is looked at in words and vectors; what is unusual about it (capitals in the
 * host, colons that are no port) is left to view.c.
 */
#ifndef SLUICE_ROUTER_VIEW_BEGIN_H
#define SLUICE_ROUTER_VIEW_BEGIN_H

#include "base/word.h"
#include "router/view.h"

/* Of a host that has capitals or, with its port perhaps cut off already, a colon. */
sluice_str view_unusual_host(struct scratch *scratch, sluice_str authority, bool port_is_cut);
sluice_str view_lower_sni(struct scratch *scratch, sluice_str sni);
/* Of a request that gives none. */
uint32_t view_default_port(const struct view *view);

/* Bytes that need a closer look: a colon, or bit 6 set and bit 5 clear, as capitals have it. */
static inline uint64_t
view_suspects(uint64_t word)
{
    return (word << 1 & ~(word << 2) & WORD_TOPS) | word_has(word, ':');
}

/* Nearly every host is as it should be: eight bytes at a time, the last eight perhaps twice. */
static inline bool
view_is_unusual(sluice_str host)
{
    if (host.len < 8) return view_suspects(word_load_some(host.ptr, host.len)) != 0;
    uint64_t found = view_suspects(word_load(host.ptr + host.len - 8));
    for (size_t i = 0; i + 8 < host.len; i += 8) {
        found |= view_suspects(word_load(host.ptr + i));
    }
    return found != 0;
}

/* Lower-case and without port: digits behind a colon at the end. */
static inline sluice_str
view_host(struct scratch *scratch, sluice_str authority)
{
    size_t end = authority.len;
    while (end > 0 && ascii_is_digit(authority.ptr[end - 1])) {
        end--;
    }
    bool cut = end > 0 && authority.ptr[end - 1] == ':';
    sluice_str host = cut ? str_make(authority.ptr, end - 1) : authority;
    return view_is_unusual(host) ? view_unusual_host(scratch, host, cut) : host;
}

/* The first of `from` to `from` + 7 that is ? or #; `none` when no byte is. */
static inline size_t
view_mark_in_word(uint64_t word, size_t from, size_t none)
{
    /* The lowest byte that word_has() marks is one that is there. */
    uint64_t found = word_has(word, '?') | word_has(word, '#');
    return found ? from + (size_t)__builtin_ctzll(found) / 8 : none;
}

/* Where the path ends: at the first ? or #. Sixteen bytes at a time, the last ones perhaps twice.
 */
static inline size_t
view_path_end(sluice_str raw)
{
    typedef unsigned char vector __attribute__((vector_size(16)));
    const vector question = {'?', '?', '?', '?', '?', '?', '?', '?',
                             '?', '?', '?', '?', '?', '?', '?', '?'};
    const vector hash = {'#', '#', '#', '#', '#', '#', '#', '#',
                         '#', '#', '#', '#', '#', '#', '#', '#'};
    if (raw.len < 8) return view_mark_in_word(word_load_some(raw.ptr, raw.len), 0, raw.len);
    if (raw.len < 16) {
        size_t last = view_mark_in_word(word_load(raw.ptr + raw.len - 8), raw.len - 8, raw.len);
        return view_mark_in_word(word_load(raw.ptr), 0, last);
    }
    for (size_t at = 0; at < raw.len; at += 16) {
        if (at > raw.len - 16) at = raw.len - 16;
        vector bytes;
        memcpy(&bytes, raw.ptr + at, sizeof(bytes));
        bytes = (vector)((bytes == question) | (bytes == hash));
        uint64_t low = word_load((const char *)&bytes), high = word_load((const char *)&bytes + 8);
        if (low) return at + (size_t)__builtin_ctzll(low) / 8;
        if (high) return at + 8 + (size_t)__builtin_ctzll(high) / 8;
    }
    return raw.len;
}

static inline void
view_split_path(struct view *view)
{
    sluice_str raw = view->raw_path;
    size_t end = view_path_end(raw);
    view->path = str_make(raw.ptr, end);
    view->query = str_skip(raw, end);
    if (view->query.len && view->query.ptr[0] == '#') { /* a query may follow the fragment */
        const char *mark = memchr(view->query.ptr, '?', view->query.len);
        view->query = str_skip(raw, mark ? (size_t)(mark - raw.ptr) : raw.len);
    }
}

static inline enum family
view_family(sluice_protocol protocol)
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

static inline void
view_begin(struct view *view, sluice_context *context, const sluice_request *request)
{
    struct scratch *scratch = &context->scratch;
    scratch->used = 0;
    scratch->overflow = false;
    view->context = context;
    view->router = context->router;
    view->request = request;
    bool plain = request->protocol == SLUICE_PROTOCOL_HTTP;
    view->family = plain ? FAMILY_HTTP : view_family(request->protocol);
    view->listener = NULL;
    view_forget_headers(view);
    view->raw_path = request->path.len ? request->path : STR("/");
    view_split_path(view);
    view->port = request->port ? request->port : view_default_port(view);
    view->sni = request->sni.len ? view_lower_sni(scratch, request->sni) : request->sni;
    view->host =
        view->family == FAMILY_TLS ? view->sni : view_host(scratch, request->authority);
}

#endif
