#include "istio/lower.h"

static int
class_of(sluice_str scope, sluice_str own, sluice_str caller)
{
    if (str_equal(scope, STR("*"))) return 2;
    bool to_own = str_equal(scope, STR(".")) || str_equal(scope, own);
    if (to_own) return str_equal(own, caller) ? 0 : -1;
    return str_equal(scope, caller) ? 1 : -1;
}

int
visibility_class(const struct lower *lower, const struct value_list *export_to, sluice_str own,
                 sluice_str caller)
{
    const sluice_str *items = export_to->items;
    int best = -1;
    if (export_to->count == 0) return class_of(lower->options->default_export_to, own, caller);
    for (size_t i = 0; i < export_to->count; i++) {
        int class = class_of(items[i], own, caller);
        if (class > best) best = class;
    }
    return best;
}
