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

static bool
listens_on(const sluice_router *router, const struct scope *scope, uint32_t port)
{
    for (uint32_t i = 0; i < scope->listener_count; i++) {
        uint32_t own = router->listeners[scope->listener + i].port;
        if (own == port || own == 0) return true;
    }
    return false;
}

const struct scope *
scopes_of_request(const struct view *view)
{
    const sluice_request *request = view->request;
    sluice_str gateway = request->gateway;
    if (gateway.len && !str_equal(gateway, STR("mesh"))) {
        size_t slash = str_find(gateway, '/');
        if (slash == SIZE_MAX) return find(view, SCOPE_GATEWAY, STR("default"), gateway);
        return find(view, SCOPE_GATEWAY, str_first(gateway, slash), str_skip(gateway, slash + 1));
    }
    if (request->service_name.len) {
        const struct scope *scope =
            find(view, SCOPE_SERVICE, request->service_namespace, request->service_name);
        if (scope && listens_on(view->router, scope, view->port)) return scope;
    }
    return view->router->mesh[view->family];
}
