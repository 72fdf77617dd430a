/* lower_retry: the retry policy of a rule, with Istio's defaults. */
#include "istio/http_status.h"
#include "istio/lower_action.h"

#define DEFAULT_RETRY_ON                                                                           \
    "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes"
#define STATUS_TOKEN "retriable-status-codes"

enum { DEFAULT_ATTEMPTS = 2 };

struct retry_on {
    char *text;
    size_t len;
    uint32_t *codes;
    size_t code_count;
    bool has_status_token, has_policy;
};

static void
add_policy(struct retry_on *out, sluice_str token)
{
    if (out->has_policy) out->text[out->len++] = ',';
    memcpy(out->text + out->len, token.ptr, token.len);
    out->len += token.len;
    out->has_policy = true;
    out->has_status_token |= str_equal(token, STR(STATUS_TOKEN));
}

/* Numbers with a reason phrase become codes, the rest is joined again. With codes and no
 * retriable-status-codes token that is appended, after a comma even when it is alone. */
static bool
split_retry_on(struct lower *lower, sluice_str text, struct retry_on *out)
{
    out->text = arena_bytes(lower->arena, text.len + sizeof("," STATUS_TOKEN));
    out->codes = ARENA_ARRAY(lower->arena, uint32_t, text.len / 2 + 1);
    if (!out->text || !out->codes) return false;
    for (sluice_str rest = text; rest.len;) {
        size_t comma = str_find(rest, ',');
        sluice_str token = str_trim(str_first(rest, comma));
        rest = comma == SIZE_MAX ? str_skip(rest, rest.len) : str_skip(rest, comma + 1);
        uint64_t number;
        if (token.len == 0) continue;
        if (str_to_u64(token, &number) && http_status_is_standard(number)) {
            out->codes[out->code_count++] = (uint32_t)number;
        } else {
            add_policy(out, token);
        }
    }
    if (out->code_count && !out->has_status_token) {
        memcpy(out->text + out->len, "," STATUS_TOKEN, sizeof("," STATUS_TOKEN) - 1);
        out->len += sizeof("," STATUS_TOKEN) - 1;
    }
    return true;
}

static const sluice_retry_policy default_policies[2] = {
    {.attempts = DEFAULT_ATTEMPTS,
     .per_try_timeout_ns = SLUICE_NO_DURATION,
     .backoff_ns = SLUICE_NO_DURATION,
     .retry_on = STR_INIT(DEFAULT_RETRY_ON),
     .ignore_previous_hosts = true},
    {.attempts = DEFAULT_ATTEMPTS,
     .per_try_timeout_ns = SLUICE_NO_DURATION,
     .backoff_ns = SLUICE_NO_DURATION,
     .retry_on = STR_INIT(DEFAULT_RETRY_ON)      },
};

const sluice_retry_policy *
lower_retry(struct lower *lower, const struct istio_retry *retry, bool hashed)
{
    if (!retry) return &default_policies[hashed];
    sluice_retry_policy *policy = ARENA_NEW(lower->arena, sluice_retry_policy);
    if (!policy) {
        lower->failed = true;
        return NULL;
    }
    *policy = default_policies[hashed];
    policy->attempts = retry->attempts.v > 0 ? (uint32_t)retry->attempts.v : 0;
    if (policy->attempts == 0) {
        policy->retry_on = STR("");
        return policy;
    }
    if (retry->per_try_timeout.set) policy->per_try_timeout_ns = retry->per_try_timeout.v;
    if (retry->backoff.set) policy->backoff_ns = retry->backoff.v;
    policy->retry_remote_localities = retry->retry_remote_localities.v;
    if (retry->retry_ignore_previous_hosts.set) {
        policy->ignore_previous_hosts = retry->retry_ignore_previous_hosts.v;
    }
    if (retry->retry_on.v.len) {
        struct retry_on parsed = {0};
        if (!split_retry_on(lower, retry->retry_on.v, &parsed)) {
            lower->failed = true;
            return NULL;
        }
        policy->retry_on = (sluice_str){parsed.text, parsed.len};
        policy->codes = parsed.codes;
        policy->code_count = parsed.code_count;
    }
    return policy;
}
