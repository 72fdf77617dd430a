#include "istio/delegate_match.h"

/* ---- conflicts ---- */

/* Both set is a conflict, but for an exact text again and for a prefix that is only narrowed. */
static bool
strings_conflict(const struct istio_string_match *root, const struct istio_string_match *delegate)
{
    if (!root || !delegate) return false;
    if (value_is_set(root->exact) && root->exact.v.len) {
        return !(value_is_set(delegate->exact) && str_equal(delegate->exact.v, root->exact.v));
    }
    if (value_is_set(root->prefix) && root->prefix.v.len) {
        sluice_str narrow = value_is_set(delegate->prefix) && delegate->prefix.v.len
                                ? delegate->prefix.v
                                : delegate->exact.v;
        return !(narrow.len && str_starts_with(narrow, root->prefix.v));
    }
    return true;
}

static size_t
find_key(const struct value_message_map *map, sluice_str key)
{
    for (size_t i = 0; i < map->count; i++) {
        if (str_equal(map->keys[i], key)) return i;
    }
    return SIZE_MAX;
}

/* `name: null` in a map, which is no matcher at all. */
static bool
is_null(const struct istio_string_match *match)
{
    return match->node->kind == YAML_NULL;
}

static bool
maps_conflict(const struct value_message_map *root, const struct value_message_map *delegate)
{
    const struct istio_string_match *of_root = root->items, *own = delegate->items;
    for (size_t i = 0; i < delegate->count; i++) {
        size_t at = find_key(root, delegate->keys[i]);
        if (at == SIZE_MAX || is_null(&of_root[at]) || is_null(&own[i])) continue;
        if (strings_conflict(&of_root[at], &own[i])) return true;
    }
    return false;
}

static bool
labels_conflict(const struct value_str_map *root, const struct value_str_map *delegate)
{
    for (size_t i = 0; i < delegate->count; i++) {
        for (size_t k = 0; k < root->count; k++) {
            if (str_equal(delegate->items[i].name, root->items[k].name) &&
                !str_equal(delegate->items[i].value, root->items[k].value)) {
                return true;
            }
        }
    }
    return false;
}

static bool
contains(const struct value_list *list, sluice_str text)
{
    const sluice_str *items = list->items;
    for (size_t i = 0; i < list->count; i++) {
        if (str_equal(items[i], text)) return true;
    }
    return false;
}

static bool
gateways_conflict(const struct value_list *root, const struct value_list *delegate)
{
    const sluice_str *items = delegate->items;
    if (root->count == 0 || delegate->count == 0) return false;
    if (delegate->count > root->count) return true;
    for (size_t i = 0; i < delegate->count; i++) {
        if (!contains(root, items[i])) return true;
    }
    return false;
}

bool
delegate_blocks_conflict(const struct istio_http_match *root,
                         const struct istio_http_match *delegate)
{
    bool space_differs =
        root->more->source_namespace.v.len &&
        !str_equal(root->more->source_namespace.v, delegate->more->source_namespace.v);
    bool port_differs = root->more->port.v > 0 && delegate->more->port.v > 0 &&
                        root->more->port.v != delegate->more->port.v;
    return space_differs || port_differs ||
           root->more->ignore_uri_case.v != delegate->more->ignore_uri_case.v ||
           strings_conflict(root->uri, delegate->uri) ||
           strings_conflict(root->more->scheme, delegate->more->scheme) ||
           strings_conflict(root->method, delegate->method) ||
           strings_conflict(root->more->authority, delegate->more->authority) ||
           maps_conflict(&root->headers, &delegate->headers) ||
           maps_conflict(&root->more->without_headers, &delegate->more->without_headers) ||
           maps_conflict(&root->more->query_params, &delegate->more->query_params) ||
           labels_conflict(&root->more->source_labels, &delegate->more->source_labels) ||
           gateways_conflict(&root->more->gateways, &delegate->more->gateways);
}

/* ---- merging ---- */

sluice_str
delegate_join_names(struct lower *lower, sluice_str root, sluice_str delegate)
{
    if (root.len == 0) return delegate;
    if (delegate.len == 0) return root;
    return arena_concat(lower->arena, (sluice_str[]){root, STR("-"), delegate}, 3);
}

/* The delegate's entries, then those of the root whose keys it lacks. */
static bool
merge_maps(struct lower *lower, const struct value_message_map *root, struct value_message_map *map)
{
    if (root->count == 0) return true;
    size_t room = root->count + map->count;
    sluice_str *keys = ARENA_ARRAY(lower->arena, sluice_str, room);
    struct istio_string_match *items = ARENA_ARRAY(lower->arena, struct istio_string_match, room);
    if (!keys || !items) return false;
    const struct istio_string_match *of_root = root->items, *own = map->items;
    size_t count = map->count;
    for (size_t i = 0; i < count; i++) {
        keys[i] = map->keys[i];
        items[i] = own[i];
    }
    for (size_t i = 0; i < root->count; i++) {
        if (find_key(map, root->keys[i]) != SIZE_MAX) continue;
        keys[count] = root->keys[i];
        items[count++] = of_root[i];
    }
    *map = (struct value_message_map){keys, items, count};
    return true;
}

static bool
merge_labels(struct lower *lower, const struct value_str_map *root, struct value_str_map *map)
{
    if (root->count == 0) return true;
    sluice_field *items = ARENA_ARRAY(lower->arena, sluice_field, root->count + map->count);
    if (!items) return false;
    size_t count = map->count;
    if (count) memcpy(items, map->items, count * sizeof(*items));
    for (size_t i = 0; i < root->count; i++) {
        bool known = false;
        for (size_t k = 0; k < map->count; k++) {
            known |= str_equal(map->items[k].name, root->items[i].name);
        }
        if (!known) items[count++] = root->items[i];
    }
    *map = (struct value_str_map){items, NULL, count};
    return true;
}

/* What few blocks have. */
static const struct istio_http_match_more *
merge_more(struct lower *lower, const struct istio_http_match_more *root,
           const struct istio_http_match_more *delegate)
{
    struct istio_http_match_more *out = ARENA_NEW(lower->arena, struct istio_http_match_more);
    if (!out) return NULL;
    *out = *delegate;
    out->name.v = delegate_join_names(lower, root->name.v, delegate->name.v);
    if (!out->scheme) out->scheme = root->scheme;
    if (!out->authority) out->authority = root->authority;
    if (out->port.v == 0) out->port = root->port;
    if (out->source_namespace.v.len == 0) out->source_namespace = root->source_namespace;
    if (out->gateways.count == 0) out->gateways = root->gateways;
    if (out->stat_prefix.v.len == 0) out->stat_prefix = root->stat_prefix;
    bool merged = merge_maps(lower, &root->without_headers, &out->without_headers) &&
                  merge_maps(lower, &root->query_params, &out->query_params) &&
                  merge_labels(lower, &root->source_labels, &out->source_labels);
    return merged ? out : NULL;
}

bool
delegate_merge_block(struct lower *lower, const struct istio_http_match *root,
                     const struct istio_http_match *delegate, struct istio_http_match *out)
{
    *out = *delegate;
    if (!out->uri) out->uri = root->uri;
    if (!out->method) out->method = root->method;
    out->more = merge_more(lower, root->more, delegate->more);
    return out->more && merge_maps(lower, &root->headers, &out->headers);
}
