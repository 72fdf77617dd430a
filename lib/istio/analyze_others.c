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

/* ---- pods, by label ---- */

static const struct yaml_node *
labels_of(const struct envelope *pod)
{
    const struct yaml_node *labels = yaml_get(pod->metadata, STR("labels"));
    return labels && labels->kind == YAML_MAP ? labels : NULL;
}

static bool
index_pod(struct analysis *analysis, size_t position)
{
    const struct yaml_node *labels = labels_of(analysis->pods.items[position]);
    if (!labels) return true;
    YAML_EACH(label, labels)
    {
        sluice_field field = {label->key, label->text};
        if (label->kind != YAML_STRING) continue;
        if (!label_index_add(&analysis->pod_labels, STR(""), &field, 1, (uint32_t)position)) {
            return false;
        }
    }
    return true;
}

bool
analyze_pods_read(struct analysis *analysis)
{
    if (!analyze_others_read(analysis, &analysis->pods, STR(""), STR("Pod"))) return false;
    for (size_t i = 0; i < analysis->pods.count; i++) {
        if (!index_pod(analysis, i)) return false;
    }
    return true;
}

static bool
has_all(const struct yaml_node *labels, const sluice_field *wanted, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!analyze_has_label(labels, wanted[i].name, wanted[i].value)) return false;
    }
    return true;
}

bool
analyze_pods_find(struct analysis *analysis, const sluice_field *wanted, size_t count,
                  struct analyze_others *out)
{
    struct label_positions list;
    *out = (struct analyze_others){NULL, 0};
    if (!label_index_find(&analysis->pod_labels, STR(""), wanted, count, &list)) return false;
    out->items = ARENA_ARRAY(analysis->lower->arena, const struct envelope *, list.count);
    for (size_t i = 0; out->items && i < list.count; i++) {
        const struct envelope *pod = analysis->pods.items[list.items[i]];
        if (has_all(labels_of(pod), wanted, count)) out->items[out->count++] = pod;
    }
    return out->items != NULL;
}
