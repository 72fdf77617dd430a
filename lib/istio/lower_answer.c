/* lower_answer: redirects, direct responses and CORS. */
#include "istio/lower_action.h"

const struct model_redirect *
lower_redirect(struct lower *lower, const struct lower_source *source,
               const struct istio_redirect *redirect)
{
    struct model_redirect *made = ARENA_NEW(lower->arena, struct model_redirect);
    if (!made) return NULL;
    *made = (struct model_redirect){
        .status = redirect->redirect_code.v > 0 ? (uint32_t)redirect->redirect_code.v : 301,
        .scheme = redirect->scheme.v,
        .host = redirect->authority.v,
        .host_keeps_port = true,
        .port = (uint32_t)redirect->port.v,
    };
    if (redirect->port.v > 0) {
        made->port_mode = MODEL_REDIRECT_PORT_FIXED;
    } else if (redirect->derive_port.set && redirect->derive_port.v == ISTIO_FROM_REQUEST_PORT) {
        made->port_mode = MODEL_REDIRECT_PORT_LISTENER;
    }
    if (redirect->uri.v.len) {
        made->path = (struct model_path_edit){
            .mode = MODEL_PATH_FULL,
            .value = redirect->uri.v,
            .drop_query = str_find(redirect->uri.v, '?') != SIZE_MAX,
        };
    } else if (redirect->prefix_rewrite.v.len) {
        sluice_str value = redirect->prefix_rewrite.v;
        made->path = (struct model_path_edit){.mode = lower_prefix_mode(source->semantics, value),
                                              .value = value};
    }
    return made;
}

const struct model_response *
lower_response(struct lower *lower, const struct istio_direct_response *response)
{
    struct model_response *made = ARENA_NEW(lower->arena, struct model_response);
    if (!made) return NULL;
    *made = (struct model_response){.status = (uint32_t)response->status.v, .grpc_status = -1};
    if (response->body) {
        made->body = value_is_set(response->body->string) ? response->body->string.v
                                                          : response->body->bytes.v;
    }
    return made;
}

/* ---- CORS (docs/rules.md, "CORS") ---- */

static sluice_str
join(struct lower *lower, const struct value_list *list)
{
    const sluice_str *items = list->items;
    sluice_str *parts = ARENA_ARRAY(lower->arena, sluice_str, list->count * 2);
    if (!parts || list->count == 0) return (sluice_str){NULL, 0};
    for (size_t i = 0; i < list->count; i++) {
        parts[2 * i] = i ? STR(",") : STR("");
        parts[2 * i + 1] = items[i];
    }
    return arena_concat(lower->arena, parts, list->count * 2);
}

static bool
is_star(const struct value_list *list)
{
    const sluice_str *items = list->items;
    return list->count == 1 && str_equal(items[0], STR("*"));
}

static struct model_matcher
origin_matcher(const struct istio_string_match *match)
{
    if (value_is_set(match->prefix))
        return (struct model_matcher){.op = MODEL_PREFIX, .value = match->prefix.v};
    if (value_is_set(match->regex))
        return (struct model_matcher){.op = MODEL_REGEX, .value = match->regex.v};
    return (struct model_matcher){.op = MODEL_EXACT, .value = match->exact.v};
}

static bool
set_origins(struct lower *lower, struct model_cors *made, const struct istio_cors *cors)
{
    const struct istio_string_match *matches = cors->allow_origins.items;
    const sluice_str *texts = cors->allow_origin.items;
    bool modern = cors->allow_origins.count > 0;
    size_t count = modern ? cors->allow_origins.count : cors->allow_origin.count;
    struct model_matcher *origins = ARENA_ARRAY(lower->arena, struct model_matcher, count);
    if (!origins) return false;
    for (size_t i = 0; i < count; i++) {
        origins[i] = modern ? origin_matcher(&matches[i])
                            : (struct model_matcher){.op = MODEL_EXACT, .value = texts[i]};
    }
    made->origins = origins;
    made->origin_count = count;
    return true;
}

const struct model_cors *
lower_cors(struct lower *lower, const struct istio_cors *cors)
{
    if (!cors) return NULL;
    struct model_cors *made = ARENA_NEW(lower->arena, struct model_cors);
    if (!made || !set_origins(lower, made, cors)) {
        lower->failed = true;
        return NULL;
    }
    made->allow_methods = join(lower, &cors->allow_methods);
    made->allow_headers = join(lower, &cors->allow_headers);
    made->expose_headers = join(lower, &cors->expose_headers);
    made->any_method = is_star(&cors->allow_methods);
    made->any_header = is_star(&cors->allow_headers);
    made->allow_credentials = cors->allow_credentials.v;
    made->answer_foreign_preflight = cors->unmatched_preflights.v == ISTIO_PREFLIGHT_IGNORE;
    made->foreign_headers = true;
    made->preflight_status = 200;
    if (cors->max_age.set) {
        made->max_age =
            arena_printf(lower->arena, "%lld", (long long)(cors->max_age.v / 1000000000));
    }
    return made;
}
