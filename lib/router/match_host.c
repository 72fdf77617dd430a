/* match_host: which listener is asked, and which of its virtual hosts. */
#include "router/hosts.h"
#include "router/match.h"
#include "router/scopes.h"

static bool
any_of_scheme(struct candidates candidates, bool tls)
{
    for (uint32_t i = 0; i < candidates.count; i++) {
        if (candidates.items[i].tls == tls) return true;
    }
    return false;
}

/* The listener whose hostname fits most specifically. `schemed`: only those that end TLS or do not.
 */
static const struct listener *
most_specific(struct candidates candidates, bool schemed, bool tls, sluice_str host)
{
    const struct listener *best = NULL;
    size_t best_fit = 0;
    for (uint32_t i = 0; i < candidates.count; i++) {
        const struct listener *listener = &candidates.items[i];
        if (schemed && listener->tls != tls) continue;
        size_t fit = hosts_fit(listener->hostname, host);
        if (fit > best_fit) {
            best = listener;
            best_fit = fit;
        }
    }
    return best;
}

/* With TLS ended here, the handshake chose a listener by its server name before the request came.
 */
static enum lookup
check_server_name(const struct view *view, struct candidates candidates,
                  const struct listener *of_host)
{
    bool isolated = false;
    for (uint32_t i = 0; i < candidates.count; i++) {
        isolated |= candidates.items[i].isolated_by_sni;
    }
    if (!isolated || str_is_empty(view->sni)) return LOOKUP_FOUND;
    const struct listener *of_sni = most_specific(candidates, true, true, view->sni);
    if (!of_sni || !of_host) return LOOKUP_NO_HOST;
    return of_sni == of_host ? LOOKUP_FOUND : LOOKUP_MISDIRECTED;
}

static enum lookup
choose_listener(struct view *view, struct candidates candidates)
{
    bool tls = str_equal(view_scheme(view), STR("https"));
    bool schemed = view->family == FAMILY_HTTP && any_of_scheme(candidates, tls);
    const struct listener *listener = most_specific(candidates, schemed, tls, view->host);
    if (schemed && tls) {
        enum lookup named = check_server_name(view, candidates, listener);
        if (named != LOOKUP_FOUND) return named;
    }
    if (!listener) return LOOKUP_NO_HOST;
    view->listener = listener;
    return LOOKUP_FOUND;
}

/* Where nobody but the mesh can be asked, and it has one listener for everything: most often. */
static const struct listener *
only_listener(const struct view *view)
{
    const sluice_request *request = view->request;
    if (request->gateway.len || request->service_name.len) return NULL;
    return view->router->mesh_listener[view->family];
}

static enum lookup
find_listener(struct view *view)
{
    struct candidates candidates = scopes_candidates(view);
    if (candidates.count == 0) return LOOKUP_NO_HOST;
    if (candidates.count > 1 || candidates.items->hostname.len > 0) {
        return choose_listener(view, candidates);
    }
    view->listener = candidates.items;
    return LOOKUP_FOUND;
}

enum lookup
match_host(struct view *view, const struct route_list **routes, sluice_str *domain)
{
    const sluice_router *router = view->router;
    *domain = (sluice_str){NULL, 0};
    view->listener = only_listener(view);
    enum lookup found = view->listener ? LOOKUP_FOUND : find_listener(view);
    if (found != LOOKUP_FOUND) return found;
    uint32_t list = hosts_find(&view->listener->hosts, view->host, &router->hash_keys, domain);
    if (list == NO_ROUTES) return LOOKUP_NO_HOST;
    *routes = &router->route_lists[list];
    return LOOKUP_FOUND;
}
