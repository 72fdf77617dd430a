/*
 * host_memo: the virtual host of the last request.
 *
 * One request after the other asks the same host, where a proxy serves few: then neither is the
 * name normalised again, nor are listener and virtual host looked up. Of HTTP only; of names that
 * are their own normal form, but for the port behind them; and not where a Service or the server
 * name of the handshake has a say.
 */
#ifndef SLUICE_ROUTER_HOST_MEMO_H
#define SLUICE_ROUTER_HOST_MEMO_H

#include "base/word.h"
#include "router/match_host.h"

/* Whether authority, gateway, scheme and port are all that chooses the virtual host. */
static inline bool
host_memo_applies(const struct view *view)
{
    const sluice_request *request = view->request;
    return view->family == FAMILY_HTTP && (request->service_name.len | request->sni.len) == 0;
}

static inline const struct route_list *
host_memo_look(struct view *view)
{
    const struct host_memo *memo = &view->context->host_memo;
    const sluice_request *request = view->request;
    sluice_str authority = request->authority;
    sluice_str gateway = request->gateway, scheme = request->scheme;
    if (authority.len != memo->len || gateway.len != memo->gateway_len) return NULL;
    if (scheme.len != memo->scheme_len || view->port != memo->port) return NULL;
    if (!host_memo_applies(view)) return NULL;
    if (!word_same_text(authority.ptr, memo->authority, authority.len)) return NULL;
    if (gateway.len && !word_same_text(gateway.ptr, memo->gateway, gateway.len)) return NULL;
    if (scheme.len && !word_same_text(scheme.ptr, memo->scheme, scheme.len)) return NULL;
    view->listener = memo->listener;
    return memo->routes;
}

/* The virtual host of the request, and view->listener, as last time; or NULL. */
static inline const struct route_list *
host_memo_find(struct view *view)
{
    struct host_memo *memo = &view->context->host_memo;
    const struct route_list *routes = host_memo_look(view);
    memo->likely = routes ? memo->filtered : NULL;
    return routes;
}

static inline void
host_memo_keep(const struct view *view, const struct route_list *routes)
{
    struct host_memo *memo = &view->context->host_memo;
    const sluice_request *request = view->request;
    sluice_str authority = request->authority;
    sluice_str gateway = request->gateway, scheme = request->scheme;
    if (authority.len > sizeof(memo->authority) || gateway.len > sizeof(memo->gateway) ||
        scheme.len > sizeof(memo->scheme)) {
        return;
    }
    if (view->host.ptr != authority.ptr || !host_memo_applies(view)) return;
    if (authority.len) memcpy(memo->authority, authority.ptr, authority.len);
    if (gateway.len) memcpy(memo->gateway, gateway.ptr, gateway.len);
    if (scheme.len) memcpy(memo->scheme, scheme.ptr, scheme.len);
    memo->len = authority.len;
    memo->gateway_len = gateway.len;
    memo->scheme_len = scheme.len;
    memo->port = view->port;
    memo->listener = view->listener;
    memo->routes = routes;
    memo->filtered = routes->group_count ? routes : NULL;
}

#endif
