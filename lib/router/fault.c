/* fault: injected delays and aborts. */
#include "engine/pcg.h"
#include "router/act.h"

/* Delay and abort draw numbers of their own; what is certain draws none. */
static bool
chosen(struct view *view, sluice_fraction fraction)
{
    if (!act_is_partial(fraction)) return fraction.numerator != 0;
    return act_hits(fraction, pcg_next(&view->context->rng));
}

bool
act_fault(struct view *view, const sluice_fault *fault, sluice_decision *decision)
{
    sluice_fault *drawn = &view->context->fault;
    *drawn = *fault;
    drawn->delay_chosen =
        fault->delay_present && fault->delay_ns > 0 && chosen(view, fault->delay_fraction);
    drawn->abort_chosen = fault->abort_present && chosen(view, fault->abort_fraction);
    decision->fault = drawn;
    if (!drawn->abort_chosen) return false;
    act_answer(view, SLUICE_RESPOND, fault->abort_status ? fault->abort_status : 200,
               fault->abort_grpc_status, decision);
    /* Also to a client that does not speak gRPC: the rule asks for it by name. */
    if (fault->abort_grpc_status >= 0) decision->grpc_status = fault->abort_grpc_status;
    decision->body = STR("fault filter abort");
    return true;
}
