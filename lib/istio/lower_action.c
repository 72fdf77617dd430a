#include "istio/lower_action.h"

static int64_t
timeout_of(struct value_duration timeout)
{
    return timeout.set && timeout.v > 0 ? timeout.v : SLUICE_NO_DURATION;
}

/* By segments with gateway semantics, unless the text brings a slash to its end. */
enum model_path_mode
lower_prefix_mode(enum route_semantics semantics, sluice_str uri)
{
    bool slash = uri.len > 1 && uri.ptr[uri.len - 1] == '/';
    return semantics == SEMANTICS_GATEWAY && !slash ? MODEL_PATH_SEGMENT : MODEL_PATH_PREFIX;
}

static void
set_rewrite(struct model_action *action, const struct istio_rewrite *rewrite,
            enum route_semantics semantics)
{
    if (!rewrite) return;
    action->authority = rewrite->authority.v;
    if (rewrite->uri_regex_rewrite) {
        action->path = (struct model_path_edit){
            .mode = MODEL_PATH_REGEX,
            .pattern = rewrite->uri_regex_rewrite->match.v,
            .value = rewrite->uri_regex_rewrite->rewrite.v,
        };
    } else if (rewrite->uri.v.len) {
        action->path = (struct model_path_edit){
            .mode = lower_prefix_mode(semantics, rewrite->uri.v), .value = rewrite->uri.v};
    }
}

static void
set_headers(struct lower *lower, struct model_action *action, const struct istio_headers *headers)
{
    if (!headers) return;
    struct header_stages request = {.route = headers->request, .merged = true};
    struct header_stages response = {.route = headers->response, .merged = true};
    action->request_ops = lower_header_ops(lower, &request);
    action->response_ops = lower_header_ops(lower, &response);
    if (action->authority.len == 0) action->authority = lower_authority(headers->request);
}

/* An answer without a body has no content type, whatever is set (docs/rules.md, "Direct response").
 */
static bool
drop_content_type(struct lower *lower, struct model_header_ops *ops)
{
    sluice_header_op *kept = ARENA_ARRAY(lower->arena, sluice_header_op, ops->count);
    size_t count = 0;
    for (size_t i = 0; kept && i < ops->count; i++) {
        if (!str_equal(ops->items[i].name, STR("content-type"))) kept[count++] = ops->items[i];
    }
    *ops = (struct model_header_ops){kept, count};
    return kept != NULL;
}

static bool
fill_response(struct lower *lower, const struct istio_http_route *route,
              struct model_action *action)
{
    action->kind = MODEL_RESPOND;
    action->response = lower_response(lower, route->more->direct_response);
    set_headers(lower, action, route->more->headers);
    if (!action->response) return false;
    return action->response->body.len > 0 || drop_content_type(lower, &action->response_ops);
}

static bool
fill(struct lower *lower, const struct lower_source *source, const struct istio_http_route *route,
     const struct lower_scope *scope, struct model_action *action)
{
    *action = (struct model_action){
        .kind = MODEL_FORWARD,
        .timeout_ns = SLUICE_NO_DURATION,
        .backend_timeout_ns = SLUICE_NO_DURATION,
        .fault = lower_fault(lower, route->more->fault),
    };
    /* What stands first here wins when a rule that validation refuses runs anyway. */
    if (route->more->redirect) {
        action->kind = MODEL_REDIRECT;
        action->redirect = lower_redirect(lower, source, route->more->redirect);
        set_headers(lower, action, route->more->headers);
        return action->redirect != NULL;
    }
    if (route->more->direct_response) return fill_response(lower, route, action);
    set_rewrite(action, route->more->rewrite, source->semantics);
    set_headers(lower, action, route->more->headers);
    action->timeout_ns = timeout_of(route->more->timeout);
    action->cors = lower_cors(lower, route->more->cors_policy);
    if (!lower_split(lower, source, route, scope, action)) return false;
    bool hashed = action->split.count == 1 && action->hash_policy_count > 0;
    action->retry = lower_retry(lower, route->more->retries, hashed);
    return lower_mirrors(lower, source, route, scope, action) && !lower->failed;
}

/* Where the action of the rule is kept, for rules that say the same or for this one alone. */
static void **
place_of(struct lower *lower, const struct lower_source *source,
         const struct istio_http_route *route, const struct lower_scope *scope)
{
    struct plain_key plain;
    if (lower_plain_key(&plain, lower, source, route, scope)) {
        return map_put_copy(&lower->plain_actions, lower->arena, str_make(plain.bytes, plain.len));
    }
    /* The port matters where a registry says which ports a service has. */
    uint64_t port = lower->registry ? scope->port : 0;
    uint64_t parts[] = {(uintptr_t)route, scope->mesh, port};
    sluice_str key = str_make((const char *)parts, sizeof(parts));
    return map_put_copy(&lower->actions, lower->arena, key);
}

const struct model_action *
lower_action(struct lower *lower, const struct lower_source *source,
             const struct istio_http_route *route, const struct lower_scope *scope)
{
    void **place = place_of(lower, source, route, scope);
    if (!place) {
        lower->failed = true;
        return NULL;
    }
    if (*place) return *place;
    struct model_action *action = ARENA_NEW(lower->arena, struct model_action);
    if (!action || !fill(lower, source, route, scope, action)) {
        lower->failed = true;
        return NULL;
    }
    *place = action;
    return action;
}
