#include "router/act_on_rule.h"

static void
take_ops(struct header_ops request, struct header_ops response, sluice_decision *decision)
{
    decision->request_headers = request.items;
    decision->request_header_count = request.count;
    decision->response_headers = response.items;
    decision->response_header_count = response.count;
}

static void
take_path(struct view *view, const struct action_extra *extra, const struct rule *rule,
          sluice_decision *decision)
{
    if (extra->path.mode != PATH_KEEP) decision->path = act_path(view, &extra->path, rule);
}

static void
take_extra(struct view *view, const struct action_extra *extra, const struct rule *rule,
           struct draw *draw, sluice_decision *decision)
{
    take_path(view, extra, rule, decision);
    take_ops(extra->request_ops, extra->response_ops, decision);
    if (extra->authority.len) decision->authority = extra->authority;
    decision->timeout_ns = extra->timeout_ns;
    decision->backend_timeout_ns = extra->backend_timeout_ns;
    act_mirrors(view, extra, draw, decision);
}

/* Of an entry that does not forward, nothing of the way to a destination stays. */
static void
forget_forwarding(struct view *view, sluice_decision *decision)
{
    decision->path = view->raw_path;
    decision->authority = view_authority(view);
    decision->request_headers = NULL;
    decision->request_header_count = 0;
    decision->timeout_ns = SLUICE_NO_DURATION;
    decision->backend_timeout_ns = SLUICE_NO_DURATION;
    decision->mirrors = NULL;
    decision->mirror_count = 0;
}

/* What is particular to the entry that was picked. False: it answers and is not forwarded to. */
static bool
take_entry(struct view *view, const struct entry *entry, const struct rule *rule, struct draw *draw,
           sluice_decision *decision)
{
    const struct action *instead = entry->instead;
    const struct cors *cors = instead && instead->extra ? instead->extra->cors : NULL;
    if (entry->invalid_status) {
        forget_forwarding(view, decision);
        take_ops((struct header_ops){0}, (struct header_ops){0}, decision);
        act_answer(view, SLUICE_UNAVAILABLE, entry->invalid_status, -1, decision);
        return false;
    }
    take_ops(entry->request_ops, entry->response_ops, decision);
    if (entry->authority.len) decision->authority = entry->authority;
    if (!instead || !instead->extra) return true;
    if (cors && act_cors(view, cors, decision)) {
        forget_forwarding(view, decision);
        return false;
    }
    if (instead->kind == ACTION_REDIRECT) {
        forget_forwarding(view, decision);
        act_redirect(view, instead->extra->redirect, rule, decision);
    } else if (instead->kind == ACTION_RESPOND) {
        forget_forwarding(view, decision);
        act_respond(view, instead->extra->response, decision);
    } else {
        take_path(view, instead->extra, rule, decision);
        act_mirrors(view, instead->extra, draw, decision);
        return true;
    }
    return false;
}

/*
 * The order is Envoy's, as Istio sets it up: the destination is picked, then faults are injected,
 * then CORS looks at the request, and only then is it edited on its way.
 */
static void
act_forward(struct view *view, const struct action *action, const struct rule *rule,
            sluice_decision *decision)
{
    const struct split *split = action->split;
    const struct action_extra *extra = action->extra;
    struct draw draw = {0, false};
    if (split) pick_entry(view, split, &draw, decision);
    if (extra) {
        if (extra->fault && act_fault(view, extra->fault, decision)) return;
        if (extra->cors && act_cors(view, extra->cors, decision)) return;
    }
    if (!split || split->usable == 0) {
        act_answer(view, SLUICE_UNAVAILABLE, action->empty_status, -1, decision);
        return;
    }
    if (extra) take_extra(view, extra, rule, &draw, decision);
    if (action->entries) {
        const struct entry *entry = &action->entries[decision->split_index];
        if (!take_entry(view, entry, rule, &draw, decision)) return;
    }
    act_send(view, action, decision);
    if (extra && extra->hash_policy_count) act_hash(view, extra, decision);
}

static void
act_passthrough(struct view *view, const struct action *action, sluice_decision *decision)
{
    decision->outcome = SLUICE_PASSTHROUGH;
    if (!action->split) return;
    pick_show_split(action->split, decision);
    decision->destination = action->split->shares[0].destination;
    decision->port = act_port(view, decision->destination->port);
}

/* A redirect or a direct response of the rule itself. */
static void
act_locally(struct view *view, const struct action *action, const struct rule *rule,
            sluice_decision *decision)
{
    const struct action_extra *extra = action->extra;
    if (extra->fault && act_fault(view, extra->fault, decision)) return;
    if (extra->cors && act_cors(view, extra->cors, decision)) return;
    take_ops((struct header_ops){0}, extra->response_ops, decision);
    if (action->kind == ACTION_REDIRECT) {
        act_redirect(view, extra->redirect, rule, decision);
    } else {
        act_respond(view, extra->response, decision);
    }
}

void
act_specially(struct view *view, const struct action *action, const struct rule *rule,
              sluice_decision *decision)
{
    switch ((enum action_kind)action->kind) {
    case ACTION_FORWARD:
        act_forward(view, action, rule, decision);
        break;
    case ACTION_REDIRECT:
    case ACTION_RESPOND:
        act_locally(view, action, rule, decision);
        break;
    case ACTION_PASSTHROUGH:
        act_passthrough(view, action, decision);
        break;
    case ACTION_NOT_FOUND:
        act_answer(view, SLUICE_NOT_FOUND, 404, -1, decision);
        break;
    }
}
