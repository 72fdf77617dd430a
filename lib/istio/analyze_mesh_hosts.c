/*
 * analyze_mesh_hosts: hosts of the mesh that two VirtualServices claim before the same callers
 * (IST0109).
 *
 * Callers are those of a scope: everyone, or a namespace. A claim before one namespace meets equal
 * ones there, and claims before everyone whose host overlaps. One report for each VirtualService.
 */
#include "istio/analyze_parts.h"

struct claim {
    struct istio_resource *resource;
    const struct istio_resource *other; /* a rival */
    sluice_str host;
};

/* Claims of one host before one scope. */
struct group {
    sluice_str host;
    bool everywhere;
    struct claim *first;
    struct group *next; /* namespace groups of the same wildcard, in `wildcards` */
};

/* A wildcard that some namespace group has. */
struct wildcard {
    struct claim *narrow; /* a claim before a namespace */
    struct claim *wide;   /* a claim before everyone that the wildcard covers */
    struct group *groups;
};

struct mesh {
    struct analysis *analysis;
    struct map groups;    /* (scope, host) */
    struct map wildcards; /* host */
    bool wide_tail[ANALYZE_HOST_BYTES + 2];
    bool narrow_tail[ANALYZE_HOST_BYTES + 2];
};

static void
set_rivals(struct claim *a, struct claim *b, sluice_str host)
{
    if (a == b) return;
    if (!a->other) {
        a->other = b->resource;
        a->host = host;
    }
    if (!b->other) {
        b->other = a->resource;
        b->host = host;
    }
}

static bool
is_mesh_bound(const struct istio_virtual_service *spec)
{
    const sluice_str *names = spec->gateways.items;
    for (size_t i = 0; i < spec->gateways.count; i++) {
        if (str_equal(names[i], STR("mesh"))) return true;
    }
    return spec->gateways.count == 0;
}

static bool
is_wildcard(sluice_str host)
{
    return str_starts_with(host, STR("*")) && host.len <= ANALYZE_HOST_BYTES;
}

/* ---- collecting ---- */

static bool
add_wildcard(struct mesh *mesh, struct group *group)
{
    void **place = map_put(&mesh->wildcards, group->host);
    if (place && !*place) *place = ARENA_NEW(mesh->analysis->lower->arena, struct wildcard);
    struct wildcard *wildcard = place ? *place : NULL;
    if (!wildcard) return false;
    wildcard->narrow = group->first;
    group->next = wildcard->groups;
    wildcard->groups = group;
    return true;
}

static bool
add_group(struct mesh *mesh, struct group **out, struct claim *claim, sluice_str host,
          bool everywhere)
{
    struct group *group = ARENA_NEW(mesh->analysis->lower->arena, struct group);
    *out = group;
    if (!group) return false;
    *group = (struct group){.host = host, .everywhere = everywhere, .first = claim};
    if (!is_wildcard(host)) return true;
    (everywhere ? mesh->wide_tail : mesh->narrow_tail)[host.len - 1] = true;
    return everywhere || add_wildcard(mesh, group);
}

static bool
add_host(struct mesh *mesh, struct claim *claim, sluice_str scope, sluice_str host)
{
    sluice_str key = KEY(mesh->analysis, scope, host);
    void **place = analyze_put(mesh->analysis, &mesh->groups, key);
    if (!place) return false;
    struct group *group = *place;
    if (group) {
        set_rivals(claim, group->first, host);
        return true;
    }
    bool ok = add_group(mesh, &group, claim, host, str_equal(scope, STR("*")));
    *place = group;
    return ok;
}

static bool
add_resource(struct mesh *mesh, struct claim *claim)
{
    const struct istio_virtual_service *spec = claim->resource->virtual_service;
    const struct envelope *meta = claim->resource->meta;
    const sluice_str *hosts = spec->hosts.items;
    struct analyze_scopes scopes;
    if (!is_mesh_bound(spec)) return true;
    if (!analyze_scopes_of(mesh->analysis, &scopes, &spec->export_to, meta->space)) return false;
    if (spec->hosts.count > ANALYZE_PRODUCT / scopes.count) return true;
    for (size_t i = 0; i < spec->hosts.count; i++) {
        sluice_str host = analyze_host(mesh->analysis, hosts[i], meta->space);
        if (!host.ptr) return false;
        for (size_t k = 0; k < scopes.count; k++) {
            if (!add_host(mesh, claim, scopes.items[k], host)) return false;
        }
    }
    return true;
}

/* ---- comparing ---- */

static sluice_str
tail_of(sluice_str host)
{
    return str_skip(host, str_starts_with(host, STR("*")));
}

/* The claim before everyone on the host itself, and on each wildcard that covers it. */
static bool
compare_narrow(struct mesh *mesh, struct group *group)
{
    sluice_str tail = tail_of(group->host);
    sluice_str key = KEY(mesh->analysis, STR("*"), group->host);
    struct group *wide = key.ptr ? map_get(&mesh->groups, key) : NULL;
    if (!key.ptr) return false;
    if (wide) set_rivals(group->first, wide->first, group->host);
    size_t longest = tail.len < ANALYZE_HOST_BYTES ? tail.len : ANALYZE_HOST_BYTES;
    for (size_t len = longest + 1; len-- > 0;) {
        if (!mesh->wide_tail[len]) continue;
        sluice_str parts[] = {STR("*"), str_skip(tail, tail.len - len)};
        sluice_str host = arena_concat(mesh->analysis->lower->arena, parts, 2);
        key = KEY(mesh->analysis, STR("*"), host);
        if (!host.ptr || !key.ptr) return false;
        wide = map_get(&mesh->groups, key);
        if (wide) set_rivals(group->first, wide->first, group->host);
    }
    return true;
}

/* The wildcards before some namespace that cover a host claimed before everyone. */
static bool
compare_wide(struct mesh *mesh, struct group *group)
{
    sluice_str tail = tail_of(group->host);
    size_t longest = tail.len < ANALYZE_HOST_BYTES ? tail.len : ANALYZE_HOST_BYTES;
    for (size_t len = longest + 1; len-- > 0;) {
        if (!mesh->narrow_tail[len]) continue;
        sluice_str parts[] = {STR("*"), str_skip(tail, tail.len - len)};
        sluice_str host = arena_concat(mesh->analysis->lower->arena, parts, 2);
        if (!host.ptr) return false;
        struct wildcard *wildcard = map_get(&mesh->wildcards, host);
        if (!wildcard) continue;
        if (!wildcard->wide) wildcard->wide = group->first;
        set_rivals(group->first, wildcard->narrow, group->host);
    }
    return true;
}

static bool
compare(struct mesh *mesh)
{
    for (size_t i = 0; i < mesh->groups.count; i++) {
        struct group *group = mesh->groups.entries[i].value;
        bool ok = group->everywhere ? compare_wide(mesh, group) : compare_narrow(mesh, group);
        if (!ok) return false;
    }
    for (size_t i = 0; i < mesh->wildcards.count; i++) {
        struct wildcard *wildcard = mesh->wildcards.entries[i].value;
        for (struct group *group = wildcard->groups; group && wildcard->wide; group = group->next) {
            set_rivals(group->first, wildcard->wide, group->host);
        }
    }
    return true;
}

static void
report(struct analysis *analysis, const struct claim *claim)
{
    const struct yaml_node *hosts = claim->resource->virtual_service->hosts.node;
    const struct envelope *other = claim->other ? claim->other->meta : NULL;
    if (!other) return;
    FINDING(analysis, claim->resource, WARNING, "IST0109", hosts,
            "the VirtualService \"%.*s/%.*s\" claims the host \"%.*s\" in the mesh too; only one "
            "of them is asked, so merge them",
            STR_ARG(other->space), STR_ARG(other->name), STR_ARG(claim->host));
}

bool
analyze_mesh_hosts(struct analysis *analysis)
{
    const struct lower *lower = analysis->lower;
    size_t count = lower->set->count_of[ISTIO_VIRTUAL_SERVICE];
    struct claim *claims = ARENA_ARRAY(lower->arena, struct claim, count);
    struct mesh *mesh = ARENA_NEW(lower->arena, struct mesh);
    if (!claims || !mesh) return false;
    mesh->analysis = analysis;
    mesh->groups = map_init(lower->arena);
    mesh->wildcards = map_init(lower->arena);
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        claims[i].resource = lower->set->of[ISTIO_VIRTUAL_SERVICE][i];
        ok = add_resource(mesh, &claims[i]);
    }
    ok = ok && compare(mesh);
    map_free(&mesh->groups);
    map_free(&mesh->wildcards);
    for (size_t i = 0; ok && i < count; i++) {
        report(analysis, &claims[i]);
    }
    return ok;
}
