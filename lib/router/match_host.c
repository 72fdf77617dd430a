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
    uint32_t of_sni = find_name(view, names, view->sni);
    if (of_sni == NO_ROUTES || of_host == NO_ROUTES) return LOOKUP_NO_HOST;
    return of_sni == of_host ? LOOKUP_FOUND : LOOKUP_MISDIRECTED;
}

static enum lookup
choose_listener(struct view *view, const struct port_names *names)
{
    const struct host_table *table = names_of(view, names);
    uint32_t found = find_name(view, table, view->host);
    bool tls = table == &names->tls && str_equal(view_scheme(view), STR("https"));
    if (tls && names->isolated_by_sni) {
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
    view->listener = &view->router->listeners[port->listener];
    return LOOKUP_FOUND;
}

enum lookup
match_host(struct view *view, const struct route_list **routes, sluice_str *domain)
{
    return match_host_inline(view, routes, domain);
}
