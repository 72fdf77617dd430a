/*
 * act: carry out the action of the rule that decided: fill in the decision.
 */
#ifndef SLUICE_ROUTER_ACT_H
#define SLUICE_ROUTER_ACT_H

#include "router/view.h"

/* rule is the one that matched; the decision has its defaults (see decide.c). */
void act_on_rule(struct view *view, const struct rule *rule, sluice_decision *decision);

/* decide.c: the whole of sluice_route() after view_init(). */
sluice_outcome decide(struct view *view, sluice_decision *decision);

/* The parts, each in its own file. */

/* pick.c: choose an entry of the split; sets split, pick, sticky, split_index. `draw` is the
 * request's number, needed where act_pick_draws() says so. */
bool act_pick_draws(const struct view *view, const struct split *split);
void act_pick(struct view *view, const struct split *split, uint64_t draw,
              sluice_decision *decision);
/* Text in scratch: 16 hex digits from the context's generator; a number in decimal. */
sluice_str act_new_cookie_value(struct view *view);
sluice_str act_decimal(struct view *view, uint64_t number);
/* path.c: the path after an edit, query included, into scratch where it changes. */
sluice_str act_path(struct view *view, const struct path_edit *edit, const struct rule *rule);
/* redirect.c */
void act_redirect(struct view *view, const struct redirect *redirect, const struct rule *rule,
                  sluice_decision *decision);
/* cors.c: true when the request is a preflight that is answered here. Else response headers are
 * set. */
bool act_cors(struct view *view, const struct cors *cors, sluice_decision *decision);
/* fault.c: draws; true when an abort answers the request. */
bool act_fault(struct view *view, const sluice_fault *fault, sluice_decision *decision);
/* hash.c: the endpoint hash of istio.md 7.5. */
void act_hash(struct view *view, const sluice_hash_policy *policies, size_t count,
              sluice_decision *decision);
/* Whether a uniform draw falls into the fraction: draw mod denominator < numerator. */
bool act_hits(sluice_fraction fraction, uint64_t draw);
/* Answer locally; gRPC requests get a gRPC status (-1: mapped from the HTTP status). */
void act_answer(struct view *view, sluice_outcome outcome, uint32_t status, int32_t grpc_status,
                sluice_decision *decision);

#endif
