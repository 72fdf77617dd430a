/* visibility: whether the caller sees what an exportTo exports. */
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

bool
visibility_annotated(struct lower *lower, const struct envelope *meta, struct value_list *out)
{
    const sluice_str *text = envelope_annotation(meta, STR("networking.istio.io/exportTo"), NULL);
    *out = (struct value_list){0};
    if (!text || str_trim(*text).len == 0) return true;
    size_t count = 1;
    for (size_t i = 0; i < text->len; i++) {
        count += text->ptr[i] == ',';
    }
    sluice_str *items = ARENA_ARRAY(lower->arena, sluice_str, count);
    if (!items) return false;
    sluice_str rest = *text;
    for (size_t i = 0; i < count; i++) {
        size_t comma = str_find(rest, ',');
        items[i] = str_trim(str_first(rest, comma));
        rest = comma == SIZE_MAX ? str_skip(rest, rest.len) : str_skip(rest, comma + 1);
    }
    *out = (struct value_list){.items = items, .count = count};
    return true;
}
