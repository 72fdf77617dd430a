#include "gateway_api/hosts.h"

#include "gateway_api/precedence.h"
#include "gateway_api/rules.h"

/* One effective hostname and the routes that have it, in their order. */
struct domain {
    sluice_str hostname;
    struct gw_contender *contenders;
    size_t count, capacity;
    struct model_route_list *list;
};

struct domains {
    struct gw_lower *lower;
    struct map map; /* key of the hostname -> struct domain */
};

static struct domain *
domain_of(struct domains *domains, sluice_str hostname)
{
    void **place = map_put(&domains->map, gw_hostname_key(hostname));
    if (!place) return NULL;
    if (!*place) {
        struct domain *made = ARENA_NEW(domains->lower->arena, struct domain);
        if (made) made->hostname = hostname;
        *place = made;
    }
    return *place;
}

/* A route takes part once, by the most specific hostname that it wrote. */
static bool
add_contender(struct domains *domains, struct gw_route *route, const struct gw_effective *hostname)
{
    struct domain *domain = domain_of(domains, hostname->hostname);
    if (!domain) return false;
    struct gw_contender *last = domain->count ? &domain->contenders[domain->count - 1] : NULL;
    if (last && last->route == route) {
        if (hostname->specificity > last->specificity) last->specificity = hostname->specificity;
        return true;
    }
    struct gw_contender *items = arena_grow(domains->lower->arena, domain->contenders,
                                            domain->count, &domain->capacity, sizeof(*items));
    if (!items) return false;
    domain->contenders = items;
    items[domain->count++] = (struct gw_contender){route, hostname->specificity};
    return true;
}

static bool
collect(struct domains *domains, const struct gw_listener *listener)
{
    for (size_t i = 0; i < listener->attached_count; i++) {
        const struct gw_attachment *attachment = &listener->attached[i];
        for (size_t k = 0; k < attachment->hostname_count; k++) {
            if (!add_contender(domains, attachment->route, &attachment->hostnames[k])) {
                return false;
            }
        }
    }
    return true;
}

/* ---- lists ---- */

static bool
make_list(struct gw_lower *lower, struct domain *domain)
{
    struct model_route_list *list = ARENA_NEW(lower->arena, struct model_route_list);
    domain->list = list;
    if (!list ||
        !gw_precedence_count(lower, domain->contenders, domain->count, false, &list->count)) {
        return false;
    }
    struct model_rule *rules = ARENA_ARRAY(lower->arena, struct model_rule, list->count);
    if (!rules) return false;
    list->rules = rules;
    return gw_precedence_order(lower, domain->contenders, domain->count, false, STR(""), rules);
}

/*
 * Routes of a wider hostname stand behind those of a narrower one whatever else they say: a
 * hostname that is no whole listener's is one that routes wrote just so.
 */
static void
link_list(const struct domains *domains, struct domain *domain)
{
    sluice_str key = gw_hostname_key(domain->hostname);
    while (gw_hostname_wider(&key)) {
        const struct domain *wider = map_get(&domains->map, key);
        if (!wider) continue;
        domain->list->next = wider->list;
        return;
    }
}

/* The route that is asked first: the most specific hostname written, then the first in order. */
static const struct gw_contender *
first_of(const struct domain *domain)
{
    const struct gw_contender *first = &domain->contenders[0];
    for (size_t i = 1; i < domain->count; i++) {
        if (domain->contenders[i].specificity > first->specificity) {
            first = &domain->contenders[i];
        }
    }
    return first;
}

static void
report_others(struct gw_lower *lower, const struct domain *domain, const struct gw_contender *first)
{
    for (size_t i = 0; i < domain->count; i++) {
        const struct gw_contender *other = &domain->contenders[i];
        if (other == first) continue;
        gateway_report(other->route->object, lower->envelope, SLUICE_SEVERITY_WARNING,
                       GW_NO_TRAFFIC, other->route->object->route->node,
                       "%.*s comes first on a listener: this route gets no connection there",
                       STR_ARG(first->route->qualified));
    }
}

static bool
make_l4_list(struct gw_lower *lower, struct domain *domain)
{
    const struct gw_contender *first = first_of(domain);
    const struct gw_entries *entries = gw_rules_of(lower, first->route, false);
    domain->list = ARENA_NEW(lower->arena, struct model_route_list);
    struct model_rule *rules = ARENA_ARRAY(lower->arena, struct model_rule, 1);
    if (!entries || !domain->list || !rules) return false;
    report_others(lower, domain, first);
    domain->list->rules = rules;
    domain->list->count = entries->count;
    if (entries->count) rules[0] = entries->items[0].rule;
    return true;
}

static bool
finish(struct domains *domains, struct model_listener *to)
{
    size_t count = domains->map.count;
    struct arena *arena = domains->lower->arena;
    struct model_virtual_host *hosts = ARENA_ARRAY(arena, struct model_virtual_host, count);
    sluice_str *names = ARENA_ARRAY(arena, sluice_str, count);
    if (!hosts || !names) return false;
    for (size_t i = 0; i < count; i++) {
        const struct domain *domain = domains->map.entries[i].value;
        names[i] = domain->hostname.len ? domain->hostname : STR("*");
        hosts[i] = (struct model_virtual_host){&names[i], 1, domain->list};
    }
    to->hosts = hosts;
    to->host_count = count;
    return true;
}

static bool
fill(struct domains *domains, const struct gw_listener *from, bool l4)
{
    struct gw_lower *lower = domains->lower;
    if (!collect(domains, from)) return false;
    for (size_t i = 0; i < domains->map.count; i++) {
        struct domain *domain = domains->map.entries[i].value;
        if (!(l4 ? make_l4_list(lower, domain) : make_list(lower, domain))) return false;
    }
    for (size_t i = 0; !l4 && i < domains->map.count; i++) {
        link_list(domains, domains->map.entries[i].value);
    }
    return true;
}

static bool
lower_hosts(struct gw_lower *lower, const struct gw_listener *from, struct model_listener *to,
            bool l4)
{
    struct domains domains = {lower, map_init(lower->arena)};
    bool ok = fill(&domains, from, l4) && finish(&domains, to);
    map_free(&domains.map);
    return ok || gw_fail(lower);
}

bool
gw_hosts_http(struct gw_lower *lower, const struct gw_listener *from, struct model_listener *to)
{
    return lower_hosts(lower, from, to, false);
}

bool
gw_hosts_l4(struct gw_lower *lower, const struct gw_listener *from, struct model_listener *to)
{
    return lower_hosts(lower, from, to, true);
}
