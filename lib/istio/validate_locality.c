/*
 * validate_locality: how load is spread over regions, zones and subzones.
 */
#include "base/map.h"
#include "istio/validate.h"

/* ---- sets of localities that must not overlap ---- */

/* What is known of region[/zone[/subzone]]. */
struct place {
    bool covered;    /* named as a whole */
    bool has_inside; /* something inside it is named */
};

static struct place *
place_of(struct validate *v, struct map *places, sluice_str path)
{
    void **slot = map_put(places, path);
    if (slot && !*slot) *slot = ARENA_NEW(v->decode->arena, struct place);
    if (!slot || !*slot) v->failed = true;
    return slot ? *slot : NULL;
}

/* The zone of a subzone, the region of a zone, the whole ("") of a region; false at the top. */
static bool
go_up(sluice_str *path)
{
    if (path->len == 0) return false;
    size_t slash = str_find(*path, '/'), keep = slash == SIZE_MAX ? 0 : slash;
    if (slash != SIZE_MAX) {
        size_t second = str_find(str_skip(*path, slash + 1), '/');
        if (second != SIZE_MAX) keep = slash + 1 + second;
    }
    *path = str_first(*path, keep);
    return true;
}

/* region, region/zone or region/zone/subzone, each not empty. What follows belongs to the subzone.
 */
static bool
has_empty_part(sluice_str locality)
{
    for (int part = 0; part < 3; part++) {
        size_t slash = part < 2 ? str_find(locality, '/') : SIZE_MAX;
        if (slash == 0 || locality.len == 0) return true;
        if (slash == SIZE_MAX) return false;
        locality = str_skip(locality, slash + 1);
    }
    return false;
}

/* Whether an earlier locality covers `path` or, unless it is a wildcard, lies inside it. Notes it.
 */
static bool
overlaps(struct validate *v, struct map *places, sluice_str path, bool wildcard)
{
    struct place *place = place_of(v, places, path);
    if (!place) return false;
    bool overlap = place->covered || (place->has_inside && !wildcard);
    place->covered = true;
    while (go_up(&path)) {
        place = place_of(v, places, path);
        if (!place) return false;
        overlap = overlap || place->covered;
        place->has_inside = true;
    }
    return overlap;
}

static void
check_locality(struct validate *v, const struct yaml_node *at, sluice_str locality,
               struct map *places)
{
    size_t star = str_find(locality, '*');
    if (star != SIZE_MAX && star + 1 != locality.len) {
        BROKEN(v, at, "locality \"%.*s\" may hold one \"*\", at its end", STR_ARG(locality));
        return;
    }
    if (has_empty_part(locality)) {
        BROKEN(v, at,
               "locality \"%.*s\" has an empty part; expected region, region/zone or "
               "region/zone/subzone",
               STR_ARG(locality));
        return;
    }
    bool wildcard = str_equal(locality, STR("*")) || str_ends_with(locality, STR("/*"));
    sluice_str path = locality;
    if (wildcard) path = str_first(path, path.len > 1 ? path.len - 2 : 0);
    if (overlaps(v, places, path, wildcard)) {
        REFUSED(v, at, "locality \"%.*s\" overlaps with one before it", STR_ARG(locality));
    }
}

/* ---- distribute ---- */

static void
check_targets(struct validate *v, const struct istio_locality_distribute *distribute)
{
    const struct value_uint32_map *to = &distribute->to;
    struct map places = map_init(v->decode->arena);
    uint64_t total = 0;
    for (size_t i = 0; i < to->count && !v->failed; i++) {
        total += to->values[i];
        check_locality(v, to->nodes[i], to->keys[i], &places);
        if (to->values[i] >= 1 && to->values[i] <= 100) continue;
        BROKEN(v, to->nodes[i], "the weight of a locality must be from 1 to 100");
    }
    map_free(&places);
    if (total == 100) return;
    BROKEN(v, validate_at(distribute->node, "to"),
           "weights of localities add up to %llu; their sum must be 100",
           (unsigned long long)total);
}

static void
check_distribute(struct validate *v, const struct value_list *list)
{
    const struct istio_locality_distribute *items = list->items;
    struct map places = map_init(v->decode->arena);
    for (size_t i = 0; i < list->count && !v->failed; i++) {
        check_locality(v, validate_at(items[i].node, "from"), items[i].from.v, &places);
        check_targets(v, &items[i]);
    }
    map_free(&places);
}

/* ---- failover ---- */

static bool
is_region(sluice_str text)
{
    return str_find(text, '/') == SIZE_MAX && str_find(text, '*') == SIZE_MAX;
}

static void
check_failover(struct validate *v, const struct value_list *list)
{
    const struct istio_locality_failover *items = list->items;
    for (size_t i = 0; i < list->count; i++) {
        if (str_equal(items[i].from.v, items[i].to.v)) {
            BROKEN(v, items[i].node, "failover must lead from one region to another");
        }
        if (!is_region(items[i].from.v) || !is_region(items[i].to.v)) {
            BROKEN(v, items[i].node, "failover names regions only, without \"/\" and \"*\"");
        }
    }
}

static bool
is_topology_label(sluice_str text)
{
    return str_equal(text, STR("topology.kubernetes.io/region")) ||
           str_equal(text, STR("topology.kubernetes.io/zone")) ||
           str_equal(text, STR("topology.istio.io/subzone"));
}

static void
refuse_topology_labels(struct validate *v, const struct value_list *priority, const char *because)
{
    for (struct str_walk s = str_walk(priority); str_next(&s);) {
        if (!is_topology_label(s.text)) continue;
        REFUSED(v, s.node, "failoverPriority cannot name \"%.*s\" %s", STR_ARG(s.text), because);
    }
}

static void
warn_without_outlier(struct validate *v, const struct yaml_node *at,
                     const struct value_list *failover, const struct value_list *priority,
                     const struct istio_outlier_detection *outlier)
{
    if (outlier || failover->count + priority->count == 0) return;
    WARN(v, at, "failover has no effect without outlierDetection in the same policy");
}

/* ---- the two settings ---- */

static void
check_locality_setting(struct validate *v, const struct istio_locality_lb *setting,
                       const struct istio_outlier_detection *outlier)
{
    if (setting->distribute.count > 0 && setting->failover.count > 0) {
        REFUSED(v, setting->failover.node, "failover cannot stand beside distribute");
    }
    if (setting->failover.count > 0) {
        refuse_topology_labels(v, &setting->failover_priority, "beside failover");
    }
    check_distribute(v, &setting->distribute);
    check_failover(v, &setting->failover);
    warn_without_outlier(v, setting->node, &setting->failover, &setting->failover_priority,
                         outlier);
}

static void
check_zone_aware_setting(struct validate *v, const struct istio_zone_aware_lb *setting,
                         const struct istio_outlier_detection *outlier)
{
    refuse_topology_labels(v, &setting->failover_priority,
                           "in zoneAwareLbSetting, which goes by topology itself");
    check_failover(v, &setting->failover);
    warn_without_outlier(v, setting->node, &setting->failover, &setting->failover_priority,
                         outlier);
}

void
validate_locality_lb(struct validate *v, const struct istio_load_balancer *balancer,
                     const struct istio_outlier_detection *outlier)
{
    const struct istio_locality_lb *locality = balancer->locality_lb_setting;
    const struct istio_zone_aware_lb *zones = balancer->zone_aware_lb_setting;
    if (locality && zones) {
        REFUSED(v, zones->node, "zoneAwareLbSetting cannot stand beside localityLbSetting");
    }
    if (locality) check_locality_setting(v, locality, outlier);
    if (zones) check_zone_aware_setting(v, zones, outlier);
}
