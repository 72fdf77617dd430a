/*
 * cors: the CORS filter (docs/gateway-api.md, "Filters").
 */
#include "gateway_api/rules.h"

static sluice_str
join(struct gw_lower *lower, const struct value_list *list)
{
    const sluice_str *items = list->items;
    if (list->count == 0) return (sluice_str){NULL, 0};
    sluice_str *parts = ARENA_ARRAY(lower->arena, sluice_str, list->count * 2);
    if (!parts) return (sluice_str){NULL, 0};
    for (size_t i = 0; i < list->count; i++) {
        parts[2 * i] = i ? STR(",") : STR("");
        parts[2 * i + 1] = items[i];
    }
    return arena_concat(lower->arena, parts, list->count * 2);
}

static bool
has_star(const struct value_list *list)
{
    const sluice_str *items = list->items;
    for (size_t i = 0; i < list->count; i++) {
        if (str_equal(items[i], STR("*"))) return true;
    }
    return false;
}

/* ---- origins ---- */

/* An origin cut up: scheme with "://", host, and port with ":" (of the scheme, where none is given;
 * `usual`: it may be left out). */
struct origin {
    sluice_str scheme, host, port;
    bool usual;
};

static struct origin
read_origin(sluice_str text)
{
    struct origin origin = {.scheme = STR("http://")};
    if (str_starts_with(text, STR("https://"))) origin.scheme = STR("https://");
    sluice_str own = origin.scheme.len == 8 ? STR(":443") : STR(":80");
    sluice_str rest = str_skip(text, origin.scheme.len);
    size_t colon = str_find(rest, ':');
    origin.host = str_first(rest, colon);
    origin.port = colon == SIZE_MAX ? own : str_skip(rest, colon);
    origin.usual = str_equal(origin.port, own);
    return origin;
}

static struct model_matcher
matcher_of(struct gw_lower *lower, const struct origin *origin, sluice_str port)
{
    if (str_starts_with(origin->host, STR("*"))) {
        sluice_str suffix[] = {str_skip(origin->host, 1), port};
        return (struct model_matcher){.op = MODEL_AFFIX,
                                      .value = origin->scheme,
                                      .suffix = arena_concat(lower->arena, suffix, 2)};
    }
    sluice_str whole[] = {origin->scheme, origin->host, port};
    return (struct model_matcher){.op = MODEL_EXACT, .value = arena_concat(lower->arena, whole, 3)};
}

/* Each origin as it may be written: with its port, and without it where that is the scheme's. */
static bool
set_origins(struct gw_lower *lower, const struct gateway_cors *cors, struct model_cors *made)
{
    const sluice_str *items = cors->allow_origins.items;
    struct model_matcher *origins =
        ARENA_ARRAY(lower->arena, struct model_matcher, 2 * cors->allow_origins.count);
    if (!origins) return false;
    for (size_t i = 0; i < cors->allow_origins.count; i++) {
        if (str_equal(items[i], STR("*"))) {
            made->any_origin = true;
            continue;
        }
        struct origin origin = read_origin(items[i]);
        origins[made->origin_count++] = matcher_of(lower, &origin, origin.port);
        if (origin.usual) origins[made->origin_count++] = matcher_of(lower, &origin, STR(""));
    }
    made->origins = origins;
    return true;
}

const struct model_cors *
gw_cors(const struct gw_place *place, const struct gateway_cors *cors)
{
    struct gw_lower *lower = place->lower;
    if (!cors) return NULL;
    struct model_cors *made = ARENA_NEW(lower->arena, struct model_cors);
    if (!made || !set_origins(lower, cors, made)) {
        gw_fail(lower);
        return NULL;
    }
    made->any_method = has_star(&cors->allow_methods);
    made->any_header = has_star(&cors->allow_headers);
    made->allow_methods = join(lower, &cors->allow_methods);
    made->allow_headers = join(lower, &cors->allow_headers);
    made->expose_headers = join(lower, &cors->expose_headers);
    made->expose_on_preflight = true;
    made->allow_credentials = cors->allow_credentials.v;
    made->answer_foreign_preflight = true;
    made->preflight_status = 204;
    made->max_age =
        arena_printf(lower->arena, "%lld", cors->max_age.set ? (long long)cors->max_age.v : 5);
    return made;
}
