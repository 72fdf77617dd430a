/*
 * host_memo: what the last request's authority came to.
 *
 * One request after the other asks the same host, where a proxy serves few: then neither is the
 * name normalised again nor looked up. Only where a host alone decides (match_only_listener());
 * only of names that are their own normal form, but for the port behind them.
 */
#ifndef SLUICE_ROUTER_HOST_MEMO_H
#define SLUICE_ROUTER_HOST_MEMO_H

#include "base/word.h"
#include "router/match_host.h"

/* The virtual host of the request, and view->host and ->listener, as last time; or NULL. */
static inline const struct route_list *
host_memo_find(struct view *view)
{
    const struct host_memo *memo = &view->context->host_memo;
    const sluice_request *request = view->request;
    size_t len = request->authority.len;
    if (len != memo->len || len == 0) return NULL;
    if (!word_same_text(request->authority.ptr, memo->authority, len)) return NULL;
    const struct listener *listener = match_only_listener(view);
    if (listener != memo->listener) return NULL; /* of TLS, say */
    view->listener = listener;
    view->host = str_make(request->authority.ptr, memo->host_len);
    return memo->routes;
}

static inline void
host_memo_keep(const struct view *view, const struct route_list *routes)
{
    struct host_memo *memo = &view->context->host_memo;
    sluice_str authority = view->request->authority;
    if (authority.len - 1 >= sizeof(memo->authority) || view->host.ptr != authority.ptr) return;
    if (!match_only_listener(view)) return;
    memcpy(memo->authority, authority.ptr, authority.len);
    memo->len = authority.len;
    memo->host_len = view->host.len;
    memo->listener = view->listener;
    memo->routes = routes;
}

#endif
