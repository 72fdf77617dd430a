/*
 * validate_selector: label selectors, and the namespaces that they choose.
 */
#include "gateway_api/formats.h"
#include "gateway_api/validate.h"

#include "base/syntax.h"

static void
check_key(struct validate *v, const struct yaml_node *at, sluice_str key)
{
    const char *wrong = format_check_label_key(key);
    if (wrong) BROKEN(v, at, "label key \"%.*s\" %s", STR_ARG(key), wrong);
}

static void
check_value(struct validate *v, const struct yaml_node *at, sluice_str value)
{
    const char *wrong = syntax_check_label_value(value);
    if (wrong) BROKEN(v, at, "label value \"%.*s\" %s", STR_ARG(value), wrong);
}

void
gw_check_labels(struct validate *v, const struct value_str_map *labels)
{
    for (size_t i = 0; i < labels->count; i++) {
        check_key(v, labels->nodes[i], labels->items[i].name);
        check_value(v, labels->nodes[i], labels->items[i].value);
    }
}

static void
check_expression(struct validate *v, const struct gateway_label_expression *expression)
{
    if (value_is_set(expression->key))
        check_key(v, gw_at(expression->node, "key"), expression->key.v);
    for (struct str_walk s = str_walk(&expression->values); str_next(&s);) {
        check_value(v, s.node, s.text);
    }
    if (!expression->op.set) return;
    bool lists = expression->op.v == GATEWAY_LABEL_IN || expression->op.v == GATEWAY_LABEL_NOT_IN;
    if (lists && expression->values.count == 0) {
        BROKEN(v, gw_at(expression->node, "values"),
               "values is required with the operators In and NotIn");
    } else if (!lists && expression->values.count > 0) {
        BROKEN(v, gw_at(expression->node, "values"),
               "values must be empty with the operators Exists and DoesNotExist");
    }
}

static void
check_selector(struct validate *v, const struct gateway_label_selector *selector)
{
    const struct gateway_label_expression *expressions = selector->match_expressions.items;
    gw_check_labels(v, &selector->match_labels);
    for (size_t i = 0; i < selector->match_expressions.count; i++) {
        check_expression(v, &expressions[i]);
    }
}

void
gw_check_namespaces(struct validate *v, const struct gateway_namespaces *namespaces)
{
    if (!namespaces) return;
    bool selects = namespaces->from.set && namespaces->from.v == GATEWAY_FROM_SELECTOR;
    if (namespaces->selector) {
        check_selector(v, namespaces->selector);
        if (selects || (gw_has(namespaces->node, "from") && !namespaces->from.set)) return;
        WARN(v, gw_at(namespaces->node, "selector"),
             "selector is not used: write \"from: Selector\"");
    } else if (selects) {
        WARN(v, gw_at(namespaces->node, "from"),
             "from is Selector, and there is no selector: no namespace is chosen");
    }
}
