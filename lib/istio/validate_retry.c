/*
 * validate_retry: retry policies.
 */
#include "istio/http_status.h"
#include "istio/validate.h"

/* Elements are compared as they stand: a blank beside a comma is a mistake. */
static void
check_retry_on(struct validate *v, const struct istio_retry *retry)
{
    sluice_str rest = retry->retry_on.v;
    for (bool last = rest.len == 0; !last;) {
        size_t comma = str_find(rest, ',');
        sluice_str policy = str_first(rest, comma);
        uint64_t status;
        last = comma == SIZE_MAX;
        rest = str_skip(rest, policy.len + 1);
        if (retry_policy_is_known(policy)) continue;
        if (str_to_u64(policy, &status) && http_status_is_standard(status)) continue;
        REFUSED(v, validate_at(retry->node, "retryOn"),
                "\"%.*s\" in retryOn is neither a retry policy such as 5xx nor an HTTP status; "
                "elements are separated by \",\" alone",
                STR_ARG(policy));
    }
}

static void
check_attempts(struct validate *v, const struct istio_retry *retry)
{
    if (retry->attempts.v < 0) {
        REFUSED(v, validate_at(retry->node, "attempts"), "attempts is %lld; it must be 0 or more",
                (long long)retry->attempts.v);
    }
    bool more = retry->per_try_timeout.set || retry->retry_on.v.len > 0 ||
                retry->retry_remote_localities.set;
    if (retry->attempts.v == 0 && more) {
        REFUSED(v, validate_at(retry->node, "attempts"),
                "attempts is 0, which switches retries off, so perTryTimeout, retryOn and "
                "retryRemoteLocalities have no effect; set attempts");
    }
}

void
validate_retry(struct validate *v, const struct istio_retry *retry)
{
    if (!retry) return;
    check_attempts(v, retry);
    validate_duration(v, retry->node, "perTryTimeout", retry->per_try_timeout);
    validate_duration(v, retry->node, "backoff", retry->backoff);
    check_retry_on(v, retry);
}
