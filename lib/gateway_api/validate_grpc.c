/*
 * validate_grpc: the rules of a GRPCRoute.
 */
#include "gateway_api/formats.h"
#include "gateway_api/validate.h"

static void
check_name(struct validate *v, const struct gateway_grpc_method *match, const char *field,
           struct value_str name, const char *(*check)(sluice_str text))
{
    if (!value_is_set(name)) return;
    const struct yaml_node *at = gw_at(match->node, field);
    if (match->type.v == GATEWAY_MATCH_REGEX) {
        gw_check_regex(v, at, name.v);
        return;
    }
    if (name.v.len == 0) {
        REFUSED(v, at, "%s must not be empty; leave it out for any", field);
        return;
    }
    const char *wrong = check(name.v);
    if (wrong) BROKEN(v, at, "%s \"%.*s\" %s", field, STR_ARG(name.v), wrong);
}

static void
check_method(struct validate *v, const struct gateway_grpc_method *method)
{
    if (!method) return;
    if (!gw_has(method->node, "service") && !gw_has(method->node, "method"))
        REFUSED(v, method->node, "a method match needs service, method, or both");
    check_name(v, method, "service", method->service, format_check_grpc_service);
    check_name(v, method, "method", method->method, format_check_grpc_method);
}

static void
check_rule(struct validate *v, const struct gateway_grpc_rule *rule)
{
    const struct gateway_grpc_match *matches = rule->matches.items;
    for (size_t i = 0; i < rule->matches.count; i++) {
        check_method(v, matches[i].method);
        gw_check_header_matches(v, &matches[i].headers, true);
    }
    gw_check_filters(v, &rule->filters);
    gw_check_backend_refs(v, &rule->backend_refs);
    gw_check_session(v, rule->session_persistence);
}

void
gw_check_grpc_rules(struct validate *v, const struct value_list *rules)
{
    const struct gateway_grpc_rule *items = rules->items;
    size_t total = 0;
    for (size_t i = 0; i < rules->count; i++) {
        check_rule(v, &items[i]);
        total += items[i].matches.count;
    }
    gw_check_match_total(v, rules, total);
}
