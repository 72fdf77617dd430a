/*
 * validate_retry: retry policies.
 */
#include "istio/http_status.h"
#include "istio/validate.h"

static bool
is_retry_on(sluice_str element)
{
    uint64_t status;
    return retry_policy_is_known(element) ||
           (str_to_u64(element, &status) && http_status_is_standard(status));
}

/* Elements are compared as they stand: a blank beside a comma is a mistake. The first is reported.
 */
static void
check_retry_on(struct validate *v, const struct istio_retry *retry)
{
    sluice_str rest = retry->retry_on.v;
    for (bool last = rest.len == 0; !last;) {
        size_t comma = str_find(rest, ',');
        sluice_str element = str_first(rest, comma);
        last = comma == SIZE_MAX;
        rest = str_skip(rest, element.len + 1);
        if (is_retry_on(element)) continue;
        REFUSED(v, validate_at(retry->node, "retryOn"),
                "\"%.*s\" in retryOn is neither a retry policy such as 5xx nor an HTTP status; "
                "elements are separated by \",\" alone",
                STR_ARG(element));
        return;
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
