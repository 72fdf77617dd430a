/*
 * http_status: the HTTP and gRPC statuses that Istio's fields accept.
 */
#ifndef SLUICE_ISTIO_HTTP_STATUS_H
#define SLUICE_ISTIO_HTTP_STATUS_H

#include "base/str.h"

/* Of a direct response or an abort: 200 to 600 (Istio says 599 and admits 600). */
bool http_status_is_answer(int64_t status);

/* Whether the status has a standard reason phrase, e.g. 503 Service Unavailable. */
bool http_status_is_standard(uint64_t status);

/* The number of a gRPC code by its upper-case name, e.g. 14 of UNAVAILABLE; -1: no such code. */
int32_t grpc_status_number(sluice_str name);

/* An element of retryOn: a policy that Envoy knows. */
bool retry_policy_is_known(sluice_str name);

#endif
