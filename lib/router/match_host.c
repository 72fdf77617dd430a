/* match_host: which listener is asked, where the request says more than a host. */
#include "router/match_host.h"
#include "router/scopes.h"

/* hosts_find() once, for all that is not asked with every request. */
static uint32_t __attribute__((noinline))
find_name(const struct view *view, const struct host_table *table, sluice_str host)
{
    sluice_str name;
    return hosts_find(view->router, table, host, &name);
}

static bool
is_empty(const struct host_table *table)
{
    return !table->slots;
}

static bool
is_https(const struct view *view)
{
    return view->family == FAMILY_HTTP && str_equal(view_scheme(view), STR("https"));
}

/* Listeners that end TLS answer https and the others http; where only one sort is, it answers both,
 * unless the listeners are isolated. */
static const struct host_table *
names_of(const struct port_names *names, bool https)
{
    const struct host_table *wanted = https ? &names->tls : &names->plain;
    if (names->isolated || !is_empty(wanted)) return wanted;
    return https ? &names->plain : &names->tls;
}

/* With TLS ended here, the handshake chose a listener by its server name before the request came.
 */
static enum lookup
check_server_name(const struct view *view, const struct host_table *names, uint32_t of_host)
{
    uint32_t of_sni = find_name(view, names, view->sni);
    if (of_sni == NO_ROUTES || of_host == NO_ROUTES) return LOOKUP_NO_HOST;
    return of_sni == of_host ? LOOKUP_FOUND : LOOKUP_MISDIRECTED;
}

static enum lookup
choose_listener(struct view *view, const struct port_names *names)
{
    bool https = is_https(view);
    const struct host_table *table = names_of(names, https);
    uint32_t found = find_name(view, table, view->host);
    if (https && names->isolated) {
        enum lookup named = check_server_name(view, table, found);
        if (named != LOOKUP_FOUND) return named;
    }
    if (found == NO_ROUTES) return LOOKUP_NO_HOST;
    view->listener = &view->router->listeners[found];
    return LOOKUP_FOUND;
}

enum lookup
match_listener(struct view *view)
{
    const struct port *port = scopes_port(view);
    if (!port) return LOOKUP_NO_HOST;
    if (port->names) return choose_listener(view, port->names);
    if (port->http_only && is_https(view)) return LOOKUP_NO_HOST;
    view->listener = &view->router->listeners[port->listener];
    return LOOKUP_FOUND;
}

enum lookup
match_host(struct view *view, const struct route_list **routes, sluice_str *domain)
{
    return match_host_inline(view, routes, domain);
}
