/*
 * analyze_routes: what one route says and does not mean: faults without a share (SL0602), weights
 * on a single destination (SL0603), hosts that look like name.namespace (SL0604), mirrors of
 * nothing (SL0605).
 */
#include "istio/analyze_parts.h"

#define CODE_FAULT "SL0602"
#define CODE_WEIGHT "SL0603"
#define CODE_HOST "SL0604"
#define CODE_MIRROR "SL0605"

static void
check_fault(struct analysis *analysis, struct istio_resource *resource,
            const struct istio_fault *fault)
{
    const struct istio_fault_delay *delay = fault ? fault->delay : NULL;
    const struct istio_fault_abort *abort = fault ? fault->abort : NULL;
    if (delay && !delay->percentage && !delay->percent.set) {
        FINDING(analysis, resource, WARNING, CODE_FAULT, delay->node,
                "this delay has no percentage, which means 0 percent: it never happens; give "
                "percentage.value");
    }
    if (abort && !abort->percentage) {
        FINDING(analysis, resource, WARNING, CODE_FAULT, abort->node,
                "this abort has no percentage, which means 0 percent: it never happens; give "
                "percentage.value");
    }
}

static void
check_weight(struct analysis *analysis, struct istio_resource *resource,
             const struct istio_http_route *route)
{
    const struct istio_http_destination *only = route->route.items;
    if (route->route.count != 1 || !only->weight.set || only->weight.v == 0) return;
    if (only->weight.v == 100) return; /* says what it does */
    FINDING(analysis, resource, INFO, CODE_WEIGHT, analyze_place(only->node, STR("weight")),
            "the only destination gets every request, not %lld of 100", (long long)only->weight.v);
}

static void
report_mirror(struct analysis *analysis, struct istio_resource *resource,
              const struct yaml_node *at)
{
    FINDING(analysis, resource, INFO, CODE_MIRROR, at,
            "0 percent of the requests are mirrored: the mirror gets none");
}

static void
check_mirrors(struct analysis *analysis, struct istio_resource *resource,
              const struct istio_http_route *route)
{
    const struct istio_percent *share = route->more->mirror_percentage;
    const struct istio_mirror_policy *mirrors = route->more->mirrors.items;
    if (route->more->mirror && share && !(share->value.v > 0)) {
        report_mirror(analysis, resource, share->node);
    } else if (route->more->mirror && !share && route->more->mirror_percent.set &&
               route->more->mirror_percent.v == 0) {
        report_mirror(analysis, resource, analyze_place(route->node, STR("mirrorPercent")));
    }
    for (size_t i = 0; i < route->more->mirrors.count; i++) {
        const struct istio_percent *own = mirrors[i].percentage;
        if (own && !(own->value.v > 0)) report_mirror(analysis, resource, own->node);
    }
}

/* One dot, and behind it the object's own namespace or one that has such a Service. Any other text
 * with a dot cannot be told from a real host: nothing is said. */
static bool
check_host(struct analysis *analysis, struct istio_resource *resource,
           const struct analyze_use *use)
{
    struct istio_resource *exact, *meant;
    struct value_list nobody = {0};
    sluice_str host = use->destination ? use->destination->host.v : STR("");
    size_t dot = str_find(host, '.');
    if (dot == SIZE_MAX || dot == 0 || dot != str_find_last(host, '.')) return true;
    sluice_str space = str_skip(host, dot + 1), name = str_first(host, dot);
    if (space.len == 0 || name.ptr[0] == '*') return true;
    sluice_str full = expand_host(analysis->lower, name, space);
    if (!full.ptr ||
        !analyze_service_find(analysis, &exact, host, &nobody, resource->meta->space) ||
        !analyze_service_find(analysis, &meant, full, &nobody, space)) {
        return false;
    }
    bool service = meant && meant->kind == ISTIO_SERVICE;
    if (exact || (!service && !str_equal(space, resource->meta->space))) return true;
    FINDING(analysis, resource, WARNING, CODE_HOST,
            analyze_place(use->destination->node, STR("host")),
            "a host with a dot is taken as it is: \"%.*s\" is not the Service \"%.*s\" of the "
            "namespace \"%.*s\"; write \"%.*s\"",
            STR_ARG(host), STR_ARG(name), STR_ARG(space), STR_ARG(full));
    return true;
}

static void
check_routes(struct analysis *analysis, struct istio_resource *resource)
{
    const struct value_list *http = &resource->virtual_service->http;
    const struct istio_http_route *routes = http->items;
    for (size_t i = 0; i < http->count; i++) {
        check_fault(analysis, resource, routes[i].more->fault);
        check_weight(analysis, resource, &routes[i]);
        check_mirrors(analysis, resource, &routes[i]);
    }
}

bool
analyze_routes(struct analysis *analysis)
{
    const struct istio_set *set = analysis->lower->set;
    for (size_t i = 0; i < set->count_of[ISTIO_VIRTUAL_SERVICE]; i++) {
        struct istio_resource *resource = set->of[ISTIO_VIRTUAL_SERVICE][i];
        const struct istio_traits *has = &resource->traits;
        if (has->fault || has->lone_weight || has->mirror) check_routes(analysis, resource);
        if (has->dotted_host && !analyze_each_use(analysis, resource, check_host)) return false;
    }
    return true;
}
