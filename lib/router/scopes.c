#include "router/scopes.h"

#include "engine/hash.h"

/* Namespace and name are hashed apart, so that a request's two slices need no joining. */
uint64_t
scopes_hash(enum scope_kind kind, enum family family, sluice_str space, sluice_str name,
            uint64_t seed)
{
    uint64_t hash = hash_xxh3(name, hash_xxh3(space, seed + (uint64_t)kind * 8 + (uint64_t)family));
    return hash ? hash : 1;
}

/* Whether text is space + "/" + name. */
static bool
is_qualified(sluice_str text, sluice_str space, sluice_str name)
{
    return text.len == space.len + 1 + name.len && str_starts_with(text, space) &&
           text.ptr[space.len] == '/' && str_ends_with(text, name);
}

static const struct scope *
find(const struct view *view, enum scope_kind kind, sluice_str space, sluice_str name)
{
    const sluice_router *router = view->router;
    if (!router->scopes) return NULL;
    uint64_t hash = scopes_hash(kind, view->family, space, name, router->hash_seed);
    for (uint32_t at = (uint32_t)hash & router->scope_mask;; at = (at + 1) & router->scope_mask) {
        const struct scope *scope = &router->scopes[at];
        if (scope->hash == 0) return NULL;
        if (scope->hash == hash && scope->kind == kind && scope->family == view->family &&
            is_qualified(scope->name, space, name)) {
            return scope;
        }
    }
}

/* How many ports of the scope stand before `number`; of 0, which stands last, all others. */
static uint32_t
ports_before(const struct port *items, uint32_t count, uint32_t number)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (items[middle].number - 1 < number - 1) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static const struct port *
port_of(const struct view *view, const struct scope *scope)
{
    if (!scope) return NULL;
    const struct port *items = &view->router->ports[scope->port];
    uint32_t count = scope->port_count, at = 0;
    if (count > 1) at = ports_before(items, count, view->port);
    if (at < count && items[at].number == view->port) return &items[at];
    return items[count - 1].number == 0 ? &items[count - 1] : NULL;
}

static const struct scope *
find_service(const struct view *view)
{
    const sluice_request *request = view->request;
    sluice_str space = request->service_namespace;
    if (str_is_empty(space)) space = request->source_namespace;
    if (str_is_empty(space)) space = view->router->proxy_namespace;
    return find(view, SCOPE_SERVICE, space, request->service_name);
}

const struct port *
scopes_port(const struct view *view)
{
    sluice_str gateway = view->request->gateway;
    if (gateway.len && !str_equal(gateway, STR("mesh"))) {
        size_t slash = str_find(gateway, '/');
        sluice_str space = slash == SIZE_MAX ? STR("default") : str_first(gateway, slash);
        sluice_str name = slash == SIZE_MAX ? gateway : str_skip(gateway, slash + 1);
        return port_of(view, find(view, SCOPE_GATEWAY, space, name));
    }
    if (view->request->service_name.len) {
        const struct port *own = port_of(view, find_service(view));
        if (own) return own;
    }
    return port_of(view, view->router->mesh[view->family]);
}
