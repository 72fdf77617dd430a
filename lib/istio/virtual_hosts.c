#include "istio/virtual_hosts.h"

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

bool
virtual_hosts_finish(struct virtual_hosts *hosts, bool catch_all_last,
                     struct model_listener *listener)
{
    size_t count = hosts->domains.count;
    struct model_virtual_host *items =
        ARENA_ARRAY(hosts->lower->arena, struct model_virtual_host, count + hosts->extra_count);
    if (!items) return false;
    for (size_t i = 0; i < count; i++) {
        struct domain_routes *routes = hosts->domains.entries[i].value;
        items[i].domains = &routes->domain;
        items[i].domain_count = 1;
        items[i].routes = final_list(hosts, routes, catch_all_last);
        if (!items[i].routes) return false;
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
