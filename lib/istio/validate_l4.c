/*
 * validate_l4: TLS and TCP routes.
 */
#include "base/ip.h"
#include "istio/host_set.h"
#include "istio/names.h"
#include "istio/validate.h"

void
validate_l4_source(struct validate *v, const struct istio_l4_match *match)
{
    validate_subnets(v, &match->destination_subnets);
    if (match->port.v != 0) validate_port(v, validate_at(match->node, "port"), match->port.v);
    validate_labels(v, &match->source_labels);
    validate_gateway_names(v, &match->gateways);
}

static void
check_destinations(struct validate *v, const struct istio_l4_route *route)
{
    const struct istio_l4_destination *items = route->route.items;
    uint64_t total = 0;
    validate_destination_count(v, route->route.count);
    if (route->route.count == 0) {
        BROKEN(v, validate_at(route->node, "route"), "the rule needs at least one destination");
    }
    for (size_t i = 0; i < route->route.count; i++) {
        if (!items[i].destination) BROKEN(v, items[i].node, "the entry has no destination");
        validate_destination(v, items[i].destination);
        validate_weight(v, items[i].node, items[i].weight, &total);
    }
    validate_total_weight(v, &route->route, total);
}

/* ---- TLS ---- */

static bool
is_covered(const struct host_set *hosts, sluice_str host)
{
    return host_set_find(hosts, host) || host_set_covering(hosts, host, NULL);
}

static void
check_sni_host(struct validate *v, const struct yaml_node *at, sluice_str host, bool gateway_only,
               const struct host_set *hosts)
{
    struct ip ip;
    const char *wrong =
        gateway_only ? name_check_sni_domain(host) : name_check_wildcard_domain(host);
    if (wrong && ip_parse(&ip, host)) {
        WARN(v, at, "\"%.*s\" is an IP address; most clients send none as server name",
             STR_ARG(host));
    } else if (wrong) {
        REFUSED(v, at, "SNI host \"%.*s\" %s", STR_ARG(host), wrong);
    } else if (!is_covered(hosts, host)) {
        REFUSED(v, at, "SNI host \"%.*s\" is covered by no host of this VirtualService",
                STR_ARG(host));
    }
}

static void
check_tls_match(struct validate *v, const struct istio_l4_match *match, bool gateway_only,
                const struct host_set *hosts)
{
    if (match->node->kind == YAML_NULL) {
        BROKEN(v, match->node, "the match is null");
        return;
    }
    if (match->sni_hosts.count == 0) {
        REFUSED(v, match->node, "the match needs at least one of sniHosts");
    }
    for (struct str_walk s = str_walk(&match->sni_hosts); str_next(&s);) {
        check_sni_host(v, s.node, s.text, gateway_only, hosts);
    }
    validate_l4_source(v, match);
}

static void
check_tls_route(struct validate *v, const struct istio_l4_route *route, bool gateway_only,
                const struct host_set *hosts)
{
    if (route->node->kind == YAML_NULL) return;
    const struct istio_l4_match *matches = route->match.items;
    if (route->match.count == 0) {
        REFUSED(v, route->node, "a tls rule needs at least one match");
    }
    for (size_t i = 0; i < route->match.count; i++) {
        check_tls_match(v, &matches[i], gateway_only, hosts);
    }
    check_destinations(v, route);
}

void
validate_tls_routes(struct validate *v, const struct istio_virtual_service *vs)
{
    if (vs->tls.count == 0) return;
    const struct istio_l4_route *routes = vs->tls.items;
    struct host_set hosts = host_set_init(v->decode->arena);
    for (struct str_walk s = str_walk(&vs->hosts); str_next(&s);) {
        if (!host_set_add(&hosts, s.text, v)) v->failed = true;
    }
    bool gateway_only = validate_is_gateway_only(vs);
    for (size_t i = 0; i < vs->tls.count && !v->failed; i++) {
        check_tls_route(v, &routes[i], gateway_only, &hosts);
    }
    host_set_free(&hosts);
}

/* ---- TCP ---- */

static void
check_tcp_route(struct validate *v, const struct istio_l4_route *route)
{
    if (route->node->kind == YAML_NULL) return;
    const struct istio_l4_match *matches = route->match.items;
    for (size_t i = 0; i < route->match.count; i++) {
        if (matches[i].node->kind == YAML_NULL) {
            BROKEN(v, matches[i].node, "the match is null");
        } else {
            validate_l4_source(v, &matches[i]);
        }
    }
    check_destinations(v, route);
}

void
validate_tcp_routes(struct validate *v, const struct istio_virtual_service *vs)
{
    const struct istio_l4_route *routes = vs->tcp.items;
    for (size_t i = 0; i < vs->tcp.count; i++) {
        check_tcp_route(v, &routes[i]);
    }
}
