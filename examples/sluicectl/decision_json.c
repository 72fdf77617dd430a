/*
 * decision_json: a decision as the JSON object of the sluicectl contract.
 *
 * Names and order are a contract: a field may be added, none renamed.
 */
#include "sluicectl/decision_json.h"

#include "sluicectl/json_build.h"
#include "sluicectl/policy_json.h"
#include "sluicectl/request.h"

json_t *
decision_json_matched(const sluice_matched *matched)
{
    if (!matched) return json_null();
    json_t *object = json_object();
    bool named = matched->kind.len > 0;
    json_put(object, "kind", json_slice(matched->kind));
    json_put(object, "namespace", json_slice(matched->space));
    json_put(object, "name", json_slice(matched->name));
    json_put(object, "rule", named ? json_integer(matched->rule) : json_null());
    json_put(object, "match", matched->match >= 0 ? json_integer(matched->match) : json_null());
    json_put(object, "route_name", json_slice(matched->route_name));
    json_put(object, "rule_name", json_slice(matched->rule_name));
    json_put(object, "line", json_count_or_null(matched->line));
    return object;
}

/* The names that a destination has wherever it stands. */
static json_t *
decision_json_place(const sluice_destination *destination, uint32_t port)
{
    json_t *object = json_object();
    json_put(object, "host", json_slice(destination->host));
    json_put(object, "name", json_slice(destination->name));
    json_put(object, "namespace", json_slice(destination->space));
    json_put(object, "subset", json_slice(destination->subset));
    json_put(object, "port", json_count_or_null(port));
    return object;
}

const char *
decision_resolution_name(sluice_resolution resolution)
{
    static const char *const names[] = {
        [SLUICE_RESOLUTION_NONE] = "NONE",
        [SLUICE_RESOLUTION_STATIC] = "STATIC",
        [SLUICE_RESOLUTION_DNS] = "DNS",
        [SLUICE_RESOLUTION_DNS_ROUND_ROBIN] = "DNS_ROUND_ROBIN",
        [SLUICE_RESOLUTION_DYNAMIC_DNS] = "DYNAMIC_DNS",
    };
    return names[resolution];
}

static json_t *
decision_json_endpoints(const sluice_endpoints *endpoints)
{
    if (!endpoints) return json_null();
    json_t *object = json_object(), *items = json_array();
    for (size_t i = 0; i < endpoints->count; i++) {
        const sluice_endpoint *endpoint = &endpoints->items[i];
        json_t *item = json_object();
        json_put(item, "address", json_slice(endpoint->address));
        json_put(item, "port", json_count_or_null(endpoint->port));
        json_put(item, "weight", json_integer(endpoint->weight));
        json_put(item, "labels", json_map_of(endpoint->labels, endpoint->label_count));
        json_put(item, "region", json_slice(endpoint->region));
        json_put(item, "zone", json_slice(endpoint->zone));
        json_put(item, "subzone", json_slice(endpoint->subzone));
        json_push(items, item);
    }
    json_put(object, "resolution", json_string(decision_resolution_name(endpoints->resolution)));
    json_put(object, "complete", json_boolean(endpoints->complete));
    json_put(object, "items", items);
    return object;
}

static json_t *
decision_json_destination(const sluice_decision *decision)
{
    const sluice_destination *destination = decision->destination;
    if (!destination) return json_null();
    json_t *object = decision_json_place(destination, decision->port);
    json_put(object, "labels", json_map_of(destination->labels, destination->label_count));
    json_put(object, "app_protocol", json_slice(destination->app_protocol));
    json_put(object, "endpoints", decision_json_endpoints(destination->endpoints));
    return object;
}

static json_t *
decision_json_split(const sluice_decision *decision, const sluice_request *request)
{
    json_t *list = json_array();
    for (size_t i = 0; i < decision->split_count; i++) {
        const sluice_split_share *share = &decision->split[i];
        uint32_t port = share->destination->port ? share->destination->port : request_port(request);
        bool alone = decision->split_count == 1;
        json_t *object = decision_json_place(share->destination, port);
        json_put(object, "fraction",
                 alone ? json_real(1) : json_ratio(share->weight, decision->split_total));
        if (share->invalid) json_put(object, "invalid", json_true());
        json_push(list, object);
    }
    return list;
}

const char *
decision_sticky_name(sluice_sticky_by by)
{
    static const char *const names[] = {
        [SLUICE_STICKY_NONE] = NULL,       [SLUICE_STICKY_KEY] = "key",
        [SLUICE_STICKY_COOKIE] = "cookie", [SLUICE_STICKY_HEADER] = "header",
        [SLUICE_STICKY_QUERY] = "query",   [SLUICE_STICKY_SOURCE_IP] = "source-ip",
    };
    return names[by];
}

static json_t *
decision_json_sticky(const sluice_sticky *sticky)
{
    if (sticky->by == SLUICE_STICKY_NONE) return json_null();
    json_t *object = json_object();
    json_put(object, "by", json_string(decision_sticky_name(sticky->by)));
    json_put(object, "name", json_slice(sticky->name));
    json_put(object, "hit", json_boolean(sticky->hit));
    json_put(object, "set_cookie", json_slice(sticky->set_cookie));
    return object;
}

static json_t *
decision_json_header_ops(const sluice_header_op *ops, size_t count)
{
    static const char *const names[] = {
        [SLUICE_HEADER_SET] = "set",
        [SLUICE_HEADER_ADD] = "add",
        [SLUICE_HEADER_REMOVE] = "remove",
    };
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *step = json_array();
        json_push(step, json_string(names[ops[i].action]));
        json_push(step, json_slice_or_empty(ops[i].name));
        if (ops[i].action != SLUICE_HEADER_REMOVE) {
            json_push(step, json_slice_or_empty(ops[i].value));
        }
        json_push(list, step);
    }
    return list;
}

static json_t *
decision_json_retry(const sluice_retry_policy *retry)
{
    if (!retry) return json_null();
    json_t *object = json_object();
    json_put(object, "attempts", json_integer(retry->attempts));
    json_put(object, "per_try_timeout_ms", json_milliseconds(retry->per_try_timeout_ns));
    json_put(object, "retry_on", json_slice(retry->retry_on));
    json_put(object, "codes", json_numbers_of(retry->codes, retry->code_count));
    json_put(object, "backoff_ms", json_milliseconds(retry->backoff_ns));
    json_put(object, "ignore_previous_hosts", json_boolean(retry->ignore_previous_hosts));
    json_put(object, "retry_remote_localities", json_boolean(retry->retry_remote_localities));
    return object;
}

static json_t *
decision_json_mirrors(const sluice_decision *decision)
{
    json_t *list = json_array();
    for (size_t i = 0; i < decision->mirror_count; i++) {
        const sluice_mirror *mirror = &decision->mirrors[i];
        json_t *object = decision_json_place(mirror->destination, mirror->port);
        json_put(object, "fraction",
                 json_ratio(mirror->fraction.numerator, mirror->fraction.denominator));
        json_put(object, "chosen", json_boolean(mirror->chosen));
        json_push(list, object);
    }
    return list;
}

static json_t *
decision_json_fraction(bool present, sluice_fraction fraction)
{
    return present ? json_ratio(fraction.numerator, fraction.denominator) : json_null();
}

/* The name by which rules give a gRPC status. */
static const char *
grpc_name(int32_t status)
{
    static const char *const names[] = {
        "OK",
        "CANCELLED",
        "UNKNOWN",
        "INVALID_ARGUMENT",
        "DEADLINE_EXCEEDED",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNIMPLEMENTED",
        "INTERNAL",
        "UNAVAILABLE",
        "DATA_LOSS",
        "UNAUTHENTICATED",
    };
    return status >= 0 && status <= 16 ? names[status] : "UNKNOWN";
}

static json_t *
decision_json_fault(const sluice_fault *fault)
{
    if (!fault) return json_null();
    json_t *object = json_object();
    bool grpc = fault->abort_present && fault->abort_grpc_status >= 0;
    json_put(object, "delay_ms",
             fault->delay_present ? json_milliseconds(fault->delay_ns) : json_null());
    json_put(object, "delay_fraction",
             decision_json_fraction(fault->delay_present, fault->delay_fraction));
    json_put(object, "delay_chosen", json_boolean(fault->delay_chosen));
    json_put(object, "abort_status",
             fault->abort_present ? json_count_or_null(fault->abort_status) : json_null());
    json_put(object, "abort_grpc_status",
             grpc ? json_string(grpc_name(fault->abort_grpc_status)) : json_null());
    json_put(object, "abort_fraction",
             decision_json_fraction(fault->abort_present, fault->abort_fraction));
    json_put(object, "abort_chosen", json_boolean(fault->abort_chosen));
    return object;
}

static json_t *
decision_json_cors(const sluice_decision *decision)
{
    if (decision->cors_header_count == 0) return json_null();
    json_t *object = json_object();
    json_put(object, "response_headers",
             json_pairs_of(decision->cors_headers, decision->cors_header_count));
    return object;
}

static json_t *
decision_json_listener_tls(sluice_listener_tls mode)
{
    if (mode == SLUICE_LISTENER_TLS_TERMINATE) return json_string("Terminate");
    if (mode == SLUICE_LISTENER_TLS_PASSTHROUGH) return json_string("Passthrough");
    return json_null();
}

static json_t *
decision_json_redirect(const sluice_decision *decision)
{
    const sluice_redirect *redirect = &decision->redirect;
    if (decision->outcome != SLUICE_REDIRECT) return json_null();
    json_t *object = json_object();
    json_put(object, "status", json_integer(decision->status));
    json_put(object, "location", json_slice_or_empty(redirect->location));
    json_put(object, "scheme", json_slice(redirect->scheme));
    json_put(object, "host", json_slice(redirect->host));
    json_put(object, "port", json_count_or_null(redirect->port));
    json_put(object, "path", json_slice(redirect->path));
    return object;
}

static bool
decision_is_local(sluice_outcome outcome)
{
    return outcome == SLUICE_RESPOND || outcome == SLUICE_NOT_FOUND ||
           outcome == SLUICE_UNAVAILABLE || outcome == SLUICE_MISDIRECTED;
}

static json_t *
decision_json_response(const sluice_decision *decision)
{
    if (!decision_is_local(decision->outcome)) return json_null();
    json_t *object = json_object();
    json_put(object, "status", json_count_or_null(decision->status));
    json_put(object, "body", json_slice(decision->body));
    json_put(object, "headers",
             json_pairs_of(decision->response_fields, decision->response_field_count));
    json_put(object, "grpc_status",
             decision->grpc_status >= 0 ? json_integer(decision->grpc_status) : json_null());
    return object;
}

static const char *
decision_pick_name(sluice_pick pick)
{
    static const char *const names[] = {
        [SLUICE_PICK_ONLY] = "only",
        [SLUICE_PICK_RANDOM] = "random",
        [SLUICE_PICK_STICKY] = "sticky",
        [SLUICE_PICK_EVEN] = "even",
    };
    return names[pick];
}

/* Where it goes and why. */
static void
decision_json_put_target(json_t *object, const sluice_decision *decision,
                         const sluice_request *request)
{
    json_put(object, "outcome", json_string(sluice_outcome_name(decision->outcome)));
    json_put(object, "matched", decision_json_matched(decision->matched));
    json_put(object, "destination", decision_json_destination(decision));
    json_put(object, "split", decision_json_split(decision, request));
    json_put(object, "sticky", decision_json_sticky(&decision->sticky));
}

/* What changes on the way there and back. */
static void
decision_json_put_edits(json_t *object, const sluice_decision *decision)
{
    json_put(object, "path", json_slice(decision->path));
    json_put(object, "authority", json_slice(decision->authority));
    json_put(object, "request_headers",
             decision_json_header_ops(decision->request_headers, decision->request_header_count));
    json_put(object, "response_headers",
             decision_json_header_ops(decision->response_headers, decision->response_header_count));
    json_put(object, "timeout_ms", json_milliseconds(decision->timeout_ns));
    json_put(object, "backend_timeout_ms", json_milliseconds(decision->backend_timeout_ns));
    json_put(object, "retry", decision_json_retry(decision->retry));
    json_put(object, "mirrors", decision_json_mirrors(decision));
    json_put(object, "fault", decision_json_fault(decision->fault));
    json_put(object, "cors", decision_json_cors(decision));
}

/* What the destination's policy says, and the answer when there is no destination. */
static void
decision_json_put_rest(json_t *object, const sluice_decision *decision)
{
    const sluice_traffic_policy *policy =
        decision->destination ? decision->destination->policy : NULL;
    json_put(object, "hash_policy",
             policy_json_hash_list(decision->hash_policy, decision->hash_policy_count));
    json_put(object, "load_balancer", policy_json_load_balancer(policy));
    json_put(object, "tls_mode", decision_json_listener_tls(decision->listener_tls));
    json_put(object, "upstream_tls", policy_json_tls(policy));
    json_put(object, "traffic_policy", policy_json_rest(policy));
    json_put(object, "redirect", decision_json_redirect(decision));
    json_put(object, "response", decision_json_response(decision));
    json_put(object, "pick", json_string(decision_pick_name(decision->pick)));
}

json_t *
decision_json(const sluice_decision *decision, const sluice_request *request)
{
    json_t *object = json_object();
    decision_json_put_target(object, decision, request);
    decision_json_put_edits(object, decision);
    decision_json_put_rest(object, decision);
    return object;
}
