/* delegates: rules of a VirtualService that another one fills in (docs/rules.md, "Delegates"),
 * resolved before lowering. */
#include "istio/delegates.h"

#include "istio/delegate_match.h"

struct delegates {
    struct lower *lower;
    struct map by_name; /* "namespace/name" of every VirtualService -> resource */
};

struct route_array {
    struct istio_http_route *items;
    size_t count, capacity;
};

static bool
push(struct lower *lower, struct route_array *array, const struct istio_http_route *route)
{
    struct istio_http_route *items =
        arena_grow(lower->arena, array->items, array->count, &array->capacity, sizeof(*items));
    if (!items) return false;
    array->items = items;
    array->items[array->count++] = *route;
    return true;
}

static sluice_str
qualified(struct lower *lower, sluice_str space, sluice_str name)
{
    return arena_concat(lower->arena, (sluice_str[]){space, STR("/"), name}, 3);
}

/* ---- names in a delegate are in the delegate's namespace ---- */

static struct istio_destination *
expand_destination(struct lower *lower, const struct istio_destination *from, sluice_str space)
{
    if (!from) return NULL;
    struct istio_destination *to = ARENA_NEW(lower->arena, struct istio_destination);
    if (!to) return NULL;
    *to = *from;
    to->host.v = expand_host(lower, from->host.v, space);
    return to;
}

static bool
expand_destinations(struct lower *lower, struct istio_http_route *route, sluice_str space)
{
    struct istio_http_destination *items =
        ARENA_ARRAY(lower->arena, struct istio_http_destination, route->route.count);
    struct istio_mirror_policy *mirrors =
        ARENA_ARRAY(lower->arena, struct istio_mirror_policy, route->mirrors.count);
    if (!items || !mirrors) return false;
    for (size_t i = 0; i < route->route.count; i++) {
        items[i] = ((const struct istio_http_destination *)route->route.items)[i];
        items[i].destination = expand_destination(lower, items[i].destination, space);
    }
    for (size_t i = 0; i < route->mirrors.count; i++) {
        mirrors[i] = ((const struct istio_mirror_policy *)route->mirrors.items)[i];
        mirrors[i].destination = expand_destination(lower, mirrors[i].destination, space);
    }
    route->route.items = items;
    route->mirrors.items = mirrors;
    route->mirror = expand_destination(lower, route->mirror, space);
    return !lower->arena->failed;
}

static bool
expand_gateways(struct lower *lower, struct istio_http_route *route, sluice_str space)
{
    struct istio_http_match *blocks =
        ARENA_ARRAY(lower->arena, struct istio_http_match, route->match.count);
    if (!blocks) return false;
    for (size_t i = 0; i < route->match.count; i++) {
        blocks[i] = ((const struct istio_http_match *)route->match.items)[i];
        const sluice_str *from = blocks[i].gateways.items;
        sluice_str *names = ARENA_ARRAY(lower->arena, sluice_str, blocks[i].gateways.count);
        if (!names) return false;
        for (size_t k = 0; k < blocks[i].gateways.count; k++) {
            names[k] = expand_gateway(lower, from[k], space);
        }
        blocks[i].gateways.items = names;
    }
    route->match.items = blocks;
    return true;
}

/* ---- merging one rule of the root with one of the delegate ---- */

/* The blocks of the merged rule. *dropped: some block of the delegate has no partner. */
static bool
merge_blocks(struct lower *lower, const struct istio_http_route *root,
             struct istio_http_route *merged, bool *dropped)
{
    const struct istio_http_match *of_root = root->match.items, *own = merged->match.items;
    *dropped = false;
    if (root->match.count == 0) return true;
    if (merged->match.count == 0) {
        merged->match = root->match;
        return true;
    }
    size_t room = root->match.count * merged->match.count, count = 0;
    struct istio_http_match *blocks = ARENA_ARRAY(lower->arena, struct istio_http_match, room);
    if (!blocks) return false;
    for (size_t i = 0; i < merged->match.count; i++) {
        size_t before = count;
        for (size_t k = 0; k < root->match.count; k++) {
            if (delegate_blocks_conflict(&of_root[k], &own[i])) continue;
            if (!delegate_merge_block(lower, &of_root[k], &own[i], &blocks[count++])) return false;
        }
        *dropped |= count == before;
    }
    merged->match.items = blocks;
    merged->match.count = count;
    return true;
}

/* Whole values: the delegate's where it has one, else the root's. route and redirect are its own.
 */
static void
inherit(struct lower *lower, const struct istio_http_route *root, struct istio_http_route *merged)
{
    merged->name.v = delegate_join_names(lower, root->name.v, merged->name.v);
    if (!merged->rewrite) merged->rewrite = root->rewrite;
    if (!merged->direct_response) merged->direct_response = root->direct_response;
    if (!merged->timeout.set) merged->timeout = root->timeout;
    if (!merged->retries) merged->retries = root->retries;
    if (!merged->fault) merged->fault = root->fault;
    if (!merged->mirror) merged->mirror = root->mirror;
    if (!merged->mirror_percent.set) merged->mirror_percent = root->mirror_percent;
    if (!merged->mirror_percentage) merged->mirror_percentage = root->mirror_percentage;
    if (merged->mirrors.count == 0) merged->mirrors = root->mirrors;
    if (!merged->cors_policy) merged->cors_policy = root->cors_policy;
    if (!merged->headers) merged->headers = root->headers;
}

static bool
add_delegated(struct lower *lower, struct route_array *out, const struct istio_http_route *root,
              const struct istio_resource *delegate)
{
    const struct value_list *http = &delegate->virtual_service->http;
    const struct istio_http_route *rules = http->items;
    sluice_str space = delegate->meta->space;
    for (size_t i = 0; i < http->count; i++) {
        struct istio_http_route merged = rules[i];
        bool dropped;
        if (merged.delegate) continue; /* one level only */
        if (!expand_destinations(lower, &merged, space) ||
            !expand_gateways(lower, &merged, space) ||
            !merge_blocks(lower, root, &merged, &dropped)) {
            return false;
        }
        if (dropped) continue;
        inherit(lower, root, &merged);
        if (!push(lower, out, &merged)) return false;
    }
    return true;
}

/* ---- the rules of one VirtualService ---- */

/* What is wrong with the one that is named; NULL: nothing. */
static const char *
why_not(const struct lower *lower, const struct istio_resource *root,
        const struct istio_resource *found)
{
    if (!found) return "does not exist";
    if (found == root) return "is this VirtualService itself; a delegate has no hosts";
    if (found->virtual_service->hosts.count) return "has hosts; a delegate has none";
    if (found->bad) return "has errors of its own";
    int class = visibility_class(lower, &found->virtual_service->export_to, found->meta->space,
                                 root->meta->space);
    return class < 0 ? "is not exported to this namespace" : NULL;
}

/* NULL, with a warning: its rule is left out. */
static const struct istio_resource *
find_delegate(const struct delegates *delegates, struct istio_resource *root,
              const struct istio_delegate *delegate)
{
    struct lower *lower = delegates->lower;
    sluice_str space = delegate->space.v.len ? delegate->space.v : root->meta->space;
    sluice_str name = qualified(lower, space, delegate->name.v);
    const struct istio_resource *found = map_get(&delegates->by_name, name);
    const char *wrong = why_not(lower, root, found);
    if (!wrong) return found;
    istio_report(root, lower->envelope, SLUICE_SEVERITY_WARNING, "SL0402", delegate->node,
                 "the delegate \"%.*s\" %s: the rule is left out", STR_ARG(name), wrong);
    return NULL;
}

static bool
has_delegates(const struct istio_virtual_service *spec)
{
    const struct istio_http_route *routes = spec->http.items;
    for (size_t i = 0; i < spec->http.count; i++) {
        if (routes[i].delegate) return true;
    }
    return false;
}

static bool
resolve(struct delegates *delegates, struct istio_resource *root)
{
    struct lower *lower = delegates->lower;
    const struct istio_virtual_service *spec = root->virtual_service;
    const struct istio_http_route *routes = spec->http.items;
    struct route_array out = {0};
    for (size_t i = 0; i < spec->http.count; i++) {
        if (!routes[i].delegate) {
            if (!push(lower, &out, &routes[i])) return false;
            continue;
        }
        const struct istio_resource *found = find_delegate(delegates, root, routes[i].delegate);
        if (!found) continue;
        struct istio_http_route own = routes[i];
        if (!expand_gateways(lower, &own, root->meta->space) ||
            !add_delegated(lower, &out, &own, found)) {
            return false;
        }
    }
    struct istio_virtual_service *resolved = ARENA_NEW(lower->arena, struct istio_virtual_service);
    if (!resolved) return false;
    *resolved = *spec;
    resolved->http.items = out.items;
    resolved->http.count = out.count;
    root->virtual_service = resolved;
    return true;
}

bool
delegates_resolve(struct lower *lower)
{
    struct delegates delegates = {lower, map_init(lower->arena)};
    size_t count = lower->set->count_of[ISTIO_VIRTUAL_SERVICE];
    struct istio_resource **all = lower->set->of[ISTIO_VIRTUAL_SERVICE];
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        sluice_str name = qualified(lower, all[i]->meta->space, all[i]->meta->name);
        void **place = name.ptr ? map_put(&delegates.by_name, name) : NULL;
        ok = place != NULL;
        if (place) *place = all[i];
    }
    for (size_t i = 0; ok && i < count; i++) {
        const struct istio_virtual_service *spec = all[i]->virtual_service;
        if (all[i]->bad || spec->hosts.count == 0 || !has_delegates(spec)) continue;
        ok = resolve(&delegates, all[i]);
    }
    map_free(&delegates.by_name);
    return ok;
}
