/* decide: from a request to a decision. */
#include "router/act.h"
#include "router/live.h"
#include "router/match.h"

const char *
sluice_outcome_name(sluice_outcome outcome)
{
    switch (outcome) {
    case SLUICE_FORWARD:
        return "forward";
    case SLUICE_PASSTHROUGH:
        return "passthrough";
    case SLUICE_REDIRECT:
        return "redirect";
    case SLUICE_RESPOND:
        return "respond";
    case SLUICE_NOT_FOUND:
        return "not_found";
    case SLUICE_UNAVAILABLE:
        return "unavailable";
    case SLUICE_MISDIRECTED:
        return "misdirected";
    }
    return "unknown";
}

/*
 * What a decision says before any rule was looked at. Part by part: compilers turn one assignment
 * of so large a struct into `rep stos`, which starts slowly (a sixth of a whole decision).
 */
static void
begin(const struct view *view, sluice_decision *decision)
{
    static const sluice_str none = {NULL, 0};
    decision->outcome = SLUICE_FORWARD;
    decision->status = 0;
    decision->grpc_status = -1;
    decision->matched = NULL;
    decision->router = view->router;
    decision->destination = NULL;
    decision->port = 0;
    decision->split_index = 0;
    decision->split = NULL;
    decision->split_count = 0;
    decision->split_total = 0;
    decision->pick = SLUICE_PICK_ONLY;
    decision->sticky = (sluice_sticky){.by = SLUICE_STICKY_NONE};
    decision->path = view->family == FAMILY_HTTP ? view->raw_path : none;
    decision->authority = view->authority;
    decision->request_headers = NULL;
    decision->request_header_count = 0;
    decision->response_headers = NULL;
    decision->response_header_count = 0;
    decision->timeout_ns = SLUICE_NO_DURATION;
    decision->backend_timeout_ns = SLUICE_NO_DURATION;
    decision->retry = NULL;
    decision->mirrors = NULL;
    decision->mirror_count = 0;
    decision->fault = NULL;
    decision->cors_headers = NULL;
    decision->cors_header_count = 0;
    decision->hash_policy = NULL;
    decision->hash_policy_count = 0;
    decision->hash_present = false;
    decision->hash = 0;
    decision->listener_tls = SLUICE_LISTENER_TLS_NONE;
    decision->redirect = (sluice_redirect){.port = 0};
    decision->body = none;
    decision->response_fields = NULL;
    decision->response_field_count = 0;
}

/* Something that the decision needs did not fit into the scratch: say so, and nothing half-built.
 */
static void
give_up(struct view *view, sluice_decision *decision)
{
    const sluice_matched *matched = decision->matched;
    begin(view, decision);
    decision->matched = matched;
    act_answer(view, SLUICE_UNAVAILABLE, 500, -1, decision);
}

/* The first rule that holds, of the list or of those that it falls through to. */
static const struct rule *
first_rule(struct view *view, const struct route_list *list)
{
    const struct rule *rule = match_first(view, list);
    while (!rule && list->next != NO_ROUTES) {
        list = &view->router->route_lists[list->next];
        rule = match_first(view, list);
    }
    return rule;
}

sluice_outcome
decide(struct view *view, sluice_decision *decision)
{
    const struct route_list *routes;
    sluice_str domain;
    begin(view, decision);
    enum lookup found = match_host(view, &routes, &domain);
    if (view->listener) {
        decision->listener_tls = (sluice_listener_tls)view->listener->listener_tls;
    }
    if (found == LOOKUP_MISDIRECTED) {
        act_answer(view, SLUICE_MISDIRECTED, 421, -1, decision);
        return decision->outcome;
    }
    const struct rule *rule = found == LOOKUP_FOUND ? first_rule(view, routes) : NULL;
    if (rule) {
        act_on_rule(view, rule, decision);
    } else {
        act_answer(view, SLUICE_NOT_FOUND, 404, -1, decision);
    }
    if (view->context->scratch.overflow) give_up(view, decision);
    return decision->outcome;
}

sluice_outcome
sluice_route(sluice_context *context, const sluice_request *request, sluice_decision *decision)
{
    struct view view;
    context_follow(context);
    view_init(&view, context, request);
    return decide(&view, decision);
}
