#include "router/act.h"

#include "engine/pcg.h"

/* Certain outcomes draw nothing. */
static bool
chosen(struct view *view, sluice_fraction fraction)
{
    if (fraction.numerator == 0) return false;
    if (fraction.numerator >= fraction.denominator) return true;
    return act_hits(fraction, pcg_next(&view->context->rng));
}

bool
act_fault(struct view *view, const sluice_fault *fault, sluice_decision *decision)
{
    sluice_fault *drawn = &view->context->fault;
    *drawn = *fault;
    drawn->delay_chosen = fault->delay_present && chosen(view, fault->delay_fraction);
    drawn->abort_chosen = fault->abort_present && chosen(view, fault->abort_fraction);
    decision->fault = drawn;
    if (!drawn->abort_chosen) return false;
    uint32_t status = fault->abort_status ? fault->abort_status : 200;
    act_answer(view, SLUICE_RESPOND, status, fault->abort_grpc_status, decision);
    decision->grpc_status =
        fault->abort_grpc_status >= 0 ? fault->abort_grpc_status : decision->grpc_status;
    decision->body = STR("fault filter abort");
    return true;
}
