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
expand_mirrors(struct lower *lower, struct istio_http_route *route, sluice_str space)
{
    if (!route->more->mirror && route->more->mirrors.count == 0) return true;
    struct istio_http_route_more *more = ARENA_NEW(lower->arena, struct istio_http_route_more);
    struct istio_mirror_policy *mirrors =
        ARENA_ARRAY(lower->arena, struct istio_mirror_policy, route->more->mirrors.count);
    if (!more || !mirrors) return false;
    *more = *route->more;
    for (size_t i = 0; i < more->mirrors.count; i++) {
        mirrors[i] = ((const struct istio_mirror_policy *)more->mirrors.items)[i];
        mirrors[i].destination = expand_destination(lower, mirrors[i].destination, space);
    }
    more->mirrors.items = mirrors;
    more->mirror = expand_destination(lower, more->mirror, space);
    route->more = more;
    return true;
}

static bool
expand_destinations(struct lower *lower, struct istio_http_route *route, sluice_str space)
{
    struct istio_http_destination *items =
        ARENA_ARRAY(lower->arena, struct istio_http_destination, route->route.count);
    if (!items || !expand_mirrors(lower, route, space)) return false;
    for (size_t i = 0; i < route->route.count; i++) {
        items[i] = ((const struct istio_http_destination *)route->route.items)[i];
        items[i].destination = expand_destination(lower, items[i].destination, space);
    }
    route->route.items = items;
    return !lower->arena->failed;
}

static bool
expand_gateways_of_block(struct lower *lower, struct istio_http_match *block, sluice_str space)
{
    size_t count = block->more->gateways.count;
    if (count == 0) return true;
    const sluice_str *from = block->more->gateways.items;
    struct istio_http_match_more *more = ARENA_NEW(lower->arena, struct istio_http_match_more);
    sluice_str *names = ARENA_ARRAY(lower->arena, sluice_str, count);
    if (!more || !names) return false;
    *more = *block->more;
    for (size_t i = 0; i < count; i++) {
        names[i] = expand_gateway(lower, from[i], space);
    }
    more->gateways.items = names;
    block->more = more;
    return true;
}

static bool
expand_gateways(struct lower *lower, struct istio_http_route *route, sluice_str space)
{
    struct istio_http_match *blocks =
        ARENA_ARRAY(lower->arena, struct istio_http_match, route->match.count);
    if (!blocks) return false;
    for (size_t i = 0; i < route->match.count; i++) {
        blocks[i] = ((const struct istio_http_match *)route->match.items)[i];
        if (!expand_gateways_of_block(lower, &blocks[i], space)) return false;
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
static bool
inherit(struct lower *lower, const struct istio_http_route *root, struct istio_http_route *merged)
{
    const struct istio_http_route_more *from = root->more;
    struct istio_http_route_more *more = ARENA_NEW(lower->arena, struct istio_http_route_more);
    if (!more) return false;
    *more = *merged->more;
    more->name.v = delegate_join_names(lower, from->name.v, more->name.v);
    if (!more->rewrite) more->rewrite = from->rewrite;
    if (!more->direct_response) more->direct_response = from->direct_response;
    if (!more->timeout.set) more->timeout = from->timeout;
    if (!more->retries) more->retries = from->retries;
    if (!more->fault) more->fault = from->fault;
    if (!more->mirror) more->mirror = from->mirror;
    if (!more->mirror_percent.set) more->mirror_percent = from->mirror_percent;
    if (!more->mirror_percentage) more->mirror_percentage = from->mirror_percentage;
    if (more->mirrors.count == 0) more->mirrors = from->mirrors;
    if (!more->cors_policy) more->cors_policy = from->cors_policy;
    if (!more->headers) more->headers = from->headers;
    merged->more = more;
    return true;
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
        if (merged.more->delegate) continue; /* one level only */
        if (!expand_destinations(lower, &merged, space) ||
            !expand_gateways(lower, &merged, space) ||
            !merge_blocks(lower, root, &merged, &dropped)) {
            return false;
        }
        if (dropped) continue;
        if (!inherit(lower, root, &merged) || !push(lower, out, &merged)) return false;
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
resolve(struct delegates *delegates, struct istio_resource *root)
{
    struct lower *lower = delegates->lower;
    const struct istio_virtual_service *spec = root->virtual_service;
    const struct istio_http_route *routes = spec->http.items;
    struct route_array out = {0};
    for (size_t i = 0; i < spec->http.count; i++) {
        if (!routes[i].more->delegate) {
            if (!push(lower, &out, &routes[i])) return false;
            continue;
        }
        const struct istio_resource *found =
            find_delegate(delegates, root, routes[i].more->delegate);
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
        if (all[i]->bad || spec->hosts.count == 0 || !all[i]->traits.delegate) continue;
        ok = resolve(&delegates, all[i]);
    }
    map_free(&delegates.by_name);
    return ok;
}
