#include "istio/virtual_hosts.h"

#include <stdlib.h>

#include "istio/host_set.h"

struct virtual_hosts
virtual_hosts_init(struct lower *lower)
{
    return (struct virtual_hosts){.lower = lower, .domains = map_init(lower->arena)};
}

void
virtual_hosts_free(struct virtual_hosts *hosts)
{
    map_free(&hosts->domains);
}

struct domain_routes *
virtual_hosts_get(struct virtual_hosts *hosts, sluice_str domain)
{
    void **place = map_put(&hosts->domains, domain);
    if (!place) return NULL;
    if (!*place) {
        struct domain_routes *made = ARENA_NEW(hosts->lower->arena, struct domain_routes);
        if (made) made->domain = domain;
        *place = made;
    }
    return *place;
}

bool
virtual_hosts_alias(struct virtual_hosts *hosts, const struct domain_routes *of,
                    const sluice_str *domains, size_t count)
{
    struct arena *arena = hosts->lower->arena;
    struct model_virtual_host *items =
        arena_grow(arena, hosts->extra, hosts->extra_count, &hosts->extra_capacity, sizeof(*items));
    if (!items) return false;
    hosts->extra = items;
    sluice_str *copy = ARENA_ARRAY(arena, sluice_str, count + 1);
    if (!copy) return false;
    copy[0] = of->domain; /* found again by virtual_hosts_finish() */
    memcpy(copy + 1, domains, count * sizeof(*copy));
    hosts->extra[hosts->extra_count++] =
        (struct model_virtual_host){.domains = copy, .domain_count = count + 1};
    return true;
}

static bool
sort_catch_alls(struct lower *lower, struct rule_list *list)
{
    struct rule_list sorted = {0};
    for (int last = 0; last <= 1; last++) {
        for (size_t i = 0; i < list->count; i++) {
            if (lower_is_catch_all(&list->items[i]) != (last == 1)) continue;
            if (!rule_list_add(lower, &sorted, list->items[i])) return false;
        }
    }
    *list = sorted;
    return true;
}

static const struct model_route_list *
final_list(struct virtual_hosts *hosts, struct domain_routes *routes, bool catch_all_last)
{
    if (routes->sources <= 1) return routes->shared;
    if (catch_all_last && !sort_catch_alls(hosts->lower, &routes->joined)) return NULL;
    routes->shared = rule_list_finish(hosts->lower, &routes->joined);
    routes->sources = 1;
    return routes->shared;
}

/*
 * ---- domains that are not there for everybody ----
 *
 * A VirtualService without an entry for the port or the caller makes no virtual host
 * (docs/rules.md, "Gateways" and "Virtual hosts"), so the next wider domain answers. Ports and
 * callers are of the request here: the own list falls through to the wider domain's, behind guards
 * that end the search where one of its entries counts.
 */

static bool
follow_with(struct lower *lower, struct domain_routes *routes, const struct domain_routes *wider)
{
    struct rule_list list = {0};
    const struct model_route_list *own = routes->shared;
    struct model_route_list *guarded = ARENA_NEW(lower->arena, struct model_route_list);
    if (!guarded) return false;
    for (size_t i = 0; i < own->count; i++) {
        if (!rule_list_add(lower, &list, own->rules[i])) return false;
    }
    if (!lower_guards(lower, own->rules, own->count, &list)) return false;
    *guarded = (struct model_route_list){list.items, list.count, wider->shared};
    routes->shared = guarded;
    return true;
}

static bool
is_conditional(const struct domain_routes *routes)
{
    return !lower_always_applies(routes->shared->rules, routes->shared->count);
}

static int
by_length(const void *a, const void *b)
{
    const struct domain_routes *x = *(struct domain_routes *const *)a;
    const struct domain_routes *y = *(struct domain_routes *const *)b;
    return (x->domain.len > y->domain.len) - (x->domain.len < y->domain.len);
}

/* Wider domains are shorter, so theirs are complete when a narrower one asks. */
static bool
follow_sorted(struct lower *lower, const struct host_set *set, struct domain_routes **sorted,
              size_t count)
{
    qsort(sorted, count, sizeof(*sorted), by_length);
    for (size_t i = 0; i < count; i++) {
        if (!is_conditional(sorted[i])) continue;
        /* A wildcard stands for one byte or more. */
        sluice_str tail = str_skip(sorted[i]->domain, host_is_wildcard(sorted[i]->domain) ? 2 : 1);
        const struct domain_routes *wider = host_set_covering(set, tail, sorted[i]);
        if (wider && !follow_with(lower, sorted[i], wider)) return false;
    }
    return true;
}

static bool
follow_wider(struct virtual_hosts *hosts)
{
    struct lower *lower = hosts->lower;
    size_t count = hosts->domains.count;
    struct domain_routes **sorted = ARENA_ARRAY(lower->arena, struct domain_routes *, count);
    struct host_set set = host_set_init(lower->arena);
    bool ok = sorted != NULL, conditional = false;
    for (size_t i = 0; ok && i < count; i++) {
        sorted[i] = hosts->domains.entries[i].value;
        conditional |= is_conditional(sorted[i]);
        if (host_is_wildcard(sorted[i]->domain)) {
            ok = host_set_add(&set, sorted[i]->domain, sorted[i]);
        }
    }
    if (ok && conditional) ok = follow_sorted(lower, &set, sorted, count);
    host_set_free(&set);
    return ok;
}

bool
virtual_hosts_finish(struct virtual_hosts *hosts, bool catch_all_last,
                     struct model_listener *listener)
{
    size_t count = hosts->domains.count;
    struct model_virtual_host *items =
        ARENA_ARRAY(hosts->lower->arena, struct model_virtual_host, count + hosts->extra_count);
    if (!items) return false;
    for (size_t i = 0; i < count; i++) {
        if (!final_list(hosts, hosts->domains.entries[i].value, catch_all_last)) return false;
    }
    if (!follow_wider(hosts)) return false;
    for (size_t i = 0; i < count; i++) {
        const struct domain_routes *routes = hosts->domains.entries[i].value;
        items[i].domains = &routes->domain;
        items[i].domain_count = 1;
        items[i].routes = routes->shared;
    }
    for (size_t i = 0; i < hosts->extra_count; i++) {
        struct model_virtual_host *extra = &items[count + i];
        *extra = hosts->extra[i];
        const struct domain_routes *of = map_get(&hosts->domains, extra->domains[0]);
        extra->routes = of->shared;
        extra->domains++;
        extra->domain_count--;
    }
    listener->hosts = items;
    listener->host_count = count + hosts->extra_count;
    return true;
}
