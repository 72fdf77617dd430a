/*
 * act: carry out the action of the rule that decided: fill in the decision.
 */
#ifndef SLUICE_ROUTER_ACT_H
#define SLUICE_ROUTER_ACT_H

#include "engine/pcg.h"
#include "router/view.h"

/*
 * The request's one random number, drawn when first asked for. As Envoy does with its stream id,
 * the split and every mirror use the same one. They look at different ends of it: the alias table
 * scales it, so its high bits decide, while a fraction takes its remainder.
 */
struct draw {
    uint64_t number;
    bool drawn;
};

static inline uint64_t
act_draw(struct view *view, struct draw *draw)
{
    if (!draw->drawn) *draw = (struct draw){pcg_next(&view->context->rng), true};
    return draw->number;
}

/* Whether a uniform draw falls into the fraction: draw mod denominator < numerator. */
bool act_hits(sluice_fraction fraction, uint64_t draw);
/* Neither 0 nor 100 %: only then is a number needed. */
bool act_is_partial(sluice_fraction fraction);

/* act.c: whatever is not a plain forward. The decision has its defaults (see decide.c). */
void act_specially(struct view *view, const struct action *action, const struct rule *rule,
                   sluice_decision *decision);

/* The parts, each in its own file. */

/* pick.c (choosing an entry of the split: see pick.h) */

/* Text in scratch: 16 hex digits from the context's generator; a number in decimal. */
sluice_str act_new_cookie_value(struct view *view);
sluice_str act_decimal(struct view *view, uint64_t number);

/* path.c: the path after an edit, query included, into scratch where it changes. */
sluice_str act_path(struct view *view, const struct path_edit *edit, const struct rule *rule);

/* redirect.c */
void act_redirect(struct view *view, const struct redirect *redirect, const struct rule *rule,
                  sluice_decision *decision);

/* answer.c: answer locally; gRPC requests get a gRPC status (-1: mapped from the HTTP status). */
void act_answer(struct view *view, sluice_outcome outcome, uint32_t status, int32_t grpc_status,
                sluice_decision *decision);
/* A direct response. */
void act_respond(struct view *view, const struct response *response, sluice_decision *decision);
/* Add a line to response_fields. More than the context has room for is left out. */
void act_add_field(struct view *view, sluice_decision *decision, sluice_str name, sluice_str value);

/* cors.c: true when the request is a preflight that is answered here. Else cors_headers are set. */
bool act_cors(struct view *view, const struct cors *cors, sluice_decision *decision);

/* fault.c: draws; true when an abort answers the request. */
bool act_fault(struct view *view, const sluice_fault *fault, sluice_decision *decision);

/* mirror.c: add copies to those that the decision has. */
void act_mirrors(struct view *view, const struct action_extra *extra, struct draw *draw,
                 sluice_decision *decision);

/* hash.c: the endpoint hash, and the cookies that it makes. */
void act_hash(struct view *view, const struct action_extra *extra, sluice_decision *decision);

#endif
