/*
 * analyze_claims: routes by JWT claims at a gateway whose pods have no RequestAuthentication that
 * would verify a token (IST0149). Pods and RequestAuthentications decide nothing else, so they are
 * read here, as far as needed. Where no pod of a gateway is given, its selector stands for them.
 */
#include "istio/analyze_parts.h"
#include "istio/names.h"

#define LABELS_MAX 64

struct selecting {
    const struct envelope **items;
    size_t count;
};

static bool
collect(struct analysis *analysis, struct selecting *out, sluice_str group, sluice_str kind)
{
    const struct envelope_list *list = analysis->envelopes;
    for (int pass = 0; pass < 2; pass++) {
        if (pass)
            out->items = ARENA_ARRAY(analysis->lower->arena, const struct envelope *, out->count);
        if (pass && !out->items) return false;
        out->count = 0;
        for (size_t i = 0; i < list->count; i++) {
            if (list->items[i].replaced || !envelope_is(&list->items[i], group, kind)) continue;
            if (pass) out->items[out->count] = &list->items[i];
            out->count++;
        }
    }
    return true;
}

static bool
has_label(const struct yaml_node *labels, sluice_str name, sluice_str value)
{
    const struct yaml_node *found = yaml_get(labels, name);
    return found && found->kind == YAML_STRING && str_equal(found->text, value);
}

/* Every label of the map node `wanted` (NULL: none). */
static bool
has_labels(const struct yaml_node *labels, const struct yaml_node *wanted)
{
    if (!wanted || wanted->kind != YAML_MAP) return true;
    YAML_EACH(label, wanted)
    {
        if (label->kind != YAML_STRING || !has_label(labels, label->key, label->text)) return false;
    }
    return true;
}

static bool
is_selected(const struct yaml_node *labels, const struct value_str_map *selector)
{
    for (size_t i = 0; i < selector->count; i++) {
        if (!has_label(labels, selector->items[i].name, selector->items[i].value)) return false;
    }
    return true;
}

static sluice_str
space_of(const struct analysis *analysis, const struct envelope *envelope)
{
    return envelope->space.len ? envelope->space : analysis->lower->envelope->default_namespace;
}

static bool
is_verified(struct analysis *analysis, const struct selecting *policies, const struct envelope *pod)
{
    const struct yaml_node *labels = yaml_get(pod->metadata, STR("labels"));
    for (size_t i = 0; i < policies->count; i++) {
        const struct envelope *policy = policies->items[i];
        sluice_str space = space_of(analysis, policy);
        if (!str_equal(space, analysis->lower->options->root_namespace) &&
            !str_equal(space, space_of(analysis, pod))) {
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
may_be_verified(const struct selecting *policies, const struct value_str_map *selector)
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

/* Who verifies no token: a pod of the gateway, or ("") the pods that nobody has seen. NULL pointer:
 * nobody, or there is too much to look at. */
static sluice_str
unverified(struct analysis *analysis, const struct selecting *pods,
           const struct selecting *policies, const struct istio_gateway *gateway)
{
    static const sluice_str nobody = {NULL, 0};
    bool selected = false;
    if (gateway->selector.count > LABELS_MAX) return nobody;
    for (size_t i = 0; i < pods->count; i++) {
        const struct yaml_node *labels = yaml_get(pods->items[i]->metadata, STR("labels"));
        if (!analyze_may_compare(analysis, gateway->selector.count + policies->count + 1)) {
            return nobody;
        }
        if (!is_selected(labels, &gateway->selector)) continue;
        selected = true;
        if (!is_verified(analysis, policies, pods->items[i])) {
            return str_make(pods->items[i]->name.ptr ? pods->items[i]->name.ptr : "",
                            pods->items[i]->name.len);
        }
    }
    if (!analyze_may_compare(analysis, policies->count * (gateway->selector.count + 1))) {
        return nobody;
    }
    return selected || may_be_verified(policies, &gateway->selector) ? nobody : STR("");
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
check(struct analysis *analysis, struct istio_resource *resource, const struct selecting *pods,
      const struct selecting *policies)
{
    const struct value_list *gateways = &resource->virtual_service->gateways;
    const sluice_str *names = gateways->items;
    const sluice_str *key = gateways->count ? claim_key(resource->virtual_service) : NULL;
    for (size_t i = 0; key && i < gateways->count; i++) {
        sluice_str full = expand_gateway(analysis->lower, names[i], resource->meta->space);
        if (!full.ptr) return false;
        const struct istio_resource *gateway = map_get(&analysis->gateways, full);
        if (!gateway) continue;
        sluice_str pod = unverified(analysis, pods, policies, gateway->gateway);
        if (!pod.ptr) continue;
        FINDING(analysis, resource, WARNING, "IST0149", gateways->node,
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
    struct selecting pods, policies;
    if (!collect(analysis, &pods, STR(""), STR("Pod")) ||
        !collect(analysis, &policies, STR("security.istio.io"), STR("RequestAuthentication"))) {
        return false;
    }
    for (size_t i = 0; i < set->count_of[ISTIO_VIRTUAL_SERVICE]; i++) {
        if (!check(analysis, set->of[ISTIO_VIRTUAL_SERVICE][i], &pods, &policies)) return false;
    }
    return true;
}
