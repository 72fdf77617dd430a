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
static inline word_pair
view_suspects(word_pair pair)
{
    return (word_pair)(pair == WORD_PAIR_OF(':')) |
           (word_pair)((pair & WORD_PAIR_OF(0x60)) == WORD_PAIR_OF(0x40));
}

/* Nearly every host is as it should be: sixteen bytes at a time, the last ones perhaps twice. */
static inline bool
view_is_unusual(sluice_str host)
{
    word_pair found;
    if (host.len < 16) {
        found = view_suspects(word_pair_load_some(host.ptr, host.len));
    } else {
        found = view_suspects(word_pair_load(host.ptr + host.len - 16));
        for (size_t i = 0; i + 16 < host.len; i += 16) {
            found |= view_suspects(word_pair_load(host.ptr + i));
        }
    }
    return word_pair_bits(found) != 0;
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

/* Bit i: byte i ends a path. */
static inline uint32_t
view_marks(word_pair pair)
{
    return word_pair_bits((word_pair)(pair == WORD_PAIR_OF('?')) |
                          (word_pair)(pair == WORD_PAIR_OF('#')));
}

/* Whether a path of middling length goes to its very end: without a branch that depends on how long
 * it is. */
static inline bool
view_is_bare_path(sluice_str raw)
{
    size_t last = raw.len - 8, at = last < 8 ? last : 8;
    word_pair front = word_pair_of(word_load(raw.ptr), word_load(raw.ptr + at));
    word_pair back = word_pair_of(word_load(raw.ptr + last - at), word_load(raw.ptr + last));
    return (view_marks(front) | view_marks(back)) == 0;
}

/* Where the path ends: at the first ? or #. */
static inline size_t
view_path_end(sluice_str raw)
{
    if (word_is_middling(raw.len) && view_is_bare_path(raw)) return raw.len;
    if (raw.len < 16) { /* the first eight bytes, and the last eight */
        uint32_t marks = view_marks(word_pair_load_some(raw.ptr, raw.len));
        if (marks == 0) return raw.len;
        size_t at = (size_t)__builtin_ctz(marks);
        return at < 8 ? at : at + raw.len - 16;
    }
    for (size_t at = 0; at + 16 < raw.len; at += 16) {
        uint32_t marks = view_marks(word_pair_load(raw.ptr + at));
        if (marks) return at + (size_t)__builtin_ctz(marks);
    }
    uint32_t marks = view_marks(word_pair_load(raw.ptr + raw.len - 16));
    return marks ? raw.len - 16 + (size_t)__builtin_ctz(marks) : raw.len;
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

/* What is asked for, before anything is known about it. */
static inline void
view_begin(struct view *view, sluice_context *context, const sluice_request *request)
{
    view->context = context;
    view->router = context->router;
    view->request = request;
    view->raw_path = request->path.len ? request->path : STR("/");
}

/* How it came here. */
static inline void
view_begin_way(struct view *view)
{
    const sluice_request *request = view->request;
    struct scratch *scratch = &view->context->scratch;
    scratch->used = 0;
    scratch->overflow = false;
    bool plain = request->protocol == SLUICE_PROTOCOL_HTTP;
    view->family = plain ? FAMILY_HTTP : view_family(request->protocol);
    view->listener = NULL;
    view_forget_headers(view);
    view->port = request->port                       ? request->port
                 : plain && request->scheme.len == 0 ? 80
                                                     : view_default_port(view);
    view->sni = request->sni.len ? view_lower_sni(scratch, request->sni) : request->sni;
}

/* Its host, which the context may know already (host_memo.h). */
static inline void
view_begin_host(struct view *view)
{
    view->host = view->family == FAMILY_TLS
                     ? view->sni
                     : view_host(&view->context->scratch, view->request->authority);
}

#endif
