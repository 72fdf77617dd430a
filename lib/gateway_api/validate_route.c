/*
 * validate_route: what the routes of all kinds have.
 */
#include "base/ip.h"
#include "gateway_api/validate.h"

enum { MATCHES_MAX = 128 };

/* ---- parentRefs ---- */

/* The object that a reference names. A namespace that is left out is not compared with the route's
 * own: the API server does not either. */
static sluice_str
parent_of(struct validate *v, const struct gateway_parent_ref *ref)
{
    sluice_str group = value_is_set(ref->group) ? ref->group.v : STR(GATEWAY_GROUP);
    sluice_str kind = value_is_set(ref->kind) ? ref->kind.v : STR("Gateway");
    return arena_printf(v->decode->arena, "%.*s/%.*s/%.*s/%.*s", STR_ARG(group), STR_ARG(kind),
                        STR_ARG(ref->space.v), STR_ARG(ref->name.v));
}

/* The part of it: a section, a port, or both. */
static sluice_str
part_of(struct validate *v, const struct gateway_parent_ref *ref, sluice_str parent)
{
    return arena_printf(v->decode->arena, "%.*s/%.*s/%lld", STR_ARG(parent),
                        STR_ARG(ref->section_name.v), (long long)ref->port.v);
}

static bool
names_same_fields(const struct yaml_node *a, const struct yaml_node *b)
{
    return gw_has(a, "sectionName") == gw_has(b, "sectionName") &&
           gw_has(a, "port") == gw_has(b, "port");
}

struct parent_check {
    struct map parents, parts;
};

static void
check_parent_ref(struct validate *v, struct parent_check *check,
                 const struct gateway_parent_ref *ref)
{
    sluice_str parent = parent_of(v, ref);
    const struct yaml_node *first = gw_seen(v, &check->parents, parent, ref->node);
    const struct yaml_node *twin = gw_seen(v, &check->parts, part_of(v, ref, parent), ref->node);
    if (first && !names_same_fields(first, ref->node)) {
        REFUSED(v, ref->node,
                "parentRefs[%u] names the same object; both must give sectionName, port, or both "
                "of these",
                (unsigned)first->index);
    } else if (twin) {
        REFUSED(v, ref->node,
                "parentRefs[%u] names the same object; sectionName or port must differ",
                (unsigned)twin->index);
    }
}

static void
check_parent_refs(struct validate *v, const struct value_list *refs)
{
    const struct gateway_parent_ref *items = refs->items;
    struct parent_check check = {map_init(v->decode->arena), map_init(v->decode->arena)};
    for (size_t i = 0; i < refs->count; i++) {
        if (value_is_set(items[i].name)) check_parent_ref(v, &check, &items[i]);
    }
    map_free(&check.parents);
    map_free(&check.parts);
}

/* ---- hostnames, names of rules ---- */

static void
check_hostnames(struct validate *v, const struct value_list *hostnames)
{
    for (struct str_walk s = str_walk(hostnames); str_next(&s);) {
        struct ip ip;
        if (!ip_parse(&ip, s.text)) continue;
        WARN(v, s.node, "\"%.*s\" is an IP address, which no hostname stands for: nothing matches",
             STR_ARG(s.text));
    }
}

/* Every rule struct begins with its node and its name. */
static void
check_rule_names(struct validate *v, const struct value_list *rules)
{
    struct map seen = map_init(v->decode->arena);
    const struct yaml_node *node = rules->count ? rules->node->children.first : NULL;
    for (; node; node = node->next) {
        const struct yaml_node *name = yaml_get(node, STR("name"));
        if (!name || name->kind != YAML_STRING) continue;
        if (!gw_seen(v, &seen, name->text, name)) continue;
        REFUSED(v, name, "rule name \"%.*s\" is given twice; names must be unique in the route",
                STR_ARG(name->text));
    }
    map_free(&seen);
}

void
gw_check_route(struct validate *v, const struct gateway_route *spec, enum gateway_kind kind)
{
    check_parent_refs(v, &spec->parent_refs);
    if (kind != GATEWAY_TLS_ROUTE) check_hostnames(v, &spec->hostnames); /* there it is an error */
    check_rule_names(v, &spec->rules);
}

/* ---- rules ---- */

void
gw_check_match_total(struct validate *v, const struct value_list *rules, size_t total)
{
    if (total <= MATCHES_MAX) return;
    REFUSED(v, rules->node, "the rules have %zu matches together; at most %d are allowed", total,
            (int)MATCHES_MAX);
}

void
gw_check_l4_rules(struct validate *v, const struct value_list *rules)
{
    const struct gateway_l4_rule *items = rules->items;
    for (size_t i = 0; i < rules->count; i++) {
        gw_check_backend_refs(v, &items[i].backend_refs);
    }
}
