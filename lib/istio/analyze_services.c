/*
 * analyze_services: which services there are, by who may see them. Unlike the registry, which is
 * one caller's, this asks for the namespace of the object that names a service.
 */
#include "istio/analyze_parts.h"

static bool
add(struct analysis *analysis, sluice_str scope, sluice_str host, struct istio_resource *resource)
{
    void **place = analyze_put(analysis, &analysis->services, KEY(analysis, scope, host));
    if (!place) return false;
    if (!*place) *place = resource;
    if (str_starts_with(host, STR("*")) && host.len <= ANALYZE_HOST_BYTES) {
        analysis->service_tail[host.len - 1] = true;
    }
    return true;
}

static bool
add_entry(struct analysis *analysis, struct istio_resource *resource)
{
    const struct istio_service_entry *spec = resource->service_entry;
    const sluice_str *hosts = spec->hosts.items;
    struct analyze_scopes scopes;
    if (!analyze_scopes_of(analysis, &scopes, &spec->export_to, resource->meta->space)) {
        return false;
    }
    /* So many that the product is too much: visible to all, which can only silence a finding. */
    if (scopes.count > 1 && spec->hosts.count > ANALYZE_PRODUCT / scopes.count) {
        scopes.items[0] = STR("*");
        scopes.count = 1;
    }
    for (size_t i = 0; i < spec->hosts.count; i++) {
        sluice_str host = analyze_host(analysis, hosts[i], resource->meta->space);
        if (!host.ptr) return false;
        for (size_t k = 0; k < scopes.count; k++) {
            if (!add(analysis, scopes.items[k], host, resource)) return false;
        }
    }
    return true;
}

static bool
add_kube(struct analysis *analysis, struct istio_resource *resource)
{
    const struct envelope *meta = resource->meta;
    struct value_list export_to;
    struct analyze_scopes scopes;
    sluice_str host = analyze_host(analysis, meta->name, meta->space);
    if (!host.ptr || !visibility_annotated(analysis->lower, meta, &export_to) ||
        !analyze_scopes_of(analysis, &scopes, &export_to, meta->space)) {
        return false;
    }
    for (size_t i = 0; i < scopes.count; i++) {
        if (!add(analysis, scopes.items[i], host, resource)) return false;
    }
    return true;
}

bool
analyze_services_read(struct analysis *analysis)
{
    const struct istio_set *set = analysis->lower->set;
    for (size_t i = 0; i < set->count_of[ISTIO_SERVICE]; i++) {
        if (!add_kube(analysis, set->of[ISTIO_SERVICE][i])) return false;
    }
    for (size_t i = 0; i < set->count_of[ISTIO_SERVICE_ENTRY]; i++) {
        if (!add_entry(analysis, set->of[ISTIO_SERVICE_ENTRY][i])) return false;
    }
    return true;
}

/* ---- looking one up ---- */

static bool
find_in(struct analysis *analysis, struct istio_resource **out, sluice_str scope, sluice_str host)
{
    sluice_str key = KEY(analysis, scope, host);
    if (key.ptr) *out = map_get(&analysis->services, key);
    return key.ptr != NULL;
}

static bool
find_exact(struct analysis *analysis, struct istio_resource **out, sluice_str host,
           const struct value_list *export_to, sluice_str space)
{
    const sluice_str *names = export_to->items;
    if (!find_in(analysis, out, STR("*"), host)) return false;
    if (*out) return true;
    if (export_to->count == 0) return find_in(analysis, out, space, host);
    for (size_t i = 0; i < export_to->count && !*out; i++) {
        sluice_str scope = str_equal(names[i], STR(".")) ? space : names[i];
        if (!find_in(analysis, out, scope, host)) return false;
    }
    return true;
}

/* Two lookups for each length that some wildcard has. */
static bool
find_wildcard(struct analysis *analysis, struct istio_resource **out, sluice_str host,
              sluice_str space)
{
    sluice_str text = str_skip(host, str_starts_with(host, STR("*")));
    size_t longest = text.len < ANALYZE_HOST_BYTES ? text.len : ANALYZE_HOST_BYTES;
    for (size_t len = longest + 1; len-- > 0 && !*out;) {
        if (!analysis->service_tail[len]) continue;
        sluice_str parts[] = {STR("*"), str_skip(text, text.len - len)};
        sluice_str wildcard = arena_concat(analysis->lower->arena, parts, 2);
        if (!wildcard.ptr || !find_in(analysis, out, STR("*"), wildcard)) return false;
        if (!*out && !find_in(analysis, out, space, wildcard)) return false;
    }
    return true;
}

bool
analyze_service_find(struct analysis *analysis, struct istio_resource **out, sluice_str host,
                     const struct value_list *export_to, sluice_str space)
{
    *out = NULL;
    sluice_str full = analyze_host(analysis, host, space);
    if (!full.ptr || !find_exact(analysis, out, full, export_to, space)) return false;
    return *out || host.len == 0 || find_wildcard(analysis, out, full, space);
}
