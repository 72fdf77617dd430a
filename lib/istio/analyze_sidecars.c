/*
 * analyze_sidecars: Sidecar resources, of which one field is looked at: the egress proxy, which
 * Istio will not have for long (IST0002).
 */
#include "istio/analyze_parts.h"

bool
analyze_sidecars(struct analysis *analysis)
{
    const struct envelope_list *list = analysis->envelopes;
    for (size_t i = 0; i < list->count; i++) {
        const struct envelope *sidecar = &list->items[i];
        if (sidecar->replaced) continue;
        if (!envelope_is(sidecar, STR("networking.istio.io"), STR("Sidecar"))) continue;
        const struct yaml_node *policy = yaml_get(sidecar->spec, STR("outboundTrafficPolicy"));
        const struct yaml_node *proxy = yaml_get(policy, STR("egressProxy"));
        if (!proxy || proxy->kind == YAML_NULL) continue;
        struct decode decode = envelope_decode(sidecar, analysis->lower->envelope, &istio_dialect);
        decode_report(&decode, SLUICE_SEVERITY_WARNING, "IST0002", proxy,
                      "egressProxy is deprecated; use a VirtualService and a ServiceEntry");
    }
    return true;
}
