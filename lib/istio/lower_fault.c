/* lower_fault: injected delays and aborts. */
#include "istio/http_status.h"
#include "istio/lower_action.h"

enum { MILLION = 1000000 };

sluice_fraction
lower_percent(const struct istio_percent *percent)
{
    double scaled = percent ? percent->value.v * 10000.0 : 0;
    if (!(scaled > 0)) return (sluice_fraction){0, MILLION};
    return (sluice_fraction){scaled >= MILLION ? MILLION : (uint32_t)scaled, MILLION};
}

static sluice_fraction
delay_fraction(const struct istio_fault_delay *delay)
{
    if (delay->percentage || !delay->percent.set || delay->percent.v <= 0) {
        return lower_percent(delay->percentage);
    }
    return (sluice_fraction){delay->percent.v > 100 ? 100 : (uint32_t)delay->percent.v, 100};
}

const sluice_fault *
lower_fault(struct lower *lower, const struct istio_fault *fault)
{
    if (!fault) return NULL;
    sluice_fault made = {
        .abort_grpc_status = -1, .delay_fraction = {0, 100},
             .abort_fraction = {0, 100}
    };
    const struct istio_fault_delay *delay = fault->delay;
    const struct istio_fault_abort *stop = fault->abort;
    if (delay && delay->fixed_delay.set && delay->fixed_delay.v > 0) {
        made.delay_present = true;
        made.delay_ns = delay->fixed_delay.v;
        made.delay_fraction = delay_fraction(delay);
    }
    if (stop && (stop->http_status.set || stop->grpc_status.v.len)) {
        made.abort_present = true;
        made.abort_fraction = lower_percent(stop->percentage);
        if (stop->http_status.set) {
            made.abort_status = (uint32_t)stop->http_status.v;
        } else {
            made.abort_grpc_status = grpc_status_number(stop->grpc_status.v);
        }
    }
    if (!made.delay_present && !made.abort_present) return NULL;
    sluice_fault *kept = ARENA_NEW(lower->arena, sluice_fault);
    if (!kept) {
        lower->failed = true;
        return NULL;
    }
    *kept = made;
    return kept;
}
