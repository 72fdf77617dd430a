#include "router/act.h"

#include "engine/pcg.h"

bool
act_hits(sluice_fraction fraction, uint64_t draw)
{
    return draw % fraction.denominator < fraction.numerator;
}

/* The gRPC status that a gRPC client sees for a local HTTP answer, as Envoy maps it. */
static int32_t
grpc_status_of(uint32_t http)
{
    switch (http) {
    case 400:
        return 13;
    case 401:
        return 16;
    case 403:
        return 7;
    case 404:
        return 12;
    case 429:
    case 502:
    case 503:
    case 504:
        return 14;
    default:
        return 2;
    }
}

void
act_answer(struct view *view, sluice_outcome outcome, uint32_t status, int32_t grpc_status,
           sluice_decision *decision)
{
    decision->outcome = outcome;
    decision->status = status;
    if (view->request->protocol != SLUICE_PROTOCOL_GRPC) return;
    if (grpc_status < 0) {
        grpc_status = outcome == SLUICE_UNAVAILABLE ? 14 : grpc_status_of(status);
    }
    decision->grpc_status = grpc_status;
}

static void
expand_origin(struct view *view, const struct rule *rule, sluice_decision *decision)
{
    const sluice_router *router = view->router;
    const struct origin *origin = &router->origins[rule->origin];
    sluice_matched *matched = &view->context->matched;
    *matched = (sluice_matched){.rule = origin->rule, .match = origin->match, .line = origin->line};
    if (origin->names) {
        matched->route_name = origin->names[0];
        matched->rule_name = origin->names[1];
    }
    if (origin->resource != NO_RESOURCE) {
        const struct resource *resource = &router->resources[origin->resource];
        matched->kind = resource->kind;
        matched->space = resource->space;
        matched->name = resource->name;
    }
    decision->matched = matched;
}

static uint32_t
port_of(const struct view *view, const sluice_destination *destination)
{
    return destination->port ? destination->port : view->port;
}

/* Every mirror uses the request's one number, as in Envoy: their samples coincide. */
static void
act_mirrors(struct view *view, const struct mirror *mirrors, size_t count, uint64_t draw,
            sluice_decision *decision)
{
    if (count == 0 || str_equal(view->method, STR("CONNECT"))) return;
    for (size_t i = 0; i < count; i++) {
        view->context->mirrors[i] = (sluice_mirror){
            .destination = mirrors[i].destination,
            .port = port_of(view, mirrors[i].destination),
            .fraction = mirrors[i].fraction,
            .chosen = act_hits(mirrors[i].fraction, draw),
        };
    }
    decision->mirrors = view->context->mirrors;
    decision->mirror_count = count;
}

static bool
samples_mirrors(const struct action_extra *extra)
{
    for (size_t i = 0; extra && i < extra->mirror_count; i++) {
        sluice_fraction fraction = extra->mirrors[i].fraction;
        if (fraction.numerator != 0 && fraction.numerator < fraction.denominator) return true;
    }
    return false;
}

/* ---- local answers that a rule asks for ---- */

static bool
sets_content_type(const sluice_decision *decision)
{
    for (size_t i = 0; i < decision->response_header_count; i++) {
        if (str_equal(decision->response_headers[i].name, STR("content-type"))) return true;
    }
    return false;
}

static void
add_response_field(struct view *view, sluice_decision *decision, sluice_str name, sluice_str value)
{
    if (decision->response_field_count == CONTEXT_RESPONSE_FIELDS) return;
    view->context->response[decision->response_field_count++] = (sluice_field){name, value};
    decision->response_fields = view->context->response;
}

static bool
wants_location(uint32_t status)
{
    return status == 201 || (status >= 300 && status < 400);
}

static void
act_respond(struct view *view, const struct response *response, sluice_decision *decision)
{
    act_answer(view, SLUICE_RESPOND, response->status, response->grpc_status, decision);
    decision->body = response->body;
    for (size_t i = 0; i < response->field_count; i++) {
        add_response_field(view, decision, response->fields[i].name, response->fields[i].value);
    }
    if (response->body.len && !sets_content_type(decision)) {
        add_response_field(view, decision, STR("content-type"), STR("text/plain"));
    }
    if (wants_location(response->status)) {
        sluice_str parts[] = {view->scheme, STR("://"), view->authority, view->raw_path};
        add_response_field(view, decision, STR("location"),
                           scratch_concat(&view->context->scratch, parts, 4));
    }
}

/* ---- forwarding ---- */

static void
take_extra(struct view *view, const struct action_extra *extra, const struct rule *rule,
           sluice_decision *decision)
{
    if (!extra) return;
    if (extra->path.mode != PATH_KEEP) decision->path = act_path(view, &extra->path, rule);
    if (extra->authority.len) decision->authority = extra->authority;
    decision->request_headers = extra->request_ops.items;
    decision->request_header_count = extra->request_ops.count;
    decision->response_headers = extra->response_ops.items;
    decision->response_header_count = extra->response_ops.count;
    decision->timeout_ns = extra->timeout_ns;
    decision->backend_timeout_ns = extra->backend_timeout_ns;
    if (extra->hash_policy_count) {
        decision->hash_policy = extra->hash_policy;
        decision->hash_policy_count = extra->hash_policy_count;
        act_hash(view, extra->hash_policy, extra->hash_policy_count, decision);
    }
}

/* An entry's own redirect or answer, or its own edits of path and mirrors. */
static void
act_instead(struct view *view, const struct action *instead, const struct rule *rule, uint64_t draw,
            sluice_decision *decision)
{
    const struct action_extra *extra = instead->extra;
    if (!extra) return;
    if (instead->kind == ACTION_REDIRECT) {
        act_redirect(view, extra->redirect, rule, decision);
    } else if (instead->kind == ACTION_RESPOND) {
        act_respond(view, extra->response, decision);
    } else {
        if (extra->path.mode != PATH_KEEP) decision->path = act_path(view, &extra->path, rule);
        act_mirrors(view, extra->mirrors, extra->mirror_count, draw, decision);
    }
}

static void
take_entry(struct view *view, const struct entry *entry, const struct rule *rule, uint64_t draw,
           sluice_decision *decision)
{
    decision->request_headers = entry->request_ops.items;
    decision->request_header_count = entry->request_ops.count;
    decision->response_headers = entry->response_ops.items;
    decision->response_header_count = entry->response_ops.count;
    if (entry->authority.len) decision->authority = entry->authority;
    if (entry->invalid_status) {
        act_answer(view, SLUICE_UNAVAILABLE, entry->invalid_status, -1, decision);
    } else if (entry->instead) {
        act_instead(view, entry->instead, rule, draw, decision);
    }
}

static void
act_forward(struct view *view, const struct action *action, const struct rule *rule,
            sluice_decision *decision)
{
    const struct split *split = action->split;
    const struct action_extra *extra = action->extra;
    uint64_t draw = 0;
    if ((split && act_pick_draws(view, split)) || samples_mirrors(extra)) {
        draw = pcg_next(&view->context->rng);
    }
    if (split) act_pick(view, split, draw, decision);
    decision->retry = action->retry;
    if (extra && extra->fault && act_fault(view, extra->fault, decision)) return;
    if (extra && extra->cors && act_cors(view, extra->cors, decision)) return;
    take_extra(view, extra, rule, decision);
    if (!split || split->usable == 0) {
        act_answer(view, SLUICE_UNAVAILABLE, action->empty_status, -1, decision);
        return;
    }
    const sluice_destination *destination = split->shares[decision->split_index].destination;
    decision->destination = destination;
    decision->port = port_of(view, destination);
    if (extra) act_mirrors(view, extra->mirrors, extra->mirror_count, draw, decision);
    if (action->entries) {
        take_entry(view, &action->entries[decision->split_index], rule, draw, decision);
    }
    if (decision->outcome != SLUICE_FORWARD) {
        decision->destination = NULL;
        decision->mirrors = NULL;
        decision->mirror_count = 0;
    }
}

static void
act_passthrough(struct view *view, const struct action *action, sluice_decision *decision)
{
    decision->outcome = SLUICE_PASSTHROUGH;
    if (!action->split) return;
    decision->split = action->split->shares;
    decision->split_count = action->split->count;
    decision->split_total = 1;
    decision->destination = action->split->shares[0].destination;
    decision->port = port_of(view, decision->destination);
}

void
act_on_rule(struct view *view, const struct rule *rule, sluice_decision *decision)
{
    const struct action *action = &view->router->actions[rule->action];
    const struct action_extra *extra = action->extra;
    expand_origin(view, rule, decision);
    switch ((enum action_kind)action->kind) {
    case ACTION_FORWARD:
        act_forward(view, action, rule, decision);
        return;
    case ACTION_PASSTHROUGH:
        act_passthrough(view, action, decision);
        return;
    case ACTION_NOT_FOUND:
        act_answer(view, SLUICE_NOT_FOUND, 404, -1, decision);
        return;
    case ACTION_REDIRECT:
    case ACTION_RESPOND:
        break;
    }
    if (extra->fault && act_fault(view, extra->fault, decision)) return;
    decision->response_headers = extra->response_ops.items;
    decision->response_header_count = extra->response_ops.count;
    if (action->kind == ACTION_REDIRECT) {
        act_redirect(view, extra->redirect, rule, decision);
    } else {
        act_respond(view, extra->response, decision);
    }
}
