/*
 * analyze_claims: routes by JWT claims at a gateway whose pods have no RequestAuthentication that
 * would verify a token (IST0149). Pods and RequestAuthentications decide nothing else, so they are
 * read here, as far as needed. Where no pod of a gateway is given, its selector stands for them.
 */
#include "istio/analyze_parts.h"
#include "istio/names.h"

/* Every label of the map node `wanted` (NULL: none). */
static bool
has_labels(const struct yaml_node *labels, const struct yaml_node *wanted)
{
    if (!wanted || wanted->kind != YAML_MAP) return true;
    YAML_EACH(label, wanted)
    {
        if (label->kind != YAML_STRING || !analyze_has_label(labels, label->key, label->text))
            return false;
    }
    return true;
}

static bool
is_verified(struct analysis *analysis, const struct analyze_others *policies,
            const struct envelope *pod)
{
    const struct yaml_node *labels = yaml_get(pod->metadata, STR("labels"));
    for (size_t i = 0; i < policies->count; i++) {
        const struct envelope *policy = policies->items[i];
        sluice_str space = analyze_other_space(analysis, policy);
        if (!str_equal(space, analysis->lower->options->root_namespace) &&
            !str_equal(space, analyze_other_space(analysis, pod))) {
            continue;
        }
        const struct yaml_node *selector = yaml_get(policy->spec, STR("selector"));
        if (has_labels(labels, yaml_get(selector, STR("matchLabels")))) return true;
    }
    return false;
}

static bool
selector_has(const struct value_str_map *selector, sluice_str name, sluice_str value)
{
    for (size_t i = 0; i < selector->count; i++) {
        sluice_field label = selector->items[i];
        if (str_equal(label.name, name) && str_equal(label.value, value)) return true;
    }
    return false;
}

/* Whether some policy may be for pods of which only the gateway's selector is known. */
static bool
may_be_verified(const struct analyze_others *policies, const struct value_str_map *selector)
{
    for (size_t i = 0; i < policies->count; i++) {
        const struct yaml_node *wanted =
            yaml_get(yaml_get(policies->items[i]->spec, STR("selector")), STR("matchLabels"));
        bool fits = !wanted || wanted->kind == YAML_MAP;
        if (wanted && fits) {
            YAML_EACH(label, wanted)
            {
                fits = fits && label->kind == YAML_STRING &&
                       selector_has(selector, label->key, label->text);
            }
        }
        if (fits) return true;
    }
    return false;
}

/* What is known of a Gateway. */
struct verdict {
    bool asked;
    sluice_str unverified; /* a pod that verifies no token, or "": the pods that nobody has seen.
                              NULL: nobody, or there is too much to look at */
};

struct claims {
    struct analysis *analysis;
    struct analyze_others policies;
    struct map verdicts; /* namespace/name of a Gateway -> struct verdict */
};

/* Without a selector, a Gateway is on every pod. */
static bool
find_unverified(struct claims *claims, const struct istio_gateway *gateway, struct verdict *out)
{
    struct analysis *analysis = claims->analysis;
    const struct value_str_map *selector = &gateway->selector;
    struct analyze_others pods = analysis->pods;
    if (selector->count && !analyze_pods_find(analysis, selector->items, selector->count, &pods)) {
        return false;
    }
    for (size_t i = 0; i < pods.count; i++) {
        if (!analyze_may_compare(analysis, claims->policies.count + 1)) return true;
        if (is_verified(analysis, &claims->policies, pods.items[i])) continue;
        out->unverified = str_make(pods.items[i]->name.ptr ? pods.items[i]->name.ptr : "",
                                   pods.items[i]->name.len);
        return true;
    }
    if (!analyze_may_compare(analysis, claims->policies.count * (selector->count + 1))) return true;
    if (pods.count == 0 && !may_be_verified(&claims->policies, selector)) out->unverified = STR("");
    return true;
}

/* NULL: no memory. */
static const struct verdict *
verdict_of(struct claims *claims, sluice_str name)
{
    static const struct verdict unknown;
    const struct istio_resource *gateway = map_get(&claims->analysis->gateways, name);
    if (!gateway) return &unknown;
    void **place = map_put(&claims->verdicts, name);
    if (place && !*place) *place = ARENA_NEW(claims->analysis->lower->arena, struct verdict);
    struct verdict *verdict = place ? *place : NULL;
    if (!verdict || verdict->asked) return verdict;
    verdict->asked = true;
    return find_unverified(claims, gateway->gateway, verdict) ? verdict : NULL;
}

static const sluice_str *
claim_key(const struct istio_virtual_service *spec)
{
    const struct istio_http_route *routes = spec->http.items;
    for (size_t i = 0; i < spec->http.count; i++) {
        const struct istio_http_match *blocks = routes[i].match.items;
        for (size_t k = 0; k < routes[i].match.count; k++) {
            const struct value_message_map *maps[] = {&blocks[k].headers,
                                                      &blocks[k].more->without_headers};
            for (size_t m = 0; m < 2; m++) {
                for (size_t h = 0; h < maps[m]->count; h++) {
                    if (name_is_jwt_claim(maps[m]->keys[h])) return &maps[m]->keys[h];
                }
            }
        }
    }
    return NULL;
}

static bool
check(struct claims *claims, struct istio_resource *resource)
{
    const struct value_list *gateways = &resource->virtual_service->gateways;
    const sluice_str *names = gateways->items;
    const sluice_str *key = gateways->count ? claim_key(resource->virtual_service) : NULL;
    for (size_t i = 0; key && i < gateways->count; i++) {
        sluice_str full = expand_gateway(claims->analysis->lower, names[i], resource->meta->space);
        const struct verdict *verdict = full.ptr ? verdict_of(claims, full) : NULL;
        if (!verdict) return false;
        sluice_str pod = verdict->unverified;
        if (!pod.ptr) continue;
        FINDING(claims->analysis, resource, WARNING, "IST0149", gateways->node,
                "it routes by \"%.*s\", but no RequestAuthentication verifies tokens at %s%.*s of "
                "the Gateway \"%.*s\"",
                STR_ARG(*key), pod.len ? "the pod " : "the pods", STR_ARG(pod), STR_ARG(full));
    }
    return true;
}

bool
analyze_claims(struct analysis *analysis)
{
    const struct istio_set *set = analysis->lower->set;
    struct claims claims = {.analysis = analysis};
    if (!analyze_others_read(analysis, &claims.policies, STR("security.istio.io"),
                             STR("RequestAuthentication"))) {
        return false;
    }
    claims.verdicts = map_init(analysis->lower->arena);
    bool ok = true;
    for (size_t i = 0; ok && i < set->count_of[ISTIO_VIRTUAL_SERVICE]; i++) {
        ok = check(&claims, set->of[ISTIO_VIRTUAL_SERVICE][i]);
    }
    map_free(&claims.verdicts);
    return ok;
}
