/*
 * validate_http: an HTTP route as a whole: which parts go together, destinations, mirrors.
 */
#include "istio/validate.h"

/* ---- which parts exclude each other ---- */

enum part { ROUTE, REDIRECT, DIRECT_RESPONSE, FAULT, REWRITE, DELEGATE, PART_COUNT };

static const char *const part_names[PART_COUNT] = {"route", "redirect", "directResponse",
                                                   "fault", "rewrite",  "delegate"};

struct parts {
    bool has[PART_COUNT];
};

struct exclusion {
    enum part first, second;
};

/* A route that delegates only says which requests it passes on. */
static const struct exclusion root_exclusions[] = {
    {DELEGATE, ROUTE   },
    {DELEGATE, REDIRECT},
};

static const struct exclusion exclusions[] = {
    {REDIRECT,        ROUTE          },
    {REDIRECT,        FAULT          },
    {REDIRECT,        REWRITE        },
    {REDIRECT,        DIRECT_RESPONSE},
    {DIRECT_RESPONSE, ROUTE          },
    {DIRECT_RESPONSE, FAULT          },
    {DIRECT_RESPONSE, REWRITE        },
};

static struct parts
parts_of(const struct istio_http_route *route)
{
    return (struct parts){
        {
         [ROUTE] = route->route.count > 0,
         [REDIRECT] = route->more->redirect != NULL,
         [DIRECT_RESPONSE] = route->more->direct_response != NULL,
         [FAULT] = route->more->fault != NULL,
         [REWRITE] = route->more->rewrite != NULL,
         [DELEGATE] = route->more->delegate != NULL,
         }
    };
}

static void
check_exclusions(struct validate *v, const struct istio_http_route *route, struct parts parts,
                 const struct exclusion *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *first = part_names[rows[i].first], *second = part_names[rows[i].second];
        if (!parts.has[rows[i].first] || !parts.has[rows[i].second]) continue;
        REFUSED(v, validate_at(route->node, second), "%s cannot stand beside %s", second, first);
    }
}

static void
check_parts(struct validate *v, const struct istio_http_route *route, bool in_delegate)
{
    struct parts parts = parts_of(route);
    if (parts.has[DELEGATE] && !in_delegate) {
        check_exclusions(v, route, parts, root_exclusions,
                         sizeof(root_exclusions) / sizeof(root_exclusions[0]));
        return;
    }
    if (parts.has[DELEGATE]) {
        REFUSED(v, validate_at(route->node, "delegate"),
                "a delegate (a VirtualService without hosts) cannot delegate further");
    }
    check_exclusions(v, route, parts, exclusions, sizeof(exclusions) / sizeof(exclusions[0]));
    if (!parts.has[ROUTE] && !parts.has[REDIRECT] && !parts.has[DIRECT_RESPONSE]) {
        BROKEN(v, route->node, "the rule does nothing; it needs route, redirect or directResponse");
    }
}

/* ---- destinations ---- */

static void
check_destinations(struct validate *v, const struct value_list *list)
{
    const struct istio_http_destination *items = list->items;
    uint64_t total = 0;
    validate_destination_count(v, list->count);
    v->traits.lone_weight |= list->count == 1 && items->weight.set;
    for (size_t i = 0; i < list->count; i++) {
        if (!items[i].destination) {
            BROKEN(v, items[i].node, "the entry has no destination");
        }
        validate_destination(v, items[i].destination);
        validate_headers(v, items[i].headers);
        validate_weight(v, items[i].node, items[i].weight, &total);
    }
    validate_total_weight(v, list, total);
}

/* ---- mirrors ---- */

static void
check_mirror_percentage(struct validate *v, const struct istio_percent *percentage)
{
    if (!percentage || (percentage->value.v >= 0 && percentage->value.v <= 100)) return;
    BROKEN(v, validate_at(percentage->node, "value"), "the percentage must be from 0 to 100");
}

static void
check_mirrors(struct validate *v, const struct istio_http_route *route)
{
    const struct istio_mirror_policy *mirrors = route->more->mirrors.items;
    validate_destination(v, route->more->mirror);
    if (route->more->mirror && route->more->mirrors.count > 0) {
        REFUSED(v, validate_at(route->node, "mirrors"), "mirrors cannot stand beside mirror");
    }
    for (size_t i = 0; i < route->more->mirrors.count; i++) {
        if (!mirrors[i].destination) BROKEN(v, mirrors[i].node, "the mirror has no destination");
        validate_destination(v, mirrors[i].destination);
        check_mirror_percentage(v, mirrors[i].percentage);
    }
    check_mirror_percentage(v, route->more->mirror_percentage);
    if (!route->more->mirror_percent.set) return;
    const struct yaml_node *at = validate_at(route->node, "mirrorPercent");
    if (route->more->mirror_percent.v > 100) BROKEN(v, at, "mirrorPercent must be from 0 to 100");
    WARN(v, at, "mirrorPercent is deprecated; use mirrorPercentage");
}

/* ---- the authority ---- */

static void
check_authority_map(struct validate *v, const struct value_str_map *map, bool *have)
{
    for (size_t i = 0; i < map->count; i++) {
        if (!validate_is_authority_header(map->items[i].name)) continue;
        if (*have) {
            REFUSED(v, map->nodes[i],
                    "the authority is set more than once; rewrite.authority, or one header "
                    "operation on \":authority\" or \"host\", is enough");
        }
        *have = *have || map->items[i].value.len > 0;
    }
}

static void
check_authority_once(struct validate *v, const struct istio_http_route *route)
{
    bool have = route->more->rewrite && route->more->rewrite->authority.v.len > 0;
    if (!route->more->headers || !route->more->headers->request) return;
    check_authority_map(v, &route->more->headers->request->set, &have);
    check_authority_map(v, &route->more->headers->request->add, &have);
}

/* A null rule is empty; the node of any other is not looked at, which is far away in memory. */
static bool
is_null(const struct istio_http_route *route)
{
    return route->more == &istio_no_more_of_route && route->match.count == 0 &&
           route->route.count == 0 && route->node->kind == YAML_NULL;
}

void
validate_http_route(struct validate *v, const struct istio_http_route *route, bool in_delegate)
{
    if (is_null(route)) {
        BROKEN(v, route->node, "the rule is null");
        return;
    }
    /* Most rules: the rest has nothing to look at. */
    if (route->more == &istio_no_more_of_route && route->route.count > 0) {
        validate_http_matches(v, &route->match);
        check_destinations(v, &route->route);
        return;
    }
    v->traits.delegate |= route->more->delegate != NULL;
    v->traits.fault |= route->more->fault != NULL;
    v->traits.mirror |= route->more->mirror || route->more->mirrors.count > 0;
    check_parts(v, route, in_delegate);
    validate_http_matches(v, &route->match);
    check_destinations(v, &route->route);
    validate_redirect(v, route);
    validate_direct_response(v, route->more->direct_response);
    validate_rewrite(v, route->more->rewrite);
    validate_duration(v, route->node, "timeout", route->more->timeout);
    validate_retry(v, route->more->retries);
    validate_fault(v, route->more->fault);
    check_mirrors(v, route);
    validate_cors(v, route->more->cors_policy);
    validate_headers(v, route->more->headers);
    check_authority_once(v, route);
}
