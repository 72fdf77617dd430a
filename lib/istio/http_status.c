/*
 * http_status: see http_status.h.
 */
#include "istio/http_status.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

bool
http_status_is_answer(int64_t status)
{
    return status >= 200 && status <= 600;
}

bool
http_status_is_standard(uint64_t status)
{
    static const struct {
        uint16_t first, last;
    } ranges[] = {
        {100, 103},
        {200, 208},
        {226, 226},
        {300, 305},
        {307, 308},
        {400, 418},
        {421, 426},
        {428, 429},
        {431, 431},
        {451, 451},
        {500, 508},
        {510, 511},
    };
    for (size_t i = 0; i < COUNT(ranges); i++) {
        if (status >= ranges[i].first && status <= ranges[i].last) return true;
    }
    return false;
}

int32_t
grpc_status_number(sluice_str name)
{
    static const sluice_str names[] = {
        STR_INIT("OK"),
        STR_INIT("CANCELLED"),
        STR_INIT("UNKNOWN"),
        STR_INIT("INVALID_ARGUMENT"),
        STR_INIT("DEADLINE_EXCEEDED"),
        STR_INIT("NOT_FOUND"),
        STR_INIT("ALREADY_EXISTS"),
        STR_INIT("PERMISSION_DENIED"),
        STR_INIT("RESOURCE_EXHAUSTED"),
        STR_INIT("FAILED_PRECONDITION"),
        STR_INIT("ABORTED"),
        STR_INIT("OUT_OF_RANGE"),
        STR_INIT("UNIMPLEMENTED"),
        STR_INIT("INTERNAL"),
        STR_INIT("UNAVAILABLE"),
        STR_INIT("DATA_LOSS"),
        STR_INIT("UNAUTHENTICATED"),
    };
    for (size_t i = 0; i < COUNT(names); i++) {
        if (str_equal(name, names[i])) return (int32_t)i;
    }
    return -1;
}

bool
retry_policy_is_known(sluice_str name)
{
    static const sluice_str names[] = {
        STR_INIT("5xx"),
        STR_INIT("gateway-error"),
        STR_INIT("reset"),
        STR_INIT("reset-before-request"),
        STR_INIT("connect-failure"),
        STR_INIT("retriable-4xx"),
        STR_INIT("refused-stream"),
        STR_INIT("retriable-status-codes"),
        STR_INIT("retriable-headers"),
        STR_INIT("envoy-ratelimited"),
        STR_INIT("http3-post-connect-failure"),
        STR_INIT("cancelled"),
        STR_INIT("deadline-exceeded"),
        STR_INIT("internal"),
        STR_INIT("resource-exhausted"),
        STR_INIT("unavailable"),
    };
    for (size_t i = 0; i < COUNT(names); i++) {
        if (str_equal(name, names[i])) return true;
    }
    return false;
}
