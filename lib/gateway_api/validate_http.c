/*
 * validate_http: the rules of an HTTPRoute.
 */
#include "gateway_api/validate.h"

/* ---- redirects and rewrites against the rest of the rule ---- */

static const struct gateway_path_modifier *
path_modifier_of(const struct gateway_filter *filter)
{
    if (filter->redirect && filter->redirect->path) return filter->redirect->path;
    return filter->url_rewrite ? filter->url_rewrite->path : NULL;
}

static bool
replaces_prefix(const struct gateway_filter *filter)
{
    const struct gateway_path_modifier *path = path_modifier_of(filter);
    return path && path->type.set && path->type.v == GATEWAY_REPLACE_PREFIX_MATCH;
}

/* A match by prefix, be it the default one. */
static bool
is_prefix_match(const struct gateway_http_match *match)
{
    return !match->path || match->path->type.v == GATEWAY_PATH_PREFIX;
}

static bool
all_are_prefixes(const struct value_list *matches)
{
    const struct gateway_http_match *items = matches->items;
    for (size_t i = 0; i < matches->count; i++) {
        if (!is_prefix_match(&items[i])) return false;
    }
    return true;
}

static void
check_prefix_filters(struct validate *v, const struct value_list *filters,
                     const struct gateway_http_rule *rule)
{
    const struct gateway_filter *items = filters->items;
    bool one = !rule->matches.node || rule->matches.count == 1; /* none given: the default one */
    bool prefixes = all_are_prefixes(&rule->matches);
    for (size_t i = 0; i < filters->count; i++) {
        if (!replaces_prefix(&items[i])) continue;
        const struct yaml_node *at = path_modifier_of(&items[i])->node;
        if (!prefixes) {
            BROKEN(v, at,
                   "ReplacePrefixMatch needs a prefix: the rule must have exactly one match, of "
                   "type PathPrefix");
        } else if (!one) {
            REFUSED(v, at,
                    "ReplacePrefixMatch needs exactly one match in the rule, and there are %zu",
                    rule->matches.count);
        }
    }
}

static void
check_redirect(struct validate *v, const struct gateway_http_rule *rule)
{
    const struct gateway_filter *filters = rule->filters.items;
    if (rule->backend_refs.count == 0) return;
    for (size_t i = 0; i < rule->filters.count; i++) {
        if (!filters[i].redirect) continue;
        REFUSED(v, filters[i].node,
                "a rule that redirects must not have backendRefs: nothing is forwarded");
    }
}

/* ---- rules ---- */

static void
check_match(struct validate *v, const struct gateway_http_match *match)
{
    if (match->path) gw_check_path_match(v, match->path);
    gw_check_header_matches(v, &match->headers, false);
    gw_check_query_matches(v, &match->query_params);
}

static void
check_rule(struct validate *v, const struct gateway_http_rule *rule)
{
    const struct gateway_http_match *matches = rule->matches.items;
    const struct gateway_backend_ref *refs = rule->backend_refs.items;
    for (size_t i = 0; i < rule->matches.count; i++) {
        check_match(v, &matches[i]);
    }
    gw_check_filters(v, &rule->filters);
    gw_check_backend_refs(v, &rule->backend_refs);
    check_redirect(v, rule);
    check_prefix_filters(v, &rule->filters, rule);
    for (size_t i = 0; i < rule->backend_refs.count; i++) {
        check_prefix_filters(v, &refs[i].filters, rule);
    }
    gw_check_timeouts(v, rule->timeouts);
    gw_check_retry(v, rule->retry);
    gw_check_session(v, rule->session_persistence);
}

void
gw_check_http_rules(struct validate *v, const struct value_list *rules)
{
    const struct gateway_http_rule *items = rules->items;
    size_t total = 0;
    for (size_t i = 0; i < rules->count; i++) {
        check_rule(v, &items[i]);
        total += items[i].matches.node ? items[i].matches.count : 1;
    }
    gw_check_match_total(v, rules, total);
}
