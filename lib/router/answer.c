/* answer: what is said to the client instead of forwarding. */
#include "router/act.h"

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

void
act_add_field(struct view *view, sluice_decision *decision, sluice_str name, sluice_str value)
{
    if (decision->response_field_count == CONTEXT_RESPONSE_FIELDS) return;
    view->context->response[decision->response_field_count++] = (sluice_field){name, value};
    decision->response_fields = view->context->response;
}

static bool
has_content_type(const struct response *response, const sluice_decision *decision)
{
    for (size_t i = 0; i < response->field_count; i++) {
        if (str_equal_ignore_case(response->fields[i].name, STR("content-type"))) return true;
    }
    for (size_t i = 0; i < decision->response_header_count; i++) {
        const sluice_header_op *op = &decision->response_headers[i];
        if (op->action != SLUICE_HEADER_REMOVE && str_equal(op->name, STR("content-type"))) {
            return true;
        }
    }
    return false;
}

static bool
wants_location(uint32_t status)
{
    return status == 201 || (status >= 300 && status < 400);
}

void
act_respond(struct view *view, const struct response *response, sluice_decision *decision)
{
    act_answer(view, SLUICE_RESPOND, response->status, response->grpc_status, decision);
    decision->body = response->body;
    if (response->body.len && !has_content_type(response, decision)) {
        act_add_field(view, decision, STR("content-type"), STR("text/plain"));
    }
    if (wants_location(response->status)) {
        sluice_str own[] = {view_scheme(view), STR("://"), view_authority(view), view->raw_path};
        act_add_field(view, decision, STR("location"),
                      scratch_concat(&view->context->scratch, own, 4));
    }
    for (size_t i = 0; i < response->field_count; i++) {
        act_add_field(view, decision, response->fields[i].name, response->fields[i].value);
    }
}
