/*
 * action: what a rule does, put together from its parts (docs/gateway-api.md, "Backends" to
 * "Sessions").
 */
#include "gateway_api/rules.h"

enum { DEFAULT_ATTEMPTS = 2 }; /* as Istio's */

/* Connection errors and tries that took too long; with codes the statuses too. */
#define RETRY_ON "connect-failure,refused-stream,reset"
#define RETRY_ON_CODES RETRY_ON ",retriable-status-codes"

static const sluice_retry_policy *
retry_of(const struct gw_place *place, const struct gw_rule *rule)
{
    const struct gateway_retry *retry = rule->retry;
    const struct gateway_timeouts *timeouts = rule->timeouts;
    if (!retry) return NULL;
    sluice_retry_policy *made = ARENA_NEW(place->lower->arena, sluice_retry_policy);
    if (!made) {
        gw_fail(place->lower);
        return NULL;
    }
    bool each = timeouts && timeouts->backend_request.set && timeouts->backend_request.v > 0;
    *made = (sluice_retry_policy){
        .attempts = retry->attempts.set ? (uint32_t)retry->attempts.v : DEFAULT_ATTEMPTS,
        .per_try_timeout_ns = each ? timeouts->backend_request.v : SLUICE_NO_DURATION,
        .backoff_ns = retry->backoff.set ? retry->backoff.v : SLUICE_NO_DURATION,
        .retry_on = retry->codes.count ? STR(RETRY_ON_CODES) : STR(RETRY_ON),
        .codes = retry->codes.items,
        .code_count = retry->codes.count,
    };
    return made;
}

static int64_t
duration_of(struct value_duration duration)
{
    return duration.set ? duration.v : SLUICE_NO_DURATION;
}

/* The rule answers 500 by having nowhere to go: what it asks for must not be skipped (10.2). */
static bool
refuse(const struct gw_place *place, const struct gateway_filter *filter,
       struct model_action *action)
{
    action->split = (struct model_split){.empty_status = 500, .salt = place->route->qualified};
    if (place->route->reported) return true;
    gateway_report(place->route->object, place->lower->envelope, SLUICE_SEVERITY_WARNING, GW_FILTER,
                   filter->node,
                   "a filter of this type is not supported: requests for the rule are answered "
                   "with 500");
    return true;
}

static bool
fill(const struct gw_place *place, const struct gw_rule *rule, struct model_action *action)
{
    struct gw_filters filters = gw_filters_read(rule->filters);
    *action = (struct model_action){
        .kind = MODEL_FORWARD,
        .timeout_ns = SLUICE_NO_DURATION,
        .backend_timeout_ns = SLUICE_NO_DURATION,
    };
    if (filters.unsupported) return refuse(place, filters.unsupported, action);
    action->response_ops = gw_header_ops(place, filters.response, NULL);
    action->cors = gw_cors(place, filters.cors);
    if (filters.redirect) {
        action->kind = MODEL_REDIRECT;
        action->redirect = gw_redirect(place, filters.redirect);
        return action->redirect != NULL;
    }
    action->request_ops = gw_header_ops(place, filters.request, NULL);
    if (filters.rewrite) {
        action->path = gw_path_edit(filters.rewrite->path);
        action->authority = filters.rewrite->hostname.v;
    }
    if (action->authority.len == 0) action->authority = gw_header_authority(filters.request);
    if (rule->timeouts) {
        action->timeout_ns = duration_of(rule->timeouts->request);
        action->backend_timeout_ns = duration_of(rule->timeouts->backend_request);
    }
    action->retry = retry_of(place, rule);
    if (filters.mirror_count &&
        !gw_mirrors(place, rule->filters, &action->mirrors, &action->mirror_count)) {
        return false;
    }
    return gw_split(place, rule, &filters, action);
}

const struct model_action *
gw_action(const struct gw_place *place, const struct gw_rule *rule)
{
    struct model_action *action = ARENA_NEW(place->lower->arena, struct model_action);
    if (!action || !fill(place, rule, action) || place->lower->failed) {
        gw_fail(place->lower);
        return NULL;
    }
    return action;
}
