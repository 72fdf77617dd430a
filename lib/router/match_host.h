/*
 * match_host: which listener is asked, and which of its virtual hosts. Inline for decide.c.
 */
#ifndef SLUICE_ROUTER_MATCH_HOST_H
#define SLUICE_ROUTER_MATCH_HOST_H

#include "router/hosts.h"
#include "router/match.h"

/* Set view->listener by gateway, Service and port. */
enum lookup match_listener(struct view *view);

/* Where nobody but the mesh can be asked, and it has one listener for everything: most often. */
static inline const struct listener *
match_only_listener(const struct view *view)
{
    const sluice_request *request = view->request;
    if (request->gateway.len || request->service_name.len) return NULL;
    return view->router->mesh_listener[view->family];
}

static inline enum lookup
match_host_inline(struct view *view, const struct route_list **routes, sluice_str *domain)
{
    const sluice_router *router = view->router;
    *domain = (sluice_str){NULL, 0};
    view->listener = match_only_listener(view);
    if (!view->listener) {
        enum lookup found = match_listener(view);
        if (found != LOOKUP_FOUND) return found;
    }
    uint32_t place = hosts_find(router, &view->listener->hosts, view->host, domain);
    if (place == NO_ROUTES) return LOOKUP_NO_HOST;
    *routes = list_at(router, place);
    return LOOKUP_FOUND;
}

#endif
