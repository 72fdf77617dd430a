/*
 * analyze_claims: routes by JWT claims at a gateway whose pods have no RequestAuthentication that
 * would verify a token (IST0149). Pods and RequestAuthentications decide nothing else, so they are
 * read here, as far as needed.
 */
#include "istio/analyze_parts.h"
#include "istio/names.h"

#define LABELS_MAX 64

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
is_selected(const struct yaml_node *labels, const struct value_str_map *selector)
{
    for (size_t i = 0; i < selector->count; i++) {
        if (!analyze_has_label(labels, selector->items[i].name, selector->items[i].value))
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

/* A pod of the gateway that verifies no token. NULL: there is none, or too many to look at. */
static const struct envelope *
unverified_pod(struct analysis *analysis, const struct analyze_others *pods,
               const struct analyze_others *policies, const struct istio_gateway *gateway)
{
    if (gateway->selector.count > LABELS_MAX) return NULL;
    for (size_t i = 0; i < pods->count; i++) {
        const struct yaml_node *labels = yaml_get(pods->items[i]->metadata, STR("labels"));
        if (!analyze_may_compare(analysis, gateway->selector.count + policies->count + 1)) {
            return NULL;
        }
        if (!is_selected(labels, &gateway->selector)) continue;
        if (!is_verified(analysis, policies, pods->items[i])) return pods->items[i];
    }
    return NULL;
}

static const sluice_str *
claim_key(const struct istio_virtual_service *spec)
{
    const struct istio_http_route *routes = spec->http.items;
    for (size_t i = 0; i < spec->http.count; i++) {
        const struct istio_http_match *blocks = routes[i].match.items;
        for (size_t k = 0; k < routes[i].match.count; k++) {
            const struct value_message_map *maps[] = {&blocks[k].headers,
                                                      &blocks[k].without_headers};
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
check(struct analysis *analysis, struct istio_resource *resource, const struct analyze_others *pods,
      const struct analyze_others *policies)
{
    const struct value_list *gateways = &resource->virtual_service->gateways;
    const sluice_str *names = gateways->items;
    const sluice_str *key = gateways->count ? claim_key(resource->virtual_service) : NULL;
    for (size_t i = 0; key && i < gateways->count; i++) {
        sluice_str full = expand_gateway(analysis->lower, names[i], resource->meta->space);
        if (!full.ptr) return false;
        const struct istio_resource *gateway = map_get(&analysis->gateways, full);
        const struct envelope *pod =
            gateway ? unverified_pod(analysis, pods, policies, gateway->gateway) : NULL;
        if (!pod) continue;
        FINDING(analysis, resource, WARNING, "IST0149", gateways->node,
                "it routes by \"%.*s\", but no RequestAuthentication verifies tokens at the pod "
                "\"%.*s\" of the Gateway \"%.*s\"",
                STR_ARG(*key), STR_ARG(pod->name), STR_ARG(full));
    }
    return true;
}

bool
analyze_claims(struct analysis *analysis)
{
    const struct istio_set *set = analysis->lower->set;
    struct analyze_others pods, policies;
    if (!analyze_others_read(analysis, &pods, STR(""), STR("Pod")) ||
        !analyze_others_read(analysis, &policies, STR("security.istio.io"),
                             STR("RequestAuthentication"))) {
        return false;
    }
    for (size_t i = 0; pods.count && i < set->count_of[ISTIO_VIRTUAL_SERVICE]; i++) {
        if (!check(analysis, set->of[ISTIO_VIRTUAL_SERVICE][i], &pods, &policies)) return false;
    }
    return true;
}
