/*
 * analyze_keys: names as the analysis compares them: keys, scopes, hosts.
 */
#include "base/alloc.h"
#include "istio/analyze_parts.h"

sluice_str
analyze_key(struct analysis *analysis, const sluice_str *parts, size_t count)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        len += parts[i].len + 1;
    }
    void *buffer = analysis->key;
    if (!alloc_grow(analysis->lower->arena->alloc, &buffer, &analysis->key_capacity, len, 1)) {
        return (sluice_str){NULL, 0};
    }
    analysis->key = buffer;
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len) memcpy(analysis->key + at, parts[i].ptr, parts[i].len);
        at += parts[i].len;
        analysis->key[at++] = '\n';
    }
    return str_make(analysis->key, len);
}

void **
analyze_put(struct analysis *analysis, struct map *map, sluice_str key)
{
    return key.ptr ? map_put_copy(map, analysis->lower->arena, key) : NULL;
}

bool
analyze_scopes_of(struct analysis *analysis, struct analyze_scopes *out,
                  const struct value_list *export_to, sluice_str space)
{
    const sluice_str *names = export_to->items;
    size_t count = export_to->count;
    if (count == 0) {
        names = &analysis->lower->options->default_export_to;
        count = 1;
    }
    *out = (struct analyze_scopes){ARENA_ARRAY(analysis->lower->arena, sluice_str, count), count};
    if (!out->items) return false;
    for (size_t i = 0; i < count; i++) {
        out->items[i] = str_equal(names[i], STR(".")) ? space : names[i];
        if (!str_equal(names[i], STR("*"))) continue;
        out->items[0] = names[i];
        out->count = 1;
        return true;
    }
    return true;
}

sluice_str
analyze_host(struct analysis *analysis, sluice_str host, sluice_str space)
{
    if (host.len == 0) return STR("");
    bool plain = str_starts_with(host, STR("*"));
    sluice_str full = plain ? host : expand_host(analysis->lower, host, space);
    return full.ptr ? expand_lower_case(analysis->lower, full) : full;
}

bool
analyze_may_compare(struct analysis *analysis, size_t count)
{
    if (count > analysis->pairs) return false;
    analysis->pairs -= count;
    return true;
}

const struct yaml_node *
analyze_place(const struct yaml_node *node, sluice_str key)
{
    const struct yaml_node *found = yaml_get(node, key);
    return found ? found : node;
}
