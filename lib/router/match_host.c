/* match_host: which listener is asked, and which of its virtual hosts. */
#include "router/hosts.h"
#include "router/match.h"
#include "router/scopes.h"

static bool
is_empty(const struct host_table *table)
{
    return !table->slots;
}

/* Listeners that end TLS answer https and the others http; where only one sort is, it answers both.
 */
static const struct host_table *
names_of(const struct view *view, const struct port_names *names)
{
    bool tls = view->family == FAMILY_HTTP && str_equal(view_scheme(view), STR("https"));
    const struct host_table *wanted = tls ? &names->tls : &names->plain;
    if (!is_empty(wanted)) return wanted;
    return tls ? &names->plain : &names->tls;
}

/* With TLS ended here, the handshake chose a listener by its server name before the request came.
 */
static enum lookup
check_server_name(const struct view *view, const struct host_table *names, uint32_t of_host)
{
    sluice_str name;
    uint32_t of_sni = hosts_find(names, view->sni, &view->router->hash_keys, &name);
    if (of_sni == NO_ROUTES || of_host == NO_ROUTES) return LOOKUP_NO_HOST;
    return of_sni == of_host ? LOOKUP_FOUND : LOOKUP_MISDIRECTED;
}

static enum lookup
choose_listener(struct view *view, const struct port_names *names)
{
    const struct host_table *table = names_of(view, names);
    sluice_str name;
    uint32_t found = hosts_find(table, view->host, &view->router->hash_keys, &name);
    bool tls = table == &names->tls && str_equal(view_scheme(view), STR("https"));
    if (tls && names->isolated_by_sni) {
        enum lookup named = check_server_name(view, table, found);
        if (named != LOOKUP_FOUND) return named;
    }
    if (found == NO_ROUTES) return LOOKUP_NO_HOST;
    view->listener = &view->router->listeners[found];
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
    const struct port *port = scopes_port(view);
    if (!port) return LOOKUP_NO_HOST;
    if (port->names) return choose_listener(view, port->names);
    view->listener = &view->router->listeners[port->listener];
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
