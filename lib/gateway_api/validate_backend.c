/*
 * validate_backend: references to backends.
 */
#include "gateway_api/validate.h"

void
gw_check_backend_ref(struct validate *v, const struct gateway_backend_ref *ref)
{
    bool core = ref->group.v.len == 0;
    bool service = !value_is_set(ref->kind) || str_equal(ref->kind.v, STR("Service"));
    if (!core || !service || gw_has(ref->node, "port")) return;
    REFUSED(v, ref->node, "a reference to a Service needs a port");
}

void
gw_check_backend_refs(struct validate *v, const struct value_list *refs)
{
    const struct gateway_backend_ref *items = refs->items;
    for (size_t i = 0; i < refs->count; i++) {
        if (items[i].node->kind != YAML_MAP) continue;
        gw_check_backend_ref(v, &items[i]);
        gw_check_filters(v, &items[i].filters);
    }
}
