#include "gateway_api/namespaces.h"

#define NAME_LABEL "kubernetes.io/metadata.name"

bool
gw_namespaces_read(struct gw_lower *lower)
{
    for (size_t i = 0; i < lower->set->count_of[GATEWAY_NAMESPACE]; i++) {
        struct gateway_object *object = lower->set->of[GATEWAY_NAMESPACE][i];
        void **place = map_put(&lower->namespaces, object->meta->name);
        if (!place) return gw_fail(lower);
        *place = object;
    }
    return true;
}

/* A label of a namespace, the implicit one too. NULL: it has none of that key. */
static const sluice_str *
label_of(const struct gw_lower *lower, const sluice_str *space, sluice_str key)
{
    if (str_equal(key, STR(NAME_LABEL))) return space;
    const struct gateway_object *object = map_get(&lower->namespaces, *space);
    if (!object) return NULL;
    const struct value_str_map *labels = &object->meta->labels;
    for (size_t i = 0; i < labels->count; i++) {
        if (str_equal(labels->items[i].name, key)) return &labels->items[i].value;
    }
    return NULL;
}

static bool
is_among(const struct value_list *values, const sluice_str *text)
{
    const sluice_str *items = values->items;
    for (size_t i = 0; text && i < values->count; i++) {
        if (str_equal(items[i], *text)) return true;
    }
    return false;
}

static bool
expression_holds(const struct gateway_label_expression *expression, const sluice_str *value)
{
    switch ((enum gateway_label_operator)expression->op.v) {
    case GATEWAY_LABEL_IN:
        return is_among(&expression->values, value);
    case GATEWAY_LABEL_NOT_IN:
        return !is_among(&expression->values, value);
    case GATEWAY_LABEL_EXISTS:
        return value != NULL;
    case GATEWAY_LABEL_DOES_NOT_EXIST:
        return value == NULL;
    }
    return false;
}

static bool
selects(const struct gw_lower *lower, const struct gateway_label_selector *selector,
        sluice_str space)
{
    const struct value_str_map *labels = &selector->match_labels;
    const struct gateway_label_expression *expressions = selector->match_expressions.items;
    for (size_t i = 0; i < labels->count; i++) {
        const sluice_str *value = label_of(lower, &space, labels->items[i].name);
        if (!value || !str_equal(*value, labels->items[i].value)) return false;
    }
    for (size_t i = 0; i < selector->match_expressions.count; i++) {
        const sluice_str *value = label_of(lower, &space, expressions[i].key.v);
        if (!expression_holds(&expressions[i], value)) return false;
    }
    return true;
}

bool
gw_namespaces_admit(const struct gw_lower *lower, enum gateway_from from,
                    const struct gateway_label_selector *selector, sluice_str own, sluice_str space)
{
    switch (from) {
    case GATEWAY_FROM_SAME:
        return str_equal(own, space);
    case GATEWAY_FROM_ALL:
        return true;
    case GATEWAY_FROM_SELECTOR: /* without a selector nothing is chosen */
        return selector && selects(lower, selector, space);
    case GATEWAY_FROM_NONE:
        break;
    }
    return false;
}
