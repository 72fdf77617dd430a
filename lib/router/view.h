/*
 * view: one request as the predicates see it: defaults applied, path and query split, host
 * normalised.
 */
#ifndef SLUICE_ROUTER_VIEW_H
#define SLUICE_ROUTER_VIEW_H

#include "router/context.h"

struct view {
    sluice_context *context;
    const sluice_router *router;
    const sluice_request *request;
    enum family family;
    uint32_t port;
    sluice_str raw_path;             /* path with query */
    sluice_str path;                 /* up to the first ? or # */
    sluice_str query;                /* from the first ? on, with it; empty: none */
    sluice_str host;                 /* authority without port, or SNI for TLS; lower-case */
    sluice_str sni;                  /* lower-case */
    const struct listener *listener; /* chosen one; NULL before that, or none */
    uint64_t known;   /* bit i: `present` tells of needed header i < 64; HEADERS_READ: of all */
    uint64_t present; /* bit i: needed header i may be there; 0: it is certainly not */
    uint32_t present_count; /* how many of the context's `present` are this request's, once read */
};

#define HEADERS_READ UINT64_MAX

/* The request's own, or what it means when it is not given. */
static inline sluice_str
view_method(const struct view *view)
{
    if (view->request->method.len) return view->request->method;
    return view->request->protocol == SLUICE_PROTOCOL_GRPC ? STR("POST") : STR("GET");
}

static inline sluice_str
view_scheme(const struct view *view)
{
    return view->request->scheme.len ? view->request->scheme : STR("http");
}

static inline sluice_str
view_authority(const struct view *view)
{
    return view->request->authority;
}

/* Begin a request: resets the context's scratch and header slots. */
void view_init(struct view *view, sluice_context *context, const sluice_request *request);

/* Note the lines of all needed headers that the request's array has. */
void view_read_headers(struct view *view);
/* Note at least those of one header, of which nothing is known yet. */
void view_find_header(struct view *view, uint32_t index);
/* view_has_headers() of a request with a callback: asks it for each, up to the first that is
 * absent. */
bool view_ask_headers(struct view *view, uint64_t wanted);
/* Whether the request has every header of the mask (bit i: needed header i). */
static inline bool
view_has_headers(struct view *view, uint64_t wanted)
{
    if (view->request->header_fn) return view_ask_headers(view, wanted);
    if (wanted & ~view->known) view_read_headers(view);
    return (wanted & ~view->present) == 0;
}
/* As if no header had been asked for yet. */
static inline void
view_forget_headers(struct view *view)
{
    view->context->generation++;
    view->known = 0;
}

/* Joined value of a needed header; false, and an empty value, when absent. `:authority`, `host`,
 * `:method`, `:path`, `:scheme` are the request's own. */
bool view_header(struct view *view, uint32_t index, sluice_str *value);
/* Note the lines of this header, if they are not noted yet. For who expects to ask for no other. */
static inline void
view_note_header(struct view *view, uint32_t index)
{
    bool known = index < 64 ? (view->known >> index & 1) != 0 : view->known == HEADERS_READ;
    if (!known && !view->request->header_fn) view_find_header(view, index);
}
/* The slot of a header that is known to have one line; or NULL, which says nothing. */
static inline const struct header_slot *
view_known_line(const struct view *view, uint32_t index)
{
    const struct header_slot *slot = &view->context->headers[index];
    bool known = slot->generation == view->context->generation && slot->state == SLOT_ONE;
    return known ? slot : NULL;
}
/* First occurrence alone (for Origin and the like). False when there is none. */
bool view_first_header(struct view *view, uint32_t index, sluice_str *value);
/* Value of a cookie, quotes removed; false when absent or empty. `header` is the index of "cookie".
 */
bool view_cookie(struct view *view, uint32_t header, sluice_str name, sluice_str *value);
/* First value of a query parameter, undecoded. */
bool view_query(const struct view *view, sluice_str name, sluice_str *value);
/* The same with names and values decoded, the value into scratch. */
bool view_query_decoded(struct view *view, sluice_str name, sluice_str *value);

#endif
