#include "istio/analyze_overlap.h"

#define BLOCKS_MAX 1000
#define FINDINGS_OF_BLOCK 8

struct block {
    const struct istio_http_route *route;
    const struct istio_http_match *match;
    size_t rule, index;
};

/* A test as Istio's heuristic writes it: a regular expression, an empty text and none are alike. */
struct text {
    sluice_str form, value;
};

static struct text
text_of(const struct istio_string_match *match)
{
    if (match && match->exact.v.len) return (struct text){STR("exact:"), match->exact.v};
    if (match && match->prefix.v.len) return (struct text){STR("prefix:"), match->prefix.v};
    return (struct text){STR(""), STR("")};
}

static struct text
method_of(const struct istio_string_match *match)
{
    struct text text = text_of(match);
    return text.form.len ? text : (struct text){STR("exact:"), STR("GET")};
}

/* a equals b or starts with it. */
static bool
text_covers(struct text a, struct text b)
{
    if (b.form.len == 0) return true;
    return str_equal(a.form, b.form) && str_starts_with(a.value, b.value);
}

static const struct istio_string_match *
find(const struct value_message_map *map, sluice_str key, size_t hint)
{
    const struct istio_string_match *items = map->items;
    if (hint < map->count && str_equal(map->keys[hint], key)) return &items[hint];
    for (size_t i = 0; i < map->count; i++) {
        if (str_equal(map->keys[i], key)) return &items[i];
    }
    return NULL;
}

static bool
maps_cover(struct analysis *analysis, const struct value_message_map *a,
           const struct value_message_map *b)
{
    const struct istio_string_match *items = a->items;
    if (a->count != b->count) return false;
    if (a->count > BLOCKS_MAX || !analyze_may_compare(analysis, a->count * b->count)) return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct istio_string_match *other = find(b, a->keys[i], i);
        if (!other || !text_covers(text_of(&items[i]), text_of(other))) return false;
    }
    return true;
}

static bool
covers(struct analysis *analysis, const struct istio_http_match *a,
       const struct istio_http_match *b)
{
    sluice_str prefix = a->uri->prefix.v;
    return !str_equal(prefix, b->uri->prefix.v) && str_starts_with(b->uri->prefix.v, prefix) &&
           a->more->port.v == b->more->port.v &&
           text_covers(method_of(a->method), method_of(b->method)) &&
           text_covers(text_of(a->more->authority), text_of(b->more->authority)) &&
           maps_cover(analysis, &a->headers, &b->headers) &&
           maps_cover(analysis, &a->more->query_params, &b->more->query_params) &&
           maps_cover(analysis, &a->more->without_headers, &b->more->without_headers);
}

static void
report(struct analysis *analysis, struct istio_resource *resource, const struct block *a,
       const struct block *b)
{
    sluice_str earlier = analyze_label(analysis, a->route->more->name.v, a->rule);
    sluice_str rule = analyze_label(analysis, b->route->more->name.v, b->rule);
    sluice_str match = analyze_label(analysis, b->match->more->name.v, b->index);
    FINDING(analysis, resource, INFO, "IST0131", b->match->node,
            "match %.*s of rule %.*s may not be used: the prefix of rule %.*s, \"%.*s\", comes "
            "first",
            STR_ARG(match), STR_ARG(rule), STR_ARG(earlier), STR_ARG(a->match->uri->prefix.v));
}

/* The blocks with a prefix before the first rule without blocks: none behind that is looked at.
 * Their number, of which nobody asks how much larger than BLOCKS_MAX it is; they are stored unless
 * `out` is NULL. */
static size_t
collect(struct block *out, const struct value_list *http)
{
    const struct istio_http_route *routes = http->items;
    size_t count = 0;
    for (size_t i = 0; i < http->count && routes[i].match.count > 0 && count <= BLOCKS_MAX; i++) {
        const struct istio_http_match *blocks = routes[i].match.items;
        for (size_t k = 0; k < routes[i].match.count; k++) {
            if (!blocks[k].uri || blocks[k].uri->prefix.v.len == 0) continue;
            if (out) out[count] = (struct block){&routes[i], &blocks[k], i, k};
            count++;
        }
    }
    return count;
}

bool
analyze_overlap(struct analysis *analysis, struct istio_resource *resource)
{
    const struct value_list *http = &resource->virtual_service->http;
    size_t count = collect(NULL, http);
    if (count < 2 || count > BLOCKS_MAX) return true;
    struct block *blocks = ARENA_ARRAY(analysis->lower->arena, struct block, count);
    if (!blocks) return false;
    collect(blocks, http);
    for (size_t b = 1; b < count; b++) {
        size_t found = 0;
        if (!analyze_may_compare(analysis, b)) return true;
        for (size_t a = 0; a < b && found < FINDINGS_OF_BLOCK; a++) {
            if (!covers(analysis, blocks[a].match, blocks[b].match)) continue;
            report(analysis, resource, &blocks[a], &blocks[b]);
            found++;
        }
    }
    return true;
}
