/*
 * validate_fault: injected delays and aborts.
 */
#include "istio/http_status.h"
#include "istio/validate.h"

#define DEPRECATED "IST0002"

/* 0, or large enough to be a part in a million. */
static void
check_percentage(struct validate *v, const struct istio_percent *percentage)
{
    if (!percentage) return;
    const struct yaml_node *at = validate_at(percentage->node, "value");
    double value = percentage->value.v;
    if (!(value >= 0 && value <= 100)) {
        BROKEN(v, at, "the percentage must be 0, or from 0.0001 to 100");
    } else if (value > 0 && value < 0.0001) {
        REFUSED(v, at, "the percentage is too small to count; it must be 0, or from 0.0001 to 100");
    }
}

static void
check_delay(struct validate *v, const struct istio_fault_delay *delay)
{
    if (!delay) return;
    check_percentage(v, delay->percentage);
    validate_duration(v, delay->node, "fixedDelay", delay->fixed_delay);
    if (delay->exponential_delay.set) {
        REFUSED(v, validate_at(delay->node, "exponentialDelay"),
                "exponentialDelay is not supported by Istio; use fixedDelay");
    }
    if (delay->percent.v > 0) {
        decode_report(v->decode, SLUICE_SEVERITY_WARNING, DEPRECATED,
                      validate_at(delay->node, "percent"), "percent is deprecated; use percentage");
    }
}

static void
check_abort(struct validate *v, const struct istio_fault_abort *fault)
{
    if (!fault) return;
    check_percentage(v, fault->percentage);
    if (value_is_set(fault->http2_error)) {
        REFUSED(v, validate_at(fault->node, "http2Error"),
                "http2Error is not supported by Istio; use httpStatus or grpcStatus");
    } else if (value_is_set(fault->grpc_status)) {
        if (grpc_status_number(fault->grpc_status.v) >= 0) return;
        BROKEN(v, validate_at(fault->node, "grpcStatus"),
               "\"%.*s\" is no gRPC status; expected a name such as UNAVAILABLE",
               STR_ARG(fault->grpc_status.v));
    } else if (!fault->http_status.set) {
        WARN(v, fault->node, "the abort has neither httpStatus nor grpcStatus; it does nothing");
    } else if (!http_status_is_answer(fault->http_status.v)) {
        BROKEN(v, validate_at(fault->node, "httpStatus"),
               "httpStatus %lld is out of range; it must be from 200 to 599",
               (long long)fault->http_status.v);
    }
}

void
validate_fault(struct validate *v, const struct istio_fault *fault)
{
    if (!fault) return;
    if (!fault->delay && !fault->abort) {
        REFUSED(v, fault->node, "the fault does nothing; it needs delay or abort");
    }
    check_delay(v, fault->delay);
    check_abort(v, fault->abort);
}
