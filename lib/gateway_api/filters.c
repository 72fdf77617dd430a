/*
 * filters: what HTTP filters do, but for CORS (docs/gateway-api.md, "Filters").
 */
#include "gateway_api/rules.h"

#define TAKE_FIRST(member_, value_)                                                                \
    do {                                                                                           \
        if (!out.member_) out.member_ = (value_);                                                  \
    } while (0)

struct gw_filters
gw_filters_read(const struct value_list *filters)
{
    struct gw_filters out = {0};
    const struct gateway_filter *items = filters ? filters->items : NULL;
    for (size_t i = 0; filters && i < filters->count; i++) {
        switch ((enum gateway_filter_type)items[i].type.v) {
        case GATEWAY_FILTER_REQUEST_HEADERS:
            TAKE_FIRST(request, items[i].request_headers);
            break;
        case GATEWAY_FILTER_RESPONSE_HEADERS:
            TAKE_FIRST(response, items[i].response_headers);
            break;
        case GATEWAY_FILTER_MIRROR:
            out.mirror_count++;
            break;
        case GATEWAY_FILTER_REDIRECT:
            TAKE_FIRST(redirect, items[i].redirect);
            break;
        case GATEWAY_FILTER_URL_REWRITE:
            TAKE_FIRST(rewrite, items[i].url_rewrite);
            break;
        case GATEWAY_FILTER_CORS:
            TAKE_FIRST(cors, items[i].cors);
            break;
        case GATEWAY_FILTER_EXTERNAL_AUTH:
        case GATEWAY_FILTER_EXTENSION_REF:
            TAKE_FIRST(unsupported, &items[i]);
            break;
        }
    }
    return out;
}

/* ---- paths, redirects (10.4 to 10.6) ---- */

struct model_path_edit
gw_path_edit(const struct gateway_path_modifier *modifier)
{
    if (!modifier) return (struct model_path_edit){.mode = MODEL_PATH_KEEP};
    if (modifier->type.v == GATEWAY_REPLACE_PREFIX_MATCH) {
        return (struct model_path_edit){.mode = MODEL_PATH_SEGMENT,
                                        .value = modifier->replace_prefix_match.v};
    }
    sluice_str value = modifier->replace_full_path.v;
    return (struct model_path_edit){
        .mode = MODEL_PATH_FULL, .value = value, .drop_query = str_find(value, '?') != SIZE_MAX};
}

const struct model_redirect *
gw_redirect(const struct gw_place *place, const struct gateway_redirect *redirect)
{
    struct model_redirect *made = ARENA_NEW(place->lower->arena, struct model_redirect);
    if (!made) {
        gw_fail(place->lower);
        return NULL;
    }
    *made = (struct model_redirect){
        .status = redirect->status_code.set ? (uint32_t)redirect->status_code.v : 302,
        .scheme = redirect->scheme.v,
        .host = redirect->hostname.v,
        .port_mode = redirect->port.set       ? MODEL_REDIRECT_PORT_FIXED
                     : redirect->scheme.v.len ? MODEL_REDIRECT_PORT_NONE
                                              : MODEL_REDIRECT_PORT_LISTENER,
        .port = (uint32_t)redirect->port.v,
        .path = gw_path_edit(redirect->path),
    };
    return made;
}

/* ---- headers (10.3) ---- */

struct ops {
    struct gw_lower *lower;
    sluice_header_op *items;
    size_t count;
};

/* The Host header is the authority, which is rewritten elsewhere. */
static void
put(struct ops *ops, sluice_header_action action, sluice_str name, sluice_str value)
{
    if (str_equal_ignore_case(name, STR("host"))) return;
    char *lower_name = arena_bytes(ops->lower->arena, name.len);
    for (size_t i = 0; lower_name && i < name.len; i++) {
        lower_name[i] = ascii_lower(name.ptr[i]);
    }
    if (!lower_name) {
        gw_fail(ops->lower);
        return;
    }
    ops->items[ops->count++] = (sluice_header_op){action, str_make(lower_name, name.len), value};
}

static void
put_headers(struct ops *ops, sluice_header_action action, const struct value_list *list)
{
    const struct gateway_header *headers = list->items;
    for (size_t i = 0; i < list->count; i++) {
        put(ops, action, headers[i].name.v, headers[i].value.v);
    }
}

static void
put_filter(struct ops *ops, const struct gateway_header_filter *filter)
{
    if (!filter) return;
    const sluice_str *names = filter->remove.items;
    put_headers(ops, SLUICE_HEADER_SET, &filter->set);
    put_headers(ops, SLUICE_HEADER_ADD, &filter->add);
    for (size_t i = 0; i < filter->remove.count; i++) {
        put(ops, SLUICE_HEADER_REMOVE, names[i], STR(""));
    }
}

static size_t
count_ops(const struct gateway_header_filter *filter)
{
    return filter ? filter->set.count + filter->add.count + filter->remove.count : 0;
}

struct model_header_ops
gw_header_ops(const struct gw_place *place, const struct gateway_header_filter *first,
              const struct gateway_header_filter *second)
{
    struct ops ops = {.lower = place->lower};
    size_t room = count_ops(first) + count_ops(second);
    if (room == 0) return (struct model_header_ops){NULL, 0};
    ops.items = ARENA_ARRAY(place->lower->arena, sluice_header_op, room);
    if (!ops.items) {
        gw_fail(place->lower);
        return (struct model_header_ops){NULL, 0};
    }
    put_filter(&ops, first);
    put_filter(&ops, second);
    return (struct model_header_ops){ops.items, ops.count};
}

static sluice_str
host_in(const struct value_list *list)
{
    const struct gateway_header *headers = list->items;
    for (size_t i = 0; i < list->count; i++) {
        if (str_equal_ignore_case(headers[i].name.v, STR("host"))) return headers[i].value.v;
    }
    return (sluice_str){NULL, 0};
}

sluice_str
gw_header_authority(const struct gateway_header_filter *filter)
{
    if (!filter) return (sluice_str){NULL, 0};
    sluice_str host = host_in(&filter->set);
    return host.len ? host : host_in(&filter->add);
}

/* ---- mirrors (10.7) ---- */

static sluice_fraction
fraction_of(const struct gateway_mirror *mirror)
{
    const struct gateway_fraction *fraction = mirror->fraction;
    if (mirror->percent.set) return (sluice_fraction){(uint32_t)mirror->percent.v, 100};
    if (!fraction) return (sluice_fraction){100, 100};
    uint32_t denominator = fraction->denominator.set ? (uint32_t)fraction->denominator.v : 100;
    return (sluice_fraction){(uint32_t)fraction->numerator.v, denominator ? denominator : 100};
}

/* One that leads nowhere is dropped, and said. */
static void
add_mirror(const struct gw_place *place, const struct gateway_mirror *mirror,
           struct model_mirror *mirrors, size_t *count)
{
    struct gw_backend backend = gw_backend_resolve(place, mirror->backend_ref);
    if (!backend.problem) {
        mirrors[(*count)++] = (struct model_mirror){backend.destination, fraction_of(mirror)};
    } else if (!place->route->reported) {
        gateway_report(place->route->object, place->lower->envelope, SLUICE_SEVERITY_WARNING,
                       GW_BACKEND, mirror->backend_ref->node, "%s: nothing is copied there",
                       backend.problem);
    }
}

bool
gw_mirrors(const struct gw_place *place, const struct value_list *filters,
           const struct model_mirror **mirrors, size_t *count)
{
    const struct gateway_filter *items = filters->items;
    struct model_mirror *made =
        ARENA_ARRAY(place->lower->arena, struct model_mirror, filters->count);
    if (!made) return gw_fail(place->lower);
    *count = 0;
    *mirrors = made;
    for (size_t i = 0; i < filters->count; i++) {
        if (items[i].type.v != GATEWAY_FILTER_MIRROR || !items[i].mirror) continue;
        if (items[i].mirror->backend_ref) add_mirror(place, items[i].mirror, made, count);
    }
    return !place->lower->failed;
}
