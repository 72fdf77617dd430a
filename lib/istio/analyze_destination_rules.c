/*
 * analyze_destination_rules: rules for hosts that nobody has (IST0174), hash policies without a key
 * (SL0607), servers that nobody verifies (IST0128, IST0129), and subsets that no route names
 * (SL0608).
 */
#include "istio/analyze_parts.h"

#define CODE_NO_KEY "SL0607"
#define CODE_UNUSED "SL0608"

sluice_str
analyze_subset_key(struct analysis *analysis, sluice_str host, sluice_str space, sluice_str subset)
{
    sluice_str name, service_space;
    sluice_str full = analyze_host(analysis, host, space);
    if (!full.ptr) return full;
    bool service = expand_is_service(analysis->lower, full, &name, &service_space);
    return KEY(analysis, service ? STR("") : space, full, subset);
}

bool
analyze_subsets_read(struct analysis *analysis)
{
    const struct istio_set *set = analysis->lower->set;
    for (size_t i = 0; i < set->count_of[ISTIO_DESTINATION_RULE]; i++) {
        struct istio_resource *rule = set->of[ISTIO_DESTINATION_RULE][i];
        const struct istio_destination_rule *spec = rule->destination_rule;
        const struct istio_subset *subsets = spec->subsets.items;
        for (size_t k = 0; k < spec->subsets.count; k++) {
            sluice_str key =
                analyze_subset_key(analysis, spec->host.v, rule->meta->space, subsets[k].name.v);
            void **place = analyze_put(analysis, &analysis->subsets, key);
            struct analyze_subset *entry = ARENA_NEW(analysis->lower->arena, struct analyze_subset);
            if (!place || !entry) return false;
            *entry = (struct analyze_subset){.rule = rule, .subset = &subsets[k]};
            if (!*place) *place = entry;
        }
    }
    return true;
}

/* ---- hosts ---- */

static bool
note_use(struct analysis *analysis, struct istio_resource *resource, const struct analyze_use *use)
{
    if (!use->destination || use->destination->host.v.len == 0) return true;
    sluice_str host = analyze_host(analysis, use->destination->host.v, resource->meta->space);
    return host.ptr && host_index_add(&analysis->named, host, 0);
}

/* Without a registry, the hosts that there are are those that routes name. */
static bool
read_named(struct analysis *analysis)
{
    const struct istio_set *set = analysis->lower->set;
    analysis->named = (struct host_index){.arena = analysis->lower->arena};
    for (size_t i = 0; i < set->count_of[ISTIO_VIRTUAL_SERVICE]; i++) {
        if (!analyze_each_use(analysis, set->of[ISTIO_VIRTUAL_SERVICE][i], note_use)) return false;
    }
    host_index_seal(&analysis->named);
    return true;
}

static bool
is_named(struct analysis *analysis, const struct istio_resource *rule, bool *out)
{
    struct istio_resource *service = NULL;
    const struct istio_destination_rule *spec = rule->destination_rule;
    if (analysis->lower->registry) {
        bool ok = analyze_service_find(analysis, &service, spec->host.v, &spec->export_to,
                                       rule->meta->space);
        *out = service != NULL;
        return ok;
    }
    sluice_str host = analyze_host(analysis, spec->host.v, rule->meta->space);
    *out = host_index_matches(&analysis->named, host);
    return host.ptr != NULL;
}

static bool
check_host(struct analysis *analysis, struct istio_resource *rule)
{
    const struct istio_destination_rule *spec = rule->destination_rule;
    bool named;
    if (!is_named(analysis, rule, &named)) return false;
    if (named) return true;
    FINDING(analysis, rule, WARNING, "IST0174", analyze_place(spec->node, STR("host")),
            "the host \"%.*s\" of this DestinationRule matches no service%s", STR_ARG(spec->host.v),
            analysis->lower->registry ? "" : ", and no route names it");
    return true;
}

static void
check_hash(struct analysis *analysis, struct istio_resource *rule,
           const struct istio_load_balancer *balancer)
{
    const struct istio_consistent_hash *hash = balancer ? balancer->consistent_hash : NULL;
    if (!hash || value_is_set(hash->http_header_name) || hash->http_cookie ||
        hash->use_source_ip.set || value_is_set(hash->http_query_parameter_name)) {
        return;
    }
    FINDING(analysis, rule, WARNING, CODE_NO_KEY, hash->node,
            "consistentHash names no key, so nothing is hashed; give httpHeaderName, httpCookie, "
            "useSourceIp or httpQueryParameterName");
}

/* Without an authority the server may be anybody. A credential may bring one along. */
static void
check_authority(struct analysis *analysis, struct istio_resource *rule, const char *code,
                const struct istio_client_tls *tls)
{
    if (!tls || tls->ca_certificates.v.len || tls->credential_name.v.len) return;
    if (tls->mode.v != ISTIO_CLIENT_TLS_SIMPLE && tls->mode.v != ISTIO_CLIENT_TLS_MUTUAL) return;
    FINDING(analysis, rule, WARNING, code, tls->node,
            "the server's certificate is not verified: give caCertificates or credentialName");
}

static void
check_authorities(struct analysis *analysis, struct istio_resource *rule,
                  const struct istio_traffic_policy *policy)
{
    if (!policy) return;
    const struct istio_port_policy *ports = policy->port_level_settings.items;
    check_authority(analysis, rule, "IST0128", policy->tls);
    for (size_t i = 0; i < policy->port_level_settings.count; i++) {
        check_authority(analysis, rule, "IST0129", ports[i].tls);
    }
}

static void
check_policy(struct analysis *analysis, struct istio_resource *rule,
             const struct istio_traffic_policy *policy)
{
    if (!policy) return;
    const struct istio_port_policy *ports = policy->port_level_settings.items;
    check_hash(analysis, rule, policy->load_balancer);
    for (size_t i = 0; i < policy->port_level_settings.count; i++) {
        check_hash(analysis, rule, ports[i].load_balancer);
    }
}

/* Wildcard hosts are left out: a route names another text than the rule. */
static void
check_used(struct analysis *analysis)
{
    const struct map *subsets = &analysis->subsets;
    for (size_t i = 0; i < subsets->count; i++) {
        const struct analyze_subset *entry = subsets->entries[i].value;
        if (!entry || entry->used || entry->rule->bad) continue;
        if (str_starts_with(entry->rule->destination_rule->host.v, STR("*"))) continue;
        FINDING(analysis, entry->rule, INFO, CODE_UNUSED, entry->subset->node,
                "no VirtualService routes to the subset \"%.*s\"", STR_ARG(entry->subset->name.v));
    }
}

bool
analyze_destination_rules(struct analysis *analysis)
{
    const struct istio_set *set = analysis->lower->set;
    bool asked = set->count_of[ISTIO_DESTINATION_RULE] > 0 && !analysis->lower->registry;
    if (asked && !read_named(analysis)) return false;
    for (size_t i = 0; i < set->count_of[ISTIO_DESTINATION_RULE]; i++) {
        struct istio_resource *rule = set->of[ISTIO_DESTINATION_RULE][i];
        const struct istio_destination_rule *spec = rule->destination_rule;
        const struct istio_subset *subsets = spec->subsets.items;
        if (!check_host(analysis, rule)) return false;
        check_policy(analysis, rule, spec->traffic_policy);
        check_authorities(analysis, rule, spec->traffic_policy);
        for (size_t k = 0; k < spec->subsets.count; k++) {
            check_policy(analysis, rule, subsets[k].traffic_policy);
        }
    }
    /* Without a VirtualService there is nothing that could use them. */
    if (set->count_of[ISTIO_VIRTUAL_SERVICE] > 0) check_used(analysis);
    return true;
}
