/*
 * act_on_rule: what the rule that matched says. Inline for decide.c: most rules only forward.
 */
#ifndef SLUICE_ROUTER_ACT_ON_RULE_H
#define SLUICE_ROUTER_ACT_ON_RULE_H

#include "router/origin.h"
#include "router/pick.h"

/* The destination's, or where it has none the request's. */
static inline uint32_t
act_port(const struct view *view, uint32_t port)
{
    return port ? port : view->port;
}

/* On the way to the entry that was picked. */
static inline void
act_send(const struct view *view, const struct action *action, sluice_decision *decision)
{
    const sluice_split_share *share = &action->split->shares[decision->split_index];
    decision->destination = share->destination;
    decision->port = act_port(view, share->destination->port);
    decision->retry = action->retry;
}

/* The same of a rule that has but one way to go. The decision says already that it is the first of
 * its split, and that there was nothing to pick. */
static inline void
act_send_alone(const struct view *view, const struct action *action, sluice_decision *decision)
{
    decision->destination = action->destination;
    decision->port = act_port(view, action->port);
    decision->split = action->share;
    decision->split_count = 1;
    decision->split_total = action->total;
    decision->retry = action->retry;
}

/* Requests of a kind follow each other, so what was said of the last rules is kept. */
static inline const sluice_matched *
act_matched(sluice_context *context, const struct rule *rule)
{
    enum { APART = 64 }; /* a rule with its predicates is hardly less */
    size_t at = (uintptr_t)rule / APART % MATCHED_MEMOS;
    if (context->shown[at] != rule) {
        context->shown[at] = rule;
        origin_show(context->router, rule, &context->matched[at]);
    }
    return &context->matched[at];
}

/* The decision has its defaults (see decide.c). */
static inline void
act_on_rule(struct view *view, const struct rule *rule, sluice_decision *decision)
{
    const struct action *action = &view->router->actions[rule->action];
    decision->matched = act_matched(view->context, rule);
    if (action->extent == ACTION_ALONE && view->request->sticky_key.len == 0) {
        act_send_alone(view, action, decision);
        return;
    }
    if (action->extent == ACTION_WHOLE) {
        act_specially(view, action, rule, decision);
        return;
    }
    struct draw draw = {0, false};
    pick_entry(view, action->split, &draw, decision);
    act_send(view, action, decision);
}

#endif
