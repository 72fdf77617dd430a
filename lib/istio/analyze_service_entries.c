/*
 * analyze_service_entries: ServiceEntries that give one port of one host different protocols before
 * the same callers (IST0177).
 */
#include "istio/analyze_parts.h"

struct member {
    size_t entry;
    struct member *next;
};

/* Ports of one (scope, host, number). */
struct group {
    sluice_str protocol, host;
    int64_t number;
    bool everywhere, differs, told;
    struct member *members;
};

struct protocols {
    struct analysis *analysis;
    struct map groups;
    bool *told; /* by entry: its finding has been reported */
};

static bool
add_port(struct protocols *protocols, size_t entry, sluice_str scope, sluice_str host,
         const struct istio_service_port *port)
{
    struct arena *arena = protocols->analysis->lower->arena;
    uint32_t number = (uint32_t)port->number.v;
    sluice_str key =
        KEY(protocols->analysis, str_make((const char *)&number, sizeof(number)), scope, host);
    void **place = analyze_put(protocols->analysis, &protocols->groups, key);
    if (place && !*place) *place = ARENA_NEW(arena, struct group);
    struct group *group = place ? *place : NULL;
    struct member *member = ARENA_NEW(arena, struct member);
    if (!group || !member) return false;
    if (!group->members) {
        *group = (struct group){.protocol = port->protocol.v,
                                .host = host,
                                .number = port->number.v,
                                .everywhere = str_equal(scope, STR("*"))};
    }
    group->differs |= !str_equal_ignore_case(group->protocol, port->protocol.v);
    *member = (struct member){entry, group->members};
    group->members = member;
    return true;
}

static bool
add_entry(struct protocols *protocols, size_t entry, const struct istio_resource *resource)
{
    const struct istio_service_entry *spec = resource->service_entry;
    const struct istio_service_port *ports = spec->ports.items;
    const sluice_str *hosts = spec->hosts.items;
    struct analyze_scopes scopes;
    if (!analyze_scopes_of(protocols->analysis, &scopes, &spec->export_to, resource->meta->space)) {
        return false;
    }
    size_t most = ANALYZE_PRODUCT / scopes.count;
    if (spec->hosts.count && spec->ports.count > most / spec->hosts.count) return true;
    for (size_t i = 0; i < spec->hosts.count; i++) {
        for (size_t k = 0; k < spec->ports.count; k++) {
            for (size_t s = 0; s < scopes.count; s++) {
                if (!add_port(protocols, entry, scopes.items[s], hosts[i], &ports[k])) return false;
            }
        }
    }
    return true;
}

static void
tell(struct protocols *protocols, struct group *group)
{
    struct analysis *analysis = protocols->analysis;
    if (group->told) return;
    group->told = true;
    for (const struct member *at = group->members; at; at = at->next) {
        struct istio_resource *resource = analysis->lower->set->of[ISTIO_SERVICE_ENTRY][at->entry];
        if (protocols->told[at->entry]) continue;
        protocols->told[at->entry] = true;
        FINDING(analysis, resource, WARNING, "IST0177", resource->service_entry->ports.node,
                "ServiceEntries give port %lld of the host \"%.*s\" different protocols; use one "
                "for all",
                (long long)group->number, STR_ARG(group->host));
    }
}

static bool
compare(struct protocols *protocols, struct group *group)
{
    if (!group->everywhere) {
        uint32_t number = (uint32_t)group->number;
        sluice_str key = KEY(protocols->analysis, str_make((const char *)&number, sizeof(number)),
                             STR("*"), group->host);
        struct group *wide = key.ptr ? map_get(&protocols->groups, key) : NULL;
        if (!key.ptr) return false;
        if (wide && (wide->differs || group->differs ||
                     !str_equal_ignore_case(wide->protocol, group->protocol))) {
            tell(protocols, group);
            tell(protocols, wide);
        }
    }
    if (group->differs) tell(protocols, group);
    return true;
}

bool
analyze_service_entries(struct analysis *analysis)
{
    const struct lower *lower = analysis->lower;
    size_t count = lower->set->count_of[ISTIO_SERVICE_ENTRY];
    struct protocols protocols = {
        analysis,
        map_init(lower->arena),
        ARENA_ARRAY(lower->arena, bool, count),
    };
    bool ok = protocols.told != NULL;
    for (size_t i = 0; ok && i < count; i++) {
        ok = add_entry(&protocols, i, lower->set->of[ISTIO_SERVICE_ENTRY][i]);
    }
    for (size_t i = 0; ok && i < protocols.groups.count; i++) {
        ok = compare(&protocols, protocols.groups.entries[i].value);
    }
    map_free(&protocols.groups);
    return ok;
}
