/*
 * analyze_reach: rules that no request reaches because earlier ones of the same VirtualService take
 * all of theirs (SL0601), and blocks that no request passes (SL0606).
 *
 * A finding is never wrong: a block is covered where each test of one earlier block follows from
 * its own tests. What cannot be told, and delegation, is left out.
 */
#include "istio/analyze_parts.h"
#include "istio/analyze_predicates.h"

#define CODE_UNREACHABLE "SL0601"
#define CODE_IMPOSSIBLE "SL0606"
#define ENTRIES_MAX 1000
#define PREDICATES_MAX 4096
#define NAMED_RULES 3
#define SEMANTICS_ANNOTATION "internal.istio.io/route-semantics"

/* A block, or a rule without blocks. */
struct entry {
    const struct istio_http_match *match; /* or NULL */
    const struct yaml_node *node;         /* of the block, or of the rule */
    struct predicate_list predicates;
    size_t rule;
    bool elsewhere; /* its gateways are none of the VirtualService's */
    bool impossible;
    bool covers; /* it may cover others */
    bool all;    /* it takes everything */
};

struct reach {
    struct analysis *analysis;
    struct istio_resource *resource;
    struct lower lower; /* as the compile's, with memory of its own */
    struct entry *entries;
    size_t count, predicates;
};

/* ---- entries ---- */

static size_t
count_static(const struct predicate_list *list)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        count += lower_is_static(&list->items[i]);
    }
    return count;
}

/* A block for gateways to which the VirtualService is not bound stands in no list of routes. */
static bool
is_elsewhere(struct reach *reach, const struct istio_http_match *match)
{
    static const sluice_str mesh = STR_INIT("mesh");
    const struct value_list *bound = &reach->resource->virtual_service->gateways;
    sluice_str space = reach->resource->meta->space;
    const sluice_str *own = bound->count ? bound->items : &mesh;
    const sluice_str *wanted = match ? match->more->gateways.items : NULL;
    size_t own_count = bound->count ? bound->count : 1;
    if (!match || match->more->gateways.count == 0 || match->more->gateways.count > ENTRIES_MAX)
        return false;
    if (!analyze_may_compare(reach->analysis, own_count * match->more->gateways.count))
        return false;
    for (size_t i = 0; i < match->more->gateways.count; i++) {
        sluice_str name = expand_gateway(&reach->lower, wanted[i], space);
        for (size_t k = 0; k < own_count; k++) {
            if (str_equal(name, expand_gateway(&reach->lower, own[k], space))) return false;
        }
    }
    return true;
}

static bool
add_entry(struct reach *reach, const struct istio_http_route *route, size_t rule,
          const struct istio_http_match *match)
{
    static const struct lower_scope scope = {.mesh = true};
    struct entry *entry = &reach->entries[reach->count++];
    *entry = (struct entry){.match = match, .rule = rule};
    entry->node = match ? match->node : route->node;
    if (match && !lower_match(&reach->lower, match, &scope, &entry->predicates)) return false;
    struct model_rule lowered = {.predicates = entry->predicates.items,
                                 .predicate_count = (uint32_t)entry->predicates.count};
    bool always = count_static(&entry->predicates) == 0;
    entry->elsewhere = is_elsewhere(reach, match);
    entry->all = always && lower_is_catch_all(&lowered);
    /* One that depends on port or source and takes all the rest may change its place. */
    entry->covers = !route->more->delegate && (always || !lower_is_catch_all(&lowered));
    reach->predicates += entry->predicates.count;
    return true;
}

static size_t
entries_of(const struct value_list *http)
{
    const struct istio_http_route *routes = http->items;
    size_t count = 0;
    for (size_t i = 0; i < http->count; i++) {
        count += routes[i].match.count ? routes[i].match.count : 1;
    }
    return count;
}

static bool
read_entries(struct reach *reach)
{
    const struct value_list *http = &reach->resource->virtual_service->http;
    const struct istio_http_route *routes = http->items;
    reach->entries = ARENA_ARRAY(reach->lower.arena, struct entry, entries_of(http));
    if (!reach->entries) return false;
    for (size_t i = 0; i < http->count; i++) {
        const struct istio_http_match *blocks = routes[i].match.items;
        if (routes[i].match.count == 0 && !add_entry(reach, &routes[i], i, NULL)) return false;
        for (size_t k = 0; k < routes[i].match.count; k++) {
            if (!add_entry(reach, &routes[i], i, &blocks[k])) return false;
        }
    }
    return true;
}

static void
find_impossible(struct reach *reach)
{
    for (size_t i = 0; i < reach->count; i++) {
        struct entry *entry = &reach->entries[i];
        entry->impossible =
            entry->elsewhere || predicates_contradiction(&entry->predicates) != NULL;
        if (entry->impossible) entry->covers = false;
    }
}

/* ---- cover ---- */

static bool
has_gateway(const struct value_list *list, sluice_str name)
{
    const sluice_str *names = list->items;
    for (size_t i = 0; i < list->count; i++) {
        if (str_equal(names[i], name)) return true;
    }
    return false;
}

/* Whether a stands in every list of routes where b does. */
static bool
gateways_cover(struct analysis *analysis, const struct entry *a, const struct entry *b)
{
    const struct value_list *all = a->match ? &a->match->more->gateways : NULL;
    const struct value_list *some = b->match ? &b->match->more->gateways : NULL;
    if (!all || all->count == 0) return true;
    if (!some || some->count == 0 || some->count > ENTRIES_MAX) return false;
    if (!analyze_may_compare(analysis, all->count * some->count)) return false;
    const sluice_str *names = some->items;
    for (size_t i = 0; i < some->count; i++) {
        if (!has_gateway(all, names[i])) return false;
    }
    return true;
}

static const struct entry *
covering(struct reach *reach, const struct entry *entry)
{
    for (const struct entry *at = reach->entries; at->rule < entry->rule; at++) {
        if (!at->covers || !gateways_cover(reach->analysis, at, entry)) continue;
        if (at->all || predicates_imply(&entry->predicates, &at->predicates)) return at;
    }
    return NULL;
}

/* ---- reports ---- */

static sluice_str
label_of(struct reach *reach, size_t rule)
{
    const struct istio_http_route *routes = reach->resource->virtual_service->http.items;
    sluice_str name = routes[rule].more->name.v;
    return name.len ? arena_printf(reach->lower.arena, "\"%.*s\"", STR_ARG(name))
                    : arena_printf(reach->lower.arena, "#%zu", rule);
}

static void
report_unreachable(struct reach *reach, size_t rule, const size_t *by, size_t count)
{
    const struct istio_http_route *routes = reach->resource->virtual_service->http.items;
    sluice_str names = STR("");
    size_t named = count < NAMED_RULES ? count : NAMED_RULES;
    for (size_t i = 0; i < named; i++) {
        sluice_str parts[] = {names, i ? STR(", ") : STR(""), label_of(reach, by[i])};
        names = arena_concat(reach->lower.arena, parts, 3);
    }
    FINDING(reach->analysis, reach->resource, WARNING, CODE_UNREACHABLE, routes[rule].node,
            "no request reaches rule %.*s: %.*s%s before it %s all of its requests",
            STR_ARG(label_of(reach, rule)), STR_ARG(names), count > named ? " and others" : "",
            count > 1 ? "take" : "takes");
}

static void
report_impossible(struct reach *reach, const struct entry *entry)
{
    const char *why = "this VirtualService is bound to none of the gateways that it names";
    if (!entry->elsewhere) {
        const struct model_predicate *at = predicates_contradiction(&entry->predicates);
        why = at->subject == MODEL_PATH
                  ? "a path is compared without its query and fragment, so \"?\" and \"#\" never "
                    "occur"
                  : "withoutHeaders excludes every request that passes the rest";
    }
    FINDING(reach->analysis, reach->resource, WARNING, CODE_IMPOSSIBLE, entry->node,
            "no request passes this match: %s", why);
}

/* The entries of one rule, which end at the one returned. */
static size_t
check_rule(struct reach *reach, size_t first)
{
    size_t by[NAMED_RULES + 1], count = 0, i = first;
    const struct istio_http_route *routes = reach->resource->virtual_service->http.items;
    size_t rule = reach->entries[first].rule;
    bool reachable = routes[rule].more->delegate != NULL;
    for (; i < reach->count && reach->entries[i].rule == rule; i++) {
        const struct entry *entry = &reach->entries[i];
        if (entry->impossible) report_impossible(reach, entry);
        if (entry->impossible || reachable) continue;
        const struct entry *found = covering(reach, entry);
        reachable = !found;
        bool known = !found;
        for (size_t k = 0; k < count && !known; k++) {
            known = by[k] == found->rule;
        }
        if (!known && count <= NAMED_RULES) by[count++] = found->rule;
    }
    if (!reachable && count) report_unreachable(reach, rule, by, count);
    return i;
}

static bool
check(struct reach *reach)
{
    if (!read_entries(reach)) return false;
    if (reach->predicates > PREDICATES_MAX) return true;
    size_t pairs = reach->count * reach->count + reach->predicates * reach->predicates;
    if (!analyze_may_compare(reach->analysis, pairs)) return true;
    find_impossible(reach);
    for (size_t i = 0; i < reach->count;) {
        i = check_rule(reach, i);
    }
    return !reach->lower.arena->failed;
}

/* A VirtualService without hosts is a delegate: another one's tests come before its own. */
static bool
is_decidable(const struct istio_resource *resource)
{
    const struct istio_virtual_service *spec = resource->virtual_service;
    return !resource->bad && spec->hosts.count > 0 &&
           !envelope_annotation(resource->meta, STR(SEMANTICS_ANNOTATION), NULL) &&
           spec->http.count > 0 && spec->http.count <= ENTRIES_MAX &&
           entries_of(&spec->http) <= ENTRIES_MAX;
}

bool
analyze_reach(struct analysis *analysis)
{
    const struct istio_set *set = analysis->lower->set;
    bool ok = true;
    for (size_t i = 0; ok && i < set->count_of[ISTIO_VIRTUAL_SERVICE]; i++) {
        struct istio_resource *resource = set->of[ISTIO_VIRTUAL_SERVICE][i];
        if (!is_decidable(resource)) continue;
        struct arena arena = arena_like(analysis->lower->arena);
        struct reach reach = {analysis, resource, *analysis->lower, NULL, 0, 0};
        reach.lower.arena = &arena;
        ok = check(&reach);
        arena_free(&arena);
    }
    return ok;
}
