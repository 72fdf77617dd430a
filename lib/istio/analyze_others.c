/*
 * analyze_others: documents of kinds that decide nothing, read as they are: Pods and the like.
 */
#include "istio/analyze_parts.h"

bool
analyze_others_read(struct analysis *analysis, struct analyze_others *out, sluice_str group,
                    sluice_str kind)
{
    const struct envelope_list *list = analysis->envelopes;
    size_t room = 0;
    for (size_t i = 0; i < list->count; i++) {
        room += !list->items[i].replaced && envelope_is(&list->items[i], group, kind);
    }
    *out = (struct analyze_others){
        ARENA_ARRAY(analysis->lower->arena, const struct envelope *, room), 0};
    if (!out->items) return false;
    for (size_t i = 0; out->count < room; i++) {
        if (list->items[i].replaced || !envelope_is(&list->items[i], group, kind)) continue;
        out->items[out->count++] = &list->items[i];
    }
    return true;
}

sluice_str
analyze_other_space(const struct analysis *analysis, const struct envelope *envelope)
{
    return envelope->space.len ? envelope->space : analysis->lower->envelope->default_namespace;
}

bool
analyze_has_label(const struct yaml_node *labels, sluice_str name, sluice_str value)
{
    const struct yaml_node *found = yaml_get(labels, name);
    return found && found->kind == YAML_STRING && str_equal(found->text, value);
}
